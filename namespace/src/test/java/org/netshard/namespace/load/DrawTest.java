package org.netshard.namespace.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.Distribution.Shape;

class DrawTest {
  private static final int DRAWS = 200_000;

  private static double mean(Distribution distribution) {
    Draw draw = new Draw(42);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      sum += draw.next(distribution);
    }
    return sum / DRAWS;
  }

  @Test
  void drawsHaveTheMeanOfTheirDistribution() {
    assertThat(mean(Distribution.constant(7))).isEqualTo(7);
    assertThat(mean(new Distribution(Shape.UNIFORM, 10, 30))).isCloseTo(20, within(0.1));
    assertThat(mean(Distribution.exponential(100))).isCloseTo(100, within(1.0));
    assertThat(mean(new Distribution(Shape.NORMAL, 100, 10))).isCloseTo(100, within(0.2));
    double lognormal = 100 * Math.exp(0.5 * 0.5 / 2);
    assertThat(mean(new Distribution(Shape.LOGNORMAL, 100, 0.5))).isCloseTo(lognormal, within(1.0));
    assertThat(mean(new Distribution(Shape.PARETO, 100, 3))).isCloseTo(150, within(2.0));
  }

  @Test
  void uniformWholeNumbersHaveBothEnds() {
    Draw draw = new Draw(1);
    long[] seen = new long[4];
    for (int i = 0; i < DRAWS; i++) {
      seen[(int) draw.nextWhole(new Distribution(Shape.UNIFORM, 1, 3), 0, 10)]++;
    }
    assertThat(seen[0]).isZero();
    for (int i = 1; i <= 3; i++) {
      assertThat((double) seen[i] / DRAWS).isCloseTo(1 / 3.0, within(0.01));
    }
  }

  @Test
  void aConstantRateDoesNotDrift() {
    Schedule schedule = new Schedule(Distribution.constant(3), Distribution.ZERO, new Draw(1));
    long due = 0;
    for (int i = 0; i <= 3_000_000; i++) {
      due = schedule.next(5);
    }
    assertThat(due).isEqualTo(5 + 1_000_000L * 1_000_000_000);
  }

  @Test
  void anExponentialRateIsAPoissonProcess() {
    Schedule schedule =
        new Schedule(Distribution.exponential(1000), Distribution.ZERO, new Draw(9));
    long due = 0;
    for (int i = 0; i <= DRAWS; i++) {
      due = schedule.next(0);
    }
    assertThat((double) due / DRAWS).isCloseTo(1e6, within(1e4));
  }
}
