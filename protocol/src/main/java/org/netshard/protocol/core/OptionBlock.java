package org.netshard.protocol.core;

/**
 * The options of one layer (IP, IPv6, TCP, …) of a sock.
 *
 * <p>Socks of a kind share one frozen block with the defaults; the first write of a sock gives it a
 * copy of its own.
 */
public abstract class OptionBlock implements Cloneable {
  private boolean frozen;

  /** Makes this the shared block of many socks, which nobody may change any more. */
  public final void freeze() {
    frozen = true;
  }

  /** Whether several socks share this block. */
  public final boolean isFrozen() {
    return frozen;
  }

  /** A copy that belongs to one sock and may be changed. */
  public OptionBlock thaw() {
    try {
      OptionBlock copy = (OptionBlock) clone();
      copy.frozen = false;
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a sock that is made after another one gets: the shared block, or a copy of its own. */
  public final OptionBlock cloned() {
    if (frozen) {
      return this;
    }
    OptionBlock copy = thaw();
    copy.forgetOwned();
    return copy;
  }

  /** Forgets, in a copy, what belongs to the one sock alone, such as memberships of groups. */
  protected void forgetOwned() {}
}
