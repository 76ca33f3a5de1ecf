package org.netshard.protocol.diag;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.tcp.TcpAbort;
import org.netshard.protocol.tcp.TcpActivity;
import org.netshard.protocol.tcp.TcpDiagInfo;
import org.netshard.protocol.tcp.TcpEndpoint;
import org.netshard.protocol.tcp.TcpHash;
import org.netshard.protocol.tcp.TcpInfo;
import org.netshard.protocol.tcp.TcpOptions;
import org.netshard.protocol.tcp.TcpRequest;
import org.netshard.protocol.tcp.TcpSock;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;
import org.netshard.protocol.tcp.TcpTimeWait;

/**
 * Sockets of TCP as {@code ss} lists and ends them: listeners, connections, requests and what waits
 * in TIME_WAIT.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_diag.c}: {@code inet_diag_dump_icsk}, {@code
 * inet_diag_find_one_icsk}, {@code inet_sk_diag_fill}, {@code inet_twsk_diag_fill}, {@code
 * inet_req_diag_fill}; {@code net/ipv4/tcp_diag.c}.
 *
 * <p><b>Differs from Linux:</b> socks that are bound and nothing else are not listed.
 */
final class TcpDiag {
  private static final int STATES_AT = 4;
  private static final int SPORT_AT = 8;
  private static final int DPORT_AT = 10;
  private static final int SRC_AT = 12;
  private static final int DST_AT = 28;
  private static final int IF_AT = 44;
  private static final int COOKIE_AT = 48;
  private static final int ADDRESS_BYTES = 16;
  private static final int V4_OF_MAPPED = 12;
  private static final int INET_DIAG_INFO = 2;
  private static final int INET_DIAG_VEGASINFO = 3;
  private static final int INET_DIAG_CONG = 4;
  private static final int INET_DIAG_MARK = 15;
  private static final int INET_DIAG_MD5SIG = 18;
  private static final int MS_PER_JIFFY = 1000 / SocketOptions.HZ;

  private TcpDiag() {}

  // Dumps.

  /** {@code inet_diag_dump_icsk}. */
  static NetlinkDump dump(NlRequest request) {
    return new NetlinkDump(request, () -> messages(request));
  }

  private static List<NlMsg> messages(NlRequest request) {
    List<NlMsg> all = new ArrayList<>();
    int states = request.getInt(STATES_AT);
    int sport = InetDiag.port(request, SPORT_AT);
    int dport = InetDiag.port(request, DPORT_AT);
    DiagBytecode filter = DiagBytecode.of(request);
    TcpHash table = TcpHash.of(request.net());
    if (TcpState.in(TcpState.LISTEN, states) && dport == 0) {
      table.forEachListener(
          sk -> {
            if (ofFamily(request, sk.family())
                && (sport == 0 || sport == sk.num())
                && filter.shows(sk)) {
              all.add(listener(request, sk, Nl.NLM_F_MULTI));
            }
          });
    }
    table.forEach(
        end -> {
          boolean asked =
              isIn(end, states)
                  && ofFamily(request, end.family())
                  && (sport == 0 || sport == end.sport())
                  && (dport == 0 || dport == end.dport())
                  && filter.shows(end);
          if (asked) {
            all.add(fill(request, end, Nl.NLM_F_MULTI));
          }
        });
    return all;
  }

  private static boolean ofFamily(NlRequest request, int family) {
    return request.getByte(0) == Abi.AF_UNSPEC || request.getByte(0) == family;
  }

  /** Who asks for SYN_RECV is shown requests also; what waits is in its substate. */
  private static boolean isIn(TcpEndpoint end, int states) {
    return TcpState.in(TcpActivity.of(end).state(), states)
        || (end.state() == TcpState.NEW_SYN_RECV && TcpState.in(end.state(), states));
  }

  // One.

  /** {@code inet_diag_dump_one_icsk}. <b>Errors:</b> ENOENT. */
  static int one(NlRequest request) {
    TcpEndpoint end = find(request);
    Sk listener = end == null ? findListener(request) : null;
    if (end != null && hasCookie(request, end.cookie())) {
      return Netlink.answer(request, fill(request, end, 0));
    }
    if (listener != null && hasCookie(request, listener.cookie())) {
      return Netlink.answer(request, listener(request, listener, 0));
    }
    return Errno.ENOENT.negated();
  }

  /** {@code tcp_diag_destroy}. <b>Errors</b>, in order: ENOENT, EPERM. */
  static int destroy(NlRequest request) {
    TcpEndpoint end = find(request);
    Sk listener = end == null ? findListener(request) : null;
    boolean found =
        (end != null && hasCookie(request, end.cookie()))
            || (listener != null && hasCookie(request, listener.cookie()));
    if (!found) {
      return Errno.ENOENT.negated();
    }
    if (!InetDiag.isAdmin(request)) {
      return Errno.EPERM.negated();
    }
    int errno = Errno.ECONNABORTED.number();
    if (end != null) {
      return TcpAbort.abort(end, errno);
    }
    return listener == null ? 0 : TcpAbort.abortListener(listener, errno);
  }

  private static boolean isV4(NlRequest request) {
    return request.getByte(0) == Abi.AF_INET
        || (Ipv6Address.isV4Mapped(request.bytes(SRC_AT, ADDRESS_BYTES))
            && Ipv6Address.isV4Mapped(request.bytes(DST_AT, ADDRESS_BYTES)));
  }

  private static int address4(NlRequest request, int at) {
    return request.getInt(request.getByte(0) == Abi.AF_INET ? at : at + V4_OF_MAPPED);
  }

  private static @Nullable TcpEndpoint find(NlRequest request) {
    TcpHash table = TcpHash.of(request.net());
    int sport = InetDiag.port(request, SPORT_AT);
    int dport = InetDiag.port(request, DPORT_AT);
    int dif = request.getInt(IF_AT);
    if (isV4(request)) {
      return table.find4(address4(request, DST_AT), dport, address4(request, SRC_AT), sport, dif);
    }
    return table.find6(
        request.bytes(DST_AT, ADDRESS_BYTES),
        dport,
        request.bytes(SRC_AT, ADDRESS_BYTES),
        sport,
        dif);
  }

  private static @Nullable Sk findListener(NlRequest request) {
    TcpHash table = TcpHash.of(request.net());
    int sport = InetDiag.port(request, SPORT_AT);
    int dif = request.getInt(IF_AT);
    return isV4(request)
        ? table.listener4(address4(request, SRC_AT), sport, dif)
        : table.listener6(request.bytes(SRC_AT, ADDRESS_BYTES), sport, dif);
  }

  /** {@code sock_diag_check_cookie}: no cookie at all fits as well. */
  private static boolean hasCookie(NlRequest request, long cookie) {
    long asked =
        Integer.toUnsignedLong(request.getInt(COOKIE_AT))
            | (long) request.getInt(COOKIE_AT + Integer.BYTES) << Integer.SIZE;
    return asked == -1 || asked == cookie;
  }

  // What is told of one.

  private static NlMsg listener(NlRequest request, Sk sk, int flags) {
    NlMsg out = InetDiag.begin(request, flags);
    InetDiag.putNames(out, sk, TcpActivity.NONE, 0);
    InetBinding binding = InetBinding.forWrite(sk);
    out.putInt(0).putInt(binding.ackBacklog()).putInt(binding.maxAckBacklog());
    out.putInt(sk.uid()).putInt(SockInodes.of(TcpSubflow.socketSk(sk)));
    putAttrs(request, out, sk);
    return out;
  }

  private static NlMsg fill(NlRequest request, TcpEndpoint end, int flags) {
    TcpActivity activity = TcpActivity.of(end);
    NlMsg out = InetDiag.begin(request, flags);
    out.putByte(end.family()).putByte(activity.state()).putByte(activity.timer());
    out.putByte(retransmits(activity)).putBe16(end.sport()).putBe16(end.dport());
    if (end.family() == Abi.AF_INET6) {
      out.put(end.saddr6()).put(end.daddr6());
    } else {
      out.putInt(end.saddr()).putZeros(ADDRESS_BYTES - Integer.BYTES);
      out.putInt(end.daddr()).putZeros(ADDRESS_BYTES - Integer.BYTES);
    }
    out.putInt(end.boundDevIf()).putLong(end.cookie());
    out.putInt((int) activity.leftJiffies() * MS_PER_JIFFY);
    out.putInt(activity.receiveQueue()).putInt(activity.sendQueue());
    if (end instanceof TcpSock tp) {
      out.putInt(tp.sk.uid()).putInt(tp.hasFile() ? SockInodes.of(tp.socketSk()) : 0);
      putAttrs(request, out, tp.sk);
      return out;
    }
    out.putInt(0).putInt(0);
    if (InetDiag.isAdmin(request)) {
      out.attrInt(INET_DIAG_MARK, mark(end));
    }
    return out;
  }

  private static int mark(TcpEndpoint end) {
    if (end instanceof TcpTimeWait wait) {
      return wait.mark();
    }
    return end instanceof TcpRequest req ? req.mark() : 0;
  }

  private static int retransmits(TcpActivity activity) {
    return switch (activity.timer()) {
      case TcpActivity.RETRANSMIT -> activity.retransmits();
      case TcpActivity.KEEPALIVE, TcpActivity.PROBE -> activity.probes();
      default -> 0;
    };
  }

  private static void putAttrs(NlRequest request, NlMsg out, Sk sk) {
    InetDiag.putAttrs(request, out, sk);
    if (InetDiag.wants(request, INET_DIAG_INFO)) {
      out.attr(INET_DIAG_INFO, TcpInfo.of(sk));
    }
    if (InetDiag.wants(request, INET_DIAG_CONG)) {
      out.attrText(INET_DIAG_CONG, TcpOptions.of(sk).congestion());
    }
    if (InetDiag.wants(request, INET_DIAG_INFO) && InetDiag.isAdmin(request)) {
      byte[] keys = TcpDiagInfo.md5sig(sk);
      if (keys.length > 0) {
        out.attr(INET_DIAG_MD5SIG, keys);
      }
    }
    if (InetDiag.wants(request, INET_DIAG_VEGASINFO)) {
      // Attributes above 8 cannot be asked for: this one stands for them all.
      TcpDiagInfo.Congestion info = TcpDiagInfo.congestion(sk);
      if (info != null) {
        out.attr(info.attr(), info.bytes());
      }
    }
  }
}
