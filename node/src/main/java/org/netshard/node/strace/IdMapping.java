package org.netshard.node.strace;

/**
 * Which numbers of a recorded run stand for which of a simulated one.
 *
 * <p>An implementation may note a pair that it is asked about and answer true: {@link
 * ResultComparison} asks about each number that a call made known, once, and only if both calls
 * succeeded.
 */
public interface IdMapping {
  /** Ports that Linux chooses by itself, by default. */
  int EPHEMERAL_MIN = 32768;

  /** The last of those ports. */
  int EPHEMERAL_MAX = 60999;

  /** Numbers are the same only if they are equal; ports also if Linux chose both. */
  IdMapping EQUAL =
      new IdMapping() {
        @Override
        public boolean sameFd(int recorded, int simulated) {
          return recorded == simulated;
        }

        @Override
        public boolean samePid(int recorded, int simulated) {
          return recorded == simulated;
        }
      };

  /** Whether two descriptors are of the same file. */
  boolean sameFd(int recorded, int simulated);

  /** The descriptor of the simulated run that stands for one of the recorded. */
  default int simulatedFd(int recorded) {
    return recorded;
  }

  /**
   * Where in what is read an IPv4 header begins, whose identification, and so its checksum, Linux
   * draws; below 0 if there is none.
   */
  default int ipHeaderAt() {
    return -1;
  }

  /** Whether two process ids are of the same process. */
  boolean samePid(int recorded, int simulated);

  /** Whether two ports may stand for each other. */
  default boolean samePort(int recorded, int simulated) {
    return recorded == simulated || (ephemeral(recorded) && ephemeral(simulated));
  }

  /** Whether two netlink port ids may stand for each other. */
  default boolean sameNetlinkPid(int recorded, int simulated) {
    return recorded == simulated || (recorded != 0 && simulated != 0);
  }

  private static boolean ephemeral(int port) {
    return port >= EPHEMERAL_MIN && port <= EPHEMERAL_MAX;
  }
}
