// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Descriptors;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Spawn;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts {@code agentos-sandbox} processes, all from one thread that lives as long as the kernel,
 * and hands them to the reactor as {@link SandboxProcess}es.
 */
public final class Launcher implements AutoCloseable {
  /** Descriptors of the helper, in the order of {@link Spawn#spawn}. */
  private static final List<String> DESCRIPTOR_WORDS =
      List.of("--status-fd", "4", "--control-fd", "5");

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  static final int NO_DESCRIPTOR = -1;

  private final Reactor reactor;
  private final Path helper;
  private final Workers spawner = new Workers("spawner", 1, Limits.SPAWN_QUEUE);

  /**
   * @param helper absolute path of the {@code agentos-sandbox} program
   */
  public Launcher(Reactor reactor, Path helper) {
    this.reactor = reactor;
    this.helper = helper;
  }

  /** What a launch needs besides its plan. */
  public record Request(SandboxPlan plan, byte[] stdin, int joinPidfd) {
    public static final int NO_JOIN = -1;

    public Request(SandboxPlan plan) {
      this(plan, new byte[0], NO_JOIN);
    }
  }

  /** Makes a request on the spawner thread, where it may touch the system. */
  @FunctionalInterface
  public interface Preparation {
    Request prepare() throws IOException;
  }

  /**
   * Starts a helper and reports to {@code observer} on the reactor thread, beginning with {@code
   * launched}.
   *
   * @return false when too many starts are waiting already; the observer hears nothing then
   */
  public boolean launch(Preparation preparation, SandboxProcess.Observer observer) {
    return spawner.tryRun(
        () -> {
          try {
            Request request = preparation.prepare();
            Started started = start(request);
            reactor.post(() -> attach(started, request, observer));
          } catch (IOException e) {
            SandboxProcess.Failure failure =
                new SandboxProcess.Failure("spawn", errno(e), String.valueOf(e.getMessage()));
            reactor.post(() -> observer.failed(failure));
          }
        });
  }

  private static int errno(IOException e) {
    return e instanceof ErrnoException failed ? failed.errno() : 0;
  }

  private void attach(Started started, Request request, SandboxProcess.Observer observer) {
    try {
      SandboxProcess process = new SandboxProcess(reactor, started, request.stdin(), observer);
      observer.launched(process);
    } catch (IOException e) {
      throw new IllegalStateException("can't watch the descriptors of a new process", e);
    }
  }

  /** A helper that runs, and our ends of its pipes. */
  record Started(
      int pid,
      int pidfd,
      int stdin,
      int stdout,
      int stderr,
      int status,
      int control,
      int listener) {}

  private Started start(Request request) throws IOException {
    Pipes pipes = new Pipes();
    try {
      int[] stdin = pipes.open();
      int[] stdout = pipes.open();
      int[] stderr = pipes.open();
      int[] plan = pipes.open();
      int[] status = pipes.open();
      int[] control = pipes.open();
      List<String> words = new ArrayList<>(DESCRIPTOR_WORDS);
      List<Integer> table =
          new ArrayList<>(List.of(stdin[0], stdout[1], stderr[1], plan[0], status[1], control[0]));
      int[] listener = {NO_DESCRIPTOR, NO_DESCRIPTOR};
      if (!request.plan().listeners().isEmpty()) {
        listener = pipes.openSockets();
        words.addAll(request.plan().listenWords(table.size()));
        table.add(listener[1]);
      }
      request.plan().open(table.size(), fd -> table.add(pipes.adopt(fd)));
      List<Integer> given = List.copyOf(table);
      if (request.joinPidfd() != Request.NO_JOIN) {
        words.addAll(List.of("--join-fd", String.valueOf(table.size())));
        table.add(request.joinPidfd());
      }
      int pid =
          Spawn.spawn(
              List.of(helper.toString(), "--plan-fd", "3"),
              List.of(),
              table.stream().mapToInt(fd -> fd).toArray());
      given.forEach(pipes::close);
      int pidfd = watchable(pid, pipes);
      writeAll(plan[1], request.plan().encode(words));
      pipes.close(plan[1]);
      for (int fd : new int[] {stdin[1], stdout[0], stderr[0], status[0], control[1]}) {
        Sys.setNonBlocking(fd);
      }
      return new Started(
          pid, pidfd, stdin[1], stdout[0], stderr[0], status[0], control[1], listener[0]);
    } catch (IOException e) {
      pipes.closeAll();
      throw e;
    }
  }

  /**
   * A child that can't be watched is let go of: without its plan it ends at once, and is reaped
   * here.
   */
  private static int watchable(int pid, Pipes pipes) throws ErrnoException {
    try {
      return Sys.pidfdOpen(pid);
    } catch (ErrnoException e) {
      pipes.closeAll();
      Sys.reapNow(pid);
      throw e;
    }
  }

  /**
   * A helper that refuses its plan closes the pipe early; its status record then says why, so that
   * is no error here.
   */
  private static void writeAll(int fd, byte[] bytes) {
    try {
      Sys.writeFully(fd, bytes);
    } catch (ErrnoException closed) {
      log.debug("the helper did not read its whole plan: {}", closed.getMessage());
    }
  }

  @Override
  public void close() {
    spawner.close();
  }

  /** The pipes of one start: which of their ends are open. */
  private static final class Pipes {
    private final Set<Integer> open = new HashSet<>();

    int[] open() throws ErrnoException {
      return opened(Sys.pipe());
    }

    int[] openSockets() throws ErrnoException {
      return opened(Descriptors.socketPair());
    }

    int adopt(int fd) {
      open.add(fd);
      return fd;
    }

    private int[] opened(int[] ends) {
      open.add(ends[0]);
      open.add(ends[1]);
      return ends;
    }

    void close(int... ends) {
      for (int fd : ends) {
        open.remove(fd);
        Sys.close(fd);
      }
    }

    void closeAll() {
      open.forEach(Sys::close);
      open.clear();
    }
  }
}
