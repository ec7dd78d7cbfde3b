// SPDX-License-Identifier: MIT
package io.agentos;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.agentos.kernel.reactor.ReactorConfined;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How the packages stand to each other; who wants an arrow that is not here should think twice. */
@AnalyzeClasses(packages = "io.agentos", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] BELOW_SERVICES = {
    "permission", "sandbox", "reactor", "wire", "posix", "base"
  };

  /** Of each package of the kernel those that it may know: boot, syscall, services, and down. */
  private static final Map<String, List<String>> MAY_KNOW =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(
                  "boot",
                  with(
                      "syscall", "audit", "agent", "ipc", "fs", "exec", "llm", "net", "proxy",
                      "door", "http", "event", "log", "metric")),
              Map.entry(
                  "syscall",
                  with(
                      "audit", "agent", "ipc", "event", "fs", "exec", "llm", "net", "log",
                      "metric")),
              // An agent has a log; a command runs in an agent's sandbox, within its limits.
              Map.entry("agent", with("log", "metric")),
              Map.entry("exec", with("agent")),
              Map.entry("audit", with()),
              Map.entry("fs", with()),
              Map.entry("ipc", with()),
              Map.entry("event", with()),
              Map.entry("llm", with()),
              Map.entry("log", with()),
              Map.entry("metric", with()),
              Map.entry("net", with()),
              // Serves an agent's programs by the rules of HTTP for agents.
              Map.entry("proxy", with("http", "agent", "net", "audit")),
              Map.entry("door", with("http", "agent", "syscall")),
              Map.entry("http", with()),
              Map.entry("permission", List.of("base")),
              Map.entry("sandbox", List.of("reactor", "wire", "posix", "base")),
              Map.entry("reactor", List.of("wire", "posix", "base")),
              Map.entry("wire", List.of("base")),
              Map.entry("posix", List.of("base")),
              Map.entry("base", List.of())));

  private static List<String> with(String... services) {
    return Stream.of(services, BELOW_SERVICES).flatMap(Arrays::stream).toList();
  }

  @ArchTest
  static void everyPackageHasItsPlace(JavaClasses classes) {
    List<String> packages =
        classes.stream()
            .filter(resideInAPackage("io.agentos.kernel.."))
            .map(type -> type.getPackageName().split("\\.")[3])
            .distinct()
            .sorted()
            .toList();
    assertThat(packages).containsExactlyElementsOf(MAY_KNOW.keySet());
  }

  @ArchTest static final ArchRule importsPointDown = importsPointDown();

  private static ArchRule importsPointDown() {
    LayeredArchitecture rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String name : MAY_KNOW.keySet()) {
      rule = rule.layer(name).definedBy("io.agentos.kernel." + name + "..");
    }
    for (Map.Entry<String, List<String>> entry : MAY_KNOW.entrySet()) {
      String[] known = entry.getValue().toArray(new String[0]);
      rule =
          known.length == 0
              ? rule.whereLayer(entry.getKey()).mayNotAccessAnyLayer()
              : rule.whereLayer(entry.getKey()).mayOnlyAccessLayers(known);
    }
    return rule;
  }

  /** A call is one file: what two handlers share lies beside the dispatcher or in a service. */
  @ArchTest
  static final ArchRule handlersOfDifferentKindsDoNotMeet =
      slices().matching("io.agentos.kernel.syscall.(*)..").should().notDependOnEachOther();

  /** The command line is a client: it knows how to start a kernel, and the wire. */
  @ArchTest
  static final ArchRule theCommandLineKnowsOnlyTheKernelsDoor =
      noClasses()
          .that()
          .resideInAPackage("io.agentos.cli..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.agentos.kernel..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "io.agentos.kernel.boot",
                              "io.agentos.kernel.base",
                              "io.agentos.kernel.wire"))));

  @ArchTest
  static final ArchRule theKernelDoesNotKnowTheCommandLine =
      noClasses()
          .that()
          .resideInAPackage("io.agentos.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.agentos.cli..", "picocli..");

  @ArchTest
  static final ArchRule onlyTheNetPackageSpeaksHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("..kernel.net..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.hc..", "java.net.http..");

  /** What arrives in foreign buffers and on foreign threads is nobody else's concern. */
  @ArchTest
  static final ArchRule onlyThoseWhoServeHttpUseNetty =
      noClasses()
          .that()
          .resideOutsideOfPackages("..kernel.http..", "..kernel.door..", "..kernel.proxy..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  /** Children are made by one thread, with a plan; ProcessBuilder is for the LLM service alone. */
  @ArchTest
  static final ArchRule onlyTheLlmPackageUsesProcessBuilder =
      noClasses()
          .that()
          .resideInAPackage("io.agentos.kernel..")
          .and()
          .resideOutsideOfPackage("..kernel.llm..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ProcessBuilder.class);

  @ArchTest
  static final ArchRule onlyBootReadsTheSurroundingsOrEndsTheProcess =
      noClasses()
          .that()
          .resideInAPackage("io.agentos.kernel..")
          .and()
          .resideOutsideOfPackage("..kernel.boot..")
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  @ArchTest
  static final ArchRule nothingPrintsPastTheLog =
      noClasses()
          .that()
          .resideInAPackage("io.agentos.kernel..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  /** What one thread owns has no lock: a lock would say that a second one comes near. */
  @ArchTest
  static final ArchRule confinedClassesHaveNoSynchronisedMethods =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith(ReactorConfined.class)
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED);

  @ArchTest
  static final ArchRule confinedClassesHaveNoSharedFields =
      fields()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith(ReactorConfined.class)
          .should()
          .notHaveModifier(JavaModifier.VOLATILE)
          .andShould()
          .notHaveRawType(resideInAPackage("java.util.concurrent.."));
}
