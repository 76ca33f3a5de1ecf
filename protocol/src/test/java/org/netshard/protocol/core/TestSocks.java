package org.netshard.protocol.core;

import java.util.Locale;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.netlink.NetlinkOps;
import org.netshard.protocol.packet.PacketOps;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.unix.UnixOps;
import org.netshard.protocol.vsock.VsockOps;
import org.netshard.protocol.xdp.XdpOps;

/** New socks by the labels of the oracle's tables, {@code unix stream 0} and so on. */
public final class TestSocks {
  private TestSocks() {}

  /** A new sock after its {@code init}. */
  public static Sk make(TestNet net, String label) {
    String[] words = label.split(" ", -1);
    int family = family(words[0]);
    int type = type(words[1]);
    int number = words.length > 2 ? Integer.parseInt(words[2].replaceAll("\\(.*", "")) : 0;
    if (words[0].equals("inet") && type == Abi.SOCK_PACKET) {
      family = Abi.AF_PACKET;
    }
    if (family == Abi.AF_UNIX && type == Abi.SOCK_RAW) {
      type = Abi.SOCK_DGRAM;
    }
    int protocol = family == Abi.AF_PACKET ? 0 : number;
    Proto proto = new Proto(new ProtoProfile(words[0].toUpperCase(Locale.ROOT), 1000, true), 0);
    Sk sk = new Sk(net, proto, ops(family, type), family, type, protocol, net.root());
    if (family == Abi.AF_PACKET) {
      sk.setNum(number);
    }
    int error = sk.ops().init(sk, net.root());
    if (error != 0) {
      throw new IllegalStateException(label + ": " + Errno.resultText(error));
    }
    return sk;
  }

  private static int family(String name) {
    return switch (name) {
      case "unix" -> Abi.AF_UNIX;
      case "inet" -> Abi.AF_INET;
      case "inet6" -> Abi.AF_INET6;
      case "netlink" -> Abi.AF_NETLINK;
      case "packet" -> Abi.AF_PACKET;
      case "vsock" -> Abi.AF_VSOCK;
      case "xdp" -> Abi.AF_XDP;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static int type(String name) {
    return switch (name) {
      case "stream" -> Abi.SOCK_STREAM;
      case "dgram" -> Abi.SOCK_DGRAM;
      case "raw" -> Abi.SOCK_RAW;
      case "seqpacket" -> Abi.SOCK_SEQPACKET;
      case "packet" -> Abi.SOCK_PACKET;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static SockOps ops(int family, int type) {
    return switch (family) {
      case Abi.AF_UNIX -> UnixOps.INSTANCE;
      case Abi.AF_NETLINK -> new NetlinkOps(protocol -> null);
      case Abi.AF_PACKET -> PacketOps.INSTANCE;
      case Abi.AF_VSOCK -> VsockOps.INSTANCE;
      case Abi.AF_XDP -> XdpOps.INSTANCE;
      default -> new PlainOps(type != Abi.SOCK_RAW);
    };
  }

  /** A kind of AF_INET as far as {@code SOL_SOCKET} sees it. */
  private record PlainOps(boolean peekOff) implements SockOps {
    @Override
    public int init(Sk sk, Cred cred) {
      if (sk.isTcp()) {
        sk.setRcvbuf((int) sk.net().sysctl(Sysctl.IPV4_TCP_RMEM, 1));
        sk.setSndbuf((int) sk.net().sysctl(Sysctl.IPV4_TCP_WMEM, 1));
        sk.setFlag(SockFlag.SK_TXREHASH, true);
      }
      sk.setReuse(sk.type() == Abi.SOCK_RAW ? Sk.SK_CAN_REUSE : Sk.SK_NO_REUSE);
      return 0;
    }

    @Override
    public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem val, UserMem len) {
      throw new AssertionError("level " + level + " of a plain sock");
    }

    @Override
    public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem val, int len) {
      throw new AssertionError("level " + level + " of a plain sock");
    }

    @Override
    public int getname(Sk sk, byte[] address, int which) {
      if (which != SockNames.OWN) {
        return Errno.ENOTCONN.negated();
      }
      return sk.family() == Abi.AF_INET ? 16 : 28;
    }

    @Override
    public boolean hasPeekOff(Sk sk) {
      return peekOff;
    }
  }
}
