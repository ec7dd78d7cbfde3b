// SPDX-License-Identifier: MIT
package io.agentos.kernel.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MailboxTest {
  private static final AgentId ALICE = new AgentId(7);
  private static final AgentId BOB = new AgentId(9);
  private static final int ROOMY = 100 << 20;

  private final Mailbox.Total total = new Mailbox.Total();
  private final Mailbox mailbox = new Mailbox(total);

  private static boolean isBobs(Mailbox.Message message) {
    return message.from().equals(BOB);
  }

  private static void post(Mailbox to, byte[] body) throws SyscallException {
    postFrom(ALICE, to, body);
  }

  private static void postFrom(AgentId sender, Mailbox to, byte[] body) throws SyscallException {
    to.post(sender, "alice", body, "receiver 8");
  }

  private void post(String body) throws SyscallException {
    post(mailbox, body.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> take(int most, int bytes) {
    return mailbox.take(message -> true, most, bytes).stream()
        .map(message -> new String(message.body(), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void givesTheOldestFirst() throws SyscallException {
    for (int i = 0; i < 5; i++) {
      post(String.valueOf(i));
    }
    assertThat(take(3, ROOMY)).containsExactly("0", "1", "2");
    assertThat(mailbox.unread()).isEqualTo(2);
    assertThat(take(3, ROOMY)).containsExactly("3", "4");
    assertThat(take(3, ROOMY)).isEmpty();
  }

  @Test
  void refusesOneMessageTooMany_sayingSo_andKeepsTheOthers() throws SyscallException {
    for (int i = 0; i < Limits.MAILBOX_MESSAGES; i++) {
      post("1");
    }
    assertThatThrownBy(() -> post("1"))
        .isInstanceOfSatisfying(
            SyscallException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
              assertThat(e.sentence())
                  .contains("receiver 8", String.valueOf(Limits.MAILBOX_MESSAGES));
            });
    assertThat(mailbox.unread()).isEqualTo(Limits.MAILBOX_MESSAGES);
    mailbox.take(message -> true, 1, ROOMY);
    post("1");
  }

  @Test
  void refusesMoreBytesThanItHolds_andTakesThemAgainOnceSomeAreRead() throws SyscallException {
    byte[] large = new byte[1 << 20];
    int fitting = 0;
    try {
      while (fitting < 1000) {
        post(mailbox, large);
        fitting++;
      }
    } catch (SyscallException full) {
      assertThat(full.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    }
    assertThat((long) fitting * large.length).isBetween(1L, (long) Limits.MAILBOX_BYTES);
    mailbox.take(message -> true, 1, ROOMY);
    post(mailbox, large);
  }

  /** One sender must not be able to fill the kernel's memory through many mailboxes. */
  @Test
  void allBoxesTogetherHaveABound_whichReadingAndClosingGiveBack() throws SyscallException {
    byte[] large = new byte[1 << 20];
    List<Mailbox> boxes = new ArrayList<>();
    boolean full = false;
    while (!full) {
      assertThat(boxes).hasSizeLessThan(10_000);
      Mailbox box = new Mailbox(total);
      boxes.add(box);
      try {
        postFrom(new AgentId(boxes.size()), box, large);
      } catch (SyscallException refused) {
        assertThat(refused.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        full = true;
      }
    }
    assertThat(boxes).hasSizeGreaterThan(8);
    boxes.get(0).take(message -> true, 1, ROOMY);
    post(boxes.get(0), large);
    boxes.get(1).clear();
    post(boxes.get(0), large);
  }

  @Test
  void oneSenderLeavesTheOthersRoom_andGetsItsShareBackAsItsMessagesAreRead()
      throws SyscallException {
    byte[] large = new byte[1 << 20];
    int sent = Limits.SENDER_BYTES / (large.length + Mailbox.ENVELOPE_BYTES);
    List<Mailbox> boxes = new ArrayList<>();
    for (int i = 0; i < sent; i++) {
      boxes.add(new Mailbox(total));
      post(boxes.get(i), large);
    }
    Mailbox next = new Mailbox(total);
    assertThatThrownBy(() -> post(next, large)).hasMessageContaining("of this sender");
    postFrom(new AgentId(9), next, large);
    boxes.get(0).take(message -> true, 1, ROOMY);
    post(next, large);
    boxes.get(1).clear();
    post(next, large);
  }

  /** An answer that would be too large must not cost its messages. */
  @Test
  void takesNoMoreThanFitsTheAnswer_andKeepsTheRest() throws SyscallException {
    byte[] body = new byte[600_000];
    post(mailbox, body);
    post(mailbox, body);
    assertThat(mailbox.take(message -> true, 10, 1 << 20)).hasSize(1);
    assertThat(mailbox.unread()).isEqualTo(1);
    assertThat(mailbox.take(message -> true, 10, 1 << 20)).hasSize(1);
  }

  @Test
  void tellsOneWaiterAMessage_inTheOrderTheyCame() throws SyscallException {
    List<String> told = new ArrayList<>();
    Mailbox.Waiter gone = () -> told.add("gone");
    mailbox.await(message -> true, () -> told.add("first"));
    mailbox.await(message -> true, gone);
    mailbox.await(message -> true, () -> told.add("second"));
    mailbox.forget(gone);
    post("1");
    assertThat(told).containsExactly("first");
    post("2");
    post("3");
    assertThat(told).containsExactly("first", "second");
    assertThat(take(10, ROOMY)).containsExactly("1", "2", "3");
  }

  @Test
  void takesThoseOfOneSender_andLeavesTheOthersInTheirOrder() throws SyscallException {
    post("1");
    postFrom(BOB, mailbox, "2".getBytes(StandardCharsets.UTF_8));
    post("3");
    postFrom(BOB, mailbox, "4".getBytes(StandardCharsets.UTF_8));
    assertThat(mailbox.has(MailboxTest::isBobs)).isTrue();
    assertThat(mailbox.take(MailboxTest::isBobs, 1, ROOMY))
        .extracting(m -> new String(m.body(), StandardCharsets.UTF_8))
        .containsExactly("2");
    assertThat(mailbox.take(MailboxTest::isBobs, 10, ROOMY)).hasSize(1);
    assertThat(mailbox.has(MailboxTest::isBobs)).isFalse();
    assertThat(take(10, ROOMY)).containsExactly("1", "3");
  }

  /** A message of another sender that does not fit must not hide those that do. */
  @Test
  void passesOverALargeMessageThatIsNotWanted() throws SyscallException {
    post(mailbox, new byte[600_000]);
    postFrom(BOB, mailbox, "2".getBytes(StandardCharsets.UTF_8));
    assertThat(mailbox.take(MailboxTest::isBobs, 10, 1024)).hasSize(1);
    assertThat(mailbox.unread()).isEqualTo(1);
  }

  @Test
  void wakesTheFirstWhoWantsTheMessage_andNobodyElse() throws SyscallException {
    List<String> told = new ArrayList<>();
    Mailbox.Waiter gone = () -> told.add("gone");
    mailbox.await(MailboxTest::isBobs, () -> told.add("for bob"));
    mailbox.await(message -> true, () -> told.add("for anyone"));
    mailbox.await(MailboxTest::isBobs, gone);
    post("1");
    assertThat(told).containsExactly("for anyone");
    mailbox.forget(gone);
    post("2");
    postFrom(BOB, mailbox, "3".getBytes(StandardCharsets.UTF_8));
    postFrom(BOB, mailbox, "4".getBytes(StandardCharsets.UTF_8));
    assertThat(told).containsExactly("for anyone", "for bob");
  }
}
