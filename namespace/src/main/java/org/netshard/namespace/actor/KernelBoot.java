package org.netshard.namespace.actor;

import java.util.List;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.ScriptProgram;
import org.netshard.namespace.program.StormProgram;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.NetnsSpec;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Cred;

/** Makes a machine from its spec: sysctls, namespaces, cgroups, tasks, programs. */
final class KernelBoot {
  private static final String INIT = "init";

  private final KernelModel model;
  private final Simulation simulation;
  private final Cred root;

  private KernelBoot(KernelModel model, Simulation simulation) {
    this.model = model;
    this.simulation = simulation;
    this.root = model.rootCred();
  }

  /**
   * Gives a machine what its spec says.
   *
   * @throws BadSpecException naming the place of what cannot be
   */
  static void populate(KernelSpec spec, KernelModel model, Simulation simulation)
      throws BadSpecException {
    KernelBoot boot = new KernelBoot(model, simulation);
    boot.sysctls(model.machine().initNet(), spec.sysctls());
    for (NetnsSpec namespace : spec.namespaces()) {
      boot.namespace(namespace);
    }
    for (CgroupSpec cgroup : spec.cgroups()) {
      boot.cgroup(cgroup);
    }
    model.setHooks(SecurityHooks.of(spec.lsmRules()));
    for (TaskSpec task : spec.tasks()) {
      boot.task(task);
    }
    for (StormSpec storm : spec.workloads()) {
      boot.storm(storm);
    }
    for (KernelOperation operation : spec.operations()) {
      simulation.at(operation.atNs(), () -> simulation.operate(operation));
    }
  }

  private void sysctls(NetState net, List<SysctlSetting> settings) throws BadSpecException {
    for (SysctlSetting setting : settings) {
      long result = net.writeSysctl(setting.name(), setting.value(), root);
      if (result < 0) {
        throw new BadSpecException(
            setting.place()
                + ": sysctl "
                + setting.name()
                + " = "
                + setting.value()
                + ": "
                + Errno.resultText(result));
      }
    }
  }

  private void namespace(NetnsSpec spec) throws BadSpecException {
    for (int i = 0; i < spec.count(); i++) {
      int allowed = model.machine().mayCopyNetNs(root, root.userNs());
      if (allowed < 0) {
        throw new BadSpecException("namespace " + spec.name() + ": " + Errno.resultText(allowed));
      }
      // The reference is that of its file in /run/netns, so it lives whatever its tasks do.
      NetState net = model.machine().newNetNs(root.userNs(), model.machine().initNet());
      sysctls(net, spec.sysctls());
      model.named(spec.count() == 1 ? spec.name() : spec.name() + "-" + i, net);
    }
  }

  /** Makes a cgroup and all above it, with the memory controller enabled down to it. */
  private void cgroup(CgroupSpec spec) throws BadSpecException {
    CgroupTree tree = model.cgroups();
    Cgroup cgroup = tree.root();
    for (String name : spec.path().substring(1).split("/", -1)) {
      cgroup = makeCgroup(cgroup, name);
    }
    if (spec.limitBytes() != Long.MAX_VALUE) {
      tree.memcontrol().setLimit(cgroup.memcg(), spec.limitBytes(), spec.oomKill());
    }
  }

  private Cgroup makeCgroup(Cgroup above, String name) throws BadSpecException {
    CgroupTree tree = model.cgroups();
    Cgroup present = above.children().get(name);
    if (present != null) {
      return present;
    }
    int made =
        tree.memcontrol().version() == CgroupVersion.V2 ? tree.setSubtreeControl(above, true) : 0;
    made = made < 0 ? made : tree.mkdir(above, name, Cgroup.Owner.ROOT);
    Cgroup cgroup = above.children().get(name);
    if (cgroup == null) {
      throw new BadSpecException("cgroup " + above + "/" + name + ": " + Errno.resultText(made));
    }
    return cgroup;
  }

  private void task(TaskSpec spec) throws BadSpecException {
    int[] groups = spec.groups().stream().mapToInt(Integer::intValue).toArray();
    Task task =
        add(
            spec.name(),
            spec.netns(),
            spec.cgroup(),
            Cred.of(spec.uid(), spec.gid(), groups, spec.caps(), root.userNs()),
            spec.nofile());
    if (!spec.calls().isEmpty()) {
      simulation.attach(new ScriptProgram(spec, task.pid(), simulation.ledger()));
    }
  }

  private void storm(StormSpec spec) throws BadSpecException {
    Cred cred = Cred.of(spec.uid(), spec.uid(), new int[0], spec.caps(), root.userNs());
    Task task = add(spec.name(), spec.netns(), spec.cgroup(), cred, spec.nofile());
    simulation.attach(new StormProgram(spec, task.pid()));
  }

  private Task add(String name, String netns, String cgroup, Cred cred, int nofile)
      throws BadSpecException {
    NetState net = netns.equals(INIT) ? model.machine().initNet() : model.namedNet(netns);
    if (net == null) {
      throw new BadSpecException("task " + name + ": no namespace '" + netns + "'");
    }
    Cgroup group = model.cgroups().find(cgroup);
    if (group == null) {
      throw new BadSpecException("task " + name + ": no cgroup '" + cgroup + "'");
    }
    int pid = model.nextPid();
    Task task = new Task(pid, pid, name, group, cred, net, standardFiles(), nofile);
    model.add(task);
    return task;
  }

  /** Descriptors 0, 1 and 2, which are not simulated. */
  private static FdTable standardFiles() {
    FdTable fds = new FdTable();
    OpenFile file = new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, null);
    for (int fd = 0; fd <= 2; fd++) {
      fds.install(fd, file, false);
    }
    return fds;
  }
}
