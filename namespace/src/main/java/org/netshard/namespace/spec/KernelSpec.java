package org.netshard.namespace.spec;

import java.util.List;

/**
 * One simulated machine before it boots.
 *
 * @param name stable name, unique in a run; the entity id
 * @param seed the run's seed; the kernel derives its own from it and its name
 * @param profile name of a built-in kernel profile, {@code linux-6.18}
 * @param profileText HOCON that extends or replaces parts of the profile; empty for none
 * @param sysctls written in the initial namespace before anything runs
 * @param namespaces network namespaces beside the initial one, which is called {@code init}
 * @param cgroups memory cgroups beside the root {@code /}
 * @param lsmRules the hook chain of {@code security_socket_create}, in order
 * @param tasks tasks with their calls
 * @param workloads generated load
 * @param operations changes of the kernel while it runs
 * @param setup lines of a shell, those before anything runs first
 * @param observe how closely it is watched
 */
public record KernelSpec(
    String name,
    long seed,
    String profile,
    String profileText,
    List<SysctlSetting> sysctls,
    List<NetnsSpec> namespaces,
    List<CgroupSpec> cgroups,
    List<LsmRule> lsmRules,
    List<TaskSpec> tasks,
    List<WorkloadSpec> workloads,
    List<KernelOperation> operations,
    List<SetupLine> setup,
    Observe observe) {
  public KernelSpec {
    sysctls = List.copyOf(sysctls);
    namespaces = List.copyOf(namespaces);
    cgroups = List.copyOf(cgroups);
    lsmRules = List.copyOf(lsmRules);
    tasks = List.copyOf(tasks);
    workloads = List.copyOf(workloads);
    operations = List.copyOf(operations);
    setup = List.copyOf(setup);
  }

  /** A machine without a setup that nobody watches closely. */
  public KernelSpec(
      String name,
      long seed,
      String profile,
      String profileText,
      List<SysctlSetting> sysctls,
      List<NetnsSpec> namespaces,
      List<CgroupSpec> cgroups,
      List<LsmRule> lsmRules,
      List<TaskSpec> tasks,
      List<WorkloadSpec> workloads,
      List<KernelOperation> operations) {
    this(
        name,
        seed,
        profile,
        profileText,
        sysctls,
        namespaces,
        cgroups,
        lsmRules,
        tasks,
        workloads,
        operations,
        List.of(),
        Observe.NOTHING);
  }

  /** The same machine, watched so. */
  public KernelSpec observed(Observe how) {
    return new KernelSpec(
        name,
        seed,
        profile,
        profileText,
        sysctls,
        namespaces,
        cgroups,
        lsmRules,
        tasks,
        workloads,
        operations,
        setup,
        how);
  }
}
