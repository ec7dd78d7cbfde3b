// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import io.agentos.kernel.agent.LocalService;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.http.Reception;
import io.agentos.kernel.http.RequestGuard;
import io.agentos.kernel.syscall.Errand;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/** One listener of the door; all who come in by it are the same caller. */
final class DoorGate implements LocalService.Gate, Reception.Host {
  private final LlmDoor door;
  private final Errand.Source source;
  private final Optional<byte[]> token;
  private final Reception reception;
  private final AtomicLong held = new AtomicLong();
  private final long mostHeld;

  private DoorGate(
      LlmDoor door, Errand.Source source, Optional<String> token, OptionalInt listener) {
    this.door = door;
    this.source = source;
    this.token = token.map(text -> ("Bearer " + text).getBytes(StandardCharsets.US_ASCII));
    this.reception =
        listener.isPresent()
            ? Reception.adopting(listener.getAsInt(), this)
            : Reception.opening(this);
    this.mostHeld = Limits.HELD_BYTES_PER_AGENT + 2L * door.maxPayload();
  }

  /** Who comes by this listener is that agent, and needs nothing to show for it. */
  static DoorGate inSandbox(LlmDoor door, Errand.Source source, int listener) {
    return new DoorGate(door, source, Optional.empty(), OptionalInt.of(listener));
  }

  static DoorGate onHost(LlmDoor door, Errand.Source source, String token) {
    return new DoorGate(door, source, Optional.of(token), OptionalInt.empty());
  }

  /** Refuses who does not send the token, where there is one. */
  void requireToken(HttpHeaders headers) throws Refused {
    byte[] sent =
        headers.get(HttpHeaderNames.AUTHORIZATION, "").getBytes(StandardCharsets.ISO_8859_1);
    if (token.isPresent() && !MessageDigest.isEqual(token.get(), sent)) {
      throw Refused.unknownKey();
    }
  }

  LlmDoor door() {
    return door;
  }

  Errand.Source source() {
    return source;
  }

  Reception reception() {
    return reception;
  }

  /** Counts bytes of an unfinished request, unless this caller or all together have too many. */
  boolean hold(long bytes) {
    if (held.addAndGet(bytes) <= mostHeld && door.hold(bytes)) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  void letGo(long bytes) {
    held.addAndGet(-bytes);
    door.letGo(bytes);
  }

  @Override
  public int most() {
    return Limits.DOOR_CONNECTIONS_PER_AGENT;
  }

  @Override
  public boolean admit() {
    return door.admit();
  }

  @Override
  public void left() {
    door.left();
  }

  @Override
  public ChannelHandler handler(RequestGuard guard, boolean admitted) {
    return new Conversation(this, guard, admitted);
  }

  @Override
  public void close() {
    reception.close();
  }
}
