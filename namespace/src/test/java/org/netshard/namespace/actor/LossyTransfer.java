package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.sched.Netem;
import org.netshard.protocol.sched.NetemOptions;

/**
 * One task sends to another over a link that does harm: {@code lo} with packets of 1,500 bytes,
 * each of one segment, and a netem. The receiver looks at every byte.
 */
final class LossyTransfer {
  private static final int PORT = 7000;
  private static final int WRITE_BYTES = 65_536;
  private static final int MTU = 1500;
  private static final int NO_LIMIT = 1 << 30;

  /** Longer than a write, and no power of two, so that a shift shows. */
  private static final byte[] PATTERN = new byte[99_991 + WRITE_BYTES];

  static {
    byte[] period = new byte[PATTERN.length - WRITE_BYTES];
    new SplittableRandom(7).nextBytes(period);
    for (int i = 0; i < PATTERN.length; i++) {
      PATTERN[i] = period[i % period.length];
    }
  }

  private final long total;
  private final Function<NetNs, Qdisc> link;
  private final String congestion;
  private long read;
  private boolean ended;

  /** From where on the speed is measured, bytes, and when that was, virtual nanoseconds. */
  private final long measuredFrom;

  private long beganNs;
  private long beganAt;

  /** When the last byte came, virtual nanoseconds. */
  private long lastNs;

  private long segments;
  private long retransmitted;
  private long corrupted;

  /** So many bytes over a link that a netem makes. */
  LossyTransfer(long total, NetemOptions link, String congestion) {
    this(total, net -> new Netem(net, link), congestion);
  }

  /** So many bytes over a link that a discipline makes. */
  LossyTransfer(long total, Function<NetNs, Qdisc> link, String congestion) {
    this.total = total;
    this.link = link;
    this.congestion = congestion;
    this.measuredFrom = total / 4;
  }

  /**
   * A link with a delay each way.
   *
   * @param delayMs delay, milliseconds
   * @param loss probability that a packet is lost
   * @param reorder probability that one goes before those that wait
   * @param duplicate probability that one comes twice
   * @param corrupt probability that a bit of one is changed
   */
  static NetemOptions link(
      int delayMs, double loss, double reorder, double duplicate, double corrupt) {
    return new NetemOptions(
        delayMs * 1_000_000L,
        0,
        0,
        NO_LIMIT,
        fraction(loss),
        0,
        reorder > 0 ? 1 : 0,
        fraction(duplicate),
        0,
        fraction(reorder),
        0,
        fraction(corrupt),
        0,
        0,
        0,
        null);
  }

  private static int fraction(double probability) {
    return (int) (long) (probability * 0xffff_ffffL);
  }

  private static UserMem expected(long at, int length) {
    int from = (int) (at % (PATTERN.length - WRITE_BYTES));
    return UserMem.of(Arrays.copyOfRange(PATTERN, from, from + length));
  }

  private void prepare(KernelView kernel) {
    NetState net = kernel.model().machine().initNet();
    net.setLoUp(true);
    for (String setting :
        List.of(
            "net.ipv4.tcp_congestion_control=" + congestion,
            "net.ipv4.tcp_rmem=4096 131072 67108864",
            "net.ipv4.tcp_wmem=4096 67108864 67108864",
            "net.ipv4.tcp_no_metrics_save=1")) {
      String[] parts = setting.split("=", 2);
      assertThat(net.writeSysctl(parts[0], parts[1], kernel.model().rootCred())).isPositive();
    }
    NetDevice lo = net.device(NetDevice.LOOPBACK_IFINDEX);
    if (lo == null) {
      throw new AssertionError("there is no lo");
    }
    lo.setMtu(MTU);
    lo.setGsoMaxSegs(1);
    lo.setRootQdisc(link.apply(net));
  }

  /** Reads to the end. */
  private final class Receiver implements Program {
    private final List<Syscall> first =
        List.of(
            Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0),
            LifecycleTest.named(SyscallName.BIND, 3, LifecycleTest.address(Abi.AF_INET, PORT)),
            Syscall.of(SyscallName.LISTEN, 3, 1),
            Syscall.of(SyscallName.ACCEPT, 3, UserMem.NULL, UserMem.NULL));
    private final UserMem buffer = UserMem.zeroed(WRITE_BYTES);
    private int position;

    @Override
    public String name() {
      return "receiver";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      if (position == 0) {
        prepare(kernel);
      }
      if (position < first.size()) {
        return new Step(nowNs, 1, first.get(position++));
      }
      return ended
          ? null
          : new Step(nowNs, 1, Syscall.of(SyscallName.READ, 4, buffer, WRITE_BYTES));
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      assertThat(result).as("%s", call.name()).isNotNegative();
      if (call.name() != SyscallName.READ) {
        return;
      }
      int length = (int) result;
      if (!Arrays.equals(call.mem(1).get(0, length), expected(read, length).content())) {
        throw new AssertionError("bytes from " + read + " on are not those that were sent");
      }
      if (read <= measuredFrom && read + length > measuredFrom) {
        beganNs = nowNs;
        beganAt = read + length;
      }
      read += length;
      lastNs = length > 0 ? nowNs : lastNs;
      ended = length == 0;
      NetState net = kernel.model().machine().initNet();
      segments = net.mib(Mib.TCP_OUT_SEGS);
      retransmitted = net.mib(Mib.TCP_RETRANS_SEGS);
      corrupted = net.mib(Mib.TCP_IN_CSUM_ERRORS);
    }
  }

  /** Writes, and closes at the end. */
  private final class Sender implements Program {
    private long written;
    private int position;

    @Override
    public String name() {
      return "sender";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      // The listener has been there for a millisecond.
      long at = Math.max(nowNs, 1_000_000);
      return switch (position) {
        case 0 -> new Step(at, 2, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0));
        case 1 ->
            new Step(
                at,
                2,
                LifecycleTest.named(
                    SyscallName.CONNECT, 3, LifecycleTest.address(Abi.AF_INET, PORT)));
        case 2 -> {
          int length = (int) Math.min(WRITE_BYTES, total - written);
          yield new Step(
              at, 2, Syscall.of(SyscallName.WRITE, 3, expected(written, length), length));
        }
        case 3 -> new Step(at, 2, Syscall.close(3));
        default -> null;
      };
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      assertThat(Errno.isError(result)).as("%s", call.name()).isFalse();
      if (position == 2) {
        written += result;
      }
      if (position != 2 || written == total) {
        position++;
      }
    }
  }

  /** Carries it out, and looks at what has come. */
  LossyTransfer run(ActorTestKit kit) {
    KernelSpec spec =
        TestKernel.spec(
            List.of(),
            List.of(),
            List.of(
                TestKernel.task("receiver", "/", Capability.ALL, 8),
                TestKernel.task("sender", "/", Capability.ALL, 8)),
            List.of());
    TestKernel kernel = new TestKernel(kit, spec);
    kernel.attach(new Receiver());
    KernelReport report = kernel.run(new Sender());
    kernel.stop(kit);
    assertThat(report.crash()).isEmpty();
    assertThat(ended).isTrue();
    assertThat(read).isEqualTo(total);
    return this;
  }

  /** Bytes per second of virtual time, when the first quarter is there. */
  double bytesPerSecond() {
    return (read - beganAt) * 1e9 / (lastNs - beganNs);
  }

  /** Segments that were sent again ({@code RetransSegs}). */
  long retransmitted() {
    return retransmitted;
  }

  /** Segments whose checksum was wrong ({@code InCsumErrors}). */
  long corrupted() {
    return corrupted;
  }

  /** Segments that were sent, both ways ({@code OutSegs}). */
  long segments() {
    return segments;
  }
}
