package org.netshard.protocol.raw;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.TxStamp;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip.IpRouteFor;
import org.netshard.protocol.ip.Ipcm;

/**
 * Sending by raw sockets of IPv4, with or without a header of their own.
 *
 * <p><b>Source:</b> {@code net/ipv4/raw.c}: {@code raw_sendmsg}, {@code raw_send_hdrinc}, {@code
 * raw_probe_proto_opt}.
 */
final class RawSend {
  private static final int LENGTH_MAX = 65535;

  /** Type and code of ICMP, which are looked at before the route, bytes. */
  private static final int PROBED_BYTES = 2;

  private RawSend() {}

  /**
   * {@code raw_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EMSGSIZE beyond 65,535 bytes, EOPNOTSUPP for urgent data, EINVAL
   * for a short address, EAFNOSUPPORT, EDESTADDRREQ; those of the control messages; EINVAL for IP
   * options with a header of one's own, or a source route to nowhere; EFAULT for ICMP without type
   * and code; those of the route, EACCES for a broadcast; those of the packet.
   */
  static int sendmsg(Sk sk, Caller caller, Msg msg) {
    if (msg.size() > LENGTH_MAX) {
      return Errno.EMSGSIZE.negated();
    }
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    int daddr = InetOptions.of(sk).daddr();
    if (msg.nameLength() > 0) {
      if (msg.nameLength() < SockAddr.IN_BYTES) {
        return Errno.EINVAL.negated();
      }
      SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
      if (name.family() != Abi.AF_INET && name.family() != Abi.AF_UNSPEC) {
        return Errno.EAFNOSUPPORT.negated();
      }
      daddr = name.inAddr();
    } else if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EDESTADDRREQ.negated();
    }
    boolean hdrincl = InetOptions.of(sk).has(InetFlag.HDRINCL);
    Ipcm ipc = Ipcm.of(sk);
    if (msg.controlLength() > 0) {
      int taken = IpCmsg.send(sk, caller, msg, ipc, false);
      if (taken < 0) {
        return taken;
      }
    }
    if (ipc.options.length == 0) {
      ipc.options = InetOptions.of(sk).options();
    }
    boolean nowhere = IpOptions.hasSourceRoute(ipc.options) && daddr == 0;
    if (ipc.options.length > 0 && (hdrincl || nowhere)) {
      return Errno.EINVAL.negated();
    }
    boolean icmp = !hdrincl && sk.protocol() == Abi.IPPROTO_ICMP;
    byte[] probe = new byte[PROBED_BYTES];
    if (icmp && (msg.size() < PROBED_BYTES || !msg.readInto(0, probe, 0, PROBED_BYTES))) {
      return Errno.EFAULT.negated();
    }
    IpRoute.Result route = IpRouteFor.sock(sk, ipc, daddr);
    if (route.errno() != 0) {
      return -route.errno();
    }
    if (route.type() == IpRoute.Type.BROADCAST && !sk.flag(SockFlag.SOCK_BROADCAST)) {
      return Errno.EACCES.negated();
    }
    return hdrincl
        ? sendHdrinc(sk, caller, msg, ipc, route)
        : send(sk, caller, msg, new IpCork(sk.net(), sk, ipc, route, 0));
  }

  private static int send(Sk sk, Caller caller, Msg msg, IpCork anew) {
    IpCork pending = RawOptions.of(sk).pending;
    IpCork cork = pending == null ? anew : pending;
    int added = cork.append(sk, caller, msg, 0, 0, msg.size());
    if (added == Progress.WAIT) {
      return added;
    }
    if (added < 0) {
      flush(sk);
      return added;
    }
    if (msg.has(Abi.MSG_MORE)) {
      cork.hold(sk);
      RawOptions.forWrite(sk).pending = cork;
      return msg.size();
    }
    flush(sk);
    Packet packet = cork.finish(sk.protocol());
    if (sk.protocol() == Icmp.PROTOCOL) {
      Icmp.countOut(sk.net(), packet.u8(packet.transport()));
    }
    packet.setOwnerW(sk);
    int sent = IpOutput.sendSkb(sk.net(), packet);
    boolean told = sent != Errno.ENOBUFS.negated() || InetOptions.of(sk).has(InetFlag.RECVERR);
    return sent < 0 && told ? sent : msg.size();
  }

  /** Nothing waits any more ({@code ip_flush_pending_frames}). */
  static void flush(Sk sk) {
    RawOptions raw = RawOptions.of(sk);
    if (raw.pending != null) {
      raw.pending.release(sk);
      raw.pending = null;
    }
  }

  /**
   * {@code raw_send_hdrinc}: the kernel fills in length, checksum, and what of source and
   * identification is 0.
   *
   * <p><b>Errors</b>, in order: EMSGSIZE beyond the MTU of the device, EINVAL for less than a
   * header; those of {@link SendBuffer#room}; EFAULT, EINVAL for a header that is too short, or
   * longer than the packet.
   */
  private static int sendHdrinc(Sk sk, Caller caller, Msg msg, Ipcm ipc, IpRoute.Result route) {
    NetDevice dev = IpOutput.device(sk.net(), route);
    int length = msg.size();
    if (length > dev.mtu()) {
      IpErrors.localError(sk, Errno.EMSGSIZE, route.daddr(), sk.dport(), dev.mtu());
      return Errno.EMSGSIZE.negated();
    }
    if (length < IpHeader.BYTES) {
      return Errno.EINVAL.negated();
    }
    boolean now = msg.has(Abi.MSG_DONTWAIT);
    int room = SendBuffer.room(sk, caller, now ? 0 : sk.rare().sndtimeoJiffies());
    if (room < 0) {
      return room;
    }
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + length];
    if (!msg.readInto(0, bytes, at, length)) {
      sk.net().addMib(Mib.IP_OUT_DISCARDS, 1);
      return Errno.EFAULT.negated();
    }
    int ihl = IpHeader.ihl(bytes, at);
    if (ihl > length || ihl < IpHeader.BYTES) {
      sk.net().addMib(Mib.IP_OUT_DISCARDS, 1);
      return Errno.EINVAL.negated();
    }
    int truesize = Skb.unaccountedTruesize(length + Packet.ALLOC_EXTRA_BYTES);
    Packet packet = new Packet(dev, Packet.ETH_P_IP, bytes, at, truesize);
    IpHeader.fillIn(sk.net(), packet, route.saddr());
    packet.setTransport(at + ihl);
    if (IpHeader.protocol(packet) == Icmp.PROTOCOL && length >= ihl + Icmp.HEADER_BYTES) {
      Icmp.countOut(sk.net(), packet.u8(at + ihl));
    }
    packet.setMarkAndPriority(ipc.sockc.mark, ipc.sockc.priority);
    packet.setRoute(IpOutput.endsHere(sk.net(), route), IpOutput.cast(route.type()));
    packet.setTxStamp(TxStamp.ofWhole(sk, ipc.sockc));
    packet.setOwnerW(sk);
    sk.net().addMib(Mib.IP_OUT_TRANSMITS, 1);
    sk.net().addMib(Mib.IP_OUT_OCTETS, length);
    DevQueue.xmit(sk.net(), packet);
    return length;
  }
}
