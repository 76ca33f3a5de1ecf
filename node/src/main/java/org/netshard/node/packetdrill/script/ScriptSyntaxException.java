package org.netshard.node.packetdrill.script;

import org.netshard.node.scenario.Place;

/** A script that cannot be understood, and where. */
public final class ScriptSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong at a place. */
  public ScriptSyntaxException(Place place, String problem) {
    super(place + ": " + problem);
  }
}
