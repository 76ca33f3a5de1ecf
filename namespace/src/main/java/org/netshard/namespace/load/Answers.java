package org.netshard.namespace.load;

import org.netshard.namespace.spec.Distribution;

/** How a server answers: how much, and after what time. */
final class Answers {
  /** Not at all. */
  static final Answers NONE = new Answers(Distribution.ZERO, Distribution.ZERO, new Draw(0));

  private static final long SERVICE_MAX_NS = Long.MAX_VALUE >> 2;

  private final Distribution size;
  private final Distribution serviceNs;
  private final Draw draw;

  Answers(Distribution size, Distribution serviceNs, Draw draw) {
    this.size = size;
    this.serviceNs = serviceNs;
    this.draw = draw;
  }

  boolean isNone() {
    return this == NONE;
  }

  /** Bytes of the next answer. */
  int size() {
    return (int) draw.nextWhole(size, Message.BYTES_MIN, Message.BYTES_MAX);
  }

  /** Time that the next answer takes, virtual nanoseconds. */
  long serviceNs() {
    return draw.nextWhole(serviceNs, 0, SERVICE_MAX_NS);
  }
}
