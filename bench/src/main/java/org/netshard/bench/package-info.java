/**
 * Benchmarks beside the live kernel; they are no tests.
 *
 * <p>Read {@link org.netshard.bench.Main} first.
 */
@NullMarked
package org.netshard.bench;

import org.jspecify.annotations.NullMarked;
