package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.RecvCmsgs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Cmsg;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * The queue of a sock that gets packets as they are: raw sockets and those of ping.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_queue_rcv_skb_reason}; {@code
 * net/ipv4/raw.c}, {@code raw_recvmsg}; {@code net/ipv6/raw.c}, {@code rawv6_recvmsg}; {@code
 * net/ipv4/ping.c}, {@code ping_recvmsg}.
 */
public final class PacketRead {
  private PacketRead() {}

  /** Queues a packet, if the filter lets it pass and there is room; its own copy. */
  public static void queue(Sk sk, Packet packet) {
    if (sk.rmemAlloc() >= sk.rcvbuf()) {
      sk.rareForWrite().addDrop();
      return;
    }
    if (!SkFilter.run(sk, packet, 1)) {
      return;
    }
    packet.setDrops(sk.rare().drops());
    if (SkbOwner.queueRcv(sk, packet.truesize(), sk.net().machine().softirqGfp()) == 0) {
      sk.receiveQueue().add(packet);
      sk.dataReady();
    }
  }

  /**
   * Receives a packet.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data; those of the error queue with {@code
   * MSG_ERRQUEUE}; those of {@link DatagramQueue#find}; EFAULT.
   *
   * @param whole whether {@code MSG_TRUNC} asks for the length of the whole packet, and control
   *     messages tell more than the time, as with raw sockets and not with those of ping
   * @return bytes copied, or the length of the whole packet
   */
  public static int recvmsg(Sk sk, Caller caller, Msg msg, boolean whole) {
    boolean v6 = sk.family() == Abi.AF_INET6;
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (msg.has(Abi.MSG_ERRQUEUE)) {
      return v6 ? Ip6Errors.receive(sk, msg) : IpErrors.receive(sk, msg);
    }
    if (v6 && whole && Ip6Errors.hasRxpmtu(sk)) {
      return Ip6Errors.receiveRxpmtu(sk, msg);
    }
    DatagramQueue.Found found = DatagramQueue.find(sk, caller, msg);
    Packet packet = (Packet) found.skb();
    if (packet == null) {
      return found.result();
    }
    if (!msg.has(Abi.MSG_PEEK)) {
      sk.receiveQueue().unlink(packet);
      SkbOwner.rfree(sk, packet.truesize());
    }
    int length = packet.len();
    int copied = Math.min(msg.size(), length);
    if (copied < length) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    if (!msg.write(0, packet.bytes(), packet.start(), copied)) {
      return Errno.EFAULT.negated();
    }
    if (whole) {
      RecvCmsgs.put(sk, msg, packet);
    } else {
      RecvCmsgs.putTimes(sk, msg, packet.tstampNs(), false);
    }
    msg.setAddress(v6 ? name6(packet) : name4(packet));
    if (v6) {
      Ip6Cmsg.receive(sk, msg, packet);
    } else {
      IpCmsg.SpecDst spec = whole ? IpCmsg.SpecDst.ROUTE : IpCmsg.SpecDst.NONE;
      IpCmsg.receive(sk, msg, packet, spec);
    }
    return whole && msg.has(Abi.MSG_TRUNC) ? length : copied;
  }

  private static byte[] name4(Packet packet) {
    byte[] name = new byte[SockAddr.IN_BYTES];
    SockAddr.putIn(name, IpHeader.saddr(packet), 0);
    return name;
  }

  private static byte[] name6(Packet packet) {
    byte[] name = new byte[SockAddr.IN6_BYTES];
    byte[] from = Ip6Header.saddr(packet);
    SockAddr.putIn6(name, from, 0, Ipv6Address.scopeId(from, packet.ifindex()));
    return name;
  }

  /** Length of the first packet, or 0 ({@code SIOCINQ}). */
  public static int inq(Sk sk) {
    return sk.isReadable() && sk.receiveQueue().peek() instanceof Packet first ? first.len() : 0;
  }

  /** Drops all that waits, at the end of a sock. */
  public static void purge(Sk sk) {
    while (sk.isReadable() && sk.receiveQueue().poll() instanceof Packet packet) {
      SkbOwner.rfree(sk, packet.truesize());
    }
  }
}
