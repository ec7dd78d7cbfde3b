// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.net;

import io.agentos.kernel.base.JsonCost;
import io.agentos.kernel.net.HttpAnswer;
import io.agentos.kernel.net.HttpCall;
import io.agentos.kernel.net.Web;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Right;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes an HTTP request on the caller's behalf, to the hosts it may talk to. */
public final class Http implements Syscall.Deferred<Http.Request, Http.Response> {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final int MOST_HEADERS = 100;
  private static final double BASE64_GROWTH = 4.0 / 3;

  /** The connection's own business. */
  private static final Set<String> REFUSED_HEADERS =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "upgrade",
          "te",
          "trailer",
          "expect");

  private final Web web;
  private final Reactor reactor;

  public Http(Web web, Reactor reactor) {
    this.web = web;
    this.reactor = reactor;
  }

  /** {@code timeout} in seconds, default 30, for the whole exchange. */
  public record Request(
      @Nullable String url,
      @Nullable String method,
      @Nullable Map<String, String> headers,
      @Nullable String body,
      @Nullable Double timeout) {}

  /**
   * {@code encoding}: utf-8, or base64 for a body that is no text; {@code truncated}: there was
   * more.
   */
  public record Response(
      int statusCode,
      Map<String, String> headers,
      String body,
      String encoding,
      boolean truncated) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    Duration timeout = timeout(request.timeout());
    HttpCall call =
        new HttpCall(
            url(request.url()),
            method(request.method()),
            headers(request),
            body(request),
            timeout.toMillis());
    Runnable cancel =
        web.send(call, new Asking(caller), outcome -> reactor.post(() -> answer(reply, outcome)));
    reply.onAbandon(cancel);
    reply.onTimeout(
        timeout,
        () -> {
          cancel.run();
          reply.fail(Web.timedOut(call));
        });
  }

  private record Asking(Caller caller) implements Web.Judge {
    @Override
    public Permissions now() throws SyscallException {
      Right.HTTP.admit(caller, "HTTP");
      return caller.now();
    }

    @Override
    public Learned learned() {
      return caller.learned();
    }
  }

  private static void answer(Reply<Response> reply, Web.Outcome outcome) {
    if (outcome.refusal() != null) {
      reply.fail(outcome.refusal());
      return;
    }
    HttpAnswer answer = Objects.requireNonNull(outcome.answer());
    Optional<String> text = text(answer.body());
    String body = text.orElseGet(() -> Base64.getEncoder().encodeToString(answer.body()));
    String encoding = text.isPresent() ? "utf-8" : "base64";
    reply.succeed(
        new Response(answer.status(), answer.headers(), body, encoding, answer.truncated()));
  }

  /** Absent when the bytes are no UTF-8, or would be longer as JSON text than as base64. */
  private static Optional<String> text(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      boolean shortEnough = JsonCost.of(text) <= body.length * BASE64_GROWTH + 2;
      return shortEnough ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static URI url(@Nullable String text) throws SyscallException {
    if (text == null) {
      throw SyscallException.invalid("HTTP needs the field url");
    }
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw SyscallException.invalid("url is no valid URL: " + e.getReason());
    }
  }

  private static String method(@Nullable String name) throws SyscallException {
    String method = name == null ? "GET" : name.toUpperCase(Locale.ROOT);
    if (!METHODS.contains(method)) {
      throw SyscallException.invalid("method must be one of " + METHODS.stream().sorted().toList());
    }
    return method;
  }

  private static Map<String, String> headers(Request request) throws SyscallException {
    Map<String, String> headers = request.headers() == null ? Map.of() : request.headers();
    if (headers.size() > MOST_HEADERS) {
      throw SyscallException.invalid("at most " + MOST_HEADERS + " headers can be sent");
    }
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey();
      if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
          || REFUSED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        throw SyscallException.invalid(
            "header \""
                + name.replaceAll("\\p{Cntrl}", "?")
                + "\" is not a header that can be set");
      }
      if (header.getValue() == null || !header.getValue().matches("[\\t\\x20-\\x7E\\x80-\\xFF]*")) {
        throw SyscallException.invalid(
            "the value of header "
                + name
                + " holds characters that a header must not (line breaks, controls)");
      }
    }
    return headers;
  }

  private static byte[] body(Request request) {
    return request.body() == null ? new byte[0] : request.body().getBytes(StandardCharsets.UTF_8);
  }

  private static Duration timeout(@Nullable Double seconds) throws SyscallException {
    if (seconds == null) {
      return DEFAULT_TIMEOUT;
    }
    if (!(seconds > 0 && seconds <= LONGEST_TIMEOUT.toSeconds())) {
      throw SyscallException.invalid(
          "timeout must be above 0 and at most " + LONGEST_TIMEOUT.toSeconds() + " seconds");
    }
    return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
  }
}
