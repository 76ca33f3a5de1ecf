package org.netshard.protocol.actor;

/**
 * What a {@code MemCgroup} understands. Charging and binding socks need no message: whoever holds
 * the baton does it by reference.
 */
public interface MemCgroupMessage extends BatonMessage {}
