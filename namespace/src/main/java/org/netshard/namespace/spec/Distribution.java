package org.netshard.namespace.spec;

/**
 * How a number is drawn each time that one is needed.
 *
 * @param shape its shape, which says what the two parameters are
 * @param first the first parameter, in the unit of what is drawn
 * @param second the second one; 0 if the shape has none
 */
public record Distribution(Shape shape, double first, double second) {
  /** Always 0. */
  public static final Distribution ZERO = constant(0);

  /** The shape of a distribution. */
  public enum Shape {
    /** Always the same: the value. */
    CONSTANT(1),
    /** All from one number to another alike: the least and the greatest. */
    UNIFORM(2),
    /** As the time between events that know nothing of one another: the mean. */
    EXPONENTIAL(1),
    /** The bell, without what is below 0: mean and standard deviation. */
    NORMAL(2),
    /** The bell of the logarithm: median and standard deviation of the natural logarithm. */
    LOGNORMAL(2),
    /** With a heavy tail: the least, and the exponent of the tail. */
    PARETO(2);

    private final int parameters;

    Shape(int parameters) {
      this.parameters = parameters;
    }

    /** How many parameters it has. */
    public int parameters() {
      return parameters;
    }
  }

  /** Always the same number. */
  public static Distribution constant(double value) {
    return new Distribution(Shape.CONSTANT, value, 0);
  }

  /** As the time between events that know nothing of one another. */
  public static Distribution exponential(double mean) {
    return new Distribution(Shape.EXPONENTIAL, mean, 0);
  }

  /** Whether it always gives the same number. */
  public boolean isConstant() {
    return shape == Shape.CONSTANT;
  }

  /** Whether it always gives 0. */
  public boolean isZero() {
    return isConstant() && first == 0;
  }

  /** The greatest number that it gives, or infinity if there is none. */
  public double max() {
    return switch (shape) {
      case CONSTANT -> first;
      case UNIFORM -> second;
      case EXPONENTIAL, NORMAL, LOGNORMAL, PARETO -> Double.POSITIVE_INFINITY;
    };
  }
}
