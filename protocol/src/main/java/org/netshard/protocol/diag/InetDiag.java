package org.netshard.protocol.diag;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.netlink.SockDiagMsg;
import org.netshard.protocol.tcp.TcpDiagInfo;
import org.netshard.protocol.udp.UdpTable;

/**
 * Sockets of UDP and UDP-Lite as {@code ss} lists them, and what those of TCP have in common with
 * them.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp_diag.c}, {@code udp_dump}; {@code net/ipv4/inet_diag.c}:
 * {@code inet_diag_msg_common_fill}, {@code inet_diag_msg_attrs_fill}, {@code inet_sk_diag_fill}.
 */
final class InetDiag {
  private static final int STATES_AT = 4;
  private static final int SPORT_AT = 8;
  private static final int INET_DIAG_MEMINFO = 1;
  private static final int INET_DIAG_TOS = 5;
  private static final int INET_DIAG_TCLASS = 6;
  private static final int INET_DIAG_SKMEMINFO = 7;
  private static final int INET_DIAG_SHUTDOWN = 8;
  private static final int INET_DIAG_SKV6ONLY = 11;
  private static final int INET_DIAG_MARK = 15;
  private static final int INET_DIAG_CLASS_ID = 17;
  private static final int INET_DIAG_CGROUP_ID = 21;
  private static final int INET_DIAG_SOCKOPT = 22;
  private static final int IS_ICSK = 2;
  private static final int DEFER_CONNECT = 1 << 10;
  private static final int ADDRESS_BYTES = 16;

  private InetDiag() {}

  /** Lists the socks of a protocol. <b>Errors:</b> ENOENT for one that has no list. */
  static NetlinkDump dump(NlRequest request) {
    int protocol = DiagBytecode.protocol(request);
    return switch (protocol) {
      case Abi.IPPROTO_UDP, Abi.IPPROTO_UDPLITE ->
          new NetlinkDump(request, () -> messages(request, protocol == Abi.IPPROTO_UDPLITE));
      case Abi.IPPROTO_TCP -> TcpDiag.dump(request);
      case Abi.IPPROTO_MPTCP -> {
        request.net().machine().leftOut("ss -M is not simulated: it lists no sockets");
        yield new NetlinkDump(request, List::of);
      }
      default -> NetlinkDump.failed(request, Errno.ENOENT.negated());
    };
  }

  private static List<NlMsg> messages(NlRequest request, boolean udplite) {
    List<NlMsg> all = new ArrayList<>();
    int sport = port(request, SPORT_AT);
    int dport = port(request, SPORT_AT + 2);
    DiagBytecode filter = DiagBytecode.of(request);
    for (Sk sk : UdpTable.of(request.net(), udplite).socks()) {
      boolean asked =
          sk.family() == request.getByte(0)
              && (request.getInt(STATES_AT) & 1 << sk.state()) != 0
              && (sport == 0 || sport == sk.sport())
              && (dport == 0 || dport == sk.dport())
              && filter.shows(sk);
      if (asked) {
        all.add(fill(request, sk));
      }
    }
    return all;
  }

  /** A port as the request has it, at this place behind its header. */
  static int port(NlRequest request, int at) {
    return Short.toUnsignedInt(Short.reverseBytes((short) request.getShort(at)));
  }

  /** Begins an answer. */
  static NlMsg begin(NlRequest request, int flags) {
    return new NlMsg().begin(SockDiag.SOCK_DIAG_BY_FAMILY, flags, request.seq(), request.portid());
  }

  private static NlMsg fill(NlRequest request, Sk sk) {
    NlMsg out = SockDiagMsg.begin(request);
    putNames(out, sk, 0, 0);
    out.putInt(0);
    out.putInt(sk.rmemAlloc()).putInt(sk.wmemAlloc() - 1).putInt(sk.uid());
    out.putInt(SockInodes.of(sk));
    putAttrs(request, out, sk);
    return out;
  }

  /** {@code inet_diag_msg_common_fill}: up to the cookie. */
  static void putNames(NlMsg out, Sk sk, int timer, int retransmits) {
    out.putByte(sk.family()).putByte(sk.state()).putByte(timer).putByte(retransmits);
    out.putBe16(sk.sport()).putBe16(sk.dport());
    if (sk.family() == Abi.AF_INET6) {
      out.put(Inet6Options.of(sk).rcvSaddr()).put(Inet6Options.of(sk).daddr());
    } else {
      InetOptions inet = InetOptions.of(sk);
      out.putInt(inet.rcvSaddr()).putZeros(ADDRESS_BYTES - Integer.BYTES);
      out.putInt(inet.daddr()).putZeros(ADDRESS_BYTES - Integer.BYTES);
    }
    out.putInt(sk.boundDevIf()).putLong(sk.cookie());
  }

  /** Whether the request asks for an attribute. */
  static boolean wants(NlRequest request, int attr) {
    return (request.getByte(2) & 1 << (attr - 1)) != 0;
  }

  /** Whether who asks may see marks, and may end sockets. */
  static boolean isAdmin(NlRequest request) {
    return request.caller().cred().nsCapable(request.net().userNs(), Capability.CAP_NET_ADMIN);
  }

  /** {@code inet_diag_msg_attrs_fill}, and memory. */
  static void putAttrs(NlRequest request, NlMsg out, Sk sk) {
    boolean inet6 = sk.family() == Abi.AF_INET6;
    out.attrByte(INET_DIAG_SHUTDOWN, sk.shutdown());
    if (wants(request, INET_DIAG_TOS)) {
      out.attrByte(INET_DIAG_TOS, InetOptions.of(sk).tos());
    }
    if (inet6) {
      if (wants(request, INET_DIAG_TCLASS)) {
        out.attrByte(INET_DIAG_TCLASS, Inet6Options.of(sk).tclass());
      }
      if (sk.state() == Sk.TCP_CLOSE || sk.state() == Sk.TCP_LISTEN) {
        boolean v6only = Inet6Options.of(sk).has(Inet6Flag.V6ONLY);
        out.attrByte(INET_DIAG_SKV6ONLY, v6only ? 1 : 0);
      }
    }
    if (isAdmin(request)) {
      out.attrInt(INET_DIAG_MARK, sk.mark());
    }
    if (wants(request, INET_DIAG_TCLASS)) {
      out.attrInt(INET_DIAG_CLASS_ID, sk.priority());
    }
    int cgroup = out.nest(INET_DIAG_CGROUP_ID);
    out.putLong(1).nestEnd(cgroup);
    out.attrShort(INET_DIAG_SOCKOPT, sockopt(sk));
    if (wants(request, INET_DIAG_MEMINFO)) {
      int at = out.nest(INET_DIAG_MEMINFO);
      out.putInt(sk.rmemAlloc()).putInt(sk.wmemQueued()).putInt(sk.forwardAlloc());
      out.putInt(sk.wmemAlloc() - 1).nestEnd(at);
    }
    if (wants(request, INET_DIAG_SKMEMINFO)) {
      SockDiagMsg.putMeminfo(out, INET_DIAG_SKMEMINFO, sk);
    }
  }

  /** {@code struct inet_diag_sockopt}: a bit for each flag. */
  private static int sockopt(Sk sk) {
    InetOptions inet = InetOptions.of(sk);
    InetFlag[] bits = {
      InetFlag.RECVERR,
      null,
      InetFlag.FREEBIND,
      InetFlag.HDRINCL,
      InetFlag.MC_LOOP,
      InetFlag.TRANSPARENT,
      InetFlag.MC_ALL,
      InetFlag.NODEFRAG,
      InetFlag.BIND_ADDRESS_NO_PORT,
      InetFlag.RECVERR_RFC4884
    };
    int mask = sk.isTcp() ? IS_ICSK : 0;
    mask |= sk.isTcp() && TcpDiagInfo.defersConnect(sk) ? DEFER_CONNECT : 0;
    for (int i = 0; i < bits.length; i++) {
      mask |= bits[i] != null && inet.has(bits[i]) ? 1 << i : 0;
    }
    return mask;
  }
}
