/**
 * The wire format: how messages that leave a JVM become bytes and come back.
 *
 * <p>A message is a version byte, the id of its class and its components in order; see {@code
 * docs/decisions/0003-wire-format.md}. Classes get onto the wire by a {@link
 * org.netshard.cluster.serialization.MessageRegistry} found by {@link java.util.ServiceLoader}, and
 * by no other way. Records and enums need no serializer of their own. Components may be primitives
 * and their boxes, {@code String}, arrays of primitives, {@code List}, {@code Set}, {@code Map},
 * {@code SortedMap}, {@code Optional}, {@code OptionalInt}, {@code OptionalLong}, {@code Duration},
 * typed {@code ActorRef}s, registered classes, and interfaces of such. Null is refused unless the
 * component is {@code @Nullable}.
 *
 * <p>Whatever the bytes are, reading gives a value of a registered class or a {@link
 * org.netshard.cluster.serialization.WireFormatException}. Read {@link
 * org.netshard.cluster.serialization.WireFormat} first.
 */
@NullMarked
package org.netshard.cluster.serialization;

import org.jspecify.annotations.NullMarked;
