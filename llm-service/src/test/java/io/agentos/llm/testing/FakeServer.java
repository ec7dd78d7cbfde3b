// SPDX-License-Identifier: MIT
package io.agentos.llm.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
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

/** A server on this machine that does what a test wants, and keeps what it was sent. */
public class FakeServer implements AutoCloseable {
  static {
    // Nagle's algorithm would add 40 ms to each answer.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** What the server does with a request. */
  public interface Behaviour {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** A request that came in. */
  public record Received(String target, Headers headers, JsonNode body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();

  public FakeServer(Behaviour behaviour) throws IOException {
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
              exchange.getRequestHeaders(),
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

  /** Waits until the other side has closed the connection, sending what it would read if not. */
  public static void awaitHangUp(OutputStream stream, String filler) {
    try {
      while (true) {
        stream.write(filler.getBytes(UTF_8));
        stream.flush();
      }
    } catch (IOException e) {
      // This is what is waited for.
    }
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
