// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubjectsTest {
  private static final Subjects SUBJECTS =
      new Subjects(text -> text.replace("configured", "**********"));

  /** S3CR-... stands for what has to go. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "curl -H 'Authorization: Bearer S3CR-a.b_c' https://example.com/",
        "curl -H \"authorization:Basic S3CR-a==\" x",
        "curl -H Authorization:S3CR-a x",
        "curl --header \"Proxy-Authorization: S3CR-a b\" x",
        "curl -H 'Cookie: id=1; sid=S3CR-a' x",
        "curl -H 'X-Api-Key: S3CR-a' x",
        "curl -H 'X-Auth-Token: S3CR-a' x",
        "curl -u user:S3CR-a https://example.com/",
        "curl --user 'user:S3CR-a' x",
        "curl -d '{\"api_key\": \"S3CR-a\", \"x\": 1}' x",
        "curl 'https://example.com/?access_token=S3CR-a&x=1'",
        "curl 'https://example.com/?x=1&sig=S3CR-a'",
        "git clone https://user:S3CR-a@example.com/x.git",
        "git clone https://S3CR-aaaaaaaaaaaaaaaaaaaa@example.com/x.git",
        "psql postgres://user:S3CR-a@db.example.com/x",
        "TOKEN=S3CR-a ./run",
        "export GITHUB_TOKEN=S3CR-a; ./run",
        "AWS_SECRET_ACCESS_KEY='S3CR-a b' aws s3 ls",
        "MYSQL_PWD=\"S3CR-a b\" mysql",
        "env PGPASSWORD=S3CR-a psql",
        "tool --password S3CR-a --verbose",
        "tool --password=S3CR-a",
        "tool --password 'S3CR-a b'",
        "tool --db-password S3CR-a",
        "tool -token S3CR-a",
        "tool --api-key S3CR-a",
        "tool --client-secret S3CR-a",
        "sshpass -p S3CR-a ssh host",
        "sshpass -pS3CR-a ssh host",
        "echo \"password: S3CR-a\" > x",
        "docker login --password=S3CR-a --username=me",
        "unfinished --password 'S3CR-a",
        "--password S3CR-a",
      })
  void blanksWhatLooksLikeASecret(String line) {
    assertThat(SUBJECTS.clean(line)).doesNotContain("S3CR").contains("***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ghp_0123456789abcdefABCDEF0123456789abcd",
        "github_pat_11AAAAAAA0abcdefghijkl_mnop",
        "glpat-abcdefghij0123456789",
        "sk-proj-abcdefghijklmnop0123",
        "xoxb-123456789012-abcdefghij",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_ghi",
      })
  void blanksKeysThatAreKnownByTheirBeginning(String key) {
    assertThat(SUBJECTS.clean("run " + key + " now")).isEqualTo("run *** now");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls -la /workspace",
        "git commit -m 'a message'",
        "git clone ssh://git@example.com/x.git",
        "grep -rn token src",
        "cat password.txt",
        "tool --token-file /run/secrets/x",
        "tool --password-stdin < file",
        "echo a:b@c",
        "curl -u user https://example.com/a@b",
        "/workspace/notes on passwords.md",
      })
  void leavesTheRestAsItIs(String line) {
    assertThat(SUBJECTS.clean(line)).isEqualTo(line);
  }

  @Test
  void blanksWhatIsConfigured_alsoWhereItWouldBeCut() {
    assertThat(SUBJECTS.clean("echo configured")).isEqualTo("echo ***");
    assertThat(SUBJECTS.clean("x".repeat(995) + "configured")).doesNotContain("conf");
    String far = SUBJECTS.clean("--password " + "x".repeat(5000) + " configured");
    assertThat(far).isEqualTo("--password ***...");
  }

  /** Whoever writes a command line decides what has to be looked through. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "-",
        "token",
        "--token ",
        "token=",
        "://",
        "://a:",
        "eyJaaaaaaaaa.",
        "\"",
        "? &key="
      })
  void looksThroughItInGoodTime_whateverIsRepeated(String piece) {
    String line = piece.repeat(1_000_000 / piece.length());
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> SUBJECTS.clean(line));
  }
}
