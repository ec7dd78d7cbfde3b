// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.llm.BudgetRule;
import io.agentos.kernel.llm.LlmConfig;
import io.agentos.kernel.llm.Price;
import io.agentos.kernel.llm.RateLimits;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.syscall.Role;
import io.agentos.kernel.testing.KernelProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelConfigTest {
  private static final Path HOME = KernelProcess.home();
  private static final KernelConfig.Options NOTHING =
      new KernelConfig.Options(null, null, null, null);

  @TempDir private Path folder;

  private KernelConfig load(String toml) throws IOException {
    return load(toml, Map.of());
  }

  private KernelConfig load(String toml, Map<String, String> environment) throws IOException {
    return KernelConfig.load(HOME, environment, options(toml, null));
  }

  private KernelConfig.Options options(String toml, @Nullable Path socket) throws IOException {
    Path file = Files.writeString(folder.resolve("agentos.toml"), toml);
    return new KernelConfig.Options(file, socket, null, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_calls = 5|door.listen",
        "listen = '127.0.0.1:80' ; max_calls = -1|max_calls",
        "listen = '127.0.0.1:80' ; max_tokens = 'all'|llm.max_tokens must be a whole number",
        "listen = '127.0.0.1:80' ; max_cost = -0.5|max_cost must be 0 to",
        "listen = '127.0.0.1:80' ; max_token = 5|did you mean \"door.max_tokens\"",
        "listen = '0.0.0.0:80'|loopback",
      })
  void aDoorThatMakesNoSenseIsRefused(String lines, String sentence) {
    assertThatThrownBy(() -> load("[door]\n" + lines.replace(" ; ", "\n")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void theDoorMayOnlyAsk_withinItsQuota() throws IOException {
    HostDoor.Settings door =
        load("[door]\nlisten = '127.0.0.1:80'\nmax_calls = 5").door().orElseThrow();
    assertThat(door.baseUrl()).isEqualTo("http://127.0.0.1:80/v1");
    assertThat(door.permissions().canThink()).isTrue();
    assertThat(door.permissions().level()).isEqualTo("minimal");
    assertThat(door.permissions().llm()).isEqualTo(new LlmQuota(Long.MAX_VALUE, 5, Long.MAX_VALUE));
    assertThat(load("").door()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "file = '/nowhere'|does not exist",
        "env = 'UNSET'|is not set",
        "env = 'SHORT'|8 to",
        "env = 'TOKEN' ; file = '/x'|exactly one",
        "domains = ['a.example']|exactly one",
        "env = 'TOKEN' ; header = 'X: y'|needs a header",
        "env = 'TOKEN' ; header = 'Host: {secret}'|needs a header",
        "env = 'TOKEN' ; insecure = true ; upgrade = true|both",
        "env = 'TOKEN' ; insecure = 1|true or false",
        "env = 'TOKEN' ; value = 'abc'|no field value",
      })
  void refusesASecretThatMakesNoSense(String table, String why) {
    String domains = table.contains("domains") ? "" : "domains = ['a.example']\n";
    Map<String, String> environment = Map.of("TOKEN", "hush-hush-hush", "SHORT", "abc");
    assertThatThrownBy(
            () -> load("[secrets.s]\n" + domains + table.replace(" ; ", "\n"), environment))
        .isInstanceOf(BootException.class)
        .hasMessageContaining("secrets.s")
        .hasMessageContaining(why)
        .hasMessageNotContaining("hush-hush");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "domains = []",
        "domains = ['*']",
        "domains = ['*.a.example']",
        "domains = 'a'"
      })
  void refusesASecretThatIsForEveryone(String domains) {
    assertThatThrownBy(
            () -> load("[secrets.s]\nenv = 'TOKEN'\n" + domains, Map.of("TOKEN", "hush-hush-hush")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining("domains");
  }

  @Test
  void allDefaults() throws IOException {
    Map<String, String> user =
        Map.of("XDG_RUNTIME_DIR", "/run/user/7", "XDG_STATE_HOME", "/home/u/.state");
    KernelConfig config = KernelConfig.load(HOME, user, NOTHING);
    boolean root = "root".equals(System.getProperty("user.name"));
    assertThat(config.paths().socket())
        .hasToString(root ? "/run/agentos/agentos.sock" : "/run/user/7/agentos/agentos.sock");
    assertThat(config.paths().runtime()).hasToString(root ? "/run/agentos" : "/run/user/7/agentos");
    assertThat(config.paths().state())
        .hasToString(root ? "/var/lib/agentos" : "/home/u/.state/agentos");
    assertThat(config.paths().helper()).isExecutable();
    assertThat(config.paths().sdk().resolve("agentos")).isDirectory();
    assertThat(config.maxPayload()).isEqualTo(Limits.DEFAULT_MAX_PAYLOAD);
    assertThat(config.strictLimits()).isFalse();
    assertThat(config.jsonLogs()).isFalse();
    assertThat(config.logLevel()).isEqualTo("info");
    assertThat(config.llm().concurrency()).isEqualTo(8);
    assertThat(config.llm().queuePerAgent()).isEqualTo(64);
    assertThat(config.llm().timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.file()).isEmpty();
  }

  @Test
  void allKeys() throws IOException {
    KernelConfig config =
        load(
            """
            socket = "/a/s"
            state_dir = "/a/state"
            runtime_dir = "/a/run"
            [log]
            format = "json"
            level = "debug"
            [protocol]
            max_payload = 4194304
            [limits]
            strict = true
            [scheduler]
            concurrency = 3
            queue_per_agent = 4
            timeout_s = 5
            [llm]
            anything = "is the service's business"
            """);
    assertThat(config.paths().socket()).hasToString("/a/s");
    assertThat(config.paths().state()).hasToString("/a/state");
    assertThat(config.paths().runtime()).hasToString("/a/run");
    assertThat(config.jsonLogs()).isTrue();
    assertThat(config.logLevel()).isEqualTo("debug");
    assertThat(config.maxPayload()).isEqualTo(4194304);
    assertThat(config.strictLimits()).isTrue();
    assertThat(config.llm().concurrency()).isEqualTo(3);
    assertThat(config.llm().queuePerAgent()).isEqualTo(4);
    assertThat(config.llm().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.llm().command())
        .containsSubsequence("--config", folder.resolve("agentos.toml").toString());
  }

  /** The document's example is what people copy. */
  @Test
  void takesTheExampleOfTheDocument() throws IOException {
    String document = Files.readString(Path.of("../docs/operations.md"));
    int begin = document.indexOf("```toml") + "```toml".length();
    String example = document.substring(begin, document.indexOf("```", begin));
    KernelConfig config = load(example, Map.of("GITHUB_TOKEN", "hush-hush-hush"));
    assertThat(config.paths().socket()).hasToString("/run/agentos/agentos.sock");
  }

  @Test
  void commandLineOverEnvironmentOverFile() throws IOException {
    Map<String, String> environment =
        Map.of(
            "AGENTOS_SOCKET",
            "/env/s",
            "AGENTOS_STATE_DIR",
            "/env/state",
            "AGENTOS_RUNTIME_DIR",
            "/env/run");
    String toml =
        "socket = \"/file/s\"\nstate_dir = \"/file/state\"\nruntime_dir = \"/file/run\"\n";
    assertThat(load(toml).paths().socket()).hasToString("/file/s");
    KernelConfig config = load(toml, environment);
    assertThat(config.paths().socket()).hasToString("/env/s");
    assertThat(config.paths().state()).hasToString("/env/state");
    assertThat(config.paths().runtime()).hasToString("/env/run");
    KernelConfig asked = KernelConfig.load(HOME, environment, options(toml, Path.of("/option/s")));
    assertThat(asked.paths().socket()).hasToString("/option/s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[operators] ; role = 'observer'|name one",
        "[operators] ; group = 'no-such-group-here'|no group",
        "[operators] ; group = '0' ; role = 'king'|operator or observer",
        "[operators] ; group = '0' ; level = 'all'|permission level",
        "[operators.users.no-such-user-here] ; role = 'observer'|no such user",
        "[operators.users.0] ; rolle = 'observer'|no field rolle",
        "[operators] ; grup = '0'|no field grup",
        "operators = 5|must be a table",
      })
  void refusesOperatorsThatMakeNoSense(String toml, String why) {
    assertThatThrownBy(() -> load(toml.replace(" ; ", "\n")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(why);
  }

  @Test
  void knowsOperatorsByUserAndByGroup() throws IOException {
    Operators operators =
        load("""
                [operators]
                group = "0"
                role = "observer"
                [operators.users.4711]
                level = "standard"
                """)
            .operators();
    assertThat(operators.of(4711, Set.of(0)))
        .contains(new Operators.Rights(Role.OPERATOR, PermissionLevel.STANDARD));
    assertThat(operators.of(4712, Set.of(7, 0)).map(Operators.Rights::role))
        .contains(Role.OBSERVER);
    assertThat(operators.of(4712, Set.of(7))).isEmpty();
    assertThat(operators.of(0, Set.of())).contains(Operators.EVERYTHING);
    assertThat(Operators.NONE.of(4711, Set.of(0))).isEmpty();
  }

  @Test
  void readsHowTheLlmIsShared() throws IOException {
    LlmConfig llm =
        load("""
                [scheduler]
                retries = 1
                [scheduler.limits."gemini/gemini-2.5-flash"]
                requests_per_minute = 10
                concurrency = 2
                [scheduler.prices."local/llama"]
                input = 0.5
                output = 2
                as_of = "2026-01-01"
                [scheduler.fallback]
                "gemini/gemini-2.5-flash" = ["local/llama"]
                [scheduler.budgets.workers]
                agents = "worker-*"
                per = "month"
                max_cost = 1.5
                [llm.providers.local]
                api_key_env = "LOCAL_KEY"
                """)
            .llm();
    RateLimits limits = llm.limits().get("gemini/gemini-2.5-flash");
    assertThat(limits)
        .isEqualTo(new RateLimits(10, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 2));
    assertThat(llm.prices().get("local/llama")).isEqualTo(new Price(500, 2000, 500, "2026-01-01"));
    assertThat(llm.prices()).containsKey("gemini/gemini-2.5-flash");
    assertThat(llm.fallbacks()).containsEntry("gemini/gemini-2.5-flash", List.of("local/llama"));
    BudgetRule budget = llm.budgets().get(0);
    assertThat(budget.agents().matcher("worker-7").matches()).isTrue();
    assertThat(budget.agents().matcher("my-worker-7").matches()).isFalse();
    assertThat(budget.most().nanodollars()).isEqualTo(1_500_000_000);
    assertThat(llm.environment()).contains("LOCAL_KEY", "OPENAI_API_KEY");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limits.gemini|request_per_minute = 5|no field request_per_minute",
        "limits.gemini|requests_per_minute = 0|above 0",
        "limits.gemini|requests_per_minute = 1.5|whole number",
        "limits.gemini|concurrency = '2'|whole number",
        "prices.'a/b'|input = 1|output must be a number",
        "prices.'a/b'|input = -1|input must be a number",
        "prices.'a/b'|output = 1|input must be a number",
        "fallback|'a/b' = []|provider/model",
        "fallback|'a/b' = ['c']|provider/model",
        "fallback|'a' = ['c/d']|provider/model",
        "budgets.x|agents = 'a'|at least one",
        "budgets.x|max_calls = 5 ; per = 'week'|day, month or total",
        "budgets.x|max_calls = 5 ; agents = 'a b'|a name",
        "budgets.'x y'|max_calls = 5|name of letters",
        "budgets.x|max_cost = 'free'|US dollars",
      })
  void refusesASharingThatMakesNoSense(String table, String fields, String why) {
    String toml = "[scheduler." + table + "]\n" + fields.replace(" ; ", "\n") + "\n";
    assertThatThrownBy(() -> load(toml))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sokcet = 'x'|sokcet|socket",
        "statedir = 'x'|statedir|state_dir",
        "[log]\\nfromat = 'json'|log.fromat|log.format",
        "[protocol]\\nmax_payloads = 5|protocol.max_payloads|protocol.max_payload",
        "[scheduler]\\nconcurency = 5|scheduler.concurency|scheduler.concurrency",
        "[limits]\\nstrikt = true|limits.strikt|limits.strict",
        "max_payload = 5|max_payload|protocol.max_payload",
      })
  void refusesAnUnknownKey_namingTheNearest(String toml, String key, String nearest) {
    assertThatThrownBy(() -> load(toml.replace("\\n", "\n")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining("\"" + key + "\"")
        .hasMessageContaining("\"" + nearest + "\"")
        .hasMessageContaining("agentos.toml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "socket = 5|socket",
        "state_dir = true|state_dir",
        "runtime_dir = ['x']|runtime_dir",
        "[log]\\nformat = 'xml'|log.format",
        "[log]\\nformat = 5|log.format",
        "[log]\\nlevel = 'loud'|log.level",
        "[protocol]\\nmax_payload = 'many'|protocol.max_payload",
        "[protocol]\\nmax_payload = 1.5|protocol.max_payload",
        "[protocol]\\nmax_payload = 1|protocol.max_payload",
        "[protocol]\\nmax_payload = 99999999999|protocol.max_payload",
        "[limits]\\nstrict = 'yes'|limits.strict",
        "[scheduler]\\nconcurrency = 0|scheduler.concurrency",
        "[scheduler]\\nqueue_per_agent = -1|scheduler.queue_per_agent",
        "[scheduler]\\ntimeout_s = 0|scheduler.timeout_s",
        "log = 'json'|log",
        "'protocol.max_payload' = 2097152|protocol.max_payload",
      })
  void refusesAValueThatMeansNothing_namingTheKey(String toml, String key) {
    assertThatThrownBy(() -> load(toml.replace("\\n", "\n")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(key);
  }

  @Test
  void refusesWhatIsNoToml_andAFileThatIsNotThere() {
    assertThatThrownBy(() -> load("a = = b"))
        .isInstanceOf(BootException.class)
        .hasMessageContaining("agentos.toml");
    KernelConfig.Options missing =
        new KernelConfig.Options(folder.resolve("missing"), null, null, null);
    assertThatThrownBy(() -> KernelConfig.load(HOME, Map.of(), missing))
        .isInstanceOf(BootException.class)
        .hasMessageContaining("missing");
  }

  /** The base directory specification: an empty variable counts as unset. */
  @Test
  void takesAnEmptyVariableForNone() throws IOException {
    Map<String, String> empty =
        Map.of(
            "AGENTOS_SOCKET",
            "",
            "AGENTOS_STATE_DIR",
            "",
            "XDG_STATE_HOME",
            "",
            "XDG_RUNTIME_DIR",
            "");
    KernelConfig config = KernelConfig.load(HOME, empty, NOTHING);
    KernelConfig plain = KernelConfig.load(HOME, Map.of(), NOTHING);
    assertThat(config.paths()).isEqualTo(plain.paths());
  }

  @Test
  void keepsKernelsWithDifferentSocketsApart() throws IOException {
    KernelConfig a = load("socket = \"/x/a.sock\"");
    KernelConfig b = load("socket = \"/x/b.sock\"");
    assertThat(a.paths().runtime()).isNotEqualTo(b.paths().runtime());
  }
}
