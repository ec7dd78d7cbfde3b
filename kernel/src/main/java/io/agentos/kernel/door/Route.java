// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a request asks for.
 *
 * @param model which model is asked about; empty for all
 */
record Route(Kind kind, String model) {
  enum Kind {
    CHAT,
    MODELS
  }

  private static final String CHAT = "/v1/chat/completions";
  private static final String MODELS = "/v1/models";
  private static final String VERSION = "/v1";

  /** Of OpenAI's, which its clients also make. */
  private static final Set<String> OTHER_CALLS =
      Set.of("/v1/responses", "/v1/completions", "/v1/embeddings");

  private static final Pattern OWN_HOST =
      Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

  /**
   * Reads the head of a request.
   *
   * @param mostBytes that its body may have
   */
  static Route of(HttpRequest head, long mostBytes) throws Refused {
    if (head.decoderResult().isFailure()) {
      throw Refused.http(HttpResponseStatus.BAD_REQUEST, "this request can't be read");
    }
    refuseBrowsers(head.headers());
    Route route = route(head.uri());
    HttpMethod method = route.kind == Kind.CHAT ? HttpMethod.POST : HttpMethod.GET;
    if (!head.method().equals(method)) {
      throw Refused.http(
              HttpResponseStatus.METHOD_NOT_ALLOWED, "this address is asked with " + method)
          .with("Allow", method.name());
    }
    String expected = head.headers().get(HttpHeaderNames.EXPECT);
    if (expected != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
      throw Refused.http(
          HttpResponseStatus.EXPECTATION_FAILED, "the header Expect may only be 100-continue");
    }
    if (route.kind == Kind.CHAT) {
      requireJson(head.headers());
    }
    if (HttpUtil.getContentLength(head, 0L) > mostBytes) {
      throw tooLarge(mostBytes);
    }
    return route;
  }

  static Refused tooLarge(long mostBytes) {
    return Refused.http(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "the request's body is larger than max_payload, which is " + mostBytes + " bytes");
  }

  /**
   * A page of somebody else's can have a browser send requests here, and by a name of its own that
   * it lets stand for this address even read the answers; no other client has an origin.
   */
  private static void refuseBrowsers(HttpHeaders headers) throws Refused {
    String host = headers.get(HttpHeaderNames.HOST, "");
    if (!OWN_HOST.matcher(host).matches()) {
      throw Refused.http(
          HttpResponseStatus.FORBIDDEN, "the header Host must be 127.0.0.1 or localhost");
    }
    if (headers.contains(HttpHeaderNames.ORIGIN)) {
      throw Refused.http(
          HttpResponseStatus.FORBIDDEN,
          "requests of web pages (with the header Origin) are refused");
    }
  }

  private static Route route(String uri) throws Refused {
    String path = uri.startsWith("/") ? new QueryStringDecoder(uri).rawPath() : uri;
    if (path.equals(CHAT)) {
      return new Route(Kind.CHAT, "");
    }
    if (path.equals(MODELS)) {
      return new Route(Kind.MODELS, "");
    }
    if (path.startsWith(MODELS + "/") && path.length() > MODELS.length() + 1) {
      return new Route(Kind.MODELS, decoded(path.substring(MODELS.length() + 1)));
    }
    throw Refused.http(HttpResponseStatus.NOT_FOUND, missing(path));
  }

  /** What there is instead, for those who expect more of OpenAI's API, or left out the version. */
  private static String missing(String path) {
    String there = "there are POST " + CHAT + ", GET " + MODELS + " and GET " + MODELS + "/{model}";
    if (OTHER_CALLS.contains(path)) {
      return "there is no "
          + path
          + " here: ask for chat completions instead (chat.completions in OpenAI's clients); "
          + there;
    }
    if (CHAT.equals(VERSION + path) || MODELS.equals(VERSION + path)) {
      return "there is no " + path + " here: the base URL must end in " + VERSION + "; " + there;
    }
    return "there is no such address here; " + there;
  }

  private static String decoded(String text) throws Refused {
    try {
      return QueryStringDecoder.decodeComponent(text.replace("+", "%2B"));
    } catch (IllegalArgumentException e) {
      throw Refused.http(HttpResponseStatus.BAD_REQUEST, "the model's name is not URL-encoded");
    }
  }

  private static void requireJson(HttpHeaders headers) throws Refused {
    CharSequence type = HttpUtil.getMimeType(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
    if (type == null || !HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(type)) {
      throw Refused.http(
          HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json");
    }
    if (headers.contains(HttpHeaderNames.CONTENT_ENCODING)) {
      throw Refused.http(
          HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "the body must come as it is, not encoded");
    }
  }
}
