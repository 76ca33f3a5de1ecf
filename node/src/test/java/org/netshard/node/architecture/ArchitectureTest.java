package org.netshard.node.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String PROTOCOL = "org.netshard.protocol..";
  private static final String NAMESPACE = "org.netshard.namespace..";
  private static final String CLUSTER = "org.netshard.cluster..";
  private static final String NODE = "org.netshard.node..";

  private static JavaClasses project = new ClassFileImporter().importPackages();

  @BeforeAll
  static void importProject() {
    project =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.netshard");
  }

  @Test
  void everyModuleIsSeen() {
    for (String module : new String[] {"protocol", "namespace", "cluster", "node"}) {
      long seen =
          project.stream()
              .filter(c -> c.getPackageName().startsWith("org.netshard." + module))
              .count();
      assertThat(seen).as("classes of " + module).isGreaterThan(10);
    }
    assertThat(project.size()).isGreaterThan(300);
  }

  @Test
  void dependenciesGoDownwardsOnly() {
    noClasses()
        .that()
        .resideInAPackage(PROTOCOL)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(NAMESPACE, CLUSTER, NODE)
        .check(project);
    noClasses()
        .that()
        .resideInAPackage(NAMESPACE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CLUSTER, NODE)
        .check(project);
    noClasses()
        .that()
        .resideInAPackage(CLUSTER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PROTOCOL, NAMESPACE, NODE)
        .check(project);
  }

  @Test
  void modelsUseOnlyTheJdkAndOtherModels() {
    classes()
        .that()
        .resideInAnyPackage(PROTOCOL)
        .and()
        .resideOutsideOfPackage("org.netshard.protocol.actor..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", PROTOCOL)
        .andShould()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackage("org.netshard.protocol.actor..")
        .check(project);
    noClasses()
        .that()
        .resideInAPackage(NAMESPACE)
        .and()
        .resideOutsideOfPackages(
            "org.netshard.namespace.actor..", "org.netshard.namespace.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "akka..", "org.netshard.namespace.actor..", "org.netshard.protocol.actor..")
        .check(project);
  }

  @Test
  void onlyTheProfileReadsHocon() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL, NAMESPACE)
        .and()
        .resideOutsideOfPackage("org.netshard.namespace.profile..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.typesafe.config..")
        .check(project);
  }

  @Test
  void nothingInASimulationIsLeftToChance() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL, NAMESPACE)
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(
            HashMap.class,
            HashSet.class,
            Random.class,
            ThreadLocalRandom.class,
            UUID.class,
            Instant.class,
            Clock.class)
        .check(project);
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL, NAMESPACE)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "identityHashCode", Object.class)
        .orShould()
        .callMethod(Thread.class, "currentThread")
        .check(project);
  }

  @Test
  void nobodyAsksOnThePathOfACall() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOL, NAMESPACE)
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("akka.actor.typed.javadsl.AskPattern")
        .check(project);
  }

  @Test
  void packagesOfTheModelsHaveNoCycles() {
    slices().matching("org.netshard.namespace.(*)..").should().beFreeOfCycles().check(project);
  }
}
