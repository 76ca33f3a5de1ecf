package org.netshard.protocol.fib;

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
 * Messages about IPv4 addresses.
 *
 * <p><b>Source:</b> {@code net/ipv4/devinet.c}: {@code inet_rtm_newaddr}, {@code inet_rtm_deladdr},
 * {@code inet_dump_ifaddr}, {@code inet_fill_ifaddr}, {@code rtmsg_ifa}.
 */
public final class RtmIfaddr {
  public static final int RTM_NEWADDR = 20;
  public static final int RTM_DELADDR = 21;

  private static final int RTNLGRP_IPV4_IFADDR = 5;

  /** Size of a {@code struct ifaddrmsg}, bytes. */
  public static final int IFADDRMSG_BYTES = 8;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_LABEL = 3;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_CACHEINFO = 6;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_RT_PRIORITY = 9;
  private static final int IFA_TARGET_NETNSID = 10;
  private static final int IFA_PROTO = 11;
  private static final int IFA_MAX = 11;
  private static final int IFNAMSIZ = 16;
  private static final long NS_PER_TICK = 10_000_000;

  private static final Rule[] POLICY = {
    Rule.u32(IFA_LOCAL),
    Rule.u32(IFA_ADDRESS),
    Rule.u32(IFA_BROADCAST),
    Rule.text(IFA_LABEL, IFNAMSIZ - 1),
    Rule.atLeast(IFA_CACHEINFO, 16),
    Rule.u32(IFA_FLAGS),
    Rule.u32(IFA_RT_PRIORITY),
    Rule.u32(IFA_TARGET_NETNSID),
    Rule.u8(IFA_PROTO)
  };

  private RtmIfaddr() {}

  /** Hundredths of a second since the machine was started ({@code cstamp_delta}). */
  public static int ticks(long ns) {
    return (int) (ns / NS_PER_TICK);
  }

  private static NlMsg fill(int type, int flags, int seq, int portid, NetDevice dev, InIfaddr ifa) {
    NlMsg out = new NlMsg().begin(type, flags, seq, portid);
    out.putByte(Abi.AF_INET).putByte(ifa.prefixLen()).putByte(ifa.flags()).putByte(ifa.scope());
    out.putInt(dev.ifindex());
    if (ifa.address() != 0) {
      out.attrInAddr(IFA_ADDRESS, ifa.address());
    }
    out.attrInAddr(IFA_LOCAL, ifa.local());
    if (ifa.broadcast() != 0) {
      out.attrInAddr(IFA_BROADCAST, ifa.broadcast());
    }
    if (!ifa.label().isEmpty()) {
      out.attrText(IFA_LABEL, ifa.label());
    }
    if (ifa.proto() != 0) {
      out.attrByte(IFA_PROTO, ifa.proto());
    }
    out.attrInt(IFA_FLAGS, ifa.flags());
    if (ifa.rtPriority() != 0) {
      out.attrInt(IFA_RT_PRIORITY, ifa.rtPriority());
    }
    int at = out.nest(IFA_CACHEINFO);
    int stamp = ticks(ifa.cstampNs());
    out.putInt(InIfaddr.INFINITY_LIFE_TIME).putInt(InIfaddr.INFINITY_LIFE_TIME);
    out.putInt(stamp).putInt(stamp).nestEnd(at);
    return out;
  }

  static void announce(NetNs net, int type, InDevice inDev, InIfaddr ifa, Netlink.Info info) {
    if (Netlink.isHeard(net, RTNLGRP_IPV4_IFADDR, info)) {
      NlMsg out = fill(type, 0, info.seq(), info.portid(), inDev.dev(), ifa);
      Netlink.notify(net, RTNLGRP_IPV4_IFADDR, NlMsg.done(out), info);
    }
  }

  private static @Nullable NlAttrs parse(NlRequest request, ExtAck ext) {
    if (request.payload() < IFADDRMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header length");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + IFADDRMSG_BYTES;
    return NlAttrs.parse(request, from, IFA_MAX, POLICY, false, ext);
  }

  /**
   * {@code RTM_NEWADDR}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EINVAL for the prefix length and
   * without an address, ENODEV, EEXIST, those of {@link Devinet#insert}.
   */
  public static int newaddr(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    int prefixLen = request.getByte(1);
    if (prefixLen > Fib.BITS) {
      return ext.fail(Errno.EINVAL, "ipv4: Invalid prefix length");
    }
    NlAttr localAttr = tb.get(IFA_LOCAL);
    if (localAttr == null) {
      return ext.fail(Errno.EINVAL, "ipv4: Local address is not supplied");
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(4));
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "ipv4: Device not found");
    }
    NlAttr cacheinfo = tb.get(IFA_CACHEINFO);
    if (cacheinfo != null) {
      int preferred = cacheinfo.getInt(0);
      int valid = cacheinfo.getInt(4);
      if (valid == 0 || Integer.compareUnsigned(preferred, valid) > 0) {
        return ext.fail(Errno.EINVAL, "ipv4: address lifetime invalid");
      }
      if (valid != InIfaddr.INFINITY_LIFE_TIME) {
        net.machine().leftOut("the end of an address is not simulated: it stays");
      }
    }
    NlAttr addressAttr = tb.get(IFA_ADDRESS);
    NlAttr broadcast = tb.get(IFA_BROADCAST);
    NlAttr label = tb.get(IFA_LABEL);
    NlAttr proto = tb.get(IFA_PROTO);
    int flags = tb.has(IFA_FLAGS) ? tb.getInt(IFA_FLAGS) : request.getByte(2);
    InIfaddr ifa =
        new InIfaddr(
            localAttr.getInAddr(),
            addressAttr == null ? localAttr.getInAddr() : addressAttr.getInAddr(),
            prefixLen,
            broadcast == null ? 0 : broadcast.getInAddr(),
            request.getByte(3),
            (flags & InIfaddr.IFA_F_NOPREFIXROUTE) | InIfaddr.IFA_F_PERMANENT,
            label == null ? dev.name() : label.text(),
            proto == null ? 0 : proto.getByte(),
            tb.getInt(IFA_RT_PRIORITY),
            net.machine().nowNs());
    InDevice inDev = InetNet.of(net).inDevice(dev);
    InIfaddr existing = Devinet.matching(inDev, ifa);
    if (existing == null) {
      return Devinet.insert(net, dev, ifa, Netlink.Info.of(request), ext);
    }
    if (request.has(Nl.NLM_F_EXCL) || !request.has(Nl.NLM_F_REPLACE)) {
      return ext.fail(Errno.EEXIST, "ipv4: Address already assigned");
    }
    announce(net, RTM_NEWADDR, inDev, existing, Netlink.Info.of(request));
    return 0;
  }

  /**
   * {@code RTM_DELADDR}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, ENODEV, EADDRNOTAVAIL.
   */
  public static int deladdr(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(4));
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "ipv4: Device not found");
    }
    InDevice inDev = InetNet.of(net).inDevice(dev);
    NlAttr local = tb.get(IFA_LOCAL);
    NlAttr address = tb.get(IFA_ADDRESS);
    NlAttr label = tb.get(IFA_LABEL);
    for (InIfaddr ifa : inDev.addresses()) {
      boolean match = local == null || local.getInAddr() == ifa.local();
      match &= label == null || label.text().equals(ifa.label());
      match &=
          address == null
              || (request.getByte(1) == ifa.prefixLen() && ifa.matches(address.getInAddr()));
      if (match) {
        Devinet.delete(net, inDev, ifa, Netlink.Info.of(request));
        return 0;
      }
    }
    return ext.fail(Errno.EADDRNOTAVAIL, "ipv4: Address not found");
  }

  /** {@code RTM_GETADDR} of all addresses. */
  public static NetlinkDump dump(NlRequest request) {
    int ifindex = 0;
    int flags = Nl.NLM_F_MULTI;
    if (request.strict()) {
      NetlinkDump failed = NetlinkDump.failed(request, Errno.EINVAL.negated());
      String problem = strictProblem(request, failed.ack());
      if (problem != null) {
        failed.ack().fail(Errno.EINVAL, problem);
        return failed;
      }
      if (failed.ack().msg() != null) {
        return failed;
      }
      ifindex = request.getInt(4);
      if (ifindex != 0) {
        flags |= Nl.NLM_F_DUMP_FILTERED;
        if (request.net().device(ifindex) == null) {
          return NetlinkDump.failed(request, Errno.ENODEV.negated())
              .withAnswerFlags(Nl.NLM_F_DUMP_FILTERED);
        }
      }
    }
    int only = ifindex;
    int all = flags;
    InetNet inet = InetNet.of(request.net());
    NetlinkDump dump =
        NetlinkDump.watched(request, () -> messages(request, only, all), inet::addressGeneration);
    return dump.withAnswerFlags(flags & Nl.NLM_F_DUMP_FILTERED);
  }

  private static @Nullable String strictProblem(NlRequest request, ExtAck ext) {
    if (request.payload() < IFADDRMSG_BYTES) {
      return "ipv4: Invalid header for address dump request";
    }
    if (request.getByte(1) != 0 || request.getByte(2) != 0 || request.getByte(3) != 0) {
      return "ipv4: Invalid values in header for address dump request";
    }
    int from = Nl.NLMSG_HDRLEN + IFADDRMSG_BYTES;
    NlAttrs tb = NlAttrs.parse(request, from, IFA_MAX, POLICY, true, ext);
    if (tb != null) {
      for (int type = 1; type <= IFA_MAX; type++) {
        if (tb.has(type)) {
          return "ipv4: Unsupported attribute in dump request";
        }
      }
    }
    return null;
  }

  /** The messages of a dump. */
  public static List<NlMsg> messages(NlRequest request, int ifindex, int flags) {
    List<NlMsg> all = new ArrayList<>();
    for (InDevice inDev : InetNet.of(request.net()).devices()) {
      if (ifindex == 0 || inDev.dev().ifindex() == ifindex) {
        for (InIfaddr ifa : inDev.addresses()) {
          all.add(fill(RTM_NEWADDR, flags, request.seq(), request.portid(), inDev.dev(), ifa));
        }
      }
    }
    return all;
  }
}
