// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** THINK from an agent to the real LLM service, whose offline provider follows a script. */
final class ThinkIT {
  private static final String SCRIPT =
      """
      rules:
        - match: "^capital of (\\\\w+)"
          content: "I was asked about $1"
          usage: {input: 60, output: 50}
        - match: "^large (\\\\d+)"
          content: "$1 LARGE"
        - match: "^flood"
          error: {code: RESOURCE_EXHAUSTED, message: "slow down, please", retryable: true, retry_after_ms: 1500}
        - match: "^for ever"
          delay_ms: 600000
          content: "too late"
        - match: "^in a moment"
          delay_ms: 700
          content: "here it is"
        - match: "^tool"
          tool_calls: [{name: add, arguments: {a: 1, b: 2}}]
        - caller: "poet"
          content: "a poem"
      default: {content: "one two three four five six seven eight"}
      """
          .replace("LARGE", "z".repeat(300_000));

  private static final String KEY = "sk-not-to-be-seen-anywhere";

  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;

  @BeforeAll
  static void start() throws IOException {
    Path folder = KernelProcess.newFolder();
    Path script = Files.writeString(folder.resolve("script.yaml"), SCRIPT);
    Path config =
        Files.writeString(
            folder.resolve("agentos.toml"),
            "[llm]\nprovider = \"offline\"\n[scheduler]\nconcurrency = 4\nqueue_per_agent = 5\n");
    Map<String, String> environment =
        Map.of("AGENTOS_LLM_SCRIPT", script.toString(), "GEMINI_API_KEY", KEY);
    kernel = KernelProcess.startIn(folder, environment, List.of(), "--config", config.toString());
    operator = new Operator(kernel);
    agent = SandboxedAgent.start(kernel, operator, "thinker", Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    assertThat(kernel.log()).doesNotContain(KEY);
    kernel.close();
  }

  private static JsonNode think(String prompt) throws IOException {
    return agent.call(Opcode.THINK, Map.of("prompt", prompt));
  }

  @Test
  void answersWithContentUsageAndTimes() throws IOException {
    JsonNode answer = Expect.success(think("capital of France"));
    assertThat(answer.get("content").asText()).isEqualTo("I was asked about France");
    assertThat(answer.get("tokens").asInt()).isEqualTo(110);
    assertThat(answer.at("/usage/input").asInt()).isEqualTo(60);
    assertThat(answer.get("provider").asText()).isEqualTo("offline");
    assertThat(answer.get("model").asText()).isEqualTo("offline-1");
    assertThat(answer.get("finish_reason").asText()).isEqualTo("stop");
    assertThat(answer.get("queue_ms").isIntegralNumber()).isTrue();
    assertThat(answer.get("latency_ms").isIntegralNumber()).isTrue();
    assertThat(answer.has("tool_calls")).isFalse();
    assertThat(answer.has("type")).as("the service's own fields stay inside").isFalse();
  }

  @Test
  void tellsTheProviderWhoAsks() throws IOException {
    try (SandboxedAgent poet = SandboxedAgent.start(kernel, operator, "poet", Map.of())) {
      JsonNode answer = poet.call(Opcode.THINK, Map.of("prompt", "anything"));
      assertThat(answer.get("content").asText()).isEqualTo("a poem");
    }
  }

  @Test
  void takesMessagesToolsAndImages() throws IOException {
    Map<String, ?> user = Map.of("role", "user", "content", "capital of Spain");
    Map<String, ?> fields =
        Map.of(
            "messages",
            List.of(Map.of("role", "user", "content", "hi"), user),
            "system_instruction",
            "be brief",
            "temperature",
            0.5,
            "max_tokens",
            100,
            "thinking_level",
            "low");
    assertThat(agent.call(Opcode.THINK, fields).get("content").asText()).contains("Spain");
    Map<String, ?> add =
        Map.of("name", "add", "description", "adds", "parameters", Map.of("type", "object"));
    JsonNode called = agent.call(Opcode.THINK, Map.of("prompt", "tool", "tools", List.of(add)));
    assertThat(called.get("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(called.at("/tool_calls/0/arguments/b").asInt()).isEqualTo(2);
    Map<String, ?> image = Map.of("data", "iVBORw0KGgo=", "mime_type", "image/png");
    Expect.success(agent.call(Opcode.THINK, Map.of("prompt", "look", "image", image)));
    Map<String, ?> none = Map.of("data", "aGVsbG8=", "mime_type", "image/png");
    Expect.refusal(
        agent.call(Opcode.THINK, Map.of("prompt", "look", "image", none)),
        "INVALID_REQUEST",
        "image/png");
  }

  @Test
  void endsWhereItIsToStop_andCallsToolsAsItIsTold() throws IOException {
    JsonNode cut =
        Expect.success(
            agent.call(
                Opcode.THINK,
                Map.of(
                    "prompt", "count", "stop", List.of(" four"), "top_p", 0.5, "seed", 1L << 40)));
    Map<String, ?> tool = Map.of("name", "add", "description", "adds");
    JsonNode called =
        Expect.success(
            agent.call(
                Opcode.THINK,
                Map.of("prompt", "tool", "tools", List.of(tool), "tool_choice", "required")));
    JsonNode said =
        Expect.success(
            agent.call(
                Opcode.THINK,
                Map.of("prompt", "tool", "tools", List.of(tool), "tool_choice", "none")));

    assertThat(cut.get("content").asText()).isEqualTo("one two three");
    assertThat(called.at("/tool_calls/0/name").asText()).isEqualTo("add");
    assertThat(said.has("tool_calls")).isFalse();
    Expect.refusal(
        agent.call(
            Opcode.THINK,
            Map.of("prompt", "x", "tools", List.of(tool), "tool_choice", Map.of("name", "add"))),
        "UNSUPPORTED",
        "tool_choice");
  }

  @Test
  void streamsPartsThatMakeUpTheWhole() throws IOException {
    StringBuilder parts = new StringBuilder();
    JsonNode answer = agent.call(Opcode.THINK, Map.of("prompt", "go", "stream", true));
    int count = 0;
    while (answer.path("partial").asBoolean()) {
      parts.append(answer.get("content").asText());
      count++;
      answer = agent.client().receive().json();
    }
    assertThat(count).isGreaterThan(1);
    assertThat(parts.toString()).isEqualTo("one two three four five six seven eight");
    assertThat(Expect.success(answer).get("content").asText()).isEqualTo(parts.toString());
  }

  /** Over 64 KiB an answer once made the next caller get another's. */
  @Test
  void givesEachItsOwnAnswer_howeverLarge() throws IOException {
    List<WireClient> callers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      WireClient caller = kernel.connect();
      caller.send(Opcode.THINK.number(), Operator.json(Map.of("prompt", "large " + i)));
      callers.add(caller);
    }
    for (int i = 0; i < callers.size(); i++) {
      String content = callers.get(i).receive().json().get("content").asText();
      assertThat(content).hasSizeGreaterThan(300_000).startsWith(i + " z");
      callers.get(i).close();
    }
  }

  @Test
  void passesOnThatTheProviderIsBusy_andWhenToComeAgain() throws IOException {
    JsonNode answer = Expect.refusal(think("flood"), "RESOURCE_EXHAUSTED", "slow down");
    assertThat(answer.get("retryable").asBoolean()).isTrue();
    assertThat(answer.get("retry_after_ms").asInt()).isEqualTo(1500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|exactly one",
        "{'prompt':'x','messages':[]}|exactly one",
        "{'messages':[]}|1 to",
        "{'messages':[{'role':'system','content':'x'}]}|role",
        "{'messages':[5]}|role",
        "{'messages':[{'role':'user','content':5}]}|content",
        "{'messages':[{'role':'user','content':'x'}],'image':{'data':'','mime_type':'image/png'}}|images go",
        "{'prompt':'x','temperature':2.5}|temperature",
        "{'prompt':'x','temperature':-1}|temperature",
        "{'prompt':'x','top_p':1.5}|top_p must be 0 to 1",
        "{'prompt':'x','presence_penalty':-2.5}|presence_penalty must be -2 to 2",
        "{'prompt':'x','frequency_penalty':2.5}|frequency_penalty",
        "{'prompt':'x','seed':1.5}|seed",
        "{'prompt':'x','stop':'END'}|stop",
        "{'prompt':'x','stop':['']}|stop must hold at most 4",
        "{'prompt':'x','stop':['a','b','c','d','e']}|stop must hold at most 4",
        "{'prompt':'x','stop':[null]}|stop",
        "{'prompt':'x','tool_choice':'auto'}|goes with tools",
        "{'prompt':'x','tools':[],'tool_choice':'required'}|goes with tools",
        "{'prompt':'x','tools':[{'name':'t'}],'tool_choice':'any'}|tool_choice must be auto",
        "{'prompt':'x','tools':[{'name':'t'}],'tool_choice':{'name':'u'}}|names none",
        "{'prompt':'x','tools':[{'name':'t'}],'tool_choice':{'name':'t','x':1}}|tool_choice must be",
        "{'prompt':'x','tools':[{'name':'t'}],'tool_choice':5}|tool_choice must be",
        "{'prompt':'x','max_tokens':0}|max_tokens",
        "{'prompt':'x','thinking_level':'much'}|low, medium or high",
        "{'prompt':'x','timeout':0}|timeout",
        "{'prompt':'x','timeout':1e9}|timeout",
        "{'prompt':'x','tools':[{}]}|name",
        "{'prompt':'x','image':{'data':'%%','mime_type':'image/png'}}|base64",
        "{'prompt':'x','image':{'data':'aGk=','mime_type':'text/html'}}|mime_type",
        "{'prompt':'x','response_schema':5}|response_schema",
      })
  void refusesWhatMakesNoSense(String request, String word) throws IOException {
    Expect.refusal(agent.client().ask(Opcode.THINK, request), "INVALID_REQUEST", word);
  }

  @Test
  void endsAtItsTimeout_andTheNextIsServed() throws IOException {
    JsonNode answer = agent.call(Opcode.THINK, Map.of("prompt", "for ever", "timeout", 0.1));
    Expect.refusal(answer, "TIMEOUT", "100 ms");
    assertThat(think("capital of Peru").get("content").asText()).contains("Peru");
  }

  /** Ones that nobody waits for must not take the places of those that someone does. */
  @Test
  void givesUpWhatItsCallerNoLongerWaitsFor() throws IOException {
    for (int i = 0; i < 12; i++) {
      try (WireClient gone = kernel.connect()) {
        gone.send(Opcode.THINK.number(), Operator.json(Map.of("prompt", "for ever")));
        Expect.success(operator.call(Opcode.HELLO, Map.of()));
      }
    }
    assertThat(think("capital of Chad").get("content").asText()).contains("Chad");
  }

  @Test
  void holdsTheQuotas_whichTheAgentCanNotReset() throws IOException {
    Map<String, ?> quota = Map.of("llm", Map.of("max_calls", 2));
    try (SandboxedAgent poor =
        SandboxedAgent.start(kernel, operator, "poor", Map.of("permissions", quota))) {
      Map<String, ?> prompt = Map.of("prompt", "capital of Mali");
      Expect.success(poor.call(Opcode.THINK, prompt));
      Expect.success(poor.call(Opcode.THINK, prompt));
      Expect.refusal(poor.call(Opcode.THINK, prompt), "QUOTA_EXCEEDED", "2", "calls");
      Map<String, ?> reset = Map.of("max_calls", 9, "calls_made", 0, "tokens_used", 0);
      poor.call(Opcode.SET_PERMS, Map.of("permissions", Map.of("llm", reset)));
      Expect.refusal(poor.call(Opcode.THINK, prompt), "QUOTA_EXCEEDED");
      JsonNode spent = poor.call(Opcode.GET_PERMS, Map.of()).at("/permissions/llm");
      assertThat(spent.get("calls_made").asInt()).isEqualTo(2);
      assertThat(spent.get("tokens_used").asInt()).isEqualTo(220);
      Map<String, Object> more = new HashMap<>(Map.of("agent_id", poor.id()));
      more.put("permissions", Map.of("llm", Map.of("max_tokens", 420)));
      Expect.success(operator.call(Opcode.SET_PERMS, more));
      Expect.success(poor.call(Opcode.THINK, prompt));
      Expect.refusal(
          poor.call(Opcode.THINK, prompt), "QUOTA_EXCEEDED", "quota", "90 tokens are left");
    }
  }

  @Test
  void boundsTheQueueOfOne_andServesTheOthers() throws IOException {
    List<WireClient> callers = new ArrayList<>();
    try (SandboxedAgent greedy = SandboxedAgent.start(kernel, operator, "greedy", Map.of())) {
      for (int i = 0; i < 20; i++) {
        WireClient caller = greedy.connect();
        caller.send(Opcode.THINK.number(), Operator.json(Map.of("prompt", "for ever")));
        callers.add(caller);
      }
      Until.holds(
          "all had their turn",
          () ->
              greedy.call(Opcode.GET_PERMS, Map.of()).at("/permissions/llm/calls_made").asInt()
                  == 4 + 5);
      Expect.refusal(
          greedy.call(Opcode.THINK, Map.of("prompt", "x")), "RESOURCE_EXHAUSTED", "5", "waiting");
    }
    for (WireClient caller : callers) {
      caller.close();
    }
    assertThat(think("capital of Cuba").get("content").asText()).contains("Cuba");
  }

  private static long service() throws IOException {
    List<Long> found = new ArrayList<>();
    for (long pid : Procs.tree(kernel.pid())) {
      if (Procs.read(pid, "cmdline").contains("agentos-llm-service")) {
        found.add(pid);
      }
    }
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  /** The service's death once took the kernel along. */
  @Test
  void outlivesTheServicesDeath_andAsksAgain() throws IOException {
    Expect.success(think("warm up"));
    long before = service();
    try (WireClient caller = agent.connect()) {
      caller.send(Opcode.THINK.number(), Operator.json(Map.of("prompt", "in a moment")));
      Until.holds(
          "the call is counted",
          () ->
              agent.call(Opcode.GET_PERMS, Map.of()).at("/permissions/llm/calls_made").asInt() > 1);
      assertThat(ProcessHandle.of(before).orElseThrow().destroyForcibly()).isTrue();
      assertThat(caller.receive().json().get("content").asText()).isEqualTo("here it is");
    }
    assertThat(service()).isNotEqualTo(before);
    assertThat(kernel.log()).contains("llm-service ended with 1 requests under way");
    assertThat(operator.find("thinker").get("state").asText()).isEqualTo("running");
  }

  /** The keys are the service's alone. */
  @Test
  void showsNoAgentAKey() throws IOException {
    assertThat(agent.shell("env; cat /proc/self/environ; cat /proc/1/environ 2>&1 || true"))
        .doesNotContain(KEY, "GEMINI");
    int bare = operator.puppet("bare", Map.of());
    try (WireClient client = kernel.connectAs(bare)) {
      JsonNode env = Operator.call(client, Opcode.EXEC, Map.of("command", "env"));
      assertThat(env.get("stdout").asText()).contains("PATH=").doesNotContain(KEY, "GEMINI");
    }
    assertThat(Procs.read(operator.find("bare").get("pid").asLong(), "environ"))
        .contains("AGENTOS_AGENT_NAME")
        .doesNotContain(KEY);
    operator.kill("bare");
  }

  @Test
  void endsWithTheKernel() throws IOException {
    KernelProcess own = KernelProcess.start(Map.of(), List.of());
    List<Long> processes;
    try (WireClient client = own.connect()) {
      Expect.success(client.ask(Opcode.THINK, "{'prompt':'x'}"));
      processes = Procs.tree(own.pid());
    }
    own.process().destroyForcibly();
    Until.holds(
        "the service has ended too",
        () -> processes.stream().noneMatch(pid -> Procs.read(pid, "cmdline").contains("llm")));
    own.close();
  }
}
