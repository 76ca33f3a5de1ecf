/**
 * Conformance: rows of tables that were read off a live kernel, made again in a simulated one.
 *
 * <p>Read {@link org.netshard.node.conformance.TableProgram} first.
 */
@NullMarked
package org.netshard.node.conformance;

import org.jspecify.annotations.NullMarked;
