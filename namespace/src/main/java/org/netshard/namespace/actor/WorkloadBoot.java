package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.namespace.kernel.KernelSeed;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.load.Loads;
import org.netshard.namespace.load.StormProgram;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.spec.WorkloadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** Makes the tasks of a machine's workloads, and the programs that they run. */
final class WorkloadBoot {
  /** The first port of servers whose port nobody chose: that of {@code iperf}. */
  private static final int PORT_FIRST = 5001;

  private final KernelSpec spec;
  private final TaskMaker maker;
  private final UserNamespace userNs;
  private final List<Group> groups = new ArrayList<>();

  /** Makes a task. */
  @FunctionalInterface
  interface TaskMaker {
    /**
     * Makes one.
     *
     * @throws BadSpecException if its namespace is not there
     */
    Task make(String name, String netns, Cred cred, int nofile) throws BadSpecException;
  }

  /**
   * A workload and its tasks: the clients, then the servers.
   *
   * @param port the first port of its servers
   */
  record Group(WorkloadSpec spec, List<Task> tasks, int port) {}

  WorkloadBoot(KernelSpec spec, TaskMaker maker, UserNamespace userNs) {
    this.spec = spec;
    this.maker = maker;
    this.userNs = userNs;
  }

  /**
   * Makes the tasks.
   *
   * @throws BadSpecException if a namespace is not there
   */
  void addTasks() throws BadSpecException {
    Map<String, Integer> ports = new TreeMap<>();
    for (WorkloadSpec workload : spec.workloads()) {
      Cred cred = Cred.of(workload.uid(), workload.uid(), new int[0], workload.caps(), userNs);
      List<Task> tasks = new ArrayList<>(1);
      int first = PORT_FIRST;
      for (String name : workload.taskNames()) {
        Task task = maker.make(name, workload.netns(), cred, workload.nofile());
        task.family().setIgnoresChildren();
        tasks.add(task);
      }
      if (workload instanceof LoadSpec load) {
        first = load.port() == 0 ? ports.getOrDefault(load.netns(), PORT_FIRST) : load.port();
        if (load.port() == 0) {
          ports.put(load.netns(), first + load.servers());
        }
      }
      groups.add(new Group(workload, tasks, first));
    }
  }

  /** The workloads with their tasks. */
  List<Group> groups() {
    return groups;
  }

  /** The programs with which they begin. */
  List<Program> programs(RunLedger ledger) {
    long seed = KernelSeed.of(spec.seed(), spec.name());
    List<Program> programs = new ArrayList<>();
    for (Group group : groups) {
      LoadStats stats = ledger.load(group.spec());
      List<Integer> pids = group.tasks().stream().map(Task::pid).toList();
      if (group.spec() instanceof StormSpec storm) {
        int pid = pids.get(0);
        programs.add(new StormProgram(storm, pid, stats, KernelSeed.of(seed, storm.name())));
      } else if (group.spec() instanceof LoadSpec load) {
        programs.addAll(
            new Loads(load, stats, seed)
                .programs(
                    pids.subList(0, load.parallel()),
                    pids.subList(load.parallel(), pids.size()),
                    group.port()));
      }
    }
    return programs;
  }
}
