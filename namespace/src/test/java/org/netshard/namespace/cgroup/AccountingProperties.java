package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.netshard.namespace.cgroup.MemMachine.Socket;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.tcp.TcpMem;
import org.netshard.protocol.udp.UdpMem;

/**
 * Random programs over random trees of cgroups: after each step every counter is what all objects
 * and buffers sum up to, and at the end all is given back.
 */
class AccountingProperties {
  private static final String[] PROTOS = {"TCP", "TCP", "UDP", "UNIX-STREAM"};
  private static final long[] LIMITS = {0, 1, 3, 8, 20, 64, 200, PageCounter.MAX};

  /** Both versions, exact and with stock for two CPUs, a softirq that goes over and that fails. */
  private static final List<KernelProfile> PROFILES =
      List.of(
          MemMachine.profile("version = 2"),
          MemMachine.profile("version = 2, charge-cpus = 2"),
          MemMachine.profile("version = 2, softirq-charge = GFP_NOWAIT"),
          MemMachine.profile("version = 1"),
          MemMachine.profile("version = 1, charge-cpus = 2"));

  @Property(tries = 10_000)
  void theLedgerHoldsAfterEveryStep(
      @ForAll @IntRange(max = 4) int profile,
      @ForAll @Size(min = 5, max = 50) List<@IntRange(max = 2_000_000_000) Integer> steps) {
    Walk walk = new Walk(PROFILES.get(profile));
    for (int random : steps) {
      walk.step(random);
    }
    walk.end();
  }

  /** One random program. */
  private static final class Walk {
    private final MemMachine machine;
    private final List<Sk> orphans = new ArrayList<>();
    private long random;
    private String did = "boot";

    Walk(KernelProfile profile) {
      machine = new MemMachine(profile);
      machine.mkdir("/a");
      machine.mkdir("/b/c");
      machine.task("/a");
      machine.task("/b/c");
    }

    /** A number below so many, from what the step's random number still holds. */
    private int take(int below) {
      random = random * 6364136223846793005L + 1442695040888963407L;
      return (int) ((random >>> 33) % below);
    }

    private Task anyTask() {
      List<Task> tasks = List.copyOf(machine.model.tasks().values());
      return tasks.isEmpty() ? machine.task("/") : tasks.get(take(tasks.size()));
    }

    private Cgroup anyCgroup() {
      List<Cgroup> all = machine.tree.all();
      return all.get(take(all.size()));
    }

    void step(int seed) {
      random = seed;
      int what = take(32);
      Task task = anyTask();
      machine.begin(take(4) == 0 ? 0 : task.pid());
      if (what < 10) {
        program(what, task);
      } else if (what < 20) {
        configure(what, task);
      } else {
        data(what, task);
      }
      machine.control.takeThrottleNs(task.memcg());
      machine.kill();
      try {
        machine.check();
      } catch (AssertionError mismatch) {
        throw new AssertionError("after " + did + ": " + mismatch.getMessage(), mismatch);
      }
    }

    private void program(int what, Task task) {
      switch (what) {
        case 0, 1, 2, 3 -> did = "socket = " + machine.socket(task, PROTOS[take(PROTOS.length)]);
        case 4, 5 -> close(task, task.fds().nextOpen(take(8)));
        case 6 -> dup(task, task.fds().nextOpen(0));
        case 7 -> {
          machine.fork(task);
          did = "fork";
        }
        case 8 -> {
          machine.end(task);
          did = "exit";
        }
        default -> did = "anon: " + machine.anon(task, 1 + take(30));
      }
    }

    private void close(Task task, int fd) {
      did = "close " + fd;
      if (fd < 0) {
        return;
      }
      Sk sk = MemMachine.socketOf(task, fd).sk();
      boolean last = Objects.requireNonNull(task.fds().get(fd)).references() == 1;
      boolean orphan = sk.proto().name().equals("TCP") && last && take(2) == 0;
      machine.close(task, fd, orphan);
      if (orphan) {
        orphans.add(sk);
      }
    }

    private void dup(Task task, int fd) {
      did = "dup " + fd;
      int free = task.fds().lowestFree(0, 64);
      if (fd >= 0 && free >= 0) {
        task.fds().install(free, Objects.requireNonNull(task.fds().get(fd)), false);
      }
    }

    private void configure(int what, Task task) {
      Cgroup cgroup = anyCgroup();
      MemcgState memcg = cgroup.memcg();
      switch (what) {
        case 10, 11 -> did = "move to " + cgroup + " = " + machine.move(task, cgroup);
        case 12 -> did = "control = " + machine.tree.setSubtreeControl(cgroup, take(3) > 0);
        case 13, 14 -> {
          String name = String.valueOf("xyz".charAt(take(3)));
          did = "mkdir = " + machine.mkdirIn(cgroup, name);
        }
        case 15, 16 -> did = "rmdir " + cgroup + " = " + machine.tree.rmdir(cgroup);
        case 17 -> {
          writeLimit(memcg, LIMITS[take(LIMITS.length)]);
          did = "limit of " + memcg;
        }
        case 18 -> {
          writeRest(memcg);
          did = "high of " + memcg;
        }
        default -> {
          if (!memcg.isRoot() && memcg.userPages().chargeFile(1 + take(40))) {
            memcg.userPages().setActiveFile(take((int) memcg.userPages().filePages()));
          }
          did = "file of " + memcg;
        }
      }
    }

    private void writeLimit(MemcgState memcg, long limit) {
      if (memcg.isRoot()) {
        return;
      }
      if (machine.control.version() == CgroupVersion.V1) {
        memcg.socks().activateTcpmem();
        memcg.tcpmem.setMax(LIMITS[take(LIMITS.length)]);
        memcg.memory.setMax(limit);
      } else {
        memcg.memory.forceMax(limit);
        machine.control.shrinkToMax(memcg);
      }
    }

    private void writeRest(MemcgState memcg) {
      if (!memcg.isRoot()) {
        memcg.highPages = LIMITS[take(LIMITS.length)];
        memcg.lowPages = take(20);
        memcg.minPages = take(5);
        memcg.oomGroup = take(2) == 0;
        memcg.oomKillDisable = take(2) == 0;
      }
    }

    private void data(int what, Task task) {
      if (what >= 28) {
        connections(what, task);
        return;
      }
      int fd = task.fds().nextOpen(take(6));
      if (fd < 0) {
        did = "nothing";
        return;
      }
      Socket socket = MemMachine.socketOf(task, fd);
      int truesize = 1 + take(9000);
      if (what == 20) {
        did = "SO_RESERVE_MEM = " + SkMem.setReservedMem(socket.sk(), take(5) * 5000);
        return;
      }
      switch (socket.sk().proto().name()) {
        case "TCP" -> tcp(what, socket, truesize);
        case "UDP" -> udp(what, socket, truesize);
        default -> unix(what, socket, truesize);
      }
    }

    private void tcp(int what, Socket socket, int truesize) {
      switch (what) {
        case 21, 22 -> {
          boolean room =
              TcpMem.streamAlloc(socket.sk(), truesize, socket.written.isEmpty(), Gfp.KERNEL);
          entail(socket, room ? truesize : 0);
          did = "tcp send " + truesize + " " + room;
        }
        case 23 -> {
          int granted = TcpMem.wmemSchedule(socket.sk(), truesize, Gfp.KERNEL);
          entail(socket, granted);
          did = "tcp append " + granted + " of " + truesize;
        }
        case 24 -> {
          Integer acked = socket.written.poll();
          if (acked != null) {
            SkbOwner.wmemFree(socket.sk(), acked);
          }
          did = "tcp ack " + acked;
        }
        case 25, 26 -> {
          Gfp gfp = machine.model.machine().softirqGfp();
          TcpMem.Admission admission =
              TcpMem.admit(
                  socket.sk(), new TcpMem.Segment(0, take(2), truesize), queues(socket), gfp);
          if (admission != TcpMem.Admission.DROPPED) {
            SkbOwner.setOwnerR(socket.sk(), truesize);
            socket.received.add(truesize);
          }
          did = "tcp receive " + truesize + " " + admission;
        }
        default -> {
          Integer read = socket.received.poll();
          if (read != null) {
            SkbOwner.rfree(socket.sk(), read);
          }
          did = "tcp read " + read;
        }
      }
    }

    private static void entail(Socket socket, int truesize) {
      if (truesize > 0) {
        SkbOwner.entail(socket.sk(), truesize);
        socket.written.add(truesize);
      }
    }

    private static TcpMem.RcvQueues queues(Socket socket) {
      return new TcpMem.RcvQueues() {
        @Override
        public int receiveQueueLength() {
          return socket.received.size();
        }

        @Override
        public void clampWindow() {
          TcpMem.clampRcvbuf(socket.sk());
        }

        @Override
        public void adjustRcvSsthresh() {}

        @Override
        public void collapse() {}

        @Override
        public boolean pruneOfo(TcpMem.Segment segment) {
          Integer dropped = socket.received.pollLast();
          if (dropped != null) {
            SkbOwner.rfree(socket.sk(), dropped);
          }
          return dropped != null;
        }

        @Override
        public void overcommitted() {}
      };
    }

    private void udp(int what, Socket socket, int truesize) {
      if (what < 25) {
        Gfp gfp = machine.model.machine().softirqGfp();
        UdpMem.Admission admission = UdpMem.enqueue(socket.sk(), truesize, false, gfp);
        if (admission == UdpMem.Admission.QUEUED) {
          socket.received.add(truesize);
        }
        did = "udp receive " + truesize + " " + admission;
      } else {
        Integer read = socket.received.poll();
        if (read != null) {
          UdpMem.release(socket.sk(), read, socket.received.isEmpty());
        }
        did = "udp read " + read;
      }
    }

    private void unix(int what, Socket socket, int truesize) {
      if (what < 25 && SkbOwner.queueRcv(socket.sk(), truesize, Gfp.KERNEL) == 0) {
        socket.received.add(truesize);
      } else if (!socket.received.isEmpty()) {
        SkbOwner.rfree(socket.sk(), socket.received.remove());
      }
      did = "unix " + truesize;
    }

    private void connections(int what, Task task) {
      if (what == 28) {
        int truesize = 1 + take(70_000);
        Sk child = machine.child();
        Gfp gfp = machine.model.machine().softirqGfp();
        if (SkMem.schedule(child, truesize, SkMem.Kind.RECV, gfp)) {
          SkbOwner.setOwnerR(child, truesize);
        }
        did = "a connection with " + truesize;
      } else if (what == 29 && !orphans.isEmpty()) {
        machine.freeOther(orphans.remove(0), true);
        did = "end of an orphan";
      } else {
        did = "nothing";
        for (Sk child : machine.others) {
          if (!orphans.contains(child)) {
            did = "accept = " + machine.accept(task, child);
            return;
          }
        }
      }
    }

    void end() {
      machine.begin(0);
      List.copyOf(machine.model.tasks().values()).forEach(machine::end);
      List.copyOf(machine.others).forEach(sk -> machine.freeOther(sk, orphans.contains(sk)));
      machine.check();
      List<Cgroup> all = machine.tree.all();
      for (int i = all.size() - 1; i > 0; i--) {
        assertThat(machine.tree.rmdir(all.get(i))).isZero();
      }
      MemcgState root = machine.tree.root().memcg();
      while (!root.children().isEmpty()) {
        MemcgState removed = root.children().get(0);
        assertThat(Reclaim.reclaim(removed, PageCounter.MAX)).as(removed.toString()).isPositive();
      }
      machine.control.drain(root);
      machine.check();
      assertThat(root.memory.usage()).isZero();
      assertThat(machine.model.machine().pool(Proto.Pool.TCP).exactPages()).isZero();
      assertThat(machine.model.machine().pool(Proto.Pool.UDP).exactPages()).isZero();
      assertThat(machine.model.machine().initNet().socketsUsed()).isZero();
    }
  }
}
