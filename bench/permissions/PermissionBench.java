// SPDX-License-Identifier: MIT
package io.agentos.bench;

import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one decision costs whose rules are all looked at: the last of them decides. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PermissionBench {
  @Param({"1", "10", "100", "250"})
  public int rules;

  private Permissions permissions;
  private String path;
  private String host;

  @Setup
  public void make() {
    PermissionSpec.Filesystem files =
        new PermissionSpec.Filesystem(
            numbered("/data/%d/**/*.txt"), numbered("/data/%d/**"), List.of());
    PermissionSpec spec =
        new PermissionSpec(
            PermissionLevel.STANDARD, null, null, null, null, null, true, files,
            numbered("tool%d"), null, numbered("*.n%d.example.com"), null, null, null);
    permissions = Permissions.grant(spec, PermissionLevel.STANDARD);
    path = "/data/" + (rules - 1) + "/some/where/deep/down/notes.txt";
    host = "api.n" + (rules - 1) + ".example.com";
    require(permissions.paths().whyNotRead(path) == null, "read");
    require(permissions.commands().whyNot(line()) == null, "exec");
    require(permissions.domains().allows(host, 443), "http");
  }

  private List<String> numbered(String pattern) {
    return IntStream.range(0, rules).mapToObj(i -> String.format(pattern, i)).toList();
  }

  private String line() {
    int last = rules - 1;
    return "tool" + last + " --flag 'a b' \"$HOME\" | tool" + last + " >out 2>&1";
  }

  private static void require(boolean allowed, String what) {
    if (!allowed) {
      throw new IllegalStateException(what + " should be allowed");
    }
  }

  @Benchmark
  public Object read() {
    return permissions.paths().whyNotRead(path);
  }

  @Benchmark
  public Object write() {
    return permissions.paths().whyNotWrite(path);
  }

  @Benchmark
  public Object exec() {
    return permissions.commands().whyNot(line());
  }

  @Benchmark
  public boolean http() {
    return permissions.domains().allows(host, 443);
  }
}
