package org.netshard.protocol.actor;

/** The baton. */
public final class Call {}
