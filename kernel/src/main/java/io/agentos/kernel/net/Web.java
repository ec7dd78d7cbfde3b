// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP for agents, on threads of its own. Every hop of a redirect is judged like the first: scheme
 * and host by the caller's rules, and the address by where the connection really goes.
 */
public final class Web implements AutoCloseable {
  private static final int THREADS = 64;
  private static final int QUEUE = 512;
  private static final int MOST_REDIRECTS = 10;
  private static final int LAST_REDIRECT_STATUS = 399;
  private static final Logger log = LoggerFactory.getLogger(Web.class);

  private final Secrets secrets;
  private final Workers workers = new Workers("http", THREADS, QUEUE);

  public Web(Secrets secrets) {
    this.secrets = secrets;
  }

  /** What became of a request: an answer or a refusal. */
  public record Outcome(@Nullable HttpAnswer answer, @Nullable SyscallException refusal) {}

  /** What the caller may do, asked when it counts: before each hop. */
  public interface Judge {
    /**
     * @throws SyscallException when it may not ask at all any more
     */
    Permissions now() throws SyscallException;

    /** Where its uses are noted. */
    Learned learned();
  }

  /**
   * Carries out a request and its redirects; {@code done} is called on one of this class's threads.
   *
   * @return ends the request early when run
   */
  public Runnable send(HttpCall call, Judge judge, Consumer<Outcome> done) throws SyscallException {
    HttpExchange exchange = new HttpExchange();
    boolean accepted = workers.tryRun(() -> done.accept(outcome(exchange, call, judge)));
    if (!accepted) {
      throw new SyscallException(
          ErrorCode.RESOURCE_EXHAUSTED, QUEUE + " HTTP requests are waiting; try again shortly");
    }
    return exchange::cancel;
  }

  private Outcome outcome(HttpExchange exchange, HttpCall call, Judge judge) {
    try {
      return new Outcome(follow(exchange, call, judge), null);
    } catch (SyscallException refusal) {
      return new Outcome(null, refusal);
    } catch (InterruptedIOException late) {
      // The client's own clock was faster than the caller's timer, which is set to the same time.
      return new Outcome(null, timedOut(call));
    } catch (IOException e) {
      String sentence =
          "HTTP " + call.method() + " to " + call.url().getHost() + " failed: " + e.getMessage();
      return new Outcome(null, new SyscallException(ErrorCode.UNAVAILABLE, sentence));
    } catch (RuntimeException bug) {
      if (exchange.isCancelled()) {
        // The client's own word for a connection that was closed under its hands.
        return new Outcome(null, HttpExchange.givenUp());
      }
      log.error("an HTTP request failed; this is a bug", bug);
      return new Outcome(
          null, new SyscallException(ErrorCode.INTERNAL, "the kernel failed at this request"));
    }
  }

  /** What a caller is told whose request took too long. */
  public static SyscallException timedOut(HttpCall call) {
    return new SyscallException(
        ErrorCode.TIMEOUT,
        "no complete answer from "
            + call.url().getHost()
            + " within "
            + call.timeoutMillis()
            + " ms");
  }

  private HttpAnswer follow(HttpExchange exchange, HttpCall first, Judge judge)
      throws IOException, SyscallException {
    HttpCall call = first;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      Permissions permissions = judge.now();
      call =
          secrets.upgrades(Destination.of(call.url()), permissions.secrets())
              ? call.upgraded()
              : call;
      Destination to = Destination.of(call.url());
      to.judge(permissions.domains());
      Secrets.Attached attached =
          secrets.attach(to, Destination.isSecure(call.url()), permissions.secrets());
      // What is attached stays out of the call that redirects are made from.
      HttpAnswer answer =
          exchange
              .perform(call.with(attached), permissions.domains())
              .redacted(attached.redaction());
      attached.note(judge.learned(), to);
      String location = answer.headers().get("location");
      if (answer.status() < 301
          || answer.status() > LAST_REDIRECT_STATUS
          || location == null
          || answer.status() == 304) {
        return answer;
      }
      call = call.redirected(answer.status(), location);
    }
    throw new SyscallException(
        ErrorCode.UNAVAILABLE, "more than " + MOST_REDIRECTS + " redirects from " + first.url());
  }

  @Override
  public void close() {
    workers.close();
  }
}
