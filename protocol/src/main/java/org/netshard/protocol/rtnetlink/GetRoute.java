package org.netshard.protocol.rtnetlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.fib.FibRoute;
import org.netshard.protocol.fib.RtmRoute;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * {@code ip route get}: the route that an IPv4 address takes.
 *
 * <p><b>Source:</b> {@code net/ipv4/route.c}: {@code inet_rtm_getroute}, {@code
 * inet_rtm_valid_getroute_req}, {@code rt_fill_info}.
 */
final class GetRoute {
  private static final int PREFIX = 32;
  private static final int RTM_F_NOTIFY = 0x100;
  private static final int RTM_F_CLONED = 0x200;
  private static final int RTM_F_LOOKUP_TABLE = 0x1000;
  private static final int RTM_F_FIB_MATCH = 0x2000;
  private static final int RTCF_LOCAL = 0x8000_0000;
  private static final int RTCF_MULTICAST = 0x2000_0000;
  private static final int RTCF_BROADCAST = 0x1000_0000;
  private static final int CACHEINFO_REST = 28;

  /** {@code IGMP_ALL_HOSTS}, network byte order: every device that is up is in it. */
  private static final int ALL_HOSTS = 0x0100_00e0;

  private GetRoute() {}

  /**
   * {@code RTM_GETROUTE} of an address.
   *
   * <p><b>Errors</b>, in order: EINVAL for the message, ENODEV, EINVAL for a packet that could not
   * have come in, that of the route.
   */
  static int getroute(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmRoute.RTMSG_BYTES) {
      return ext.fail(Errno.EINVAL, "ipv4: Invalid header for route get request");
    }
    int from = Nl.NLMSG_HDRLEN + RtmRoute.RTMSG_BYTES;
    NlAttrs tb =
        NlAttrs.parse(request, from, RtmRoute.RTA_MAX, RtmRoute.policy(), request.strict(), ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    String problem = request.strict() ? problem(request, tb) : null;
    if (problem != null) {
      return ext.fail(Errno.EINVAL, problem);
    }
    NetNs net = request.net();
    int dst = tb.getInt(RtmRoute.RTA_DST);
    int src = tb.getInt(RtmRoute.RTA_SRC);
    int iif = tb.getInt(RtmRoute.RTA_IIF);
    if (iif != 0) {
      if (net.device(iif) == null) {
        return Errno.ENODEV.negated();
      }
      net.machine().leftOut("ip route get … iif is not simulated: it fails with EINVAL");
      return Errno.EINVAL.negated();
    }
    IpRoute.Result result = IpRoute.output(net, dst, src, tb.getInt(RtmRoute.RTA_OIF));
    if (result.errno() != 0) {
      return -result.errno();
    }
    FibRoute route = result.route();
    if ((request.getInt(8) & RTM_F_FIB_MATCH) != 0) {
      if (route == null) {
        return Errno.EHOSTUNREACH.negated();
      }
      NlMsg out = RtmRoute.fill(RtmRoute.RTM_NEWROUTE, 0, request.seq(), request.portid(), route);
      return Netlink.answer(request, out);
    }
    return Netlink.answer(request, fill(request, tb, result, src));
  }

  private static @Nullable String problem(NlRequest request, NlAttrs tb) {
    int srcLen = request.getByte(2);
    int dstLen = request.getByte(1);
    boolean values =
        (srcLen != 0 && srcLen != PREFIX)
            || (dstLen != 0 && dstLen != PREFIX)
            || request.getByte(4) != 0
            || request.getByte(5) != 0
            || request.getByte(6) != 0
            || request.getByte(7) != 0;
    if (values) {
      return "ipv4: Invalid values in header for route get request";
    }
    int flags = request.getInt(8) & ~(RTM_F_NOTIFY | RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH);
    if (flags != 0) {
      return "ipv4: Unsupported rtm_flags for route get request";
    }
    boolean lengths =
        (tb.has(RtmRoute.RTA_SRC) && srcLen == 0) || (tb.has(RtmRoute.RTA_DST) && dstLen == 0);
    return lengths ? "ipv4: rtm_src_len and rtm_dst_len must be 32 for IPv4" : null;
  }

  /** The table in which a route was found: local and main are one, which is called main. */
  private static int table(NlRequest request, @Nullable FibRoute route) {
    if ((request.getInt(8) & RTM_F_LOOKUP_TABLE) == 0) {
      return Fib.RT_TABLE_MAIN;
    }
    if (route == null) {
      return 0;
    }
    return route.table() == Fib.RT_TABLE_LOCAL ? Fib.RT_TABLE_MAIN : route.table();
  }

  private static int flags(IpRoute.Result result) {
    int local = result.daddr() == ALL_HOSTS ? RTCF_LOCAL : 0;
    return RTM_F_CLONED
        | switch (result.type()) {
          case BROADCAST -> RTCF_BROADCAST | RTCF_LOCAL;
          case MULTICAST -> RTCF_MULTICAST | local;
          // What leaves by the loopback device stays here.
          case LOCAL, UNICAST -> result.oif() == NetDevice.LOOPBACK_IFINDEX ? RTCF_LOCAL : 0;
        };
  }

  private static int type(IpRoute.Result result) {
    return switch (result.type()) {
      case LOCAL -> Fib.RTN_LOCAL;
      case BROADCAST -> Fib.RTN_BROADCAST;
      case MULTICAST -> Fib.RTN_MULTICAST;
      case UNICAST -> Fib.RTN_UNICAST;
    };
  }

  private static NlMsg fill(NlRequest request, NlAttrs tb, IpRoute.Result result, int src) {
    FibRoute route = result.route();
    int table = table(request, route);
    NlMsg out = new NlMsg().begin(RtmRoute.RTM_NEWROUTE, 0, request.seq(), request.portid());
    out.putByte(Abi.AF_INET).putByte(PREFIX).putByte(src == 0 ? 0 : PREFIX);
    out.putByte(request.getByte(3)).putByte(table).putByte(0).putByte(0);
    out.putByte(type(result)).putInt(flags(result)).attrInt(RtmRoute.RTA_TABLE, table);
    // The address as it was asked for, also if it is 0 and stands for this host.
    out.attrInt(RtmRoute.RTA_DST, tb.getInt(RtmRoute.RTA_DST));
    if (src != 0) {
      out.attrInt(RtmRoute.RTA_SRC, src);
    }
    out.attrInt(RtmRoute.RTA_OIF, result.oif());
    if (result.saddr() != src) {
      out.attrInt(RtmRoute.RTA_PREFSRC, result.saddr());
    }
    if (result.gateway() != result.daddr()) {
      out.attrInt(RtmRoute.RTA_GATEWAY, result.gateway());
    }
    boolean group = InetAddress4.isMulticast(result.daddr());
    boolean alone = route == null || group || result.daddr() == InetAddress4.BROADCAST;
    if (route != null && !alone) {
      FibMetrics.put(out, route.metrics());
    }
    NlAttr mark = tb.get(RtmRoute.RTA_MARK);
    if (mark != null && mark.getInt() != 0) {
      out.attrInt(RtmRoute.RTA_MARK, mark.getInt());
    }
    NlAttr uid = tb.get(RtmRoute.RTA_UID);
    int user = uid != null ? uid.getInt() : request.caller().cred().uid();
    out.attrInt(RtmRoute.RTA_UID, user);
    int at = out.nest(RtmRoute.RTA_CACHEINFO);
    return out.putInt(alone ? 1 : 2).putZeros(CACHEINFO_REST).nestEnd(at);
  }
}
