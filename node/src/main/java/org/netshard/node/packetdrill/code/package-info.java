/**
 * The statements that a script has in {@code %{ }%}: the part of Python that such statements need.
 *
 * <p>There are assignments, {@code assert}, {@code print} and {@code pass}; whole numbers of any
 * size, fractions, texts and truth; the operators of arithmetic, bits, comparison and logic; {@code
 * abs}, {@code min}, {@code max}, {@code int} and {@code float}. All else is an error that names
 * it. Read {@link org.netshard.node.packetdrill.code.CodeParser} first.
 */
@NullMarked
package org.netshard.node.packetdrill.code;

import org.jspecify.annotations.NullMarked;
