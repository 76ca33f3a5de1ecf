package org.netshard.protocol.fib6;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.RtmIfaddr;
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
 * Messages about IPv6 addresses.
 *
 * <p><b>Source:</b> {@code net/ipv6/addrconf.c}: {@code inet6_rtm_newaddr}, {@code
 * inet6_rtm_deladdr}, {@code inet6_rtm_getaddr}, {@code inet6_dump_addr}, {@code
 * inet6_fill_ifaddr}, {@code inet6_ifa_notify}.
 */
public final class RtmIfaddr6 {
  public static final int RTM_NEWADDR = 20;
  public static final int RTM_DELADDR = 21;

  private static final int RTNLGRP_IPV6_IFADDR = 9;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_CACHEINFO = 6;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_RT_PRIORITY = 9;
  private static final int IFA_TARGET_NETNSID = 10;
  private static final int IFA_PROTO = 11;
  private static final int IFA_MAX = 11;
  private static final int SETTABLE = Inet6Ifaddr.IFA_F_NODAD | Inet6Ifaddr.IFA_F_NOPREFIXROUTE;

  private static final Rule[] POLICY = {
    Rule.atLeast(IFA_ADDRESS, In6.BYTES),
    Rule.atLeast(IFA_LOCAL, In6.BYTES),
    Rule.atLeast(IFA_CACHEINFO, 16),
    Rule.u32(IFA_FLAGS),
    Rule.u32(IFA_RT_PRIORITY),
    Rule.u32(IFA_TARGET_NETNSID),
    Rule.u8(IFA_PROTO)
  };

  private RtmIfaddr6() {}

  private static int rtScope(Inet6Ifaddr ifp) {
    return switch (ifp.scope()) {
      case In6.SCOPE_LOOPBACK -> Fib.RT_SCOPE_HOST;
      case In6.SCOPE_LINKLOCAL -> Fib.RT_SCOPE_LINK;
      case In6.SCOPE_SITELOCAL -> 200;
      default -> Fib.RT_SCOPE_UNIVERSE;
    };
  }

  private static NlMsg fill(
      int type, int flags, int seq, int portid, Inet6Dev idev, Inet6Ifaddr ifp) {
    NlMsg out = new NlMsg().begin(type, flags, seq, portid);
    out.putByte(Abi.AF_INET6).putByte(ifp.prefixLen()).putByte(ifp.flags()).putByte(rtScope(ifp));
    out.putInt(idev.dev().ifindex());
    if (In6.isAny(ifp.peer())) {
      out.attr(IFA_ADDRESS, ifp.address());
    } else {
      out.attr(IFA_LOCAL, ifp.address()).attr(IFA_ADDRESS, ifp.peer());
    }
    if (ifp.rtPriority() != 0) {
      out.attrInt(IFA_RT_PRIORITY, ifp.rtPriority());
    }
    int at = out.nest(IFA_CACHEINFO);
    int stamp = RtmIfaddr.ticks(ifp.cstampNs());
    out.putInt(-1).putInt(-1).putInt(stamp).putInt(stamp).nestEnd(at);
    out.attrInt(IFA_FLAGS, ifp.flags());
    if (ifp.proto() != 0) {
      out.attrByte(IFA_PROTO, ifp.proto());
    }
    return out;
  }

  static void announce(NetNs net, int type, Inet6Dev idev, Inet6Ifaddr ifp) {
    if (Netlink.isHeard(net, RTNLGRP_IPV6_IFADDR, Netlink.Info.NONE)) {
      byte[] message = NlMsg.done(fill(type, 0, 0, 0, idev, ifp));
      Netlink.notify(net, RTNLGRP_IPV6_IFADDR, message, Netlink.Info.NONE);
    }
  }

  private static @Nullable NlAttrs parse(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmIfaddr.IFADDRMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header length");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + RtmIfaddr.IFADDRMSG_BYTES;
    return NlAttrs.parse(request, from, IFA_MAX, POLICY, false, ext);
  }

  /** {@code extract_addr}: the address and that of the other end. */
  private static byte @Nullable [] @Nullable [] addresses(NlAttrs tb) {
    NlAttr address = tb.get(IFA_ADDRESS);
    NlAttr local = tb.get(IFA_LOCAL);
    byte[] own = local != null ? first(local) : address != null ? first(address) : null;
    if (own == null) {
      return null;
    }
    byte[] peer = local != null && address != null ? first(address) : own;
    return new byte[][] {own, Arrays.equals(own, peer) ? In6.any() : peer};
  }

  private static byte[] first(NlAttr attr) {
    return Arrays.copyOf(attr.bytes(), In6.BYTES);
  }

  /**
   * {@code RTM_NEWADDR}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EINVAL without an address, for
   * its life, ENODEV, EEXIST, EINVAL for the prefix length, those of {@link Addrconf#add}.
   */
  public static int newaddr(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    byte[][] pair = addresses(tb);
    if (pair == null) {
      return Errno.EINVAL.negated();
    }
    NlAttr life = tb.get(IFA_CACHEINFO);
    if (life != null) {
      boolean bad = life.getInt(4) == 0;
      if (bad || Integer.compareUnsigned(life.getInt(0), life.getInt(4)) > 0) {
        return ext.fail(Errno.EINVAL, "ipv6: address lifetime invalid");
      }
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(4));
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "ipv6: Unable to find the interface");
    }
    Inet6Dev idev = Inet6Net.of(net).inet6Dev(dev);
    Inet6Ifaddr existing = idev.find(pair[0]);
    if (existing != null) {
      if (request.has(Nl.NLM_F_EXCL) || !request.has(Nl.NLM_F_REPLACE)) {
        return ext.fail(Errno.EEXIST, "ipv6: address already assigned");
      }
      announce(net, RTM_NEWADDR, idev, existing);
      return 0;
    }
    int prefixLen = request.getByte(1);
    if (prefixLen > In6.BITS) {
      return ext.fail(Errno.EINVAL, "ipv6: Invalid prefix length");
    }
    int flags = tb.has(IFA_FLAGS) ? tb.getInt(IFA_FLAGS) : request.getByte(2);
    NlAttr proto = tb.get(IFA_PROTO);
    return Addrconf.add(
        net,
        dev,
        pair[0],
        pair[1],
        prefixLen,
        flags & SETTABLE,
        proto == null ? 0 : proto.getByte(),
        tb.getInt(IFA_RT_PRIORITY),
        ext);
  }

  /**
   * {@code RTM_DELADDR}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EINVAL without an address and
   * for the prefix length, ENODEV, EADDRNOTAVAIL.
   */
  public static int deladdr(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    byte[][] pair = addresses(tb);
    if (pair == null) {
      return Errno.EINVAL.negated();
    }
    int prefixLen = request.getByte(1);
    if (prefixLen > In6.BITS) {
      return ext.fail(Errno.EINVAL, "ipv6: Invalid prefix length");
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(4));
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "ipv6: Unable to find the interface");
    }
    Inet6Dev idev = Inet6Net.of(net).inet6Dev(dev);
    Inet6Ifaddr ifp = idev.find(pair[0]);
    if (ifp == null || ifp.prefixLen() != prefixLen) {
      return ext.fail(Errno.EADDRNOTAVAIL, "ipv6: address not found");
    }
    Addrconf.delete(net, idev, ifp);
    return 0;
  }

  /**
   * {@code RTM_GETADDR} of one address.
   *
   * <p><b>Errors</b>, in order: EINVAL for the message and without an address, EADDRNOTAVAIL.
   */
  public static int getaddr(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmIfaddr.IFADDRMSG_BYTES) {
      return ext.fail(Errno.EINVAL, "ipv6: Invalid header for get address request");
    }
    if (request.strict()
        && (request.getByte(1) != 0 || request.getByte(2) != 0 || request.getByte(3) != 0)) {
      return ext.fail(Errno.EINVAL, "ipv6: Invalid values in header for get address request");
    }
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    byte[][] pair = addresses(tb);
    if (pair == null) {
      return Errno.EINVAL.negated();
    }
    int ifindex = request.getInt(4);
    for (Inet6Dev idev : Inet6Net.of(request.net()).devices()) {
      Inet6Ifaddr ifp = idev.find(pair[0]);
      if (ifp != null && (ifindex == 0 || idev.dev().ifindex() == ifindex)) {
        NlMsg out = fill(RTM_NEWADDR, 0, request.seq(), request.portid(), idev, ifp);
        return Netlink.answer(request, out);
      }
    }
    return Errno.EADDRNOTAVAIL.negated();
  }

  /** {@code RTM_GETADDR} of all addresses. */
  public static NetlinkDump dump(NlRequest request) {
    int ifindex = 0;
    if (request.strict()) {
      ExtAck ext = new ExtAck();
      String problem = strictProblem(request, ext);
      if (problem != null) {
        ext.fail(Errno.EINVAL, problem);
      }
      if (ext.msg() != null) {
        return NetlinkDump.failed(request, Errno.EINVAL.negated(), ext);
      }
      ifindex = request.getInt(4);
      if (ifindex != 0 && request.net().device(ifindex) == null) {
        return NetlinkDump.failed(request, Errno.ENODEV.negated())
            .withAnswerFlags(Nl.NLM_F_DUMP_FILTERED);
      }
    }
    int only = ifindex;
    int answer = only == 0 ? 0 : Nl.NLM_F_DUMP_FILTERED;
    NetlinkDump dump =
        NetlinkDump.watched(
            request,
            () -> messages(request, only, Nl.NLM_F_MULTI | answer),
            Inet6Net.of(request.net())::addressGeneration);
    return dump.withAnswerFlags(answer).doneTogether();
  }

  private static @Nullable String strictProblem(NlRequest request, ExtAck ext) {
    if (request.payload() < RtmIfaddr.IFADDRMSG_BYTES) {
      return "ipv6: Invalid header for address dump request";
    }
    if (request.getByte(1) != 0 || request.getByte(2) != 0 || request.getByte(3) != 0) {
      return "ipv6: Invalid values in header for address dump request";
    }
    int from = Nl.NLMSG_HDRLEN + RtmIfaddr.IFADDRMSG_BYTES;
    NlAttrs tb = NlAttrs.parse(request, from, IFA_MAX, POLICY, true, ext);
    for (int type = 1; tb != null && type <= IFA_MAX; type++) {
      if (tb.has(type)) {
        return "ipv6: Unsupported attribute in dump request";
      }
    }
    return null;
  }

  /** The messages of a dump. */
  public static List<NlMsg> messages(NlRequest request, int ifindex, int flags) {
    List<NlMsg> all = new ArrayList<>();
    for (Inet6Dev idev : Inet6Net.of(request.net()).devices()) {
      if (ifindex == 0 || idev.dev().ifindex() == ifindex) {
        for (Inet6Ifaddr ifp : idev.addresses()) {
          all.add(fill(RTM_NEWADDR, flags, request.seq(), request.portid(), idev, ifp));
        }
      }
    }
    return all;
  }
}
