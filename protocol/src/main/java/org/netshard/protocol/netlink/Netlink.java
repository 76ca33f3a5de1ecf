package org.netshard.protocol.netlink;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbOwner;

/**
 * How netlink messages come to socks.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}: {@code netlink_attachskb}, {@code
 * netlink_broadcast_deliver}, {@code do_one_broadcast}, {@code netlink_overrun}, {@code
 * nlmsg_notify}, {@code netlink_ack}; {@code net/core/rtnetlink.c}, {@code rtnl_notify}.
 */
public final class Netlink {
  private Netlink() {}

  /** Who asked for a change that is announced ({@code struct nl_info}). */
  public record Info(int portid, int seq, boolean echo) {
    /** The kernel itself. */
    public static final Info NONE = new Info(0, 0, false);

    /** The sender of a request. */
    public static Info of(NlRequest request) {
      return new Info(request.portid(), request.seq(), request.has(Nl.NLM_F_ECHO));
    }
  }

  /** Whether anybody would hear an announcement ({@code rtnl_has_listeners}) or asks for it. */
  public static boolean isHeard(NetNs net, int group, Info info) {
    return info.echo() || NetlinkTable.of(net).hasListeners(Nl.NETLINK_ROUTE, group);
  }

  /**
   * Announces a change to a group of NETLINK_ROUTE, and to who asked for it if it wants an echo.
   */
  public static void notify(NetNs net, int group, byte[] message, Info info) {
    NetlinkFrom from = new NetlinkFrom(0, group, 0, null);
    int excluded = info.echo() ? info.portid() : 0;
    broadcast(net, Nl.NETLINK_ROUTE, message, from, excluded, false);
    if (info.echo()) {
      Sk sk = NetlinkTable.of(net).find(Nl.NETLINK_ROUTE, info.portid());
      if (sk != null) {
        answer(sk, message);
      }
    }
  }

  /** Sends a message of the kernel to one sock ({@code nlmsg_unicast}). */
  public static void answer(Sk sk, byte[] message) {
    NetlinkSkb skb = NetlinkSkb.of(message, NetlinkFrom.KERNEL);
    if (hasRoom(sk, skb)) {
      sendSkb(sk, skb);
    } else {
      overrun(sk);
    }
  }

  /** Answers a request with one message. */
  public static int answer(NlRequest request, NlMsg message) {
    answer(request.sk(), message.end().bytes());
    return 0;
  }

  /** Whether a buffer fits into the receive buffer of a sock. */
  static boolean hasRoom(Sk sk, Skb skb) {
    int rmem = sk.rmemAlloc() + skb.truesize();
    boolean fits = rmem == skb.truesize() || rmem <= sk.rcvbuf();
    return fits && !NetlinkOptions.of(sk).congested;
  }

  /** {@code __netlink_sendskb}: queues a buffer for which there is room. */
  static void sendSkb(Sk sk, NetlinkSkb skb) {
    SkbOwner.setOwnerR(sk, skb.truesize());
    sk.receiveQueue().add(skb);
    sk.dataReady();
  }

  /** {@code netlink_overrun}: a message is lost for want of room. */
  static void overrun(Sk sk) {
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    if (!options.has(NetlinkOption.NETLINK_NO_ENOBUFS) && !options.congested) {
      options.congested = true;
      sk.setErr(Errno.ENOBUFS.number());
      sk.errorReport();
    }
    sk.rareForWrite().addDrop();
  }

  /**
   * Sends a message to all members of a group ({@code netlink_broadcast}).
   *
   * @param excluded port that does not get it, or 0
   * @param ofUser whether the sender is to be told of a sock that could not take it
   * @return 0, ENOBUFS if a sock that wants this to be told had no room, ESRCH if nobody got it
   */
  static int broadcast(
      NetNs net, int protocol, byte[] message, NetlinkFrom from, int excluded, boolean ofUser) {
    boolean delivered = false;
    boolean failed = false;
    for (Sk sk : NetlinkTable.of(net).members(protocol)) {
      NetlinkOptions options = NetlinkOptions.of(sk);
      boolean member = ((options.groups >>> (from.dstGroup() - 1)) & 1) != 0;
      if (!member || (excluded != 0 && options.portid == excluded)) {
        continue;
      }
      if (ofUser && from.portid() == options.portid) {
        continue;
      }
      NetlinkSkb skb = NetlinkSkb.of(message, from);
      if (hasRoom(sk, skb)) {
        sendSkb(sk, skb);
        delivered = true;
      } else {
        overrun(sk);
        failed |= options.has(NetlinkOption.NETLINK_BROADCAST_ERROR);
      }
    }
    if (failed) {
      return Errno.ENOBUFS.negated();
    }
    return delivered ? 0 : Errno.ESRCH.negated();
  }
}
