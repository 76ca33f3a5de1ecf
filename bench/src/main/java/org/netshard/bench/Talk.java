package org.netshard.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.load.Loads;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

/** Task 1, which makes the tasks of a workload as its children and lets them talk. */
final class Talk implements Program {
  private static final int SIGCHLD = 17;
  private static final int PORT = 5001;
  private static final int NOFILE = 64;
  private static final long NS_PER_SECOND = 1_000_000_000;
  private static final Distribution SIZE = Distribution.constant(64);

  /** Bytes of a write of {@link #bulk}. */
  static final int BULK_BYTES = 65_536;

  private static final Distribution BULK_SIZE = Distribution.constant(BULK_BYTES);

  private final LoadSpec spec;
  private final LoadStats stats;
  private final List<Integer> pids = new ArrayList<>();

  private Talk(LoadSpec spec) {
    this.spec = spec;
    this.stats = new LoadStats(spec.name(), spec.kindName());
  }

  /**
   * Runs it on a kernel, to its end.
   *
   * @throws IllegalStateException if a request was not answered: that would be no measurement
   */
  void runOn(KernelGroup group) {
    group.run(() -> this);
    long answered = stats.reports().get(0).received();
    if (answered != spec.count() * spec.parallel()) {
      throw new IllegalStateException(answered + " requests were answered: " + stats.reports());
    }
  }

  /** One client asks one server over UDP. */
  static Talk udp(int trips) {
    return new Talk(spec(LoadSpec.Kind.REQUEST_RESPONSE, Abi.AF_INET, Abi.SOCK_DGRAM, 1, trips));
  }

  /** Tasks at the two ends of stream sockets. */
  static Talk unixPairs(int pairs, int trips) {
    return new Talk(spec(LoadSpec.Kind.UNIX_PAIR, Abi.AF_UNIX, Abi.SOCK_STREAM, pairs, trips));
  }

  /** One client asks one server over one connection of TCP. */
  static Talk tcp(int trips) {
    return new Talk(spec(LoadSpec.Kind.REQUEST_RESPONSE, Abi.AF_INET, Abi.SOCK_STREAM, 1, trips));
  }

  /** One client asks one server, each time over a new connection. */
  static Talk connections(int times) {
    return new Talk(spec(LoadSpec.Kind.HTTP_LIKE, Abi.AF_INET, Abi.SOCK_STREAM, 1, times));
  }

  /** One task writes to another, 64 KiB at a time. */
  static Talk bulk(int writes) {
    return new Talk(spec(LoadSpec.Kind.BULK, Abi.AF_INET, Abi.SOCK_STREAM, 1, writes, BULK_SIZE));
  }

  private static LoadSpec spec(LoadSpec.Kind kind, int family, int type, int parallel, int count) {
    return spec(kind, family, type, parallel, count, SIZE);
  }

  private static LoadSpec spec(
      LoadSpec.Kind kind, int family, int type, int parallel, int count, Distribution size) {
    return new LoadSpec(
        kind,
        "talk",
        "init",
        "/",
        0,
        Capability.ALL,
        NOFILE,
        0,
        count,
        parallel,
        family,
        type,
        0,
        PORT,
        size,
        size,
        Distribution.ZERO,
        Distribution.ZERO,
        Distribution.ZERO,
        NS_PER_SECOND,
        LoadSpec.Tcp.NONE);
  }

  @Override
  public String name() {
    return "talk";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (pids.size() < spec.parallel() + spec.servers()) {
      return new Step(nowNs, 1, Syscall.of(SyscallName.CLONE, SIGCHLD, UserMem.NULL));
    }
    NetState net = kernel.model().machine().initNet();
    net.setLoUp(true);
    if (spec.kind() == LoadSpec.Kind.HTTP_LIKE) {
      // Else all ports would wait in TIME_WAIT after a third of a second.
      net.writeSysctl("net.ipv4.tcp_max_tw_buckets", "0", kernel.model().rootCred());
    }
    int clients = spec.parallel();
    new Loads(spec, stats, 0)
        .programs(pids.subList(0, clients), pids.subList(clients, pids.size()), PORT)
        .forEach(kernel::attach);
    return null;
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      throw new IllegalStateException(call + " = " + Errno.resultText(result));
    }
    pids.add((int) result);
  }
}
