package org.netshard.node.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.netshard.node.scenario.CallNotation.BadCallException;
import org.netshard.node.scenario.Scenario;
import org.netshard.node.scenario.ScenarioException;
import org.netshard.node.scenario.ScenarioReader;

/** Whole runs of the conductor over clusters in this JVM, with kernels that simulate nothing. */
class ConductorSimulation {
  static Scenario scenario(String text) throws ScenarioException {
    return ScenarioReader.parse(
        "test.yaml",
        text,
        Path.of("."),
        (line, place, delay) -> {
          throw new BadCallException(1, "no calls here");
        });
  }

  private static Scenario many(int kernels, String more) throws ScenarioException {
    return scenario(
        """
        %s
        kernels:
          - {name: "k-{}", count: %d}
        workloads:
          - {kind: socket-storm, name: storm, kernel: k-*, count: 20, rate: 100, protocol: 0, family: 2, type: 1}
        """
            .formatted(more, kernels));
  }

  private static RunOutcome run(int nodes, Scenario scenario) throws RunFailure {
    try (Nodes group =
        Nodes.inProcess(nodes, (name, clock, captures) -> FakeKernel.create(name, clock))) {
      return group.run(scenario, (booted, virtualNs, events, calls) -> {}, true);
    }
  }

  @Test
  void everyKernelRunsToItsLastEvent() throws Exception {
    RunOutcome outcome = run(1, many(300, ""));
    assertThat(outcome.nodes()).isEqualTo(1);
    assertThat(outcome.summary().kernels()).isEqualTo(300);
    assertThat(outcome.summary().events()).isEqualTo(6000);
    assertThat(outcome.summary().warnings())
        .containsExactly(new RunSummary.Warning("a warning", 300));
  }

  @Test
  void theHashIsTheSameOnThreeNodes() throws Exception {
    RunOutcome one = run(1, many(500, ""));
    RunOutcome three = run(3, many(500, ""));
    assertThat(three.nodes()).isEqualTo(3);
    assertThat(three.summary().traceHash()).isEqualTo(one.summary().traceHash());
  }

  @Test
  void theHorizonEndsTheRunBeforeEventsAtIt() throws Exception {
    RunOutcome outcome = run(1, many(3, "horizon: 50ms"));
    assertThat(outcome.summary().events()).isEqualTo(15);
    assertThat(outcome.virtualNs()).isEqualTo(50_000_000);
  }

  @Test
  void oneClusterRunsOneScenarioAfterTheOther() throws Exception {
    try (Nodes group =
        Nodes.inProcess(1, (name, clock, captures) -> FakeKernel.create(name, clock))) {
      String first = hash(group);
      assertThat(hash(group)).isEqualTo(first);
      assertThat(hash(group)).isEqualTo(first);
    }
  }

  private static String hash(Nodes group) throws Exception {
    return group.run(many(50, ""), (b, v, e, c) -> {}, false).summary().traceHash();
  }

  @Test
  void aKernelWhoseActorStopsIsReportedAndTheOthersGoOn() throws Exception {
    RunOutcome outcome =
        run(
            1,
            scenario(
                """
                kernels: [{name: good}, {name: bad}]
                workloads:
                  - {kind: socket-storm, name: bomb, kernel: bad, count: 2, type: 1, family: 2}
                  - {kind: socket-storm, name: storm, kernel: good, count: 7, type: 1, family: 2}
                """));
    assertThat(outcome.summary().crashes()).containsOnlyKeys("bad");
    assertThat(outcome.summary().events()).isEqualTo(7);
  }

  @Test
  void aKernelWithoutEventsEndsAtOnce() throws Exception {
    RunOutcome outcome = run(1, scenario("kernels: [{name: idle}]"));
    assertThat(outcome.summary().events()).isZero();
    assertThat(outcome.summary().kernels()).isEqualTo(1);
  }

  @Test
  void aSpecThatCannotBootFailsTheRunWithItsLine() throws Exception {
    Scenario scenario = scenario("kernels: [{name: one}]");
    try (Nodes group =
        Nodes.inProcess(1, (name, clock, captures) -> BrokenKernel.create(name, clock))) {
      assertThatThrownBy(() -> group.run(scenario, (b, v, e, c) -> {}, true))
          .isInstanceOfSatisfying(RunFailure.class, e -> assertThat(e.badInput()).isTrue())
          .hasMessage("one: it cannot boot");
    }
  }
}
