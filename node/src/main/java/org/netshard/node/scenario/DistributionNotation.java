package org.netshard.node.scenario;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.Distribution.Shape;

/** Distributions as users write them: {@code 64}, {@code uniform(64, 1500)}. */
final class DistributionNotation {
  private static final Pattern CALL =
      Pattern.compile("\\s*([a-z]+)\\s*\\(\\s*([^,)\\s]+)\\s*(?:,\\s*([^,)\\s]+)\\s*)?\\)\\s*");

  private DistributionNotation() {}

  /**
   * Reads one.
   *
   * @param text the text, whose form the schema has checked
   * @param unit reads a number of what is drawn; empty if it is out of range
   * @throws BadDistributionException if it cannot be so; the text says why
   */
  static Distribution parse(String text, Function<String, Optional<Double>> unit)
      throws BadDistributionException {
    Matcher matcher = CALL.matcher(text);
    if (!matcher.matches()) {
      return Distribution.constant(number(text.strip(), unit));
    }
    Shape shape = Shape.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
    String second = matcher.group(3);
    if ((second == null ? 1 : 2) != shape.parameters()) {
      throw new BadDistributionException(
          "`%s` has %s; allowed is %s"
              .formatted(text, second == null ? "one number" : "two numbers", form(shape)));
    }
    double first = number(matcher.group(2), unit);
    Distribution drawn = new Distribution(shape, first, second(shape, second, unit));
    check(text, drawn);
    return drawn;
  }

  private static double number(String text, Function<String, Optional<Double>> unit)
      throws BadDistributionException {
    return unit.apply(text)
        .orElseThrow(() -> new BadDistributionException("`" + text + "` is out of range"));
  }

  private static double second(
      Shape shape, @Nullable String text, Function<String, Optional<Double>> unit)
      throws BadDistributionException {
    if (text == null) {
      return 0;
    }
    if (shape == Shape.UNIFORM || shape == Shape.NORMAL) {
      return number(text, unit);
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new BadDistributionException(
          "`%s` is not a number; allowed is %s".formatted(text, form(shape)));
    }
  }

  private static void check(String text, Distribution drawn) throws BadDistributionException {
    if (drawn.shape() == Shape.UNIFORM && drawn.first() > drawn.second()) {
      throw new BadDistributionException(
          "`%s` begins above its end; allowed is %s".formatted(text, form(Shape.UNIFORM)));
    }
    if (drawn.shape() == Shape.PARETO && (drawn.first() == 0 || drawn.second() == 0)) {
      throw new BadDistributionException(
          "`%s` has a 0; allowed is %s".formatted(text, form(Shape.PARETO)));
    }
  }

  private static String form(Shape shape) {
    return switch (shape) {
      case CONSTANT -> "constant(VALUE)";
      case UNIFORM -> "uniform(LEAST, GREATEST)";
      case EXPONENTIAL -> "exponential(MEAN)";
      case NORMAL -> "normal(MEAN, DEVIATION)";
      case LOGNORMAL -> "lognormal(MEDIAN, SIGMA)";
      case PARETO -> "pareto(LEAST, EXPONENT)";
    };
  }

  /** A distribution that cannot be. */
  static final class BadDistributionException extends Exception {
    private static final long serialVersionUID = 1L;

    BadDistributionException(String text) {
      super(text);
    }
  }
}
