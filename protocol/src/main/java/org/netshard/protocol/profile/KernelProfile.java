package org.netshard.protocol.profile;

import java.util.List;

/**
 * What a kernel is: families, protocols, object sizes and sysctl values. It never changes; a
 * running kernel starts from it.
 *
 * @param name {@code linux-6.18} and so on
 * @param inodeBytes size of a socket's inode in bytes
 * @param fileBytes size of an open file in bytes
 * @param dentryBytes size of the dentry that a socket's file has, in bytes
 * @param inodeErrno positive errno when the inode cannot be allocated
 * @param fileErrno positive errno when the file or its dentry cannot be allocated
 * @param cgroupVersion 1 or 2: the hierarchy that the memory controller is mounted on
 * @param chargeCpus CPUs that charge memory ahead for themselves; 0 if every charge is exact
 * @param softirqChargeFails whether a softirq's charge of a memory cgroup fails at the limit
 *     ({@code GFP_NOWAIT}, before Linux 6.1) and does not go over it ({@code GFP_ATOMIC})
 * @param nosocket whether no socket is ever charged to a memory cgroup ({@code
 *     cgroup.memory=nosocket} on the command line of the kernel)
 * @param families in ascending order of number
 * @param protos every kind of sock
 * @param sysctls every sysctl under {@code net.}, and the few others that matter here
 * @param kernelNetlink netlink protocols for which every namespace has a socket of the kernel's own
 * @param modules names of modules that are loaded when they are asked for
 */
public record KernelProfile(
    String name,
    int inodeBytes,
    int fileBytes,
    int dentryBytes,
    int inodeErrno,
    int fileErrno,
    int cgroupVersion,
    int chargeCpus,
    boolean softirqChargeFails,
    boolean nosocket,
    List<FamilyProfile> families,
    List<ProtoProfile> protos,
    List<SysctlProfile> sysctls,
    List<Integer> kernelNetlink,
    List<String> modules) {
  public KernelProfile {
    families = List.copyOf(families);
    protos = List.copyOf(protos);
    sysctls = List.copyOf(sysctls);
    kernelNetlink = List.copyOf(kernelNetlink);
    modules = List.copyOf(modules);
  }
}
