package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNetFiles;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.cred.Capability;

/**
 * The packets of connections of MPTCP, and what {@code /proc/net/netstat} counts, compared with the
 * same calls on Linux 6.18.44 ({@code unshare -n}, a socket of AF_PACKET that reads along).
 */
class MptcpSeenTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long NS_PER_MS = 1_000_000;
  private static final int TAP = 3;
  private static final int LISTENER = 4;
  private static final int CLIENT = 5;
  private static final int ACCEPTED = 6;
  private static final int PORT = 7000;
  private static final int MPTCP = Abi.IPPROTO_MPTCP;
  private static final int ETH_P_IP = 0x0008;
  private static final int PACKET_OUTGOING = 4;
  private static final String HANDSHAKE =
      """
      c S 0 MPC
      s SA 0 MPC key
      c A 0 MPC key key
      """;

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  /** Calls, 10 ms apart, in a namespace whose packets are read along. */
  private static final class Talk implements Program {
    private final List<Syscall> calls = new ArrayList<>();
    private final List<Long> waitsMs = new ArrayList<>();
    private final List<Long> results = new ArrayList<>();
    private final StringBuilder packets = new StringBuilder();
    private final List<String> counters = new ArrayList<>();
    private int position;
    private long atNs;
    private boolean reading;

    Talk call(Syscall call) {
      return call(10, call);
    }

    Talk call(long waitMs, Syscall call) {
      calls.add(call);
      waitsMs.add(waitMs);
      return this;
    }

    @Override
    public String name() {
      return "talk";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      if (position == 0 && !reading) {
        kernel.model().machine().initNet().setLoUp(true);
      }
      if (reading) {
        return new Step(atNs, 1, read());
      }
      if (position == calls.size()) {
        return null;
      }
      atNs = Math.max(atNs, nowNs) + waitsMs.get(position) * NS_PER_MS;
      return new Step(atNs, 1, calls.get(position++));
    }

    private static Syscall read() {
      return Syscall.of(
          SyscallName.RECVFROM,
          TAP,
          UserMem.zeroed(200),
          200,
          Abi.MSG_DONTWAIT | Abi.MSG_TRUNC,
          UserMem.zeroed(20),
          UserMem.ofInt(20));
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      if (!reading) {
        results.add(result);
        counters.add(netstat(kernel.model().machine().initNet()));
        reading = position == calls.size();
        if (reading) {
          atNs = nowNs + 100 * NS_PER_MS;
        }
      } else if (result < 0) {
        reading = false;
      } else if (call.mem(4).getByte(10) != PACKET_OUTGOING) {
        byte[] bytes = call.mem(1).get(0, (int) Math.min(result, 200));
        packets.append(packet(bytes)).append('\n');
      }
    }

    Talk run() {
      KernelSpec spec =
          TestKernel.spec(
              List.of(),
              List.of(),
              List.of(TestKernel.task("t", "/", Capability.ALL, 64)),
              List.of());
      TestKernel kernel = new TestKernel(KIT, spec);
      kernel.run(this);
      kernel.stop(KIT);
      assertThat(results).hasSize(calls.size());
      return this;
    }

    long result(int call) {
      return results.get(call);
    }

    /** The counters of MPTCP that are not 0 after the last call. */
    String left() {
      return counters.get(counters.size() - 1);
    }
  }

  private static String netstat(NetState net) {
    Supplier<String> text = ProcNetFiles.text("netstat", net);
    if (text == null) {
      throw new AssertionError("there is no /proc/net/netstat");
    }
    List<String> lines = text.get().lines().filter(line -> line.startsWith("MPTcpExt:")).toList();
    String[] names = lines.get(0).split(" ");
    String[] values = lines.get(1).split(" ");
    List<String> counted = new ArrayList<>();
    for (int i = 1; i < names.length; i++) {
      if (!values[i].equals("0")) {
        counted.add(names[i] + "=" + values[i]);
      }
    }
    return String.join(" ", counted);
  }

  /** {@code c A 5 DSS…}: who sends it, flags, bytes of data, options of MPTCP. */
  private static String packet(byte[] ip) {
    int tcp = (ip[0] & 0xf) * 4;
    int header = (ip[tcp + 12] & 0xf0) >> 2;
    int data = NetBytes.get16(ip, 2) - tcp - header;
    StringBuilder text = new StringBuilder();
    text.append(NetBytes.get16(ip, tcp) == PORT ? "s " : "c ");
    for (int i = 0; i < 5; i++) {
      text.append((ip[tcp + 13] >> i & 1) != 0 ? "FSRPA".substring(i, i + 1) : "");
    }
    text.append(' ').append(data);
    int at = tcp + 20;
    while (at < tcp + header && ip[at] != 0) {
      int size = ip[at] == 1 ? 1 : ip[at + 1];
      if (ip[at] == 30) {
        text.append(' ').append(option(ip, at, size));
      }
      at += size;
    }
    return text.toString();
  }

  private static String option(byte[] ip, int at, int size) {
    int subtype = (ip[at + 2] & 0xff) >> 4;
    switch (subtype) {
      case 0 -> {
        String keys = " key".repeat((size - 4) / 8);
        return "MPC" + keys + (size == 22 ? " len=" + NetBytes.get16(ip, at + 20) : "");
      }
      case 2 -> {
        int flags = ip[at + 3];
        int next = at + 4;
        StringBuilder text = new StringBuilder("DSS");
        if ((flags & 1) != 0) {
          int bytes = (flags & 2) != 0 ? 8 : 4;
          text.append(" ack").append(bytes * 8);
          next += bytes;
        }
        if ((flags & 4) != 0) {
          next += (flags & 8) != 0 ? 8 : 4;
          text.append(" ssn=").append(NetBytes.get32(ip, next));
          text.append(" len=").append(NetBytes.get16(ip, next + 4));
        }
        return text.append((flags & 16) != 0 ? " FIN" : "").toString();
      }
      default -> {
        return subtype == 7 ? "FASTCLOSE" : subtype == 8 ? "RST" : "?" + subtype;
      }
    }
  }

  private static Syscall named(SyscallName name, int fd, int port) {
    return LifecycleTest.named(name, fd, LifecycleTest.address(Abi.AF_INET, port));
  }

  private static Syscall stream(int protocol, int flags) {
    return Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM | flags, protocol);
  }

  private static Talk connected(int server, int client) {
    return listening(server, client, 5, 0)
        .call(Syscall.of(SyscallName.ACCEPT, LISTENER, UserMem.NULL, UserMem.NULL));
  }

  private static Talk listening(int server, int client, int backlog, int flags) {
    return new Talk()
        .call(Syscall.socket(Abi.AF_PACKET, Abi.SOCK_DGRAM, ETH_P_IP))
        .call(stream(server, 0))
        .call(named(SyscallName.BIND, LISTENER, PORT))
        .call(Syscall.of(SyscallName.LISTEN, LISTENER, backlog))
        .call(stream(client, flags))
        .call(named(SyscallName.CONNECT, CLIENT, PORT));
  }

  private static Syscall send(int fd, int bytes) {
    return Syscall.of(SyscallName.WRITE, fd, UserMem.zeroed(bytes), bytes);
  }

  private static Syscall receive(int fd, int bytes) {
    return Syscall.of(SyscallName.READ, fd, UserMem.zeroed(bytes), bytes);
  }

  private static Syscall option(int fd, int level, int name, UserMem value) {
    return Syscall.of(SyscallName.GETSOCKOPT, fd, level, name, value, UserMem.ofInt(4));
  }

  private static void assertPackets(Talk talk, String expected) {
    assertThat(talk.packets.toString().lines().collect(Collectors.joining("\n")))
        .isEqualTo(expected.strip());
  }

  @Test
  void dataHaveTheirPlacesAndAnEndOfTheirOwn() {
    Talk talk =
        connected(MPTCP, MPTCP)
            .call(send(CLIENT, 5))
            .call(receive(ACCEPTED, 100))
            .call(send(ACCEPTED, 30_000))
            .call(receive(CLIENT, 30_000))
            .call(Syscall.of(SyscallName.SHUTDOWN, CLIENT, 1))
            .call(receive(ACCEPTED, 10))
            .call(Syscall.close(ACCEPTED))
            .call(receive(CLIENT, 10))
            .call(Syscall.close(CLIENT))
            .run();
    assertThat(talk.results.subList(6, 16))
        .containsExactly((long) ACCEPTED, 5L, 5L, 30_000L, 30_000L, 0L, 0L, 0L, 0L, 0L);
    assertPackets(
        talk,
        HANDSHAKE
            + """
            c PA 5 MPC key key len=5
            s A 0 DSS ack64
            s PA 30000 DSS ack64 ssn=1 len=30000
            c A 0 DSS ack64
            c A 0 DSS ack64 ssn=0 len=1 FIN
            s A 0 DSS ack64
            s A 0 DSS ack64 ssn=0 len=1 FIN
            c FA 0 DSS ack64
            c A 0 DSS ack64
            s FA 0 DSS ack64
            c A 0 DSS ack64
            """);
    String handshake = "MPCapableSYNRX=1 MPCapableSYNTX=1 MPCapableSYNACKRX=1";
    assertThat(talk.counters.get(6)).isEqualTo(handshake + " MPCapableACKRX=1 MPCurrEstab=2");
    assertThat(talk.counters.get(12)).isEqualTo(handshake + " MPCapableACKRX=1 MPCurrEstab=1");
    assertThat(talk.left()).isEqualTo(handshake + " MPCapableACKRX=1");
  }

  @Test
  void theOtherEndMaySpeakFirst() {
    Talk talk =
        connected(MPTCP, MPTCP)
            .call(send(ACCEPTED, 3))
            .call(receive(CLIENT, 10))
            .call(send(CLIENT, 5))
            .call(receive(ACCEPTED, 10))
            .call(Syscall.close(CLIENT))
            .call(receive(ACCEPTED, 10))
            .call(Syscall.close(ACCEPTED))
            .run();
    assertPackets(
        talk,
        HANDSHAKE
            + """
            s PA 3 DSS ack32 ssn=1 len=3
            c A 0 DSS ack64
            c PA 5 DSS ack64 ssn=1 len=5
            s A 0 DSS ack64
            c A 0 DSS ack64 ssn=0 len=1 FIN
            s A 0 DSS ack64
            s A 0 DSS ack64 ssn=0 len=1 FIN
            c FA 0 DSS ack64
            c A 0 DSS ack64
            s FA 0 DSS ack64
            c A 0 DSS ack64
            """);
  }

  @Test
  void closeWithUnreadDataEndsTheConnectionAtOnce() {
    Talk talk =
        connected(MPTCP, MPTCP)
            .call(send(CLIENT, 3))
            .call(Syscall.close(ACCEPTED))
            .call(receive(CLIENT, 10))
            .call(
                Syscall.of(
                    SyscallName.SENDTO,
                    CLIENT,
                    UserMem.zeroed(1),
                    1,
                    Abi.MSG_NOSIGNAL,
                    UserMem.NULL,
                    0))
            .run();
    assertThat(talk.result(9)).isEqualTo(Errno.ECONNRESET.negated());
    assertThat(talk.result(10)).isEqualTo(Errno.EPIPE.negated());
    assertPackets(
        talk,
        HANDSHAKE
            + """
            c PA 3 MPC key key len=3
            s A 0 DSS ack64
            s RA 0 FASTCLOSE RST
            """);
    assertThat(talk.left())
        .isEqualTo(
            "MPCapableSYNRX=1 MPCapableSYNTX=1 MPCapableSYNACKRX=1 MPCapableACKRX=1"
                + " MPFastcloseTx=1 MPFastcloseRx=1 MPRstTx=1 MPRstRx=1");
  }

  @Test
  void listenerThatIsClosedEndsThoseWhoWait() {
    Talk talk =
        listening(MPTCP, MPTCP, 5, 0).call(Syscall.close(LISTENER)).call(receive(CLIENT, 10)).run();
    assertThat(talk.result(7)).isEqualTo(Errno.ECONNRESET.negated());
    assertPackets(talk, HANDSHAKE + "s RA 0 FASTCLOSE RST\ns RA 0");
    assertThat(talk.left())
        .isEqualTo(
            "MPCapableSYNRX=1 MPCapableSYNTX=1 MPCapableSYNACKRX=1"
                + " MPFastcloseTx=1 MPRstTx=1 MPCapableDataFallback=1");
  }

  @Test
  void whoMeetsAPlainListenerGoesOnAsTcpAndSaysSo() {
    UserMem protocol = UserMem.ofInt(-1);
    UserMem isMptcp = UserMem.ofInt(-1);
    Talk talk =
        connected(Abi.IPPROTO_TCP, MPTCP)
            .call(option(CLIENT, Abi.SOL_SOCKET, SoOption.SO_PROTOCOL, protocol))
            .call(option(CLIENT, Abi.IPPROTO_TCP, TcpOption.TCP_IS_MPTCP, isMptcp))
            .call(send(CLIENT, 3))
            .call(receive(ACCEPTED, 10))
            .call(send(ACCEPTED, 2))
            .call(receive(CLIENT, 10))
            .call(Syscall.close(CLIENT))
            .call(60, receive(ACCEPTED, 10))
            .call(Syscall.close(ACCEPTED))
            .run();
    assertThat(talk.results.subList(9, 15)).containsExactly(3L, 3L, 2L, 2L, 0L, 0L);
    assertThat(protocol.getInt(0)).isEqualTo(MPTCP);
    assertThat(isMptcp.getInt(0)).isZero();
    assertPackets(
        talk,
        """
        c S 0 MPC
        s SA 0
        c A 0
        c PA 3
        s A 0
        s PA 2
        c A 0
        c FA 0
        s A 0
        s FA 0
        c A 0
        """);
    String fallback = "MPCapableSYNTX=1 MPCapableFallbackSYNACK=1";
    assertThat(talk.counters.get(10)).isEqualTo(fallback + " MPCurrEstab=1");
    assertThat(talk.left()).isEqualTo(fallback);
  }

  @Test
  void plainClientIsAcceptedAsASocketOfTcp() {
    UserMem protocol = UserMem.ofInt(-1);
    UserMem isMptcp = UserMem.ofInt(-1);
    Talk talk =
        connected(MPTCP, Abi.IPPROTO_TCP)
            .call(option(ACCEPTED, Abi.SOL_SOCKET, SoOption.SO_PROTOCOL, protocol))
            .call(option(ACCEPTED, Abi.IPPROTO_TCP, TcpOption.TCP_IS_MPTCP, isMptcp))
            .call(send(CLIENT, 3))
            .call(receive(ACCEPTED, 10))
            .run();
    assertThat(talk.result(10)).isEqualTo(3);
    assertThat(protocol.getInt(0)).isEqualTo(Abi.IPPROTO_TCP);
    assertThat(isMptcp.getInt(0)).isZero();
    assertPackets(talk, "c S 0\ns SA 0\nc A 0\nc PA 3\ns A 0");
    assertThat(talk.left()).isEmpty();
  }

  /** The queue of the listener has room for one; the SYNs of the second are dropped. */
  @Test
  void synsThatAreNotAnsweredComeWithoutTheOptionFromTheThirdRepetitionOn() {
    Talk talk =
        listening(Abi.IPPROTO_TCP, Abi.IPPROTO_TCP, 0, 0)
            .call(stream(MPTCP, Abi.SOCK_NONBLOCK))
            .call(named(SyscallName.CONNECT, ACCEPTED, PORT))
            .call(5500, Syscall.close(ACCEPTED))
            .run();
    assertThat(talk.result(7)).isEqualTo(Errno.EINPROGRESS.negated());
    assertPackets(
        talk,
        """
        c S 0
        s SA 0
        c A 0
        c S 0 MPC
        c S 0 MPC
        c S 0 MPC
        c S 0
        c S 0
        c S 0
        """);
    assertThat(talk.left()).isEqualTo("MPCapableSYNTX=1 MPCapableSYNTXDrop=1");
  }
}
