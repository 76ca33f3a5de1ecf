/**
 * What a kernel is to simulate and what it did, as data that can travel to any node.
 *
 * <p>Every type here is a record that holds only numbers, text and other records. Read {@link
 * org.netshard.namespace.spec.KernelSpec} first, then {@link
 * org.netshard.namespace.spec.KernelReport}.
 */
@NullMarked
package org.netshard.namespace.spec;

import org.jspecify.annotations.NullMarked;
