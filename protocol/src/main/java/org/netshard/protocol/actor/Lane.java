package org.netshard.protocol.actor;

import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;

/** Where the actors of a kernel run: all on the lane of their {@code Kernel}. */
public final class Lane {
  /**
   * The properties with which every actor below a kernel must be spawned; without them Akka would
   * run it on the default dispatcher, and each hop would wake another thread.
   */
  public static final Props SAME = DispatcherSelector.sameAsParent();

  private Lane() {}
}
