package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.ScriptProgram;
import org.netshard.namespace.program.SetupProgram;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.NetnsSpec;
import org.netshard.namespace.spec.SetupLine;
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

  /** The task that carries the setup out. It is no name that a user can give. */
  private static final String SHELL = "(setup)";

  private static final int SHELL_NOFILE = 1024;

  private final KernelSpec spec;
  private final KernelModel model;
  private final Simulation simulation;
  private final Cred root;
  private final Map<String, Integer> pids = new TreeMap<>();
  private final List<Task> tasks = new ArrayList<>();
  private final WorkloadBoot workloads;
  private @Nullable Task shell;
  private @Nullable SetupProgram setup;

  private KernelBoot(KernelSpec spec, KernelModel model, Simulation simulation) {
    this.spec = spec;
    this.model = model;
    this.simulation = simulation;
    this.root = model.rootCred();
    this.workloads = new WorkloadBoot(spec, this::add, root.userNs());
  }

  /**
   * Gives a machine what its spec says: all that is there before its setup, and the shell that
   * carries the setup out.
   *
   * @throws BadSpecException naming the place of what cannot be
   */
  static KernelBoot begin(KernelSpec spec, KernelModel model, Simulation simulation)
      throws BadSpecException {
    KernelBoot boot = new KernelBoot(spec, model, simulation);
    boot.sysctls(model.machine().initNet(), spec.sysctls());
    for (NetnsSpec namespace : spec.namespaces()) {
      boot.namespace(namespace);
    }
    for (CgroupSpec cgroup : spec.cgroups()) {
      boot.cgroup(cgroup);
    }
    model.setHooks(SecurityHooks.of(spec.lsmRules()));
    for (TaskSpec task : spec.tasks()) {
      int[] groups = task.groups().stream().mapToInt(Integer::intValue).toArray();
      Cred cred = Cred.of(task.uid(), task.gid(), groups, task.caps(), boot.root.userNs());
      boot.tasks.add(boot.add(task.name(), task.netns(), cred, task.nofile()));
    }
    boot.workloads.addTasks();
    boot.beginSetup();
    return boot;
  }

  private void beginSetup() throws BadSpecException {
    if (!spec.setup().isEmpty()) {
      shell = add(SHELL, INIT, root, SHELL_NOFILE);
      setup = shell(line -> line.atNs() == SetupLine.BEFORE_ALL);
      simulation.attach(setup);
    }
  }

  private SetupProgram shell(Predicate<SetupLine> chosen) {
    return new SetupProgram(
        shell == null ? 0 : shell.pid(),
        spec.setup().stream()
            .filter(chosen)
            .sorted(Comparator.comparingLong(SetupLine::atNs))
            .toList(),
        name -> pids.getOrDefault(name, 0),
        simulation.ledger());
  }

  /**
   * Places the tasks, when the setup is over, and attaches all that is to run.
   *
   * @throws BadSpecException naming the place of what cannot be
   */
  void finish() throws BadSpecException {
    if (setup != null && !setup.failure().isEmpty()) {
      throw new BadSpecException(setup.failure());
    }
    if (shell != null) {
      simulation.attach(shell(line -> line.atNs() != SetupLine.BEFORE_ALL));
    }
    for (int i = 0; i < tasks.size(); i++) {
      start(spec.tasks().get(i), tasks.get(i));
    }
    for (WorkloadBoot.Group group : workloads.groups()) {
      for (Task task : group.tasks()) {
        place(task, group.spec().cgroup());
      }
    }
    if (!workloads.groups().isEmpty()) {
      workloads.programs(simulation.ledger()).forEach(simulation::attach);
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

  private void namespace(NetnsSpec described) throws BadSpecException {
    for (int i = 0; i < described.count(); i++) {
      int allowed = model.machine().mayCopyNetNs(root, root.userNs());
      if (allowed < 0) {
        throw new BadSpecException(
            "namespace " + described.name() + ": " + Errno.resultText(allowed));
      }
      // The reference is that of its file in /run/netns, so it lives whatever its tasks do.
      NetState net = model.machine().newNetNs(root.userNs(), model.machine().initNet());
      sysctls(net, described.sysctls());
      model.named(described.count() == 1 ? described.name() : described.name() + "-" + i, net);
    }
  }

  /** Makes a cgroup and all above it, with the memory controller enabled down to it. */
  private void cgroup(CgroupSpec described) throws BadSpecException {
    CgroupTree tree = model.cgroups();
    Cgroup cgroup = tree.root();
    for (String name : described.path().substring(1).split("/", -1)) {
      cgroup = makeCgroup(cgroup, name);
    }
    if (described.limitBytes() != Long.MAX_VALUE) {
      tree.memcontrol().setLimit(cgroup.memcg(), described.limitBytes(), described.oomKill());
    }
    long cachePages = MemcgState.pages(described.cacheBytes());
    if (cachePages > 0 && !cgroup.memcg().userPages().chargeFile(cachePages)) {
      throw new BadSpecException("cgroup " + described.path() + ": no room for its page cache");
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

  private void start(TaskSpec described, Task task) throws BadSpecException {
    place(task, described.cgroup());
    if (described.oomScoreAdj() != 0) {
      task.memory().setOomScoreAdj(described.oomScoreAdj(), true);
    }
    long pages = MemcgState.pages(described.rssBytes());
    if (pages > 0 && !task.memory().charge(task.cgroup().memcg(), pages)) {
      throw new BadSpecException(
          "task " + task.name() + ": no room for its memory in cgroup " + task.cgroup());
    }
    if (!described.calls().isEmpty()) {
      simulation.attach(new ScriptProgram(described, task.pid(), simulation.ledger()));
    }
  }

  /** Moves a task to its cgroup, which the setup may have made. */
  private void place(Task task, String path) throws BadSpecException {
    Cgroup cgroup = model.cgroups().find(path);
    if (cgroup == null) {
      throw new BadSpecException("task " + task.name() + ": no cgroup '" + path + "'");
    }
    // What the setup has moved stays there unless its spec names a cgroup.
    if (cgroup.parent() != null) {
      int allowed = model.cgroups().mayAttach(cgroup);
      if (allowed < 0) {
        throw new BadSpecException(
            "task " + task.name() + ": cgroup " + path + ": " + Errno.resultText(allowed));
      }
      model.cgroups().attach(task, cgroup);
    }
  }

  private Task add(String name, String netns, Cred cred, int nofile) throws BadSpecException {
    NetState net = netns.equals(INIT) ? model.machine().initNet() : model.namedNet(netns);
    if (net == null) {
      throw new BadSpecException("task " + name + ": no namespace '" + netns + "'");
    }
    int pid = model.nextPid();
    Cgroup first = model.cgroups().root();
    Task task = new Task(pid, pid, name, first, cred, net, standardFiles(), nofile);
    model.add(task);
    pids.put(name, pid);
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
