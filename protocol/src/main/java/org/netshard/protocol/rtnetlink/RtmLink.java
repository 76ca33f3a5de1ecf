package org.netshard.protocol.rtnetlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
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
 * Messages about devices: reading them.
 *
 * <p><b>Source:</b> {@code net/core/rtnetlink.c}: {@code rtnl_fill_ifinfo}, {@code rtnl_getlink},
 * {@code rtnl_dump_ifinfo}, {@code rtmsg_ifinfo}; {@code net/ipv4/devinet.c}, {@code
 * inet_fill_link_af}. The order and the values of attributes that say nothing here were read off
 * Linux 6.18.44.
 */
final class RtmLink {
  static final int RTM_NEWLINK = 16;

  /** Size of a {@code struct ifinfomsg}, bytes. */
  static final int IFINFOMSG_BYTES = 16;

  static final int IFLA_ADDRESS = 1;
  static final int IFLA_BROADCAST = 2;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_QDISC = 6;
  static final int IFLA_STATS = 7;
  static final int IFLA_MASTER = 10;
  static final int IFLA_PROTINFO = 12;
  static final int IFLA_TXQLEN = 13;
  static final int IFLA_MAP = 14;
  static final int IFLA_OPERSTATE = 16;
  static final int IFLA_LINKMODE = 17;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_NET_NS_PID = 19;
  static final int IFLA_STATS64 = 23;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_GROUP = 27;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_PROMISCUITY = 30;
  static final int IFLA_NUM_TX_QUEUES = 31;
  static final int IFLA_NUM_RX_QUEUES = 32;
  static final int IFLA_CARRIER = 33;
  static final int IFLA_CARRIER_CHANGES = 35;
  static final int IFLA_PROTO_DOWN = 39;
  static final int IFLA_GSO_MAX_SEGS = 40;
  static final int IFLA_GSO_MAX_SIZE = 41;
  static final int IFLA_XDP = 43;
  static final int IFLA_TARGET_NETNSID = 46;
  static final int IFLA_CARRIER_UP_COUNT = 47;
  static final int IFLA_CARRIER_DOWN_COUNT = 48;
  static final int IFLA_MIN_MTU = 50;
  static final int IFLA_MAX_MTU = 51;
  static final int IFLA_ALT_IFNAME = 53;
  static final int IFLA_GRO_MAX_SIZE = 58;
  static final int IFLA_TSO_MAX_SIZE = 59;
  static final int IFLA_TSO_MAX_SEGS = 60;
  static final int IFLA_ALLMULTI = 61;
  static final int IFLA_DEVLINK_PORT = 62;
  static final int IFLA_GSO_IPV4_MAX_SIZE = 63;
  static final int IFLA_GRO_IPV4_MAX_SIZE = 64;
  static final int IFLA_DPLL_PIN = 65;
  static final int IFLA_MAX_PACING_OFFLOAD_HORIZON = 66;
  static final int IFLA_NETNS_IMMUTABLE = 67;
  static final int IFLA_HEADROOM = 68;
  static final int IFLA_TAILROOM = 69;

  /** The largest attribute of a device. */
  static final int IFLA_MAX = 69;

  static final int RTEXT_FILTER_SKIP_STATS = 8;

  private static final int RTNLGRP_LINK = 1;
  private static final int IF_OPER_UNKNOWN = 0;
  private static final int IF_OPER_DOWN = 2;
  private static final int SEGS_MAX = 65535;
  private static final int SIZE_MAX = 65536;
  private static final int TSO_SIZE_MAX = 524_280;
  private static final int STATS_COUNT = 24;
  private static final int STATS64_COUNT = 25;
  private static final int MAP_BYTES = 32;
  private static final int IFLA_XDP_ATTACHED = 2;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INET_CONF = 1;

  /** {@code ipv4_devconf} of {@code lo} in a new namespace, by number less 1. */
  private static final int[] INET_CONF = {
    0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10000, 1000, 0, 0,
    0, 0, 1
  };

  static final Rule[] POLICY = {
    Rule.text(IFLA_IFNAME, 15),
    Rule.u32(IFLA_MTU),
    Rule.u32(IFLA_MASTER),
    Rule.u32(IFLA_TXQLEN),
    Rule.nested(IFLA_LINKINFO),
    Rule.u32(IFLA_NET_NS_PID),
    Rule.u32(IFLA_NET_NS_FD),
    Rule.u32(IFLA_EXT_MASK),
    Rule.u32(IFLA_GROUP),
    Rule.u32(IFLA_GSO_MAX_SEGS),
    Rule.u32(IFLA_TARGET_NETNSID),
    Rule.atLeast(IFLA_MAP, MAP_BYTES - 4),
    Rule.nested(IFLA_AF_SPEC)
  };

  private RtmLink() {}

  /** A message about a device ({@code rtnl_fill_ifinfo}). */
  static NlMsg fill(
      NetNs net, NetDevice dev, int flags, int seq, int portid, int change, int extMask) {
    NlMsg out = new NlMsg().begin(RTM_NEWLINK, flags, seq, portid);
    header(out, Abi.AF_UNSPEC, dev, change);
    out.attrText(IFLA_IFNAME, dev.name()).attrInt(IFLA_TXQLEN, dev.txQueueLen());
    out.attrByte(IFLA_OPERSTATE, operstate(dev)).attrByte(IFLA_LINKMODE, 0);
    out.attrByte(IFLA_NETNS_IMMUTABLE, 1).attrInt(IFLA_MTU, dev.mtu());
    out.attrInt(IFLA_MIN_MTU, dev.kind().mtuMin()).attrInt(IFLA_MAX_MTU, dev.kind().mtuMax());
    out.attrInt(IFLA_GROUP, 0);
    out.attrInt(IFLA_PROMISCUITY, dev.promiscuity()).attrInt(IFLA_ALLMULTI, 0);
    out.attrInt(IFLA_NUM_TX_QUEUES, 1).attrInt(IFLA_GSO_MAX_SEGS, dev.gsoMaxSegs());
    out.attrInt(IFLA_GSO_MAX_SIZE, SIZE_MAX).attrInt(IFLA_GRO_MAX_SIZE, SIZE_MAX);
    out.attrInt(IFLA_GSO_IPV4_MAX_SIZE, SIZE_MAX).attrInt(IFLA_GRO_IPV4_MAX_SIZE, SIZE_MAX);
    out.attrInt(IFLA_TSO_MAX_SIZE, TSO_SIZE_MAX).attrInt(IFLA_TSO_MAX_SEGS, SEGS_MAX);
    out.attrInt(IFLA_MAX_PACING_OFFLOAD_HORIZON, 0).attrInt(IFLA_NUM_RX_QUEUES, 1);
    out.attrByte(IFLA_CARRIER, 1).attrInt(IFLA_CARRIER_CHANGES, 0);
    out.attrInt(IFLA_CARRIER_UP_COUNT, 0).attrInt(IFLA_CARRIER_DOWN_COUNT, 0);
    out.attrShort(IFLA_HEADROOM, 0).attrShort(IFLA_TAILROOM, 0).attrByte(IFLA_PROTO_DOWN, 0);
    if (dev.address().length > 0) {
      out.attr(IFLA_ADDRESS, dev.address());
      out.attr(IFLA_BROADCAST, new byte[dev.address().length]);
    }
    putStats(out, dev);
    int xdp = out.nest(IFLA_XDP);
    out.attrByte(IFLA_XDP_ATTACHED, 0).nestEnd(xdp);
    out.attrText(IFLA_QDISC, dev.qdiscName());
    String kind = dev.kind().name();
    if (kind != null) {
      int info = out.nest(IFLA_LINKINFO);
      out.attrText(IFLA_INFO_KIND, kind).nestEnd(info);
    }
    int spec = out.nest(IFLA_AF_SPEC);
    int inet = out.nest(Abi.AF_INET);
    int conf = out.nest(IFLA_INET_CONF);
    for (int value : INET_CONF) {
      out.putInt(value);
    }
    out.nestEnd(conf).nestEnd(inet);
    int inet6 = out.nest(Abi.AF_INET6);
    RtmLink6.fillProtinfo(net, out, dev, (extMask & RTEXT_FILTER_SKIP_STATS) == 0);
    out.nestEnd(inet6).nestEnd(spec);
    out.attr(IFLA_MAP, new byte[MAP_BYTES]);
    return out.attrFlag(IFLA_DEVLINK_PORT | Nl.NLA_F_NESTED)
        .attrFlag(IFLA_DPLL_PIN | Nl.NLA_F_NESTED);
  }

  static void header(NlMsg out, int family, NetDevice dev, int change) {
    out.putByte(family).putByte(0).putShort(dev.type()).putInt(dev.ifindex());
    out.putInt(dev.seenFlags()).putInt(change);
  }

  static int operstate(NetDevice dev) {
    return dev.isUp() ? IF_OPER_UNKNOWN : IF_OPER_DOWN;
  }

  private static void putStats(NlMsg out, NetDevice dev) {
    long[] counted = {dev.rxPackets(), dev.txPackets(), dev.rxBytes(), dev.txBytes()};
    int large = out.nest(IFLA_STATS64);
    for (int i = 0; i < STATS64_COUNT; i++) {
      out.putLong(i < counted.length ? counted[i] : 0);
    }
    out.nestEnd(large);
    int small = out.nest(IFLA_STATS);
    for (int i = 0; i < STATS_COUNT; i++) {
      out.putInt(i < counted.length ? (int) counted[i] : 0);
    }
    out.nestEnd(small);
  }

  /** Announces a device, and which of its flags have changed ({@code rtmsg_ifinfo}). */
  static void announce(NetNs net, NetDevice dev, int change) {
    if (Netlink.isHeard(net, RTNLGRP_LINK, Netlink.Info.NONE)) {
      byte[] message = NlMsg.done(fill(net, dev, 0, 0, 0, change, 0));
      Netlink.notify(net, RTNLGRP_LINK, message, Netlink.Info.NONE);
    }
  }

  static @Nullable NlAttrs parse(NlRequest request, boolean strict, ExtAck ext) {
    if (request.payload() < IFINFOMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header length");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + IFINFOMSG_BYTES;
    return NlAttrs.parse(request, from, IFLA_MAX, POLICY, strict, ext);
  }

  private static boolean hasValues(NlRequest request) {
    return request.getShort(2) != 0 || request.getInt(8) != 0 || request.getInt(12) != 0;
  }

  /** The device that a request names, or null. */
  static @Nullable NetDevice device(NlRequest request, NlAttrs tb) {
    NetNs net = request.net();
    if (request.getInt(4) > 0) {
      return net.device(request.getInt(4));
    }
    NlAttr name = tb.has(IFLA_IFNAME) ? tb.get(IFLA_IFNAME) : tb.get(IFLA_ALT_IFNAME);
    return name == null ? null : net.device(net.ifindex(name.text()));
  }

  /** Whether a request names a device at all. */
  static boolean namesDevice(NlRequest request, NlAttrs tb) {
    return request.getInt(4) > 0 || tb.has(IFLA_IFNAME) || tb.has(IFLA_ALT_IFNAME);
  }

  private static boolean has(NlAttrs tb, int type, int... allowed) {
    if (!tb.has(type)) {
      return false;
    }
    for (int good : allowed) {
      if (good == type) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@code RTM_GETLINK} of one device.
   *
   * <p><b>Errors</b>, in order: EINVAL for the message and without a device, ENODEV.
   */
  static int getlink(NlRequest request, ExtAck ext) {
    if (request.payload() < IFINFOMSG_BYTES) {
      return ext.fail(Errno.EINVAL, "Invalid header for get link");
    }
    if (request.strict() && hasValues(request)) {
      return ext.fail(Errno.EINVAL, "Invalid values in header for get link request");
    }
    NlAttrs tb = parse(request, request.strict(), ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    for (int type = 1; type <= IFLA_MAX; type++) {
      if (request.strict()
          && has(tb, type, IFLA_IFNAME, IFLA_ALT_IFNAME, IFLA_EXT_MASK, IFLA_TARGET_NETNSID)) {
        return ext.fail(Errno.EINVAL, "Unsupported attribute in get link request");
      }
    }
    if (!namesDevice(request, tb)) {
      return Errno.EINVAL.negated();
    }
    NetDevice dev = device(request, tb);
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    int mask = tb.getInt(IFLA_EXT_MASK);
    NlMsg out = fill(request.net(), dev, 0, request.seq(), request.portid(), 0, mask);
    return Netlink.answer(request, out);
  }

  /** {@code RTM_GETLINK} of all devices. */
  static NetlinkDump dump(NlRequest request) {
    ExtAck ext = new ExtAck();
    int from = Nl.NLMSG_HDRLEN + IFINFOMSG_BYTES;
    if (request.strict()) {
      String problem = null;
      if (request.payload() < IFINFOMSG_BYTES) {
        problem = "Invalid header for link dump";
      } else if (hasValues(request)) {
        problem = "Invalid values in header for link dump request";
      } else if (request.getInt(4) != 0) {
        problem = "Filter by device index not supported for link dumps";
      }
      if (problem != null) {
        ext.fail(Errno.EINVAL, problem);
        return NetlinkDump.failed(request, Errno.EINVAL.negated(), ext);
      }
    } else if (request.payload() < IFINFOMSG_BYTES) {
      from = Nl.NLMSG_HDRLEN + 4;
    }
    NlAttrs tb =
        NlAttrs.parse(
            request,
            Math.min(from, request.message().length),
            IFLA_MAX,
            POLICY,
            request.strict(),
            ext);
    if (tb == null) {
      return NetlinkDump.failed(request, NlAttrs.error(ext), ext);
    }
    for (int type = 1; type <= IFLA_MAX; type++) {
      if (request.strict()
          && has(tb, type, IFLA_TARGET_NETNSID, IFLA_EXT_MASK, IFLA_MASTER, IFLA_LINKINFO)) {
        ext.fail(Errno.EINVAL, "Unsupported attribute in link dump request");
        return NetlinkDump.failed(request, Errno.EINVAL.negated(), ext);
      }
    }
    int mask = tb.getInt(IFLA_EXT_MASK);
    NlAttr info = tb.get(IFLA_LINKINFO);
    boolean kind = info != null && info.nested(2).has(1);
    boolean none = tb.getInt(IFLA_MASTER) != 0 || kind;
    return new NetlinkDump(request, () -> none ? List.of() : messages(request, mask));
  }

  private static List<NlMsg> messages(NlRequest request, int mask) {
    List<NlMsg> all = new ArrayList<>();
    for (NetDevice dev : request.net().devices()) {
      all.add(fill(request.net(), dev, Nl.NLM_F_MULTI, request.seq(), request.portid(), 0, mask));
    }
    return all;
  }
}
