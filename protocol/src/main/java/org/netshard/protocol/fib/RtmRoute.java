package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlAttrs.Rule;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * Messages about IPv4 routes.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_frontend.c}: {@code rtm_to_fib_config}, {@code
 * inet_rtm_newroute}, {@code inet_rtm_delroute}, {@code inet_dump_fib}, {@code
 * ip_valid_fib_dump_req}; {@code net/ipv4/fib_semantics.c}: {@code fib_dump_info}, {@code
 * rtmsg_fib}.
 */
public final class RtmRoute {
  public static final int RTM_NEWROUTE = 24;
  public static final int RTM_DELROUTE = 25;

  /** Size of a {@code struct rtmsg}, bytes. */
  public static final int RTMSG_BYTES = 12;

  public static final int RTA_DST = 1;
  public static final int RTA_SRC = 2;
  public static final int RTA_IIF = 3;
  public static final int RTA_OIF = 4;
  public static final int RTA_GATEWAY = 5;
  public static final int RTA_PRIORITY = 6;
  public static final int RTA_PREFSRC = 7;
  public static final int RTA_METRICS = 8;
  public static final int RTA_MULTIPATH = 9;
  public static final int RTA_FLOW = 11;
  public static final int RTA_CACHEINFO = 12;
  public static final int RTA_TABLE = 15;
  public static final int RTA_MARK = 16;
  public static final int RTA_PREF = 20;
  public static final int RTA_UID = 25;

  /** The largest attribute of a route. */
  public static final int RTA_MAX = 31;

  public static final int RTM_F_CLONED = 0x200;
  public static final int RTM_F_PREFIX = 0x800;

  private static final int RTNLGRP_IPV4_ROUTE = 7;
  private static final int RT_TABLE_COMPAT = 252;
  private static final int RTA_ENCAP = 22;
  private static final int RTA_NH_ID = 30;
  private static final int RTA_VIA = 18;

  private static final Rule[] POLICY = {
    Rule.u32(RTA_DST),
    Rule.u32(RTA_SRC),
    Rule.u32(RTA_IIF),
    Rule.u32(RTA_OIF),
    Rule.u32(RTA_GATEWAY),
    Rule.u32(RTA_PRIORITY),
    Rule.u32(RTA_PREFSRC),
    Rule.nested(RTA_METRICS),
    Rule.atLeast(RTA_MULTIPATH, 8),
    Rule.u32(RTA_FLOW),
    Rule.u32(RTA_TABLE),
    Rule.u32(RTA_MARK),
    Rule.u32(RTA_UID)
  };

  private RtmRoute() {}

  /** The rules for the attributes of an IPv4 route ({@code rtm_ipv4_policy}). */
  public static Rule[] policy() {
    return POLICY;
  }

  /** A message about a route ({@code fib_dump_info}). */
  public static NlMsg fill(int type, int flags, int seq, int portid, FibRoute route) {
    NlMsg out = new NlMsg().begin(type, flags, seq, portid);
    out.putByte(Abi.AF_INET).putByte(route.dstLen()).putByte(0).putByte(route.tos());
    out.putByte(route.table() >>> 8 == 0 ? route.table() : RT_TABLE_COMPAT);
    out.putByte(route.protocol()).putByte(route.scope()).putByte(route.type());
    out.putInt(route.flags());
    out.attrInt(RTA_TABLE, route.table());
    if (route.dstLen() != 0) {
      out.attrInAddr(RTA_DST, route.dst());
    }
    if (route.priority() != 0) {
      out.attrInt(RTA_PRIORITY, route.priority());
    }
    FibMetrics.put(out, route.metrics());
    if (route.prefsrc() != 0) {
      out.attrInAddr(RTA_PREFSRC, route.prefsrc());
    }
    if (route.gateway() != 0) {
      out.attrInAddr(RTA_GATEWAY, route.gateway());
    }
    if (route.oif() != 0) {
      out.attrInt(RTA_OIF, route.oif());
    }
    if (route.flow() != 0) {
      out.attrInt(RTA_FLOW, route.flow());
    }
    return out;
  }

  static void announce(NetNs net, int type, FibRoute route, int flags, Netlink.Info info) {
    if (Netlink.isHeard(net, RTNLGRP_IPV4_ROUTE, info)) {
      NlMsg out = fill(type, flags, info.seq(), info.portid(), route);
      Netlink.notify(net, RTNLGRP_IPV4_ROUTE, NlMsg.done(out), info);
    }
  }

  /**
   * {@code RTM_NEWROUTE}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EOPNOTSUPP for several next
   * hops, those of {@link FibFrontend#insert}.
   */
  public static int newroute(NlRequest request, ExtAck ext) {
    FibConfig config = new FibConfig();
    int error = read(request, config, ext);
    return error != 0
        ? error
        : FibFrontend.insert(request.net(), config, Netlink.Info.of(request), ext);
  }

  /**
   * {@code RTM_DELROUTE}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, ESRCH.
   */
  public static int delroute(NlRequest request, ExtAck ext) {
    FibConfig config = new FibConfig();
    int error = read(request, config, ext);
    if (error != 0) {
      return error;
    }
    if (InetNet.of(request.net()).trie(config.table) == null) {
      return ext.fail(Errno.ESRCH, "FIB table does not exist");
    }
    return FibFrontend.delete(request.net(), config, Netlink.Info.of(request));
  }

  private static int read(NlRequest request, FibConfig config, ExtAck ext) {
    if (request.payload() < RTMSG_BYTES) {
      return ext.fail(Errno.EINVAL, "Invalid header length");
    }
    int from = Nl.NLMSG_HDRLEN + RTMSG_BYTES;
    NlAttrs tb = NlAttrs.parse(request, from, RTA_MAX, POLICY, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    if ((request.getByte(3) & 0x3) != 0) {
      return ext.fail(Errno.EINVAL, "Invalid dsfield (tos): ECN bits must be 0");
    }
    if (tb.has(RTA_MULTIPATH) || tb.has(RTA_ENCAP) || tb.has(RTA_NH_ID) || tb.has(RTA_VIA)) {
      request
          .net()
          .machine()
          .leftOut("several next hops of a route are not simulated: it fails with EOPNOTSUPP");
      return Errno.EOPNOTSUPP.negated();
    }
    config.dstLen = request.getByte(1);
    config.tos = request.getByte(3);
    config.protocol = request.getByte(5);
    config.scope = request.getByte(6);
    config.type = request.getByte(7);
    config.flags = request.getInt(8);
    config.nlflags = request.flags();
    if (config.type > Fib.RTN_MAX) {
      return ext.fail(Errno.EINVAL, "Invalid route type");
    }
    config.table = tb.has(RTA_TABLE) ? tb.getInt(RTA_TABLE) : request.getByte(4);
    config.table = config.table == 0 ? Fib.RT_TABLE_MAIN : config.table;
    config.dst = Integer.reverseBytes(tb.getInt(RTA_DST));
    config.oif = tb.getInt(RTA_OIF);
    config.gateway = Integer.reverseBytes(tb.getInt(RTA_GATEWAY));
    config.priority = tb.getInt(RTA_PRIORITY);
    config.prefsrc = Integer.reverseBytes(tb.getInt(RTA_PREFSRC));
    config.flow = tb.getInt(RTA_FLOW);
    config.metricsAttr = tb.get(RTA_METRICS);
    config.mayLoad = request.caller().cred().capable(Capability.CAP_NET_ADMIN);
    return 0;
  }

  /** What a dump of routes is to show; of cached ones there are none. */
  public record Filter(int table, int protocol, int type, int oif, int flags, boolean cached) {
    /** Everything. */
    public static final Filter ALL = new Filter(0, 0, 0, 0, Nl.NLM_F_MULTI, false);

    /** Whether only a part is shown. */
    public boolean isSet() {
      return table != 0 || protocol != 0 || type != 0 || oif != 0 || cached;
    }

    boolean shows(FibRoute route) {
      return !cached
          && (table == 0 || table == route.table())
          && (protocol == 0 || protocol == route.protocol())
          && (type == 0 || type == route.type())
          && (oif == 0 || oif == route.oif());
    }
  }

  /**
   * Reads what a dump is to show ({@code ip_valid_fib_dump_req}).
   *
   * @return the filter, or null after an error, whose number {@code error} gets
   */
  public static @Nullable Filter filter(NlRequest request, ExtAck ext, int[] error) {
    error[0] = Errno.EINVAL.negated();
    if (request.payload() < RTMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header for FIB dump request");
      return null;
    }
    if (request.getByte(1) != 0
        || request.getByte(2) != 0
        || request.getByte(3) != 0
        || request.getByte(6) != 0) {
      ext.fail(Errno.EINVAL, "Invalid values in header for FIB dump request");
      return null;
    }
    if ((request.getInt(8) & ~(RTM_F_CLONED | RTM_F_PREFIX)) != 0) {
      ext.fail(Errno.EINVAL, "Invalid flags for FIB dump request");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + RTMSG_BYTES;
    NlAttrs tb = NlAttrs.parse(request, from, RTA_MAX, POLICY, true, ext);
    if (tb == null) {
      return null;
    }
    for (int type = 1; type <= RTA_MAX; type++) {
      if (tb.has(type) && type != RTA_TABLE && type != RTA_OIF) {
        ext.fail(Errno.EINVAL, "Unsupported attribute in dump request");
        return null;
      }
    }
    int oif = tb.getInt(RTA_OIF);
    if (oif != 0 && request.net().device(oif) == null) {
      error[0] = Errno.ENODEV.negated();
      return null;
    }
    int table = tb.has(RTA_TABLE) ? tb.getInt(RTA_TABLE) : request.getByte(4);
    int flags = Nl.NLM_F_MULTI | Nl.NLM_F_DUMP_FILTERED;
    boolean cached = (request.getInt(8) & RTM_F_CLONED) != 0;
    return new Filter(table, request.getByte(5), request.getByte(7), oif, flags, cached);
  }

  /** {@code RTM_GETROUTE} of all routes. */
  public static NetlinkDump dump(NlRequest request) {
    Filter filter = Filter.ALL;
    if (request.strict()) {
      ExtAck ext = new ExtAck();
      int[] error = new int[1];
      filter = filter(request, ext, error);
      if (filter == null) {
        return NetlinkDump.failed(request, error[0], ext);
      }
    }
    int answer = filter.isSet() ? Nl.NLM_F_DUMP_FILTERED : 0;
    if (filter.table() != 0 && InetNet.of(request.net()).trie(filter.table()) == null) {
      if (request.getByte(0) != Abi.AF_INET) {
        return new NetlinkDump(request, List::of).withAnswerFlags(answer);
      }
      ExtAck ext = new ExtAck();
      ext.fail(Errno.ENOENT, "ipv4: FIB table does not exist");
      return NetlinkDump.failed(request, Errno.ENOENT.negated(), ext).withAnswerFlags(answer);
    }
    Filter shown = filter;
    return new NetlinkDump(request, () -> messages(request, shown)).withAnswerFlags(answer);
  }

  /** The messages of a dump. */
  public static List<NlMsg> messages(NlRequest request, Filter filter) {
    List<NlMsg> all = new ArrayList<>();
    for (FibRoute route : InetNet.of(request.net()).routes()) {
      if (filter.shows(route)) {
        all.add(fill(RTM_NEWROUTE, filter.flags(), request.seq(), request.portid(), route));
      }
    }
    return all;
  }
}
