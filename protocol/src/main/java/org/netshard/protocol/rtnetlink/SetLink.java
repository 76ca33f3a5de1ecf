package org.netshard.protocol.rtnetlink;

import java.util.Arrays;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlRequest;

/**
 * Messages that change devices.
 *
 * <p><b>Source:</b> {@code net/core/rtnetlink.c}: {@code rtnl_newlink}, {@code rtnl_setlink},
 * {@code rtnl_dellink}, {@code do_setlink}.
 */
final class SetLink {
  private SetLink() {}

  /**
   * {@code RTM_NEWLINK}.
   *
   * <p><b>Errors</b>, in order: EINVAL and ERANGE for the message, EEXIST, EOPNOTSUPP, ENODEV,
   * EOPNOTSUPP for a new device, those of the change.
   */
  static int newlink(NlRequest request, ExtAck ext) {
    NlAttrs tb = RtmLink.parse(request, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    if (request.getInt(4) < 0) {
      return ext.fail(Errno.EINVAL, "ifindex can't be negative");
    }
    NetDevice dev = RtmLink.device(request, tb);
    if (dev != null) {
      if (request.has(Nl.NLM_F_EXCL)) {
        return Errno.EEXIST.negated();
      }
      return request.has(Nl.NLM_F_REPLACE)
          ? Errno.EOPNOTSUPP.negated()
          : setlink(request, tb, dev, ext);
    }
    if (!request.has(Nl.NLM_F_CREATE)) {
      return Errno.ENODEV.negated();
    }
    NlAttr info = tb.get(RtmLink.IFLA_LINKINFO);
    NlAttr kind = info == null ? null : info.nested(2).get(1);
    if (kind != null) {
      request
          .net()
          .machine()
          .leftOut(
              "a device of the kind "
                  + kind.text()
                  + " is not simulated: it fails with EOPNOTSUPP");
    }
    return ext.fail(Errno.EOPNOTSUPP, "Unknown device type");
  }

  /** {@code RTM_SETLINK}. <b>Errors:</b> EINVAL, ERANGE, ENODEV, those of the change. */
  static int setlink(NlRequest request, ExtAck ext) {
    NlAttrs tb = RtmLink.parse(request, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    if (!RtmLink.namesDevice(request, tb)) {
      return Errno.EINVAL.negated();
    }
    NetDevice dev = RtmLink.device(request, tb);
    return dev == null ? Errno.ENODEV.negated() : setlink(request, tb, dev, ext);
  }

  /** {@code RTM_DELLINK}. <b>Errors:</b> EINVAL, ENODEV, EOPNOTSUPP for what cannot be deleted. */
  static int dellink(NlRequest request, ExtAck ext) {
    NlAttrs tb = RtmLink.parse(request, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    if (!RtmLink.namesDevice(request, tb)) {
      return Errno.EINVAL.negated();
    }
    return RtmLink.device(request, tb) == null
        ? Errno.ENODEV.negated()
        : Errno.EOPNOTSUPP.negated();
  }

  private static int setlink(NlRequest request, NlAttrs tb, NetDevice dev, ExtAck ext) {
    NetNs net = request.net();
    if (tb.has(RtmLink.IFLA_NET_NS_PID) || tb.has(RtmLink.IFLA_NET_NS_FD)) {
      return ext.fail(Errno.EINVAL, "The interface netns is immutable");
    }
    NlAttr address = tb.get(RtmLink.IFLA_ADDRESS);
    if (address != null) {
      if (address.length() < NetDevice.ETH_ALEN) {
        return Errno.EINVAL.negated();
      }
      dev.setAddress(Arrays.copyOf(address.bytes(), NetDevice.ETH_ALEN));
      RtmLink.announce(net, dev, 0);
    }
    NlAttr mtu = tb.get(RtmLink.IFLA_MTU);
    if (mtu != null) {
      int error = Netdev.setMtu(net, dev, mtu.getInt(), ext);
      if (error != 0) {
        return error;
      }
    }
    NlAttr name = tb.get(RtmLink.IFLA_IFNAME);
    if (name != null && request.getInt(4) > 0 && !name.text().equals(dev.name())) {
      net.machine().leftOut("a new name of a device is not simulated: it fails with EOPNOTSUPP");
      return Errno.EOPNOTSUPP.negated();
    }
    int flags = request.getInt(8);
    int change = request.getInt(12);
    if ((flags | change) != 0) {
      int all = change == 0 ? flags : (flags & change) | (dev.seenFlags() & ~change);
      Netdev.changeFlags(net, dev, all);
    }
    NlAttr segs = tb.get(RtmLink.IFLA_GSO_MAX_SEGS);
    if (segs != null) {
      if (Integer.compareUnsigned(segs.getInt(), NetDevice.GSO_MAX_SEGS) > 0) {
        return Errno.EINVAL.negated();
      }
      if (segs.getInt() != dev.gsoMaxSegs()) {
        dev.setGsoMaxSegs(segs.getInt());
        RtmLink.announce(net, dev, 0);
      }
    }
    NlAttr length = tb.get(RtmLink.IFLA_TXQLEN);
    if (length != null && length.getInt() != dev.txQueueLen()) {
      dev.setTxQueueLen(length.getInt());
      RtmLink.announce(net, dev, 0);
    }
    return 0;
  }
}
