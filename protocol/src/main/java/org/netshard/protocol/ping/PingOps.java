package org.netshard.protocol.ping;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.AbstractInetOps;
import org.netshard.protocol.inet.PacketRead;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * The calls of {@code PING} and {@code PINGv6}.
 *
 * <p><b>Source:</b> {@code net/ipv4/ping.c}, {@code ping_init_sock}, {@code ping_prot}.
 */
public final class PingOps extends AbstractInetOps {
  /** The calls. */
  public PingOps() {}

  /** EACCES unless a group of the task is within {@code net.ipv4.ping_group_range}. */
  @Override
  public int init(Sk sk, Cred cred) {
    super.init(sk, cred);
    sk.setReuse(Sk.SK_CAN_REUSE);
    if (isV6(sk)) {
      sk.setInet6(Inet6Options.shared(true));
    }
    return mayPing(sk, cred) ? 0 : Errno.EACCES.negated();
  }

  @Override
  public void destroy(Sk sk) {
    unhash(sk);
    ErrSkb.purge(sk);
    PacketRead.purge(sk);
    super.destroy(sk);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    if (!autobind(sk)) {
      return Errno.EAGAIN.negated();
    }
    return isV6(sk) ? PingSend.sendmsg6(sk, caller, msg) : PingSend.sendmsg4(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return PacketRead.recvmsg(sk, caller, msg, false);
  }

  @Override
  public int shutdown(Sk sk, int how) {
    return DatagramQueue.shutdown(sk, how);
  }

  @Override
  public int poll(Sk sk) {
    return DatagramQueue.poll(sk);
  }

  @Override
  public int getPort(Sk sk, int port) {
    return PingTable.of(sk.net()).getPort(sk, port);
  }

  @Override
  public void unhash(Sk sk) {
    PingTable.unhash(sk);
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return PingBind.bind(sk, this, address);
  }

  /** {@code ip6_datagram_connect_v6_only}: EAFNOSUPPORT for a sock of IPv6 and another family. */
  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return connectOwnFamily(sk, caller, address);
  }

  private static boolean mayPing(Sk sk, Cred cred) {
    long low = sk.net().sysctl(Sysctl.IPV4_PING_GROUP_RANGE, 0);
    long high = sk.net().sysctl(Sysctl.IPV4_PING_GROUP_RANGE, 1);
    long egid = Integer.toUnsignedLong(cred.egid());
    if (low <= egid && egid <= high) {
      return true;
    }
    for (int gid : cred.groups()) {
      long group = Integer.toUnsignedLong(gid);
      if (low <= group && group <= high) {
        return true;
      }
    }
    return false;
  }
}
