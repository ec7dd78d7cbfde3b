// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import io.agentos.kernel.wire.SyscallException;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Why a request goes no further: what the program is answered. */
public final class Refusal extends Exception {
  private final transient HttpResponseStatus status;

  public Refusal(HttpResponseStatus status, String sentence) {
    super(sentence, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    this.status = status;
  }

  /** The same refusal as the HTTP call's, as HTTP has it. */
  public static Refusal of(SyscallException refusal) {
    HttpResponseStatus status =
        switch (refusal.code()) {
          case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
          case INVALID_REQUEST -> HttpResponseStatus.BAD_REQUEST;
          case RESOURCE_EXHAUSTED -> HttpResponseStatus.SERVICE_UNAVAILABLE;
          case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
          case TIMEOUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
          default -> HttpResponseStatus.BAD_GATEWAY;
        };
    return new Refusal(status, refusal.sentence());
  }

  public HttpResponseStatus status() {
    return status;
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }
}
