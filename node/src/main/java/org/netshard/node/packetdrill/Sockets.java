package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.Conn.Protocol;
import org.netshard.node.packetdrill.Conn.State;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** The socket that a script is about: which one it is, and which packets are its own. */
final class Sockets {
  private static final int FIRST_REMOTE_PORT = 32768;
  private static final int TYPE_MASK = 0xf;

  private final Settings settings;
  private final List<Conn> earlier = new ArrayList<>();
  private @Nullable Conn underTest;
  private int nextRemotePort = FIRST_REMOTE_PORT;

  Sockets(Settings settings) {
    this.settings = settings;
  }

  /** The socket that packets and code are about, or null if there is none yet. */
  @Nullable Conn underTest() {
    return underTest;
  }

  /** Whether the script is about a socket of ICMP. */
  boolean isPing() {
    return underTest != null && underTest.protocol == Protocol.ICMP;
  }

  /** A call begins. */
  void begins(Syscall call) {
    Conn conn = underTest;
    if (conn == null || call.intArg(0) != conn.fd) {
      return;
    }
    UserMem address =
        switch (call.name()) {
          case CONNECT -> call.mem(1);
          case SENDTO -> call.mem(4);
          case SENDMSG -> call.mem(1).pointer(0);
          default -> UserMem.NULL;
        };
    if (address.isNull()) {
      return;
    }
    int family = address.getShort(0);
    if (family == Abi.AF_UNSPEC) {
      conn.state = State.NEW;
    } else if (conn.state == State.NEW) {
      conn.state = State.CONNECTING;
      conn.remoteIp = settings.remote();
      conn.remotePort = settings.connectPort();
      conn.localPort = 0;
    }
  }

  /** A call has ended well. */
  void ended(Syscall call, long result) {
    Conn conn = underTest;
    switch (call.name()) {
      case SOCKET -> {
        Conn made = new Conn(protocol(call.intArg(1) & TYPE_MASK, call.intArg(2)));
        made.fd = (int) result;
        if (conn != null && conn.localPort != 0) {
          earlier.add(conn);
        }
        underTest = made;
      }
      case LISTEN -> {
        if (conn != null && call.intArg(0) == conn.fd) {
          conn.state = State.LISTENING;
        }
      }
      case ACCEPT, ACCEPT4 -> {
        if (conn != null && conn.fd < 0) {
          conn.fd = (int) result;
        }
      }
      default -> {
        // Nothing that packets depend on.
      }
    }
  }

  private static Protocol protocol(int type, int protocol) {
    return switch (protocol) {
      case Abi.IPPROTO_TCP, Abi.IPPROTO_MPTCP -> Protocol.TCP;
      case Abi.IPPROTO_UDP -> Protocol.UDP;
      case Abi.IPPROTO_ICMP, Abi.IPPROTO_ICMPV6 -> Protocol.ICMP;
      case 0 ->
          type == Abi.SOCK_STREAM
              ? Protocol.TCP
              : type == Abi.SOCK_DGRAM ? Protocol.UDP : Protocol.OTHER;
      default -> Protocol.OTHER;
    };
  }

  /**
   * The socket that a packet of the script comes to.
   *
   * @throws ScriptFailure if there is none
   */
  Conn receiver(PacketSpec packet) {
    Conn conn = underTest;
    if (packet.transport() instanceof PacketSpec.Tcp tcp) {
      if (conn == null || (conn.protocol == Protocol.TCP && conn.state == State.LISTENING)) {
        conn = child(tcp);
        underTest = conn;
      } else if (conn.state == State.SYNACK_SENT && tcp.has('.')) {
        conn.state = State.SYNACK_ACKED;
      } else if (conn.state == State.SYN_SENT && tcp.has('S') && tcp.has('.')) {
        conn.state = State.SYN_ACKED;
        conn.beganRemote(tcp.seq());
      } else if (conn.state == State.SYN_SENT && tcp.has('S')) {
        // Both have called connect.
        conn.beganRemote(tcp.seq());
      }
    }
    if (conn == null) {
      throw new ScriptFailure("there is no socket that this packet could come to");
    }
    if (conn.localPort == 0 && conn.state == State.NEW) {
      // The script receives before it sends.
      conn.localPort = settings.bindPort();
    }
    if (conn.remotePort == 0) {
      conn.remotePort = settings.connectPort();
    }
    return conn;
  }

  private Conn child(PacketSpec.Tcp tcp) {
    Conn child = new Conn(Protocol.TCP);
    child.state = State.PACKET_RECEIVED;
    child.localIp = settings.local();
    child.localPort = settings.bindPort();
    child.remoteIp = settings.remote();
    child.remotePort = nextRemotePort++;
    child.beganRemote(tcp.seq());
    return child;
  }

  /**
   * The socket that sends a packet that the script expects.
   *
   * @throws ScriptFailure if there is none
   */
  Conn sender(PacketSpec packet) {
    Conn conn = underTest;
    if (conn == null) {
      throw new ScriptFailure("there is no socket that could send this packet");
    }
    if (packet.transport() instanceof PacketSpec.Tcp tcp) {
      if (conn.state == State.CONNECTING && tcp.isSyn()) {
        conn.state = State.SYN_SENT;
        conn.beginsLocal(tcp.seq());
      } else if (conn.state == State.PACKET_RECEIVED && tcp.has('S') && tcp.has('.')) {
        conn.beginsLocal(tcp.seq());
      }
    }
    return conn;
  }

  /**
   * Whether a packet that was sent is that of a socket; what it says of the socket is kept.
   *
   * @param conn the socket
   */
  boolean isOwn(Conn conn, SentPacket packet) {
    byte[] remote = conn.remoteIp == null ? settings.remote() : conn.remoteIp;
    if (!Arrays.equals(packet.destination(), remote)) {
      return false;
    }
    if (packet.isIcmp()) {
      return conn.localIp == null || Arrays.equals(packet.source(), conn.localIp);
    }
    boolean protocol = conn.protocol == Protocol.TCP ? packet.isTcp() : packet.isUdp();
    if (!protocol || packet.destinationPort() != conn.remotePort) {
      return false;
    }
    if (conn.localPort != 0) {
      return packet.sourcePort() == conn.localPort;
    }
    boolean first =
        conn.protocol == Protocol.UDP
            ? conn.state == State.CONNECTING
            : conn.state == State.SYN_SENT
                && packet.isSyn()
                && !packet.isAck()
                && earlier.stream().noneMatch(other -> other.beganWith(packet));
    if (first) {
      conn.localIp = packet.source();
      conn.localPort = packet.sourcePort();
      if (packet.isTcp()) {
        conn.beganLocal(packet.seq());
      }
    }
    return first;
  }

  /** A packet of a socket is looked at. */
  void sent(Conn conn, SentPacket packet) {
    if (conn.state == State.PACKET_RECEIVED && packet.isSyn() && packet.isAck()) {
      conn.state = State.SYNACK_SENT;
      conn.beganLocal(packet.seq());
    }
  }
}
