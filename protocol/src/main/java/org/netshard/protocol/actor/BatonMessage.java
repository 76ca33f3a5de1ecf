package org.netshard.protocol.actor;

/** A message that hands the baton on. */
public interface BatonMessage {
  /** The baton. */
  Call call();
}
