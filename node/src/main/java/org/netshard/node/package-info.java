/**
 * The program: command line, scenarios, the conductor of runs, and reports.
 *
 * <p>Read {@link org.netshard.node.Main} first, then the packages {@code cli}, {@code scenario} and
 * {@code run}.
 */
@NullMarked
package org.netshard.node;

import org.jspecify.annotations.NullMarked;
