package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SignalHandlers;
import org.netshard.namespace.task.Task;
import org.netshard.node.cli.BadInputException;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The machine on which a log was recorded: its sysctls, and one namespace beside the initial one in
 * which every first process begins, as root, with descriptors 0, 1 and 2.
 */
final class ReplaySetup {
  private static final int NOFILE = 1024;
  private static final SignalHandlers.Action IGNORED =
      new SignalHandlers.Action(Signal.SIG_IGN, 0, 0, 0);

  /** Root of a container, and of the machines on which the logs were recorded. */
  private static final long CAPS = Capability.ALL & ~Capability.CAP_SYS_RESOURCE.bit();

  private final List<SysctlSetting> sysctls;
  private final List<PrepLines.Line> prep;
  private final List<String> warnings = new ArrayList<>();
  private @Nullable NetState net;
  private boolean showsHandlers;
  private boolean showsWaits;

  ReplaySetup(List<SysctlSetting> sysctls, List<PrepLines.Line> prep) {
    this.sysctls = sysctls;
    this.prep = prep;
  }

  /** Settings that the simulated kernel does not have or lets nobody change, one line each. */
  List<String> warnings() {
    return warnings;
  }

  /** Carries out what was done before the recording, as a shell of the recording machine. */
  Program prepare() {
    return new PrepProgram(prep, this);
  }

  /** Notes that something of the recording machine is left out. */
  void warn(String warning) {
    warnings.add(warning);
  }

  /** Says whether the log shows what programs do for signals. */
  void setShowsHandlers(boolean shows) {
    showsHandlers = shows;
  }

  /** Says whether the log shows who waits for children; if not, nobody has to. */
  void setShowsWaits(boolean shows) {
    showsWaits = shows;
  }

  /** Makes a process that the log does not show being made; its pid. */
  int firstProcess(KernelModel model) {
    NetState began = net;
    if (began == null) {
      began = begin(model);
      net = began;
    }
    int pid = model.nextPid();
    CapSets caps = CapSets.of(CAPS).withBounding(CAPS);
    Cred cred = Cred.of(0, 0, new int[0], CAPS, model.machine().initUserNs()).withCaps(caps);
    Task task =
        new Task(pid, pid, "log", model.cgroups().root(), cred, began, standardFiles(), NOFILE);
    if (!showsHandlers) {
      // Whom the log shows as killed by it ends then.
      task.signals().handlers().setAction(Signal.SIGPIPE, IGNORED);
    }
    task.family().setTraced(true);
    if (!showsWaits) {
      task.family().setIgnoresChildren();
    }
    model.add(task);
    return pid;
  }

  private NetState begin(KernelModel model) {
    Cred root = model.rootCred();
    NetState init = model.machine().initNet();
    for (SysctlSetting setting : sysctls) {
      long result = init.writeSysctl(setting.name(), setting.value(), root);
      String what =
          "%s: sysctl %s = %s".formatted(setting.place(), setting.name(), setting.value());
      if (result == Errno.EINVAL.negated()) {
        throw new BadInputException(what + ": EINVAL");
      }
      if (result < 0) {
        warnings.add(what + " is left out: " + Errno.resultText(result));
      }
    }
    NetState began = model.machine().newNetNs(root.userNs(), init);
    began.setLoUp(true);
    return began;
  }

  private static FdTable standardFiles() {
    FdTable fds = new FdTable();
    for (int fd = 0; fd <= 2; fd++) {
      OpenFile opened =
          new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, new RecordedFile(RecordedFile.INHERITED));
      fds.install(fd, opened, false);
    }
    return fds;
  }
}
