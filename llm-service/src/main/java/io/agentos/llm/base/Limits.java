// SPDX-License-Identifier: MIT
package io.agentos.llm.base;

import java.time.Duration;

/** Every bound of the service, by name; reaching one is an answer or a refusal, never silence. */
public final class Limits {
  /** One line of the contract, without its newline, in either direction. */
  public static final int LINE_BYTES_MAX = 64 << 20;

  /** Requests under way at once; one more is refused with RESOURCE_EXHAUSTED. */
  public static final int REQUESTS_MAX = 64;

  /** The longest time a request may ask for. */
  public static final Duration TIMEOUT_MAX = Duration.ofHours(1);

  /**
   * The text of one answer. JSON writes a character in six bytes at worst, so that an answer of
   * this size still fits a line.
   */
  public static final int ANSWER_CHARS_MAX = 8 << 20;

  /** One HTTP answer of a provider that comes in one piece, and one event of a stream. */
  public static final long RESPONSE_BYTES_MAX = 8 << 20;

  /** All of a stream; providers wrap each few letters in some hundred bytes of JSON. */
  public static final long STREAM_BYTES_MAX = 64 << 20;

  /** Texts that an answer is to end before. */
  public static final int STOPS_MAX = 4;

  /** Calls of tools in one answer. */
  public static final int TOOL_CALLS_MAX = 1_000;

  /** As much of a provider's refusal as is read; the sentence and the retry delay come first. */
  public static final long REFUSAL_BYTES_MAX = 64 << 10;

  /** As long as a refusal is read; one that takes longer is judged by what came. */
  public static final Duration REFUSAL_MAX = Duration.ofSeconds(2);

  /** As much of a provider's own words as an error sentence quotes. */
  public static final int QUOTED_CHARS_MAX = 500;

  /** Connecting to a provider, TLS included. */
  public static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  /** How long a connection to a provider is kept for the next request. */
  public static final Duration IDLE_CONNECTION_MAX = Duration.ofMinutes(5);

  /** A provider that takes nothing of the request for so long is gone. */
  public static final Duration WRITE_STALL_MAX = Duration.ofSeconds(30);

  /** The longest pause that a provider's "retry later" is passed on as. */
  public static final Duration RETRY_AFTER_MAX = Duration.ofHours(24);

  /** What requests under way get to finish in when the input ends. */
  public static final Duration EXIT_GRACE = Duration.ofMillis(250);

  /** Callers whose calls are counted; the one heard of least recently is forgotten first. */
  public static final int CALLERS_MAX = 10_000;

  /** A settings file, a .env file or a script. */
  public static final int FILE_BYTES_MAX = 1 << 20;

  /** The length of an API key: shorter ones would occur in answers by chance. */
  public static final int KEY_CHARS_MIN = 16;

  /** The length of an API key. */
  public static final int KEY_CHARS_MAX = 512;

  /** As much of a message as the expressions of a script are matched against. */
  public static final int MATCHED_CHARS_MAX = 64 << 10;

  /** The longest delay a script may ask for. */
  public static final Duration SCRIPT_DELAY_MAX = Duration.ofHours(1);

  /** Tables of providers in the configuration. */
  public static final int PROVIDERS_MAX = 32;

  /** How deep the JSON schema of an answer may be nested. */
  public static final int SCHEMA_DEPTH_MAX = 64;

  /** Exchanges on a cassette. */
  public static final int CASSETTE_EXCHANGES_MAX = 100_000;

  /** One line of a cassette: a request and its answer. */
  public static final int CASSETTE_LINE_BYTES_MAX = 128 << 20;

  /** Recorded requests that one that was not recorded is compared with. */
  public static final int COMPARED_EXCHANGES_MAX = 2_000;

  /** As much of the last message of the user as is kept for comparing. */
  public static final int COMPARED_CHARS_MAX = 2_000;

  /** Thought signatures remembered; the one used least recently is forgotten first. */
  public static final int SIGNATURES_MAX = 512;

  /** One thought signature, or the thoughts that came with one; longer ones are not remembered. */
  public static final int SIGNATURE_BYTES_MAX = 64 << 10;

  /** One line on standard error; a longer one is written in pieces. */
  public static final int LOG_LINE_BYTES_MAX = 64 << 10;

  private Limits() {}
}
