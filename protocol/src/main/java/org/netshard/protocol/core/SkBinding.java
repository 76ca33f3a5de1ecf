package org.netshard.protocol.core;

/**
 * Where a sock is bound, listens or is connected, in the terms of its family; a sock has none until
 * it needs one.
 */
public interface SkBinding {}
