package org.netshard.protocol.core;

import java.util.function.Supplier;

/**
 * The key of what a protocol keeps for each network namespace.
 *
 * <p><b>Source:</b> {@code include/net/netns/generic.h}.
 *
 * @param <T> what it keeps
 */
public final class NetGeneric<T> {
  private final Supplier<T> creator;

  /**
   * A key; there is one for each protocol that needs it.
   *
   * @param creator makes what a namespace has before anything happened in it
   */
  public NetGeneric(Supplier<T> creator) {
    this.creator = creator;
  }

  /** What a namespace has at first. */
  public T create() {
    return creator.get();
  }
}
