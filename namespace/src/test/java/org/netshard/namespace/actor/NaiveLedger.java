package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * What tasks hold, kept in the plainest way: every question is answered by walking over all
 * descriptors of all tasks, so that there is no counter here that could go wrong.
 */
final class NaiveLedger {
  static final int NOFILE = 12;
  static final long LIMIT = 7 * 4096;
  static final int ANY = 0;
  static final int TCP = 2368;
  static final int UNIX = 1152;
  static final Syscall EXIT = Syscall.of(SyscallName.EXIT_GROUP, 0);

  /** Beside each object stands a pointer to the cgroup. */
  private static final int POINTER = 8;

  private static final int INODE = 832 + POINTER;
  private static final int DENTRY = 192 + POINTER;
  private static final int FILE = 192 + POINTER;

  private final Map<Integer, Holder> tasks = new TreeMap<>();
  private int lastPid = 2;
  private int lastNet;

  /** A task: its cgroup, its namespace by age, its descriptors. */
  private static final class Holder {
    private final int cgroup;
    private int net;
    private final Map<Integer, Socket> fds = new TreeMap<>();

    Holder(int cgroup, int net) {
      this.cgroup = cgroup;
      this.net = net;
    }
  }

  /** An open socket; two descriptors of the same one hold the same object. */
  private static final class Socket {
    private final int bytes;
    private final int cgroup;
    private final int net;

    Socket(int bytes, int cgroup, int net) {
      this.bytes = bytes;
      this.cgroup = cgroup;
      this.net = net;
    }
  }

  NaiveLedger() {
    tasks.put(1, new Holder(1, 0));
    tasks.put(2, new Holder(2, 0));
  }

  /** A call chosen by a number. */
  static Syscall call(int random) {
    int fd = 3 + random / 10 % 10;
    return switch (random % 20) {
      case 0, 1, 2, 3, 4 -> Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0);
      case 5, 6, 7, 8 -> Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0);
      case 9, 10, 11, 12, 13 -> Syscall.close(fd);
      case 14, 15 -> Syscall.of(SyscallName.DUP, fd);
      case 16 -> Syscall.of(SyscallName.FORK);
      case 17, 18 -> Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET);
      default -> EXIT;
    };
  }

  /** Pids of the tasks that are alive. */
  List<Integer> pids() {
    return new ArrayList<>(tasks.keySet());
  }

  /** Lets a task make a call; its result. */
  long perform(int pid, Syscall call) {
    Holder task = tasks.get(pid);
    if (task == null) {
      throw new AssertionError("no task " + pid);
    }
    switch (call.name()) {
      case SOCKET -> {
        return socket(task, call.intArg(0) == Abi.AF_INET ? TCP : UNIX);
      }
      case CLOSE -> {
        return task.fds.remove(call.intArg(0)) == null ? Errno.EBADF.negated() : 0;
      }
      case DUP -> {
        return dup(task, task.fds.get(call.intArg(0)));
      }
      case FORK -> {
        Holder child = new Holder(task.cgroup, task.net);
        child.fds.putAll(task.fds);
        tasks.put(++lastPid, child);
        return lastPid;
      }
      case UNSHARE -> task.net = ++lastNet;
      default -> tasks.remove(pid);
    }
    return 0;
  }

  private static int lowestFree(Holder task) {
    int fd = 3;
    while (task.fds.containsKey(fd)) {
      fd++;
    }
    return fd < NOFILE ? fd : Errno.EMFILE.negated();
  }

  private static long dup(Holder task, @Nullable Socket socket) {
    if (socket == null) {
      return Errno.EBADF.negated();
    }
    int fd = lowestFree(task);
    if (fd >= 0) {
      task.fds.put(fd, socket);
    }
    return fd;
  }

  private long socket(Holder task, int bytes) {
    long room = LIMIT - bytes(task.cgroup);
    if (room < INODE) {
      return Errno.ENFILE.negated();
    }
    int sock = bytes + POINTER;
    if (room < INODE + sock) {
      return Errno.ENOMEM.negated();
    }
    int fd = lowestFree(task);
    if (fd < 0) {
      return fd;
    }
    if (room < INODE + sock + DENTRY + FILE) {
      return Errno.ENOMEM.negated();
    }
    task.fds.put(fd, new Socket(bytes, task.cgroup, task.net));
    return fd;
  }

  private Set<Socket> open() {
    Set<Socket> sockets = new LinkedHashSet<>();
    for (Holder task : tasks.values()) {
      sockets.addAll(task.fds.values());
    }
    return sockets;
  }

  /** Bytes charged to a cgroup. */
  long bytes(int cgroup) {
    return open().stream()
        .filter(socket -> socket.cgroup == cgroup)
        .mapToLong(socket -> INODE + socket.bytes + POINTER + DENTRY + FILE)
        .sum();
  }

  /** Open sockets. */
  int sockets() {
    return open().size();
  }

  /** Open sockets of one size. */
  int socketsOf(int bytes) {
    return (int) open().stream().filter(socket -> socket.bytes == bytes).count();
  }

  /** Open sockets of one size, or of any, in each living namespace, the oldest first. */
  List<Integer> socketsByNamespace(int bytes) {
    Set<Integer> alive = new TreeSet<>();
    alive.add(0);
    tasks.values().forEach(task -> alive.add(task.net));
    open().forEach(socket -> alive.add(socket.net));
    List<Integer> counts = new ArrayList<>();
    for (int net : alive) {
      counts.add(
          (int)
              open().stream()
                  .filter(socket -> socket.net == net && (bytes == ANY || socket.bytes == bytes))
                  .count());
    }
    return counts;
  }
}
