package org.netshard.node.packetdrill.script;

/**
 * When an event happens, in nanoseconds.
 *
 * @param kind what the times are relative to
 * @param ns the time, or the first of a range
 * @param endNs the last of a range; the time itself if there is no range
 */
public record EventTime(Kind kind, long ns, long endNs) {
  /** Any time will do. */
  public static final EventTime ANY = new EventTime(Kind.ANY, 0, 0);

  /** What a time is relative to. */
  public enum Kind {
    /** The start of the script. */
    ABSOLUTE,
    /** The event before. */
    RELATIVE,
    /** {@code *}. */
    ANY
  }

  /** Whether it is more than one moment. */
  public boolean isRange() {
    return ns != endNs;
  }
}
