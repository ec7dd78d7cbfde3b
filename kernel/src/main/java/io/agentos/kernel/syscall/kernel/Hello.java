// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.kernel;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.Frame;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says who the kernel is, who the caller is, and what both may expect. */
public final class Hello implements Syscall.Inline<Hello.Request, Hello.Response> {
  private final ProtocolConfig config;

  public Hello(ProtocolConfig config) {
    this.config = config;
  }

  /** Both optional; a newer client may say more. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Request(@Nullable String client, @Nullable Integer protocol) {}

  /** {@code features}: the names of the calls that this kernel has. */
  public record Response(
      int protocolVersion,
      String kernelVersion,
      int agentId,
      String role,
      List<String> features,
      LimitsInfo limits) {}

  /** Sizes in bytes. */
  public record LimitsInfo(int maxPayload) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) {
    List<String> features =
        Arrays.stream(Opcode.values()).map(o -> o.name().toLowerCase(Locale.ROOT)).toList();
    return new Response(
        Frame.PROTOCOL_VERSION,
        config.version(),
        caller.id().value(),
        caller.role().wireName(),
        features,
        new LimitsInfo(config.maxPayload()));
  }
}
