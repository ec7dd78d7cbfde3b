// SPDX-License-Identifier: MIT
package io.agentos.kernel.wire;

import java.nio.ByteBuffer;

/** Offsets and constants of the 17-byte little-endian header; docs/protocol.md is the reference. */
public final class Frame {
  public static final int MAGIC = 0x41474E54;
  public static final int HEADER_BYTES = 17;
  public static final int PROTOCOL_VERSION = 1;

  private static final int MAGIC_AT = 0;
  private static final int AGENT_ID_AT = 4;
  private static final int OPCODE_AT = 8;
  private static final int SIZE_AT = 9;

  private Frame() {}

  public static boolean hasMagic(ByteBuffer in, int at) {
    return in.getInt(at + MAGIC_AT) == MAGIC;
  }

  public static int opcode(ByteBuffer in, int at) {
    return in.get(at + OPCODE_AT) & 0xFF;
  }

  /** Unsigned on the wire: a negative result is a size over 2^63. */
  public static long payloadSize(ByteBuffer in, int at) {
    return in.getLong(at + SIZE_AT);
  }

  /** Writes a header at the buffer's position. */
  public static void putHeader(ByteBuffer out, int agentId, int opcode, int payloadSize) {
    int at = out.position();
    out.putInt(at + MAGIC_AT, MAGIC);
    out.putInt(at + AGENT_ID_AT, agentId);
    out.put(at + OPCODE_AT, (byte) opcode);
    out.putLong(at + SIZE_AT, payloadSize);
    out.position(at + HEADER_BYTES);
  }
}
