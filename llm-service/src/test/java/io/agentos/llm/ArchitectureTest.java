// SPDX-License-Identifier: MIT
package io.agentos.llm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.agentos.llm", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule importsPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy("io.agentos.llm")
          .layer("serve")
          .definedBy("..serve..")
          .layer("offline")
          .definedBy("..offline..")
          .layer("cassette")
          .definedBy("..cassette..")
          .layer("gemini")
          .definedBy("..gemini..")
          .layer("openai")
          .definedBy("..openai..")
          .layer("anthropic")
          .definedBy("..anthropic..")
          .layer("http")
          .definedBy("..http..")
          .layer("provider")
          .definedBy("..provider..")
          .layer("settings")
          .definedBy("..settings..")
          .layer("wire")
          .definedBy("..wire..")
          .layer("base")
          .definedBy("..base..")
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("serve")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("offline")
          .mayOnlyBeAccessedByLayers("main", "serve")
          .whereLayer("cassette")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("gemini")
          .mayOnlyBeAccessedByLayers("serve")
          .whereLayer("openai")
          .mayOnlyBeAccessedByLayers("serve")
          .whereLayer("anthropic")
          .mayOnlyBeAccessedByLayers("serve")
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("gemini", "openai", "anthropic")
          .whereLayer("provider")
          .mayOnlyBeAccessedByLayers(
              "main", "serve", "cassette", "offline", "gemini", "openai", "anthropic", "http")
          .whereLayer("settings")
          .mayOnlyBeAccessedByLayers(
              "main", "serve", "cassette", "offline", "gemini", "openai", "anthropic", "http")
          .whereLayer("base")
          .mayNotAccessAnyLayer()
          .whereLayer("wire")
          .mayOnlyAccessLayers("base");

  @ArchTest
  static final ArchRule onlyTheGeminiPackageKnowsTheSdk =
      noClasses()
          .that()
          .resideOutsideOfPackage("..gemini..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google..");

  @ArchTest
  static final ArchRule onlyTwoPackagesKnowHowHttpIsSpoken =
      noClasses()
          .that()
          .resideOutsideOfPackages("..gemini..", "..http..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("okhttp3..", "okio..");

  @ArchTest
  static final ArchRule onlyMainEndsTheProcessOrReadsItsSurroundings =
      noClasses()
          .that()
          .areNotAssignableTo(Main.class)
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");
}
