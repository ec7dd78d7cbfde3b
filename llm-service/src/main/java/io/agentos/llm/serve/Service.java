// SPDX-License-Identifier: MIT
package io.agentos.llm.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Limits;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries requests out, many at once, and answers each exactly once. */
public final class Service {
  private static final Duration THREAD_IDLE = Duration.ofSeconds(60);

  private final Backend backend;
  private final LineWriter writer;
  private final LongSupplier nanoTime;
  private final CallCounts calls = new CallCounts();
  private final ConcurrentHashMap<Long, Ticket> running = new ConcurrentHashMap<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor deadlines;

  public Service(Backend backend, LineWriter writer, LongSupplier nanoTime) {
    this.backend = backend;
    this.writer = writer;
    this.nanoTime = nanoTime;
    // As many may wait as may run: a worker can outlive its request for as long as a provider
    // takes to notice that it was cancelled.
    this.workers =
        new ThreadPoolExecutor(
            Limits.REQUESTS_MAX,
            Limits.REQUESTS_MAX,
            THREAD_IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(Limits.REQUESTS_MAX),
            daemons("worker"));
    workers.allowCoreThreadTimeOut(true);
    this.deadlines = new ScheduledThreadPoolExecutor(1, daemons("deadlines"));
    deadlines.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Says that requests are welcome. */
  void ready() {
    writer.write(Replies.ready(backend.choice()));
  }

  /** Takes a request; called by one thread, in the order of arrival. */
  void handle(Request request) {
    if (request instanceof Request.Generate generate) {
      generate(generate);
    } else if (request instanceof Request.Cancel cancel) {
      cancel(cancel.target());
    } else {
      status(request.id());
    }
  }

  /** Answers a line that became no request. */
  void reject(long id, Failure failure) {
    writer.write(Replies.error(id, failure, /* sent= */ false));
  }

  /** Lets what runs finish for so long; what is left is dropped with the process. */
  void drain(Duration grace) {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        log().info("{} requests were still under way when the input ended", running.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void generate(Request.Generate request) {
    if (running.containsKey(request.id())) {
      // Under its own id this would be taken for the answer to the other one.
      reject(
          0,
          Failure.lasting(
              ErrorCode.INVALID_REQUEST, "the id " + request.id() + " is already under way"));
      return;
    }
    if (running.size() >= Limits.REQUESTS_MAX) {
      refuse(request.id());
      return;
    }
    Ticket ticket = new Ticket(request, calls.next(request.prompt().caller()), writer, nanoTime);
    Backend.Job job = backend.accept(request);
    running.put(request.id(), ticket);
    ScheduledFuture<?> deadline =
        deadlines.schedule(
            () -> fail(ticket, timedOut(request)),
            request.timeout().toMillis(),
            TimeUnit.MILLISECONDS);
    ticket.onEnd(() -> deadline.cancel(/* mayInterruptIfRunning= */ false));
    Runnable task = () -> work(ticket, job);
    // A request that ends while it waits must not take the place of one that still lives.
    ticket.onEnd(() -> workers.remove(task));
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      fail(ticket, full());
    }
  }

  private void refuse(long id) {
    failed.incrementAndGet();
    reject(id, full());
  }

  private static Failure full() {
    return Failure.passing(
        ErrorCode.RESOURCE_EXHAUSTED,
        Limits.REQUESTS_MAX + " requests are under way, which is as many as are taken at once");
  }

  private static Failure timedOut(Request.Generate request) {
    return Failure.passing(
        ErrorCode.TIMEOUT, "no answer within " + request.timeout().toMillis() + " ms");
  }

  private void work(Ticket ticket, Backend.Job job) {
    if (ticket.ended()) {
      return;
    }
    try {
      Backend.Answered answered = job.run(ticket);
      if (answered.answer().content().length() > Limits.ANSWER_CHARS_MAX) {
        fail(ticket, Draft.tooLong());
        return;
      }
      finish(ticket, sent -> result(ticket, answered), this.answered);
    } catch (FailureException e) {
      note(ticket, e.failure());
      fail(ticket, e.failure());
    } catch (Throwable e) {
      // A bug, or a stack or a heap that one request outgrew: that request ends, the others go on.
      log().error("request {} broke", ticket.request().id(), e);
      fail(ticket, Failure.lasting(ErrorCode.INTERNAL, "the provider broke"));
    }
  }

  private static ObjectNode result(Ticket ticket, Backend.Answered answered) {
    return Replies.result(
        ticket.request().id(),
        answered.provider(),
        answered.answer(),
        answered.latency().toMillis());
  }

  /** Tells the operator what only the operator can do something about. */
  private static void note(Ticket ticket, Failure failure) {
    boolean operators =
        failure.code() == ErrorCode.UNAVAILABLE || failure.code() == ErrorCode.PERMISSION_DENIED;
    if (operators && !ticket.ended()) {
      long id = ticket.request().id();
      log().warn("request {}: {}: {}", id, failure.code(), failure.message());
    }
  }

  private void fail(Ticket ticket, Failure failure) {
    finish(ticket, sent -> Replies.error(ticket.request().id(), failure, sent), failed);
  }

  private void finish(Ticket ticket, Function<Boolean, ObjectNode> lastLine, AtomicLong counter) {
    // The kernel may use the id again as soon as it reads the answer.
    ticket.end(
        lastLine,
        () -> {
          running.remove(ticket.request().id());
          counter.incrementAndGet();
        });
  }

  private void cancel(long target) {
    Ticket ticket = running.get(target);
    if (ticket != null) {
      fail(ticket, Failure.lasting(ErrorCode.CANCELLED, "cancelled by the kernel"));
    }
  }

  private void status(long id) {
    var counts = new Replies.Counts(running.size(), answered.get(), failed.get());
    writer.write(Replies.status(id, backend.choice(), counts));
  }

  /** Looked up when there is something to say: logging takes longer to set up than all the rest. */
  private static Logger log() {
    return LoggerFactory.getLogger(Service.class);
  }
}
