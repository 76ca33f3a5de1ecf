package org.netshard.protocol.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbOwner;

/**
 * Sending and receiving on netlink socks.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}: {@code netlink_sendmsg}, {@code
 * netlink_recvmsg}, {@code netlink_unicast}, {@code netlink_dump}; {@code net/core/datagram.c},
 * {@code datagram_poll}.
 */
final class NetlinkData {
  private static final int SNDBUF_RESERVE_BYTES = 32;
  private static final int PORTID_AT = 4;
  private static final int GROUPS_AT = 8;

  /** {@code NLMSG_GOODSIZE}: a page without its end. */
  private static final int GOODSIZE = Skb.MAX_HEAD_BYTES;

  /** The largest buffer of a dump: 32 KiB without its end. */
  private static final int DUMP_BYTES_MAX = 32768 - (4096 - Skb.MAX_HEAD_BYTES);

  private static final int DONE_BYTES = 20;

  private NetlinkData() {}

  /**
   * {@code netlink_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data, ENODATA for none, those of control
   * messages, EINVAL for the address, EPERM, EADDRINUSE, EMSGSIZE, EFAULT; ECONNREFUSED if nobody
   * has the port, EAGAIN if there is no room.
   */
  static int send(NetlinkKernels kernels, Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    int size = msg.size();
    if (size == 0) {
      return Errno.ENODATA.negated();
    }
    NetlinkScm scm = new NetlinkScm(caller);
    int error = scm.send(sk, caller, msg);
    if (error != 0) {
      return error;
    }
    NetlinkOptions options = NetlinkOptions.of(sk);
    int portid = options.dstPortid;
    int group = options.dstGroup;
    if (msg.nameLength() != 0) {
      SockAddr address = SockAddr.of(msg.name(), msg.nameLength());
      boolean good =
          address.length() >= NetlinkBind.SOCKADDR_NL_BYTES && address.family() == Abi.AF_NETLINK;
      if (!good) {
        return Errno.EINVAL.negated();
      }
      portid = address.getInt(PORTID_AT);
      int groups = address.getInt(GROUPS_AT);
      group = groups == 0 ? 0 : Integer.numberOfTrailingZeros(groups) + 1;
      if ((group | portid) != 0 && !NetlinkGroups.maySend(sk, caller.cred())) {
        return Errno.EPERM.negated();
      }
    }
    if (!options.bound) {
      error = NetlinkBind.autobind(sk, caller.pid());
      if (error != 0) {
        return error;
      }
    }
    if (size > sk.sndbuf() - SNDBUF_RESERVE_BYTES) {
      return Errno.EMSGSIZE.negated();
    }
    byte[] data = msg.read(0, size);
    if (data == null) {
      return Errno.EFAULT.negated();
    }
    NetlinkFrom from = scm.from(NetlinkOptions.of(sk).portid, group);
    if (group != 0 && caller.progress().state() == null) {
      Netlink.broadcast(sk.net(), sk.protocol(), data, from, portid, true);
    }
    return unicast(kernels, sk, caller, msg, data, from, portid);
  }

  private static int unicast(
      NetlinkKernels kernels,
      Sk sk,
      Caller caller,
      Msg msg,
      byte[] data,
      NetlinkFrom from,
      int portid) {
    if (portid == 0) {
      NetlinkKernel kernel = kernels.find(sk.protocol());
      if (kernel == null) {
        return Errno.ECONNREFUSED.negated();
      }
      NetlinkRcv.receive(kernel, sk, caller, data);
      return data.length;
    }
    Sk to = NetlinkTable.of(sk.net()).find(sk.protocol(), portid);
    if (to == null) {
      return Errno.ECONNREFUSED.negated();
    }
    NetlinkOptions other = NetlinkOptions.of(to);
    if (to.state() == Sk.TCP_ESTABLISHED && other.dstPortid != from.portid()) {
      return Errno.ECONNREFUSED.negated();
    }
    NetlinkSkb skb = NetlinkSkb.of(data, from);
    if (!Netlink.hasRoom(to, skb)) {
      long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().sndtimeoJiffies();
      int waits = SendBuffer.waitIn(to.waitQueue(), sk, caller, timeout, false);
      if (waits == Progress.WAIT) {
        caller.progress().setState(from);
      }
      return waits;
    }
    Netlink.sendSkb(to, skb);
    return data.length;
  }

  /**
   * {@code netlink_recvmsg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data, the sock's own, EAGAIN, EINTR, EFAULT.
   */
  static int receive(Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    int result = sk.err() != 0 ? -sk.takeErr() : 0;
    Skb skb = sk.isReadable() ? sk.receiveQueue().peek() : null;
    if (result == 0 && skb == null) {
      long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
      result =
          (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0
              ? 0
              : SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true);
      if (result == 0) {
        return 0;
      }
    }
    if (result == 0 && skb != null) {
      result = take(sk, caller, msg, skb);
    }
    rcvWake(sk);
    return result;
  }

  private static int take(Sk sk, Caller caller, Msg msg, Skb skb) {
    boolean peek = msg.has(Abi.MSG_PEEK);
    int length = skb.data().length;
    int size = Math.min(msg.size(), length);
    NetlinkOptions options = NetlinkOptions.of(sk);
    int max = Math.min(Math.max(options.maxRecvmsgLen, msg.size()), DUMP_BYTES_MAX);
    if (max != options.maxRecvmsgLen) {
      options = NetlinkOptions.forWrite(sk);
      options.maxRecvmsgLen = max;
    }
    if (size < length) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    boolean written = msg.write(0, skb.data(), 0, size);
    NetlinkFrom from = ((NetlinkSkb) skb).from();
    msg.setAddress(address(from));
    if (options.has(NetlinkOption.NETLINK_PKTINFO)) {
      ByteBuffer group = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      msg.putCmsg(
          Abi.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, group.putInt(from.dstGroup()).array());
    }
    if (!peek) {
      sk.receiveQueue().unlink(skb);
      SkbOwner.rfree(sk, skb.truesize());
    }
    if (options.dump != null && sk.rmemAlloc() <= sk.rcvbuf() / 2) {
      dump(sk);
    }
    NetlinkScm.receive(sk, caller, msg, from);
    if (!written) {
      return Errno.EFAULT.negated();
    }
    return msg.has(Abi.MSG_TRUNC) ? length : size;
  }

  private static byte[] address(NetlinkFrom from) {
    ByteBuffer address =
        ByteBuffer.allocate(NetlinkBind.SOCKADDR_NL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    address.putShort((short) Abi.AF_NETLINK).putShort((short) 0).putInt(from.portid());
    return address.putInt(from.dstGroup() == 0 ? 0 : 1 << (from.dstGroup() - 1)).array();
  }

  /** {@code netlink_rcv_wake}: room in an empty queue, for those who wait to send to it. */
  private static void rcvWake(Sk sk) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    if (options.congested && !sk.isReadable()) {
      NetlinkOptions.forWrite(sk).congested = false;
    }
    if (!options.congested) {
      sk.wake(Poll.OUT | Poll.WRNORM);
    }
  }

  /** {@code netlink_dump}: one more buffer of the dump that is under way. */
  static void dump(Sk sk) {
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    NetlinkDump dump = options.dump;
    if (dump == null) {
      throw new IllegalStateException("no dump is under way");
    }
    int room = Math.max(GOODSIZE, options.maxRecvmsgLen);
    NlMsg out = new NlMsg();
    boolean ends = dump.fill(out, room);
    if (ends && out.length() + DONE_BYTES <= room) {
      NetlinkAck.done(out, dump, options);
      options.dump = null;
    }
    Netlink.sendSkb(sk, new NetlinkSkb(out.bytes(), Skb.truesize(room, 0), NetlinkFrom.KERNEL));
  }

  /** {@code datagram_poll}. */
  static int poll(Sk sk) {
    int mask = sk.err() != 0 ? Poll.ERR : 0;
    mask |= (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0 ? Poll.RDHUP | Poll.IN | Poll.RDNORM : 0;
    mask |= sk.isReadable() ? Poll.IN | Poll.RDNORM : 0;
    boolean writeable = sk.wmemAlloc() - 1 < (sk.sndbuf() >> 1);
    return writeable ? mask | Poll.OUT | Poll.WRNORM | Poll.WRBAND : mask;
  }

  /** Drops all that waits to be read. */
  static void purge(Sk sk) {
    if (!sk.isReadable()) {
      return;
    }
    for (Skb skb = sk.receiveQueue().poll(); skb != null; skb = sk.receiveQueue().poll()) {
      SkbOwner.rfree(sk, skb.truesize());
    }
  }
}
