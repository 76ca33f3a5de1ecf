package org.netshard.namespace.cgroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelLedger;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SocketPayload;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.udp.UdpOps;
import org.netshard.protocol.unix.UnixOps;

/**
 * A machine for tests of memory, without actors: its tasks make sockets, which hold buffers, under
 * real memory cgroups.
 */
final class MemMachine {
  private static final int NOFILE = 64;

  final KernelModel model;
  final CgroupTree tree;
  final Memcontrol control;
  final List<Sk> others = new ArrayList<>();
  private long nowNs;

  /** A socket with what waits in it. */
  static final class Socket implements SocketPayload {
    private final Sk sk;
    final ArrayDeque<Integer> received = new ArrayDeque<>(0);
    final ArrayDeque<Integer> written = new ArrayDeque<>(0);

    Socket(Sk sk) {
      this.sk = sk;
    }

    @Override
    public Sk sk() {
      return sk;
    }
  }

  /** A machine of this profile. */
  MemMachine(KernelProfile profile) {
    model = new KernelModel(new MachineState(new MachineImage(profile)));
    tree = model.cgroups();
    control = tree.memcontrol();
    begin(0);
  }

  /** The built-in profile with this section {@code cgroup} in HOCON. */
  static KernelProfile profile(String cgroup) {
    return KernelProfiles.load("linux-6.18", "cgroup { " + cgroup + " }");
  }

  /** An event of a task, or of none, begins. */
  void begin(int pid) {
    nowNs += 1000;
    model.machine().setNowNs(nowNs);
    Task task = model.task(pid);
    int cpu = task == null ? 0 : model.cpuOf(task);
    control.begin(nowNs, cpu, task == null);
    control.enter(task == null ? null : task.memcg());
    model.machine().setCpu(cpu);
  }

  /** Lets virtual time pass. */
  void pass(long ns) {
    nowNs += ns;
    begin(0);
  }

  /** Makes a cgroup and all above it, with the memory controller enabled. */
  MemcgState mkdir(String path) {
    String made = "";
    for (String name : path.substring(1).split("/", -1)) {
      Cgroup parent = cgroup(made);
      if (control.version() == CgroupVersion.V2) {
        tree.setSubtreeControl(parent, true);
      }
      made = made + "/" + name;
      mkdirIn(parent, name);
    }
    return cgroup(path).memcg();
  }

  /** {@code mkdir}; 0 or {@code -errno}. */
  int mkdirIn(Cgroup parent, String name) {
    return parent.children().containsKey(name)
        ? Errno.EEXIST.negated()
        : tree.mkdir(parent, name, Cgroup.Owner.ROOT);
  }

  Cgroup cgroup(String path) {
    return Objects.requireNonNull(tree.find(path));
  }

  /** A task in a cgroup. */
  Task task(String cgroup) {
    int pid = model.nextPid();
    Task task =
        new Task(
            pid,
            pid,
            "t" + pid,
            cgroup(cgroup),
            model.rootCred(),
            model.machine().initNet(),
            new FdTable(),
            NOFILE);
    model.add(task);
    return task;
  }

  /** {@code fork}. */
  Task fork(Task parent) {
    int pid = model.nextPid();
    Task child =
        new Task(
            pid,
            pid,
            "t" + pid,
            parent.cgroup(),
            parent.cred(),
            parent.net(),
            parent.fds().copy(),
            NOFILE);
    model.add(child);
    return child;
  }

  /** Moves a task; 0 or {@code -errno}. */
  int move(Task task, Cgroup to) {
    int allowed = tree.mayAttach(to);
    if (allowed == 0) {
      tree.attach(task, to);
    }
    return allowed;
  }

  /** Gives a program resident pages; false if there is no room, or it has some. */
  boolean anon(Task task, long pages) {
    return task.rssPages() == 0 && task.memory().charge(task.cgroup().memcg(), pages);
  }

  /** Ends a task. */
  void end(Task task) {
    task.leave();
    model.remove(task);
    if (task.fds().leave()) {
      for (int fd = task.fds().nextOpen(0); fd >= 0; fd = task.fds().nextOpen(fd + 1)) {
        close(task, fd, false);
      }
    }
  }

  /** Ends those whom the OOM killer chose; how many. */
  int kill() {
    int killed = 0;
    Integer tgid;
    while ((tgid = tree.kills().pollFirst()) != null) {
      for (Task task : model.threadGroup(tgid)) {
        end(task);
        killed++;
      }
    }
    return killed;
  }

  /** A sock by the name of its proto, bound to a cgroup and counted; its object is not charged. */
  Sk sk(String proto, @Nullable MemcgState memcg) {
    int protocol =
        proto.equals("TCP") ? Abi.IPPROTO_TCP : proto.equals("UDP") ? Abi.IPPROTO_UDP : 0;
    SockOps ops =
        switch (protocol) {
          case Abi.IPPROTO_TCP -> new TcpOps();
          case Abi.IPPROTO_UDP -> new UdpOps(false);
          default -> UnixOps.INSTANCE;
        };
    Proto known = Objects.requireNonNull(model.families().proto(proto));
    NetState net = model.machine().initNet();
    int family = protocol == 0 ? Abi.AF_UNIX : Abi.AF_INET;
    int type = proto.equals("UDP") ? Abi.SOCK_DGRAM : Abi.SOCK_STREAM;
    Sk sk = new Sk(net, known, ops, family, type, protocol, model.rootCred());
    if (memcg != null) {
      sk.setMemcg(memcg.skAlloc());
    }
    net.get();
    net.addSocketsUsed(1);
    ops.init(sk, model.rootCred());
    return sk;
  }

  /** {@code socket}: the descriptor, or {@code -errno}. */
  int socket(Task task, String proto) {
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    Proto known = Objects.requireNonNull(model.families().proto(proto));
    if (!charge(objcg, model.profile().inodeBytes(), Slab.RECLAIMABLE)) {
      return Errno.ENFILE.negated();
    }
    if (!charge(objcg, known.chargedBytes(), Slab.UNRECLAIMABLE)) {
      uncharge(objcg, model.profile().inodeBytes(), Slab.RECLAIMABLE);
      return Errno.ENOMEM.negated();
    }
    Sk sk = sk(proto, memcg);
    sk.setObjcg(objcg);
    int fd = task.fds().lowestFree(0, NOFILE);
    int result = fd < 0 ? fd : model.allocFile(task.cred(), objcg, OpenFile.Kind.SOCKET);
    if (result < 0) {
      free(sk);
      uncharge(objcg, model.profile().inodeBytes(), Slab.RECLAIMABLE);
      return result;
    }
    install(task, fd, new Socket(sk), objcg);
    return fd;
  }

  private void install(Task task, int fd, Socket socket, @Nullable ObjCgroup objcg) {
    model.socketOpened();
    task.fds().install(fd, new OpenFile(OpenFile.Kind.SOCKET, 0, socket, 0, 0, objcg), false);
  }

  private static boolean charge(@Nullable ObjCgroup objcg, int bytes, Slab slab) {
    return objcg == null || objcg.charge(bytes, slab, Gfp.KERNEL);
  }

  private static void uncharge(@Nullable ObjCgroup objcg, int bytes, Slab slab) {
    if (objcg != null) {
      objcg.uncharge(bytes, slab);
    }
  }

  /** A connection that nobody has accepted: no cgroup pays for it. */
  Sk child() {
    Sk sk = sk("TCP", null);
    others.add(sk);
    return sk;
  }

  /** {@code accept} of such a connection; the descriptor, or {@code -errno}. */
  int accept(Task task, Sk child) {
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    if (!charge(objcg, model.profile().inodeBytes(), Slab.RECLAIMABLE)) {
      return Errno.ENFILE.negated();
    }
    int fd = task.fds().lowestFree(0, NOFILE);
    int result = fd < 0 ? fd : model.allocFile(task.cred(), objcg, OpenFile.Kind.SOCKET);
    if (result < 0) {
      uncharge(objcg, model.profile().inodeBytes(), Slab.RECLAIMABLE);
      return result;
    }
    SkMem.accept(child, memcg);
    others.remove(child);
    Socket socket = new Socket(child);
    if (child.rmemAlloc() > 0) {
      socket.received.add(child.rmemAlloc());
    }
    install(task, fd, socket, objcg);
    return fd;
  }

  /** {@code close}; a sock that becomes an orphan lives on without a file. */
  void close(Task task, int fd, boolean orphan) {
    OpenFile file = Objects.requireNonNull(task.fds().remove(fd));
    if (!file.put() || !(file.payload() instanceof Socket socket)) {
      return;
    }
    model.socketClosed();
    model.releaseFile(file);
    uncharge(socket.sk.objcg(), model.profile().inodeBytes(), Slab.RECLAIMABLE);
    if (orphan) {
      model.machine().addOrphans(1);
      others.add(socket.sk);
    } else {
      free(socket.sk);
    }
  }

  /** Ends a sock that no file refers to. */
  void freeOther(Sk sk, boolean orphan) {
    others.remove(sk);
    if (orphan) {
      model.machine().addOrphans(-1);
    }
    free(sk);
  }

  private void free(Sk sk) {
    sk.ops().destroy(sk);
    sk.ops().destruct(sk);
    SkMem.reclaimFinal(sk);
    sk.net().addSocketsUsed(-1);
    sk.net().put();
    if (sk.memcg() != null) {
      sk.memcg().put();
    }
    uncharge(sk.objcg(), sk.proto().chargedBytes(), Slab.UNRECLAIMABLE);
  }

  /** Compares every counter with what is there. */
  void check() {
    new KernelLedger(model, others).check();
  }

  static Socket socketOf(Task task, int fd) {
    return (Socket) Objects.requireNonNull(Objects.requireNonNull(task.fds().get(fd)).payload());
  }
}
