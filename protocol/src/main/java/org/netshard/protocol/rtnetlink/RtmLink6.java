package org.netshard.protocol.rtnetlink;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.RtmIfaddr;
import org.netshard.protocol.fib6.In6;
import org.netshard.protocol.fib6.Inet6Dev;
import org.netshard.protocol.fib6.Inet6Net;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * What IPv6 says of a device.
 *
 * <p><b>Source:</b> {@code net/ipv6/addrconf.c}: {@code inet6_fill_ifinfo}, {@code
 * inet6_fill_ifla6_attrs}, {@code inet6_ifinfo_notify}.
 *
 * <p><b>Differs from Linux:</b> settings are those of {@code lo} in a new namespace, counters are
 * 0, and the time for which a neighbour counts as reachable is not drawn at random.
 */
final class RtmLink6 {
  private static final int RTNLGRP_IPV6_IFINFO = 12;
  private static final int IFLA_INET6_FLAGS = 1;
  private static final int IFLA_INET6_CONF = 2;
  private static final int IFLA_INET6_STATS = 3;
  private static final int IFLA_INET6_CACHEINFO = 5;
  private static final int IFLA_INET6_ICMP6STATS = 6;
  private static final int IFLA_INET6_TOKEN = 7;
  private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final int IF_READY = 0x8000_0000;
  private static final int REASM_LEN_MAX = 65535;
  private static final int REACHABLE_MS = 30_000;
  private static final int RETRANS_MS = 1000;
  private static final int STATS_COUNT = 38;
  private static final int ICMP6_STATS_COUNT = 7;
  private static final int CONF_MTU6 = 2;

  /** {@code ipv6_devconf} of {@code lo} in a new namespace. */
  private static final int[] CONF = {
    0, 64, 65536, 1, 1, 1, 1, -1, 4000, 1000, -1, 604800, 86400, 3, 600, 16, 0, 1, 1, 1, 60000, 0,
    0, 0, 0, 0, 0, -1, 0, 0, 10000, 1000, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 3600000, 0, 0, 1, 0, 0,
    0, 0, 0, 1024, 0, 65535, -1, 1, 0, 0, 0
  };

  private RtmLink6() {}

  /** Adds what IPv6 says of a device, with counters or without. */
  static void fillProtinfo(NetNs net, NlMsg out, NetDevice dev, boolean stats) {
    Inet6Dev idev = Inet6Net.of(net).find(dev.ifindex());
    out.attrInt(IFLA_INET6_FLAGS, idev != null && idev.isReady() ? IF_READY : 0);
    int cache = out.nest(IFLA_INET6_CACHEINFO);
    out.putInt(REASM_LEN_MAX).putInt(RtmIfaddr.ticks(net.machine().nowNs()));
    out.putInt(REACHABLE_MS).putInt(RETRANS_MS).nestEnd(cache);
    int conf = out.nest(IFLA_INET6_CONF);
    for (int i = 0; i < CONF.length; i++) {
      out.putInt(i == CONF_MTU6 && idev != null ? idev.mtu6() : CONF[i]);
    }
    out.nestEnd(conf);
    if (stats) {
      putStats(out, IFLA_INET6_STATS, STATS_COUNT);
      putStats(out, IFLA_INET6_ICMP6STATS, ICMP6_STATS_COUNT);
    }
    out.attr(IFLA_INET6_TOKEN, new byte[In6.BYTES]).attrByte(IFLA_INET6_ADDR_GEN_MODE, 0);
  }

  /** Counters, the first of which is how many there are. */
  private static void putStats(NlMsg out, int type, int count) {
    int at = out.nest(type);
    out.putLong(count).putZeros((count - 1) * Long.BYTES).nestEnd(at);
  }

  private static NlMsg fill(NetNs net, NetDevice dev, int flags, int seq, int portid) {
    NlMsg out = new NlMsg().begin(RtmLink.RTM_NEWLINK, flags, seq, portid);
    RtmLink.header(out, Abi.AF_INET6, dev, 0);
    out.attrText(RtmLink.IFLA_IFNAME, dev.name()).attr(RtmLink.IFLA_ADDRESS, dev.address());
    out.attrInt(RtmLink.IFLA_MTU, dev.mtu());
    out.attrByte(RtmLink.IFLA_OPERSTATE, RtmLink.operstate(dev));
    int at = out.nest(RtmLink.IFLA_PROTINFO);
    fillProtinfo(net, out, dev, true);
    return out.nestEnd(at);
  }

  /** Announces that a device is ready for IPv6. */
  static void announce(NetNs net, NetDevice dev) {
    if (Netlink.isHeard(net, RTNLGRP_IPV6_IFINFO, Netlink.Info.NONE)) {
      byte[] message = NlMsg.done(fill(net, dev, 0, 0, 0));
      Netlink.notify(net, RTNLGRP_IPV6_IFINFO, message, Netlink.Info.NONE);
    }
  }

  /** {@code RTM_GETLINK} of all devices, for AF_INET6. */
  static NetlinkDump dump(NlRequest request) {
    return new NetlinkDump(
        request,
        () -> {
          List<NlMsg> all = new ArrayList<>();
          for (NetDevice dev : request.net().devices()) {
            all.add(fill(request.net(), dev, Nl.NLM_F_MULTI, request.seq(), request.portid()));
          }
          return all;
        });
  }
}
