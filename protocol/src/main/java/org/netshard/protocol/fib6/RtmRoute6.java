package org.netshard.protocol.fib6;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.fib.RtmRoute;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlAttrs.Rule;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * Messages about IPv6 routes.
 *
 * <p><b>Source:</b> {@code net/ipv6/route.c}: {@code rtm_to_fib6_config}, {@code
 * inet6_rtm_newroute}, {@code inet6_rtm_delroute}, {@code inet6_rtm_getroute}, {@code
 * rt6_fill_node}; {@code net/ipv6/ip6_fib.c}, {@code inet6_dump_fib}.
 */
public final class RtmRoute6 {
  public static final int RTM_NEWROUTE = 24;
  public static final int RTM_DELROUTE = 25;

  private static final int RTNLGRP_IPV6_ROUTE = 11;
  private static final int RT_TABLE_COMPAT = 252;
  private static final int IP6_RT_PRIO_USER = 1024;
  private static final int RTM_F_FIB_MATCH = 0x2000;
  private static final int CACHEINFO_REST = 28;

  private static final Rule[] POLICY = {
    Rule.atLeast(RtmRoute.RTA_GATEWAY, In6.BYTES),
    Rule.atLeast(RtmRoute.RTA_PREFSRC, In6.BYTES),
    Rule.u32(RtmRoute.RTA_OIF),
    Rule.u32(RtmRoute.RTA_IIF),
    Rule.u32(RtmRoute.RTA_PRIORITY),
    Rule.nested(RtmRoute.RTA_METRICS),
    Rule.atLeast(RtmRoute.RTA_MULTIPATH, 8),
    Rule.u8(RtmRoute.RTA_PREF),
    Rule.u32(RtmRoute.RTA_UID),
    Rule.u32(RtmRoute.RTA_MARK),
    Rule.u32(RtmRoute.RTA_TABLE)
  };

  private RtmRoute6() {}

  private static NlMsg header(
      int type, int flags, int seq, int portid, Fib6Route route, int dstLen, int rtmFlags) {
    NlMsg out = new NlMsg().begin(type, flags, seq, portid);
    out.putByte(Abi.AF_INET6).putByte(dstLen).putByte(0).putByte(0);
    out.putByte(route.table() >>> 8 == 0 ? route.table() : RT_TABLE_COMPAT);
    out.putByte(route.protocol()).putByte(0).putByte(route.type()).putInt(rtmFlags);
    return out.attrInt(RtmRoute.RTA_TABLE, route.table());
  }

  private static NlMsg rest(NlMsg out, Fib6Route route, int users) {
    byte[] prefsrc = route.prefsrc();
    if (prefsrc != null) {
      out.attr(RtmRoute.RTA_PREFSRC, prefsrc);
    }
    FibMetrics.put(out, route.metrics());
    out.attrInt(RtmRoute.RTA_PRIORITY, route.metric());
    byte[] gateway = route.gateway();
    if (gateway != null) {
      out.attr(RtmRoute.RTA_GATEWAY, gateway);
    }
    out.attrInt(RtmRoute.RTA_OIF, route.oif());
    int at = out.nest(RtmRoute.RTA_CACHEINFO);
    out.putInt(users).putZeros(CACHEINFO_REST).nestEnd(at);
    return out.attrByte(RtmRoute.RTA_PREF, 0);
  }

  /** A message about a route ({@code rt6_fill_node}). */
  public static NlMsg fill(int type, int flags, int seq, int portid, Fib6Route route) {
    NlMsg out = header(type, flags, seq, portid, route, route.dstLen(), 0);
    if (route.dstLen() != 0) {
      out.attr(RtmRoute.RTA_DST, route.dst());
    }
    return rest(out, route, 0);
  }

  static void announce(NetNs net, int type, Fib6Route route, int flags, Netlink.Info info) {
    if (Netlink.isHeard(net, RTNLGRP_IPV6_ROUTE, info)) {
      NlMsg out = fill(type, flags, info.seq(), info.portid(), route);
      Netlink.notify(net, RTNLGRP_IPV6_ROUTE, NlMsg.done(out), info);
    }
  }

  private static @Nullable NlAttrs parse(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmRoute.RTMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header length");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + RtmRoute.RTMSG_BYTES;
    return NlAttrs.parse(request, from, RtmRoute.RTA_MAX, POLICY, false, ext);
  }

  /** What a request says of a route; null if it is wrong. */
  private static @Nullable Fib6Route read(NlRequest request, NlAttrs tb) {
    int dstLen = request.getByte(1);
    NlAttr dst = tb.get(RtmRoute.RTA_DST);
    byte[] prefix = In6.any();
    if (dst != null) {
      if (dst.length() < (dstLen + 7) / Byte.SIZE || dstLen > In6.BITS) {
        return null;
      }
      prefix = In6.prefix(Arrays.copyOf(dst.bytes(), In6.BYTES), dstLen);
    }
    int table = tb.has(RtmRoute.RTA_TABLE) ? tb.getInt(RtmRoute.RTA_TABLE) : request.getByte(4);
    return new Fib6Route(
        prefix,
        dstLen,
        table == 0 ? Fib.RT_TABLE_MAIN : table,
        request.getByte(5),
        request.getByte(7),
        tb.getInt(RtmRoute.RTA_PRIORITY),
        tb.getInt(RtmRoute.RTA_OIF),
        address(tb.get(RtmRoute.RTA_GATEWAY)),
        address(tb.get(RtmRoute.RTA_PREFSRC)),
        null);
  }

  private static byte @Nullable [] address(@Nullable NlAttr attr) {
    return attr == null ? null : Arrays.copyOf(attr.bytes(), In6.BYTES);
  }

  /**
   * {@code RTM_NEWROUTE}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EOPNOTSUPP for several next
   * hops, EINVAL for the type and the metrics, ENODEV, EHOSTUNREACH and EINVAL for the next hop,
   * EINVAL for the source address, those of {@link Addrconf#insert}.
   */
  public static int newroute(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    if (tb.has(RtmRoute.RTA_MULTIPATH)) {
      request
          .net()
          .machine()
          .leftOut("several next hops of a route are not simulated: it fails with EOPNOTSUPP");
      return Errno.EOPNOTSUPP.negated();
    }
    Fib6Route asked = read(request, tb);
    if (asked == null) {
      return Errno.EINVAL.negated();
    }
    if (asked.type() > Fib.RTN_MAX) {
      return ext.fail(Errno.EINVAL, "Invalid route type");
    }
    NetNs net = request.net();
    boolean mayLoad = request.caller().cred().capable(Capability.CAP_NET_ADMIN);
    int[] wrong = new int[1];
    int[] metrics = FibMetrics.read(net, tb.get(RtmRoute.RTA_METRICS), mayLoad, ext, wrong);
    if (wrong[0] != 0) {
      return wrong[0];
    }
    NetDevice dev = asked.oif() == 0 ? null : net.device(asked.oif());
    if (asked.oif() != 0 && dev == null) {
      return Errno.ENODEV.negated();
    }
    int oif = asked.oif();
    if (asked.error() != 0) {
      oif = NetDevice.LOOPBACK_IFINDEX;
    } else if (asked.gateway() != null) {
      int error = checkGateway(dev, ext);
      if (error != 0) {
        return error;
      }
    } else if (dev == null) {
      return Errno.ENODEV.negated();
    }
    byte[] prefsrc = asked.prefsrc();
    if (prefsrc != null && !Inet6Net.of(net).isLocal(prefsrc, 0)) {
      return ext.fail(Errno.EINVAL, "Invalid source address");
    }
    Fib6Route route =
        new Fib6Route(
            asked.dst(),
            asked.dstLen(),
            asked.table(),
            asked.protocol() == 0 ? Fib.RTPROT_BOOT : asked.protocol(),
            asked.type() == 0 ? Fib.RTN_UNICAST : asked.type(),
            asked.metric() == 0 ? IP6_RT_PRIO_USER : asked.metric(),
            oif,
            asked.gateway(),
            prefsrc,
            metrics);
    return Addrconf.insert(net, route, request.flags(), Netlink.Info.of(request));
  }

  /** No neighbour can be reached by the loopback device. */
  private static int checkGateway(@Nullable NetDevice dev, ExtAck ext) {
    if (dev == null) {
      return Errno.EHOSTUNREACH.negated();
    }
    return dev.isLoopback()
        ? ext.fail(Errno.EINVAL, "Egress device can not be loopback device for this route")
        : 0;
  }

  /**
   * {@code RTM_DELROUTE}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, ESRCH.
   */
  public static int delroute(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    Fib6Route asked = read(request, tb);
    if (asked == null) {
      return Errno.EINVAL.negated();
    }
    Inet6Net inet6 = Inet6Net.of(request.net());
    if (!inet6.hasTable(asked.table())) {
      return ext.fail(Errno.ESRCH, "FIB table does not exist");
    }
    for (Fib6Route route : inet6.routes(asked.table())) {
      boolean match =
          route.samePrefix(asked)
              && (asked.oif() == 0 || asked.oif() == route.oif())
              && (asked.gateway() == null || Arrays.equals(asked.gateway(), route.gateway()))
              && (asked.metric() == 0 || asked.metric() == route.metric())
              && (asked.protocol() == 0 || asked.protocol() == route.protocol());
      if (match) {
        inet6.remove(route);
        announce(request.net(), RTM_DELROUTE, route, 0, Netlink.Info.of(request));
        return 0;
      }
    }
    return Errno.ESRCH.negated();
  }

  /** {@code RTM_GETROUTE} of all routes. */
  public static NetlinkDump dump(NlRequest request) {
    RtmRoute.Filter filter = RtmRoute.Filter.ALL;
    if (request.strict()) {
      ExtAck ext = new ExtAck();
      int[] error = new int[1];
      filter = RtmRoute.filter(request, ext, error);
      if (filter == null) {
        return NetlinkDump.failed(request, error[0], ext);
      }
    }
    int answer = filter.isSet() ? Nl.NLM_F_DUMP_FILTERED : 0;
    if (filter.table() != 0 && !Inet6Net.of(request.net()).hasTable(filter.table())) {
      if (request.getByte(0) != Abi.AF_INET6) {
        return new NetlinkDump(request, List::of).withAnswerFlags(answer);
      }
      ExtAck ext = new ExtAck();
      ext.fail(Errno.ENOENT, "ipv6: FIB table does not exist");
      return NetlinkDump.failed(request, Errno.ENOENT.negated(), ext).withAnswerFlags(answer);
    }
    RtmRoute.Filter shown = filter;
    return new NetlinkDump(request, () -> messages(request, shown)).withAnswerFlags(answer);
  }

  /** The messages of a dump. */
  public static List<NlMsg> messages(NlRequest request, RtmRoute.Filter filter) {
    List<NlMsg> all = new ArrayList<>();
    Inet6Net inet6 = Inet6Net.of(request.net());
    for (int table : inet6.tableIds()) {
      if (filter.table() != 0 && filter.table() != table) {
        continue;
      }
      for (Fib6Route route : inet6.routes(table)) {
        boolean shown =
            !filter.cached()
                && (filter.protocol() == 0 || filter.protocol() == route.protocol())
                && (filter.type() == 0 || filter.type() == route.type())
                && (filter.oif() == 0 || filter.oif() == route.oif());
        if (shown) {
          all.add(fill(RTM_NEWROUTE, filter.flags(), request.seq(), request.portid(), route));
        }
      }
    }
    return all;
  }

  private static @Nullable String getProblem(NlRequest request, NlAttrs tb) {
    int srcLen = request.getByte(2);
    int dstLen = request.getByte(1);
    boolean values =
        (srcLen != 0 && srcLen != In6.BITS)
            || (dstLen != 0 && dstLen != In6.BITS)
            || request.getByte(4) != 0
            || request.getByte(5) != 0
            || request.getByte(6) != 0
            || request.getByte(7) != 0;
    if (values) {
      return "ipv6: Invalid values in header for get route request";
    }
    if ((request.getInt(8) & ~RTM_F_FIB_MATCH) != 0) {
      return "ipv6: Invalid flags for get route request";
    }
    boolean lengths =
        (tb.has(RtmRoute.RTA_SRC) && srcLen == 0) || (tb.has(RtmRoute.RTA_DST) && dstLen == 0);
    return lengths ? "ipv6: rtm_src_len and rtm_dst_len must be 128 for IPv6" : null;
  }

  /**
   * {@code RTM_GETROUTE} of the route that an address takes.
   *
   * <p><b>Errors</b>, in order: EINVAL for the message, ENODEV, that of the route.
   */
  public static int getroute(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmRoute.RTMSG_BYTES) {
      return ext.fail(Errno.EINVAL, "ipv6: Invalid header for get route request");
    }
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    String problem = request.strict() ? getProblem(request, tb) : null;
    if (problem != null) {
      return ext.fail(Errno.EINVAL, problem);
    }
    NetNs net = request.net();
    byte[] daddr = address(tb.get(RtmRoute.RTA_DST));
    byte[] saddr = address(tb.get(RtmRoute.RTA_SRC));
    int iif = tb.getInt(RtmRoute.RTA_IIF);
    if (iif != 0 && net.device(iif) == null) {
      return Errno.ENODEV.negated();
    }
    byte[] to = daddr == null ? In6.any() : daddr;
    Inet6Net inet6 = Inet6Net.of(net);
    Fib6Route route = inet6.lookup(to, tb.getInt(RtmRoute.RTA_OIF));
    int error = route == null ? Errno.ENETUNREACH.number() : route.error();
    if (route == null || error != 0) {
      return -error;
    }
    if ((request.getInt(8) & RTM_F_FIB_MATCH) != 0) {
      NlMsg out = fill(RTM_NEWROUTE, 0, request.seq(), request.portid(), route);
      return Netlink.answer(request, out);
    }
    NlMsg out = header(RTM_NEWROUTE, 0, request.seq(), request.portid(), route, In6.BITS, 0);
    out.attr(RtmRoute.RTA_DST, to);
    return found(request, out, route, to, saddr == null ? In6.any() : saddr, iif);
  }

  private static int found(
      NlRequest request, NlMsg out, Fib6Route route, byte[] to, byte[] saddr, int iif) {
    out.setByte(Nl.NLMSG_HDRLEN + 2, In6.BITS);
    out.attr(RtmRoute.RTA_SRC, saddr);
    if (iif != 0) {
      out.attrInt(RtmRoute.RTA_IIF, iif);
    } else {
      byte[] own = route.prefsrc();
      byte[] source = own != null ? own : Inet6Net.of(request.net()).sourceFor(to, route.oif());
      if (source != null) {
        out.attr(RtmRoute.RTA_PREFSRC, source);
      }
    }
    return Netlink.answer(request, rest(out, route, 2));
  }
}
