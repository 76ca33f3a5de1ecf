package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SignalHandlers;
import org.netshard.namespace.task.Task;
import org.netshard.node.scenario.Place;
import org.netshard.node.scenario.SetupNotation;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.tcp.TcpTicks;
import org.netshard.protocol.tun.TunDevice;

/**
 * The machine of a script: a namespace with a device of type TUN, and a process of two threads, the
 * second of which makes the calls that block.
 *
 * @param net the namespace
 * @param tun the device
 * @param pid the process
 * @param tid its second thread
 */
record ScriptMachine(NetState net, TunDevice tun, int pid, int tid) {
  private static final int NOFILE = 1024;
  private static final SignalHandlers.Action IGNORED =
      new SignalHandlers.Action(Signal.SIG_IGN, 0, 0, 0);

  /** Makes it in a kernel; its calls take no time, so that a script's times are exact. */
  static ScriptMachine make(KernelModel model) {
    model.setSyscallNs(0);
    TcpTicks.atOnce(model.machine());
    NetState init = model.machine().initNet();
    NetState net = model.machine().newNetNs(model.machine().initUserNs(), init);
    net.setLoUp(true);
    TunDevice tun = TunDevice.create(net, PlannedScript.DEVICE);
    if (tun.dev().ifindex() != PlannedScript.DEVICE_IFINDEX) {
      throw new IllegalStateException("index " + tun.dev().ifindex());
    }
    CapSets caps = CapSets.of(Capability.ALL).withBounding(Capability.ALL);
    Cred cred =
        Cred.of(0, 0, new int[0], Capability.ALL, model.machine().initUserNs()).withCaps(caps);
    int pid = model.nextPid();
    Task task =
        new Task(pid, pid, "script", model.cgroups().root(), cred, net, standardFiles(), NOFILE);
    task.signals().handlers().setAction(Signal.SIGPIPE, IGNORED);
    model.add(task);
    int tid = model.nextPid();
    model.add(task.child(tid, pid, task.fds().share(), 0));
    return new ScriptMachine(net, tun, pid, tid);
  }

  private static FdTable standardFiles() {
    FdTable fds = new FdTable();
    for (int fd = 0; fd <= 2; fd++) {
      fds.install(fd, new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, null), false);
    }
    return fds;
  }

  /** What gives the device its addresses, and the other end its route. */
  static List<SetupLine> network(Settings settings) {
    String device = PlannedScript.DEVICE;
    String family = settings.version().packets6() ? "-6 " : "";
    String local = address(settings.local());
    String nodad = settings.version().packets6() ? " nodad" : "";
    List<String> commands =
        List.of(
            "ip link set " + device + " mtu " + settings.mtu(),
            "ip link set " + device + " up",
            "ip "
                + family
                + "addr add "
                + local
                + "/"
                + settings.localPrefix()
                + " dev "
                + device
                + nodad,
            "ip "
                + family
                + "route add "
                + address(settings.remote())
                + " via "
                + address(settings.gateway())
                + " dev "
                + device);
    List<SetupLine> lines = new ArrayList<>();
    for (String command : commands) {
      try {
        lines.addAll(
            SetupNotation.parse(
                command, new Place("network", 1, 1), SetupLine.BEFORE_ALL, PlannedScript.DEVICES));
      } catch (SetupNotation.BadLineException e) {
        throw new IllegalStateException(command, e);
      }
    }
    return lines;
  }

  /** An address as text. */
  static String address(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    if (bytes.length == 4) {
      for (byte one : bytes) {
        text.append(text.isEmpty() ? "" : ".").append(one & 0xff);
      }
      return text.toString();
    }
    for (int i = 0; i < bytes.length; i += 2) {
      int group = ((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff);
      text.append(i == 0 ? "" : ":").append(Integer.toHexString(group));
    }
    return text.toString();
  }
}
