/**
 * The language of packetdrill: how a script is read, what it says, how it is written.
 *
 * <p>Read {@link org.netshard.node.packetdrill.script.ScriptParser} first, then {@link
 * org.netshard.node.packetdrill.script.Script}. Not there: packets within packets (IP in IP, GRE,
 * MPLS, PSP); what asks for one is an error that names it.
 */
@NullMarked
package org.netshard.node.packetdrill.script;

import org.jspecify.annotations.NullMarked;
