package org.netshard.node.run;

/**
 * How a run ended.
 *
 * @param summary what its kernels did
 * @param nodes how many nodes it had
 * @param virtualNs virtual time reached in nanoseconds
 * @param wallNs time that it took in nanoseconds, without the start of the nodes
 */
public record RunOutcome(RunSummary summary, int nodes, long virtualNs, long wallNs) {}
