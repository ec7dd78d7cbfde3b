// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reader finds, beside what real shells run for the same line. */
final class ShellLineTest {
  @TempDir Path folder;

  /** Names of programs that a line may run; each writes down its name. */
  private static final List<String> PROGRAMS = List.of("alpha", "beta", "gamma");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alpha; beta && gamma",
        "alpha | beta & gamma; wait",
        "! alpha || beta",
        "if alpha; then beta; else gamma; fi",
        "if ! alpha; then beta; elif gamma; then :; fi",
        "for i in alpha beta; do gamma $i; done",
        "for i\ndo beta\ndone; gamma",
        "while ! alpha; do beta; done",
        "case alpha in beta) gamma;; alpha) alpha;; esac; beta",
        "case x in (y|z) beta;; (*) case x in x) alpha; esac;; esac; gamma",
        "case $(alpha) in *) beta\nesac",
        "f() { alpha; }; f",
        "f ()\n(\n beta )\nf",
        "(alpha; (beta)) ; { gamma; }",
        "echo $(alpha `beta` \"$(gamma)\")",
        "echo \"`alpha \\`beta\\``\"",
        "echo \"${x:-$(alpha)}\" ${x:=`beta`}",
        "echo $((1 + $(alpha; echo 2)))",
        "echo $(( (1+2) * 3 )); gamma",
        "alpha <<E\n$(beta)\ngamma\nE",
        "alpha <<'E'\n$(beta)\nE\ngamma",
        "alpha <<-E\n\tbeta\n\tE\ngamma",
        "alpha <<A; beta <<B\ngamma\nA\n`gamma`\nB",
        "cat <<E | alpha\nbeta\nE",
        ">out alpha 2>&1 <in | 2>/dev/null beta",
        ">alpha beta",
        "alpha>beta",
        "alpha 2>beta; gamma",
        "alpha # beta\ngamma",
        "alpha#beta; gamma",
        "al\\\npha; be\"t\"a; 'gamm'a",
        "alpha \\; beta",
        "alpha ';' beta; gamma \";\" alpha",
        "x=1 alpha; y=$(beta) gamma",
        "x=alpha; beta",
        "sh -c 'alpha; sh -c \"beta\"'; gamma",
        "sh -ec alpha",
        "sh <<E\nalpha\nE",
        "env alpha; env -i PATH=\"$PATH\" beta; env -u x -- gamma",
        "nice -n 1 alpha; nohup beta 2>out; timeout -k 1 5 gamma",
        "command alpha; command -v beta; exec gamma",
        "echo beta | xargs -n 1 alpha",
        "find . -maxdepth 0 -exec alpha \\; -exec beta {} + -o -exec gamma ';'",
        "eval alpha; eval 'beta; gamma'",
        "until alpha; do beta; done",
        "alpha & beta\ngamma\nwait",
        "{ alpha; } | ( beta )",
        "if (alpha) then (beta) fi",
      })
  void findsEveryCommandThatAShellRuns(String line) throws Exception {
    assertThat(found(line)).as("found, against what sh ran").containsAll(ran("sh", line));
    assertThat(found(line)).as("found, against what bash ran").containsAll(ran("bash", line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$'alpha' ; $'\\x62eta'; $'\\147amma'",
        "alpha |& beta",
        "cat <(alpha); echo > >(beta); wait",
        "echo $((alpha); (beta))",
        "function f { alpha; }; f; function g() { beta; }; g",
        "time alpha; time -p beta; time { gamma; }; time (alpha)",
        "for ((i = 0; i < 1; i++)); do alpha; done",
        "[[ x = y ]] || alpha; [[ -n $(beta) ]]",
        "alpha &> beta; gamma &>> beta",
        "x=($(alpha) beta); gamma",
        "alpha <<< \"$(beta)\"",
        "bash <<< alpha",
        "case x in x) alpha;;& *) beta;& y) gamma;; esac",
        "coproc alpha; wait",
        "{fd}>out alpha",
        "select x in beta; do alpha; break; done <<< 1",
      })
  void findsWhatBashAloneRuns(String line) throws Exception {
    assertThat(found(line)).containsAll(ran("bash", line));
  }

  private static Set<String> found(String line) {
    Set<String> names = new TreeSet<>();
    ShellLine.parse(line).commands().forEach(words -> names.add(words.get(0)));
    names.retainAll(PROGRAMS);
    return names;
  }

  /** The line in a real shell, in whose PATH the programs come first. */
  private Set<String> ran(String shell, String line) throws Exception {
    Path work = Files.createTempDirectory(folder, shell);
    Path programs = Files.createDirectory(work.resolve("programs"));
    for (String name : PROGRAMS) {
      Path program = programs.resolve(name);
      Files.writeString(program, "#!/bin/sh\n: >\"" + work + "/ran-" + name + "\"\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.writeString(work.resolve("in"), "");
    ProcessBuilder builder = new ProcessBuilder(shell, "-c", line).directory(work.toFile());
    builder.environment().put("PATH", programs + ":/usr/bin:/bin");
    builder.redirectErrorStream(true).redirectInput(work.resolve("in").toFile());
    builder.redirectOutput(work.resolve("output").toFile());
    assertThat(builder.start().waitFor()).as("the line's status in %s", shell).isNotEqualTo(2);
    return names(work);
  }

  private static Set<String> names(Path work) throws IOException {
    Set<String> names = new TreeSet<>();
    try (var files = Files.list(work)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("ran-"))
          .forEach(name -> names.add(name.substring(4)));
    }
    return names;
  }
}
