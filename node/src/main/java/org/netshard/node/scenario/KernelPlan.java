package org.netshard.node.scenario;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.namespace.spec.NetnsSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.namespace.spec.WorkloadSpec;

/** One kernel while the scenario is read. Specs are shared between kernels that have the same. */
final class KernelPlan {
  /** The initial namespace of every kernel. */
  static final String INIT = "init";

  /** The memory cgroup that every kernel has. */
  static final String ROOT = "/";

  final String name;
  final ProfileTable.Resolved profile;
  final List<SysctlSetting> sysctls;

  /** The namespace that this kernel was made for and that is its initial one, or empty. */
  final String ownNamespace;

  final List<NetnsSpec> namespaces = new ArrayList<>(0);
  final List<CgroupSpec> cgroups = new ArrayList<>(0);
  final List<LsmRule> rules = new ArrayList<>(0);
  final List<TaskSpec> tasks = new ArrayList<>(0);
  final List<WorkloadSpec> workloads = new ArrayList<>(0);
  final List<KernelOperation> operations = new ArrayList<>(0);
  final List<SetupLine> setup = new ArrayList<>(0);

  /** The cgroups that the setup makes before anything runs. */
  final Set<String> setupCgroups = new LinkedHashSet<>(0);

  final Set<String> programs = new LinkedHashSet<>(2);

  KernelPlan(
      String name,
      ProfileTable.Resolved profile,
      List<SysctlSetting> sysctls,
      String ownNamespace) {
    this.name = name;
    this.profile = profile;
    this.sysctls = sysctls;
    this.ownNamespace = ownNamespace;
  }

  /** How many namespaces it has, the initial one included. */
  long namespaceCount() {
    return 1 + namespaces.stream().mapToLong(NetnsSpec::count).sum();
  }

  /** The names that the user knows its namespaces by, without the numbers of counted ones. */
  List<String> namespaceNames() {
    List<String> names = new ArrayList<>();
    names.add(ownNamespace.isEmpty() ? INIT : ownNamespace);
    for (NetnsSpec spec : namespaces) {
      names.add(spec.count() > 1 ? spec.name() + "-0" : spec.name());
    }
    return names;
  }

  /** Whether a name is taken by a namespace of this kernel. */
  boolean hasNamespace(NetnsSpec other) {
    for (NetnsSpec spec : namespaces) {
      if (spec.name().equals(other.name())) {
        return true;
      }
    }
    return other.name().equals(INIT);
  }

  /** The namespaces, by the kernel's own names, that a name or pattern means here. */
  List<String> matchNamespaces(String pattern) {
    List<String> matches = new ArrayList<>();
    if (!KernelTable.isPattern(pattern)) {
      String exact = exactNamespace(pattern);
      if (!exact.isEmpty()) {
        matches.add(exact);
      }
      return matches;
    }
    Pattern regex = KernelTable.regex(pattern);
    if (regex.matcher(INIT).matches()
        || (!ownNamespace.isEmpty() && regex.matcher(ownNamespace).matches())) {
      matches.add(INIT);
    }
    for (NetnsSpec spec : namespaces) {
      for (int i = 0; i < spec.count(); i++) {
        String netns = spec.count() > 1 ? spec.name() + "-" + i : spec.name();
        if (regex.matcher(netns).matches()) {
          matches.add(netns);
        }
      }
    }
    return matches;
  }

  private String exactNamespace(String wanted) {
    if (wanted.equals(INIT) || wanted.equals(ownNamespace)) {
      return INIT;
    }
    for (NetnsSpec spec : namespaces) {
      String prefix = spec.name() + "-";
      if (spec.count() == 1
          ? spec.name().equals(wanted)
          : wanted.startsWith(prefix)
              && wanted.substring(prefix.length()).matches("0|[1-9][0-9]{0,5}")
              && Integer.parseInt(wanted.substring(prefix.length())) < spec.count()) {
        return wanted;
      }
    }
    return "";
  }

  boolean hasCgroup(String path) {
    return path.equals(ROOT)
        || setupCgroups.contains(path)
        || cgroups.stream().anyMatch(spec -> isOrIsAbove(path, spec.path()));
  }

  private static boolean isOrIsAbove(String path, String other) {
    return other.equals(path) || other.startsWith(path + "/");
  }

  KernelSpec spec(long seed) {
    return new KernelSpec(
        name,
        seed,
        profile.base(),
        profile.text(),
        sysctls,
        namespaces,
        cgroups,
        rules,
        tasks,
        workloads,
        operations,
        setup,
        Observe.NOTHING);
  }
}
