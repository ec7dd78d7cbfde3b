// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.Devices;
import io.agentos.kernel.agent.Ids;
import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.agent.RunFactory;
import io.agentos.kernel.agent.SandboxLayout;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.base.Version;
import io.agentos.kernel.door.LlmDoor;
import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.exec.Commands;
import io.agentos.kernel.http.Loops;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.metric.ConnectionCounts;
import io.agentos.kernel.net.Web;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.proxy.EgressProxy;
import io.agentos.kernel.proxy.NameServer;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.Workers;
import io.agentos.kernel.sandbox.CgroupTree;
import io.agentos.kernel.sandbox.Enforcement;
import io.agentos.kernel.sandbox.Launcher;
import io.agentos.kernel.sandbox.LimitMonitor;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Dispatcher;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Services;
import io.agentos.kernel.syscall.agent.Spawn;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: makes every part, joins them, and takes them down in the opposite order. */
public final class Kernel {
  private static final Logger log = LoggerFactory.getLogger(Kernel.class);
  private static final int OWNER_ONLY = 0700;

  /** sun_path of a Unix socket address, without its final NUL. */
  private static final int LONGEST_SOCKET = 107;

  private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(3);
  private static final Duration SHUTDOWN_LONGEST = Duration.ofSeconds(10);

  private final KernelConfig config;
  private final SingleInstance instance;
  private final Optional<CgroupTree> cgroups;
  private final Reactor reactor;
  private final Workers workers = new Workers("worker", Limits.WORKER_THREADS, Limits.WORKER_QUEUE);
  private final LimitMonitor monitor;
  private final Launcher launcher;
  private final Ids ids;
  private final Agents agents;
  private final Llm llm;
  private final AuditLog audit;
  private final Web web;
  private final Loops loops = new Loops();
  private final EgressProxy egress;
  private final LlmDoor llmDoor;
  private final Doorkeeper doors;
  private final Dispatcher dispatcher;
  private final McpServers mcpServers;
  private final Notify notify = Notify.fromEnvironment(System.getenv());
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean stopping;

  /**
   * Prepares everything on the calling thread, which becomes the reactor's; {@link #run()} serves.
   */
  public Kernel(KernelConfig config) throws IOException {
    this.config = config;
    KernelPaths paths = config.paths();
    requireHelper(paths.helper());
    makeFolders(paths);
    instance = SingleInstance.claim(paths.socket());
    NativeLibraries.unpackIn(paths.state().resolve("native"));
    long descriptors = Sys.raiseDescriptorLimit();
    cgroups = CgroupTree.open(Sys.pid());
    reactor = new Reactor();
    audit =
        new AuditLog(
            reactor,
            paths.state().resolve("audit.db"),
            config.auditEntries(),
            Duration.ofDays(config.auditDays()),
            new Subjects(config.secrets().redactor()));
    monitor = new LimitMonitor(reactor);
    launcher = new Launcher(reactor, paths.helper());
    Enforcement enforcement = new Enforcement(cgroups, monitor, config.strictLimits());
    ids = new Ids(paths.state().resolve("last-id"));
    egress = new EgressProxy(reactor, loops, config.secrets(), audit);
    NameServer names = new NameServer(loops, audit);
    llmDoor = new LlmDoor(reactor, loops, config.maxPayload());
    web = new Web(config.secrets());
    RunFactory runs =
        new RunFactory(
            reactor,
            workers,
            new SandboxLayout(paths),
            enforcement,
            launcher,
            new LocalService.All(egress, llmDoor, names.streams(), names.datagrams()));
    EventBus events = new EventBus(this::mayHear);
    agents = new Agents(reactor, workers, paths, ids, runs, events);
    llm = new Llm(reactor, config.llm(), events);
    Postboxes postboxes = new Postboxes(reactor);
    ConnectionCounts connections = new ConnectionCounts();
    doors = new Doorkeeper(reactor, config, ids, postboxes, events, llm, audit, connections);
    agents.setDoors(doors);
    Offload offload = new Offload(reactor, workers);
    Devices devices = devices(config);
    mcpServers = new McpServers(config.mcpServers(), new Spawn(agents, devices, offload));
    ProtocolConfig protocol = new ProtocolConfig(Version.TEXT, config.maxPayload());
    dispatcher =
        new Dispatcher(
            reactor,
            new Services(
                protocol,
                reactor,
                offload,
                agents,
                devices,
                postboxes,
                events,
                new io.agentos.kernel.fs.Files(),
                new Commands(reactor, workers, launcher, enforcement),
                llm,
                web,
                audit,
                new CallCounts(),
                connections));
    log.info(
        "{} descriptors, cgroup controllers {}",
        descriptors,
        cgroups.map(CgroupTree::controllers).map(Object::toString).orElse("none"));
  }

  /** An agent hears of itself and of those below it, everyone else here is an operator. */
  private boolean mayHear(AgentId listener, Optional<AgentId> about) {
    Optional<Agent> watcher = agents.find(listener);
    return watcher.isEmpty()
        || about
            .flatMap(agents::find)
            .filter(agent -> agent == watcher.get() || agent.descendsFrom(watcher.get()))
            .isPresent();
  }

  private static Devices devices(KernelConfig config) throws BootException {
    try {
      return Devices.at(config.devices());
    } catch (IOException e) {
      throw new BootException(SandboxConfig.DEVICES + ": " + e.getMessage());
    }
  }

  private static void requireHelper(Path helper) throws BootException {
    if (!Files.isExecutable(helper)) {
      throw new BootException(
          "the sandbox helper " + helper + " is missing; build it with `make -C sandbox-native`");
    }
  }

  private static void makeFolders(KernelPaths paths) throws IOException {
    Path agents = paths.runtime().resolve("agents");
    for (Path folder :
        new Path[] {paths.socket().getParent(), paths.state(), paths.runtime(), agents}) {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        Sys.chmod(folder.toString(), OWNER_ONLY);
      }
    }
    // Where everyone may write, someone else may have made them first.
    for (Path folder : new Path[] {paths.state(), paths.runtime(), agents}) {
      Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      if ((Integer) owner != Sys.uid()) {
        throw new BootException(
            folder + " belongs to user " + owner + "; choose a folder of your own");
      }
    }
    if (paths.agentSocket(new AgentId(Integer.MAX_VALUE)).toString().length() > LONGEST_SOCKET) {
      throw new BootException(
          "the run-time folder "
              + paths.runtime()
              + " is too long: sockets in it must stay within "
              + LONGEST_SOCKET
              + " characters; choose a shorter one with AGENTOS_RUNTIME_DIR");
    }
  }

  /** Serves until {@link #requestStop()}, or SIGTERM or SIGINT. */
  public void run() throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "shutdown"));
    try {
      audit.awaitOpen();
      llmDoor.open(dispatcher, doors::callerOf);
      openHostDoor();
      doors.open(dispatcher);
      log.info("AgentOS {} serves {}", Version.TEXT, config.paths().socket());
      mcpServers.start(doors::kernelItself);
      notify.ready("serving " + config.paths().socket());
      reactor.run();
    } finally {
      release();
      ended.countDown();
    }
  }

  private void openHostDoor() throws IOException {
    Path runtime = config.paths().runtime();
    Files.deleteIfExists(HostDoor.tokenFile(runtime));
    if (config.door().isPresent()) {
      HostDoor.Settings settings = config.door().get();
      InetSocketAddress address = settings.address();
      Caller caller = doors.hostDoor(settings.permissions());
      try {
        llmDoor.openOnHost(address, HostDoor.makeToken(runtime), () -> caller);
      } catch (Exception e) {
        throw new BootException(
            "nothing can listen at "
                + address.toString().substring(1)
                + " ("
                + HostDoor.KEY
                + "): "
                + e.getMessage());
      }
      log.info(
          "the LLM is asked at {} with the token in {}",
          settings.baseUrl(),
          HostDoor.tokenFile(runtime));
    }
  }

  /** Asks the kernel to end; returns at once. */
  public void requestStop() {
    reactor.post(this::beginStop);
  }

  private void stopAndWait() {
    requestStop();
    try {
      if (!ended.await(SHUTDOWN_LONGEST.plus(SHUTDOWN_GRACE).toMillis(), TimeUnit.MILLISECONDS)) {
        log.error("the kernel did not end within {}", SHUTDOWN_LONGEST);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beginStop() {
    if (stopping) {
      return;
    }
    stopping = true;
    notify.stopping();
    log.info("stopping: agents are asked to end");
    doors.close();
    reactor.schedule(SHUTDOWN_LONGEST, reactor::stop);
    agents.shutDown(SHUTDOWN_GRACE, reactor::stop);
  }

  private void release() throws IOException {
    llm.close();
    web.close();
    egress.close();
    loops.close();
    Files.deleteIfExists(HostDoor.tokenFile(config.paths().runtime()));
    audit.close();
    launcher.close();
    monitor.close();
    workers.close();
    cgroups.ifPresent(CgroupTree::close);
    Files.deleteIfExists(config.paths().socket());
    ids.close();
    instance.close();
    log.info("stopped");
  }
}
