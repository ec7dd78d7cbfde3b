// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.agentos.llm.base.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on this machine that speaks the REST format of the Gemini Developer API. */
public final class FakeGemini implements AutoCloseable {
  static {
    // Nagle's algorithm would add 40 ms to each answer.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** What the server does with a request. */
  public interface Behaviour {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** A request that came in. */
  public record Received(String target, String key, JsonNode body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();

  public FakeGemini(Behaviour behaviour) throws IOException {
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, behaviour));
    server.start();
  }

  private void handle(HttpExchange exchange, Behaviour behaviour) throws IOException {
    // Closing an exchange whose answer is incomplete cuts the connection.
    try (exchange) {
      received.add(
          new Received(
              exchange.getRequestURI().toString(),
              String.valueOf(exchange.getRequestHeaders().getFirst("x-goog-api-key")),
              Json.mapper().readTree(exchange.getRequestBody())));
      behaviour.answer(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers everything with one status and one text. */
  public static Behaviour replying(int status, String body) {
    return exchange -> reply(exchange, status, body);
  }

  public static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Begins a stream of events; they go out as they are written. */
  public static OutputStream stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, /* chunked */ 0);
    return exchange.getResponseBody();
  }

  public static void event(OutputStream stream, String json) throws IOException {
    stream.write(("data: " + json.strip().replace("\n", "") + "\r\n\r\n").getBytes(UTF_8));
    stream.flush();
  }

  /** A response with one piece of text; the reason is left out when it is empty. */
  public static String text(String text, String finishReason) {
    var response = Json.object();
    var candidate = response.putArray("candidates").addObject();
    candidate
        .putObject("content")
        .put("role", "model")
        .putArray("parts")
        .addObject()
        .put("text", text);
    if (!finishReason.isEmpty()) {
      candidate.put("finishReason", finishReason);
    }
    response.putObject("usageMetadata").put("promptTokenCount", 4).put("candidatesTokenCount", 2);
    return response.toString();
  }

  /** An error as the API reports one. */
  public static String error(int code, String status, String message) {
    var error = Json.object();
    error.putObject("error").put("code", code).put("message", message).put("status", status);
    return error.toString();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public List<Received> received() {
    return received;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
