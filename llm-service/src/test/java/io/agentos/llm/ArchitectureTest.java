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
          .layer("gemini")
          .definedBy("..gemini..")
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
          .whereLayer("gemini")
          .mayOnlyBeAccessedByLayers("serve")
          .whereLayer("provider")
          .mayOnlyBeAccessedByLayers("serve", "offline", "gemini")
          .whereLayer("settings")
          .mayOnlyBeAccessedByLayers("main", "serve", "offline", "gemini")
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
          .resideInAnyPackage("com.google..", "okhttp3..", "okio..");

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
