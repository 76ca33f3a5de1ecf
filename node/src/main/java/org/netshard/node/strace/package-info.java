/**
 * The notation of {@code strace}: logs, calls in scenarios, and reports.
 *
 * <ul>
 *   <li>{@link org.netshard.node.strace.StraceLog} reads a log event by event; {@link
 *       org.netshard.node.strace.StraceParser} is behind it and takes lines. Events are calls,
 *       signals and exits, in the order in which they were over. The syntax of arguments is a tree
 *       of {@link org.netshard.node.strace.StraceValue}s without types.
 *   <li>{@link org.netshard.node.strace.CallDecoder} makes the call that the program made out of
 *       it, memory included; {@link org.netshard.node.strace.CallPrinter} is the reverse.
 *   <li>{@link org.netshard.node.strace.ResultComparison} compares what a log says with what the
 *       simulated kernel did, numbers going through an {@link org.netshard.node.strace.IdMapping}.
 *   <li>{@link org.netshard.node.strace.ScriptLine} is a call in a scenario.
 *   <li>{@link org.netshard.node.strace.Notation} knows names and numbers of constants; they are in
 *       {@code constants.tsv}, and follow strace 6.1 where a number has several names.
 * </ul>
 *
 * <p>Supported: every call can be read; decoded, printed and compared are those of {@link
 * org.netshard.protocol.abi.SyscallName}. Not supported: the output of {@code -c} and {@code -C},
 * and {@code -f -z}, which tears lines apart.
 *
 * <p>Read {@link org.netshard.node.strace.StraceEvent} first.
 */
@NullMarked
package org.netshard.node.strace;

import org.jspecify.annotations.NullMarked;
