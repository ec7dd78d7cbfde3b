// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.base.AuditChain;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditLogTest {
  private static final AuditQuery ALL = new AuditQuery(0L, null, null, null, 1000);

  @TempDir Path folder;
  private LiveReactor live;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    live = new LiveReactor();
    file = folder.resolve("audit.db");
  }

  @AfterEach
  void stop() throws Exception {
    live.close();
  }

  private static final Subjects PLAIN = new Subjects(text -> text);

  private AuditLog open() {
    return new AuditLog(live.reactor(), file, /* mostEntries= */ 1000, Duration.ofDays(1), PLAIN);
  }

  private static AuditEntry entry(String subject) {
    return AuditEntry.of(7, "agent", "exec", "allowed", subject, "");
  }

  private static void appendAndWait(AuditLog log, int count) throws InterruptedException {
    CountDownLatch written = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      log.append(entry("command " + i), written::countDown);
    }
    assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void keepsOrderAndChain_alsoAfterItWasOpenedAgain() throws Exception {
    try (AuditLog log = open()) {
      appendAndWait(log, 100);
    }
    try (AuditLog log = open()) {
      appendAndWait(log, 20);
      List<AuditEntry> entries = log.find(ALL);
      assertThat(entries).hasSize(120);
      String previous = AuditChain.START;
      for (int i = 0; i < entries.size(); i++) {
        AuditEntry entry = entries.get(i);
        assertThat(entry.id()).isEqualTo(i + 1);
        assertThat(entry).isEqualTo(entry.chained(i + 1, previous));
        previous = entry.hash();
      }
    }
  }

  @Test
  void findsWhatIsAskedFor() throws Exception {
    try (AuditLog log = open()) {
      appendAndWait(log, 10);
      assertThat(log.find(new AuditQuery(null, null, null, null, 3)))
          .extracting(AuditEntry::id)
          .containsExactly(8L, 9L, 10L);
      assertThat(log.find(new AuditQuery(4L, 7, "exec", "allowed", 2)))
          .extracting(AuditEntry::id)
          .containsExactly(5L, 6L);
      assertThat(log.find(new AuditQuery(0L, 8, null, null, 9))).isEmpty();
      assertThat(log.find(new AuditQuery(0L, null, null, "x' OR '1'='1", 9))).isEmpty();
    }
  }

  @Test
  void refusesWhatCanNotBeWrittenDown_untilItCanAgain() throws Exception {
    Files.createDirectory(file);
    try (AuditLog log = open()) {
      Until.holds("the fault is noticed", 30, () -> whyNot(log) != null);
      assertThatThrownBy(log::requireWritable)
          .isInstanceOf(SyscallException.class)
          .hasMessageContaining("audit log")
          .hasMessageContaining(file.toString());
      CountDownLatch written = new CountDownLatch(1);
      log.append(entry("in between"), written::countDown);
      Files.delete(file);
      assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(whyNot(log)).isNull();
      assertThat(log.find(ALL)).extracting(AuditEntry::subject).containsExactly("in between");
    }
  }

  private static @Nullable String whyNot(AuditLog log) {
    try {
      log.requireWritable();
      return null;
    } catch (SyscallException refusal) {
      return refusal.sentence();
    }
  }

  @Test
  void countsAFloodOfRefusals_andWritesEveryThingElse() {
    FloodGuard guard = new FloodGuard();
    AuditEntry refusal = AuditEntry.of(7, "noisy", "read", "denied", "/x", "");
    int written = 0;
    for (int i = 0; i < 5000; i++) {
      written += guard.admits(refusal, /* nowNanos= */ 1) ? 1 : 0;
      assertThat(guard.admits(entry("x"), /* nowNanos= */ 1)).isTrue();
    }
    assertThat(written).isEqualTo(Limits.AUDIT_REFUSALS_PER_MINUTE);
    assertThat(guard.admits(AuditEntry.of(8, "", "read", "denied", "", ""), 1)).isTrue();
    assertThat(guard.ended(/* nowNanos= */ 2)).isEmpty();
    assertThat(guard.ended(TimeUnit.MINUTES.toNanos(2)))
        .extracting(AuditEntry::subject)
        .containsExactly(5000 - written + " more refusals in this minute");
    assertThat(guard.admits(refusal, TimeUnit.MINUTES.toNanos(2))).isTrue();
  }

  @Test
  void removesTheOldest_andKeepsTheChain() throws SQLException {
    try (AuditStore store = new AuditStore(file)) {
      store.append(List.of(entry("a"), entry("b"), entry("c"), entry("d")));
      store.prune(/* mostEntries= */ 2, /* oldestMillis= */ 0);
      store.append(List.of(entry("e")));
      List<AuditEntry> left = store.find(ALL);
      assertThat(left).extracting(AuditEntry::subject).containsExactly("c", "d", "e");
      assertThat(left.get(2)).isEqualTo(left.get(2).chained(5, left.get(1).hash()));
      store.prune(/* mostEntries= */ 100, /* oldestMillis= */ Long.MAX_VALUE);
      assertThat(store.find(ALL)).as("the last one ties the next").hasSize(1);
    }
  }
}
