/**
 * The command line. A new command is a class with {@code @Command}, named in {@link
 * org.netshard.node.cli.NetshardCommand}.
 */
@NullMarked
package org.netshard.node.cli;

import org.jspecify.annotations.NullMarked;
