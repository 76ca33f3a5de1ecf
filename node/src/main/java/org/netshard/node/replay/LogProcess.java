package org.netshard.node.replay;

/**
 * A process of a log and the task that stands for it.
 *
 * @param logPid its number in the log
 * @param pid number of the task
 * @param fds how its descriptors are numbered
 */
record LogProcess(int logPid, int pid, FdNames fds) {}
