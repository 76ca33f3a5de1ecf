package org.netshard.namespace.cgroup;

/** Which hierarchy the memory controller is mounted on. */
public enum CgroupVersion {
  /** {@code -t cgroup -o memory}, at {@code /sys/fs/cgroup/memory}. */
  V1("/sys/fs/cgroup/memory"),
  /** {@code -t cgroup2}, at {@code /sys/fs/cgroup}. */
  V2("/sys/fs/cgroup");

  private final String mountPoint;

  CgroupVersion(String mountPoint) {
    this.mountPoint = mountPoint;
  }

  /** Where it is mounted. */
  public String mountPoint() {
    return mountPoint;
  }
}
