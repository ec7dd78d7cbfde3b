// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

/**
 * The numbers of the calls that the command line makes. The kernel's own table names every handler
 * class, which a client must not load; a test holds the two against each other.
 */
public enum Op {
  NOOP(0x00),
  THINK(0x01),
  EXEC(0x04),
  LLM_STATUS(0x05),
  LLM_TRACE(0x06),
  LLM_USAGE(0x07),
  SPAWN(0x10),
  KILL(0x11),
  LIST(0x12),
  WAIT(0x13),
  PAUSE(0x14),
  RESUME(0x15),
  LOGS(0x16),
  SEND(0x20),
  RECV(0x21),
  REGISTER(0x23),
  GET_PERMS(0x40),
  SET_PERMS(0x41),
  SUBSCRIBE(0x60),
  POLL_EVENTS(0x62),
  GET_AUDIT_LOG(0x76),
  METRICS_SYSTEM(0xC0),
  METRICS_AGENT(0xC1),
  METRICS_ALL(0xC2),
  HELLO(0xFE);

  private final int number;

  Op(int number) {
    this.number = number;
  }

  /** As the frame's header has it. */
  public int number() {
    return number;
  }
}
