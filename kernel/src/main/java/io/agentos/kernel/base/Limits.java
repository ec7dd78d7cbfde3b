// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.time.Duration;

/** Every bound of the kernel that no configuration changes, in one place. */
public final class Limits {
  /** Questions for names that one agent has under way, over UDP and over TCP each. */
  public static final int NAME_QUERIES_PER_AGENT = 64;

  /** Of one over TCP; a name has at most 255. */
  public static final int NAME_QUERY_BYTES = 512;

  /** A connection that has not asked by then is ended. */
  public static final Duration NAME_QUERY_TIME = Duration.ofSeconds(5);

  /** Files and folders in what an agent has mounted for another, each of which is judged. */
  public static final int MOUNT_ENTRIES = 50_000;

  /** Folders within folders of that. */
  public static final int MOUNT_DEPTH = 64;

  /** Connections that wait to be accepted; the system caps it at net.core.somaxconn. */
  public static final int BACKLOG = 4096;

  /** Connections that one agent has open. */
  public static final int CONNECTIONS_PER_AGENT = 256;

  /** Bytes taken from one connection before the others get their turn. */
  public static final int READ_BYTES = 64 * 1024;

  /** Bytes written to one connection by one system call. */
  public static final int WRITE_BYTES = 128 * 1024;

  /** A connection with more unsent bytes than this is not read from until its client catches up. */
  public static final int UNSENT_BYTES = 256 * 1024;

  /** Unfinished requests and untaken answers that are held: of one agent, and of all together. */
  public static final int HELD_BYTES_PER_AGENT = 16 << 20;

  public static final int HELD_BYTES = 128 << 20;

  /** Of those, memory that is kept for the next ones when none is held. */
  public static final int POOLED_BYTES = 8 << 20;

  /** Largest payload accepted unless configured, and the largest that may be configured. */
  public static final int DEFAULT_MAX_PAYLOAD = 1 << 20;

  public static final int LARGEST_MAX_PAYLOAD = 64 << 20;

  /** A frame that is not complete this long after its first byte ends its connection. */
  public static final Duration FRAME_TIME = Duration.ofSeconds(30);

  /** How deep JSON may nest; deeper is refused before it costs stack. */
  public static final int JSON_DEPTH = 128;

  public static final int WORKER_THREADS = 16;
  public static final int WORKER_QUEUE = 4096;

  /** Starts of processes that wait for the spawner. */
  public static final int SPAWN_QUEUE = 2048;

  /** Agents that live at once. */
  public static final int AGENTS = 4096;

  /** Agents that one agent has alive at once, those of its children included. */
  public static final int DESCENDANTS = 64;

  /** Ended agents whose exit record is kept; the oldest goes first. */
  public static final int ENDED_AGENTS = 1000;

  public static final int NAME_CHARACTERS = 64;
  public static final int ARGUMENTS = 1024;
  public static final int ENVIRONMENT_ENTRIES = 256;

  /** Messages that one mailbox holds, and the bytes of all of them together. */
  public static final int MAILBOX_MESSAGES = 1000;

  public static final int MAILBOX_BYTES = 8 << 20;

  /** Of all mailboxes together. */
  public static final int ALL_MAILBOX_BYTES = 64 << 20;

  /** Of those, from one sender. */
  public static final int SENDER_BYTES = 16 << 20;

  /** Of all LLM requests that wait or are under way. */
  public static final int LLM_QUEUE_BYTES = 64 << 20;

  /** READ and captured output of EXEC, unless the caller asks for less. */
  public static final int READ_LIMIT = 512 * 1024;

  /**
   * Of each output stream of EXEC, as JSON has it: both together always fit the smallest default
   * answer.
   */
  public static final int EXEC_OUTPUT_BYTES = 448 * 1024;

  public static final Duration EXEC_TIME = Duration.ofSeconds(30);
  public static final Duration EXEC_TIME_LONGEST = Duration.ofHours(1);

  /** EXECs and HTTP requests that run at once. */
  public static final int EXECS = 256;

  /** Of them, of one agent; and its HTTP requests, and its calls of LOGS. */
  public static final int EXECS_PER_AGENT = 64;

  public static final int HTTP_PER_AGENT = 16;
  public static final int FOLLOWERS_PER_AGENT = 16;

  /** The proxy in a sandbox: connections of one agent, and of all together. */
  public static final int PROXY_CONNECTIONS_PER_AGENT = 256;

  public static final int PROXY_CONNECTIONS = 8192;

  /** Of a request, or an answer, up to its body. */
  public static final int PROXY_HEAD_BYTES = 64 * 1024;

  public static final Duration PROXY_HEAD_TIME = Duration.ofSeconds(15);

  /** To reach one of a host's addresses, of which no more than these are tried. */
  public static final Duration PROXY_CONNECT_TIME = Duration.ofSeconds(10);

  public static final int PROXY_ADDRESSES = 4;

  /** Without a byte in either direction; and in all. */
  public static final Duration PROXY_IDLE_TIME = Duration.ofMinutes(5);

  public static final Duration PROXY_TOTAL_TIME = Duration.ofHours(1);

  /** For a program to take the last bytes of its answer. */
  public static final Duration PROXY_LINGER = Duration.ofSeconds(5);

  public static final int PROXY_THREADS = 2;

  /** Names that are looked up at once, and that wait for it. */
  public static final int PROXY_LOOKUPS = 16;

  public static final int PROXY_LOOKUP_QUEUE = 1024;

  /** Who asks the LLM over HTTP: connections of one agent, and of all together. */
  public static final int DOOR_CONNECTIONS_PER_AGENT = 256;

  public static final int DOOR_CONNECTIONS = 8192;

  /** For a request to come whole. */
  public static final Duration DOOR_BODY_TIME = Duration.ofSeconds(30);

  /** Of an answer that is not taken; who leaves more is not waited for. */
  public static final int DOOR_UNTAKEN_BYTES = 8 << 20;

  /** An agent's log: this many files of this size. */
  public static final int LOG_FILES = 4;

  public static final int LOG_FILE_BYTES = 1 << 20;

  /** Longer lines are split. */
  public static final int LOG_LINE_BYTES = 16 * 1024;

  /** Of one answer of LOGS. */
  public static final int LOG_ANSWER_BYTES = 512 * 1024;

  public static final int LOG_LINES_DEFAULT = 100;
  public static final int LOG_LINES_MOST = 10_000;

  /**
   * Lines that wait for a follower of LOGS for whom the output is held back: what one chunk of each
   * stream can still add to a full answer, and then some.
   */
  public static final int HOLDER_BYTES = 32 << 20;

  /** Entries of the audit log that wait to be written. */
  public static final int AUDIT_QUEUE = 10_000;

  /** One agent's; more are counted only, so that nobody pushes others out of the log. */
  public static final int AUDIT_REFUSALS_PER_MINUTE = 600;

  /** For what waits to be written when the kernel ends. */
  public static final Duration AUDIT_CLOSE = Duration.ofSeconds(5);

  /** Different uses that are noted of an agent that learns. */
  public static final int LEARNED_USES = 2000;

  /** Of these uses together, so that they fit into one answer however they are escaped. */
  public static final int LEARNED_CHARACTERS = 128 * 1024;

  public static final int AUDIT_ENTRIES_DEFAULT = 100;
  public static final int AUDIT_ENTRIES_MOST = 1000;

  /** Unread events of one caller; the kernel's own push the oldest out. */
  public static final int EVENTS = 1000;

  public static final int EVENT_BYTES = 1 << 20;

  /** Unread events of all callers together. */
  public static final int ALL_EVENT_BYTES = 64 << 20;

  /** Of one event that is emitted. */
  public static final int EVENT_DATA_BYTES = 64 * 1024;

  /** Event types that one caller can ask for. */
  public static final int EVENT_PATTERNS = 32;

  public static final int EVENTS_POLLED_DEFAULT = 100;

  /**
   * After which an agent that waits for the LLM is looked at, and again to see whether it works.
   */
  public static final Duration FREEZE_LOOK = Duration.ofMillis(250);

  public static final Duration FREEZE_LOOK_LONGEST = Duration.ofSeconds(4);

  /** CPU time between two looks that is no work: less than a tick of the clock. */
  public static final Duration FREEZE_QUIET = Duration.ofMillis(5);

  /** Between asking an agent to stop and ending it. */
  public static final Duration KILL_GRACE = Duration.ofSeconds(5);

  public static final Duration KILL_GRACE_LONGEST = Duration.ofMinutes(5);

  /** Longest wait of RECV and WAIT; a client asks again. */
  public static final Duration WAIT_LONGEST = Duration.ofHours(1);

  /** A sandbox that has not started its payload by then is given up. */
  public static final Duration START_TIME = Duration.ofSeconds(20);

  public static final Duration BACKOFF_FIRST = Duration.ofMillis(100);
  public static final Duration BACKOFF_LONGEST = Duration.ofSeconds(30);

  private Limits() {}
}
