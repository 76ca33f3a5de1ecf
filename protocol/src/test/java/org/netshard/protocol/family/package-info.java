/** Families, their switches, and the rules by which they make sockets. */
@NullMarked
package org.netshard.protocol.family;

import org.jspecify.annotations.NullMarked;
