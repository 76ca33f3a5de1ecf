/**
 * Scripts of packetdrill, run against a simulated kernel in virtual time.
 *
 * <p>A script says which calls a process makes, which packets come to it, and which packets its
 * kernel sends, each with its time. The network is a device of type TUN whose other end is the
 * script. Read {@link org.netshard.node.packetdrill.Packetdrill} first, then {@link
 * org.netshard.node.packetdrill.ScriptRun}.
 */
@NullMarked
package org.netshard.node.packetdrill;

import org.jspecify.annotations.NullMarked;
