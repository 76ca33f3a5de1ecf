package org.netshard.protocol.packet;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.core.TxStamp;

/**
 * Sending by packet sockets: whole frames, or what a link header is put before.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code packet_snd}, {@code
 * packet_sendmsg_spkt}; {@code net/ethernet/eth.c}, {@code eth_type_trans}.
 *
 * <p><b>Differs from Linux:</b> {@code PACKET_VNET_HDR} reads no header.
 */
final class PacketSend {
  private static final int SOCKADDR_BYTES = 16;
  private static final int SOCKADDR_PKT_BYTES = 18;
  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int LL_ADDR_AT = 12;
  private static final int HALEN_AT = 11;
  private static final int ADDR_BYTES = 6;
  private static final int ETHERTYPE_AT = 12;
  private static final int VLAN_HLEN = 4;
  private static final int NAME_AT = 2;
  private static final int NAME_BYTES = 14;
  private static final int HEADROOM_BYTES = 2;

  private PacketSend() {}

  /** What a message says of its device, protocol and destination; or why it cannot be sent. */
  private record Target(
      @Nullable NetDevice dev, int ethertype, byte[] address, @Nullable Errno error) {
    static Target failed(Errno errno) {
      return new Target(null, 0, new byte[ADDR_BYTES], errno);
    }
  }

  /**
   * {@code packet_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address (ENOTCONN without one and ENODEV without
   * the device for {@code SOCK_PACKET}), ENXIO without a device, ENETDOWN; those of the control
   * messages, after which a sock with a transmit ring has nothing to send; EMSGSIZE beyond the MTU;
   * those of {@link SendBuffer#room}; EFAULT, EINVAL for less than a link header.
   */
  static int sendmsg(Sk sk, Caller caller, Msg msg) {
    boolean old = sk.type() == Abi.SOCK_PACKET;
    Target target = old ? oldTarget(sk, msg) : target(sk, msg);
    Errno error = target.error;
    NetDevice dev = target.dev;
    if (error != null || dev == null) {
      return (error == null ? Errno.ENXIO : error).negated();
    }
    if (!dev.isUp()) {
      return Errno.ENETDOWN.negated();
    }
    SockcmCookie cookie = SockcmCookie.of(sk);
    if (!old && msg.controlLength() > 0) {
      int taken = cmsgs(sk, caller, msg, cookie);
      if (taken < 0) {
        return taken;
      }
    }
    if (PacketOptions.of(sk).txRing != null) {
      // tpacket_snd: no program has written a frame that asks to be sent.
      return 0;
    }
    boolean cooked = sk.type() == Abi.SOCK_DGRAM;
    int header = cooked ? 0 : Packet.ETH_HLEN;
    int length = msg.size();
    if (length > dev.mtu() + header + VLAN_HLEN) {
      return Errno.EMSGSIZE.negated();
    }
    boolean now = msg.has(Abi.MSG_DONTWAIT);
    int room = SendBuffer.room(sk, caller, now ? 0 : sk.rare().sndtimeoJiffies());
    if (room < 0) {
      return room;
    }
    int network = HEADROOM_BYTES + Packet.ETH_HLEN;
    int mac = HEADROOM_BYTES;
    byte[] bytes = new byte[Math.max(network, network + length - header)];
    if (!msg.readInto(0, bytes, cooked ? network : mac, length)) {
      return Errno.EFAULT.negated();
    }
    if (length < header) {
      return Errno.EINVAL.negated();
    }
    if (length > dev.mtu() + header) {
      return Errno.EMSGSIZE.negated();
    }
    if (cooked) {
      System.arraycopy(target.address, 0, bytes, mac, ADDR_BYTES);
      NetBytes.put16(bytes, mac + ETHERTYPE_AT, target.ethertype);
    }
    int wanted = length + Packet.LL_RESERVED_BYTES;
    int ethertype = NetBytes.get16(bytes, mac + ETHERTYPE_AT);
    Packet packet = new Packet(dev, ethertype, bytes, network, Skb.unaccountedTruesize(wanted));
    packet.setType(Packet.typeOf(bytes, mac));
    packet.setMarkAndPriority(cookie.mark, cookie.priority);
    packet.setTxStamp(TxStamp.ofWhole(sk, cookie));
    packet.setOrigin(sk);
    packet.setOwnerW(sk);
    int sent = Qdisc.errno(DevQueue.xmitFrame(sk.net(), packet));
    return sent == 0 ? length : sent;
  }

  private static Target target(Sk sk, Msg msg) {
    PacketOptions options = PacketOptions.of(sk);
    if (!msg.hasName()) {
      NetDevice bound = sk.net().device(options.ifindex);
      return new Target(bound, ethertype(sk.num()), new byte[ADDR_BYTES], null);
    }
    SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
    boolean cut =
        name.length() < SOCKADDR_LL_BYTES || name.length() < LL_ADDR_AT + name.getByte(HALEN_AT);
    if (cut) {
      return Target.failed(Errno.EINVAL);
    }
    byte[] address = name.get(LL_ADDR_AT, ADDR_BYTES);
    return new Target(sk.net().device(name.getInt(4)), ethertype(name.getShort(2)), address, null);
  }

  private static int ethertype(int given) {
    return Short.reverseBytes((short) given) & 0xffff;
  }

  /** {@code packet_sendmsg_spkt}: ENOTCONN, EINVAL, ENODEV. */
  private static Target oldTarget(Sk sk, Msg msg) {
    if (!msg.hasName()) {
      return Target.failed(Errno.ENOTCONN);
    }
    if (msg.nameLength() < SOCKADDR_BYTES) {
      return Target.failed(Errno.EINVAL);
    }
    SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
    byte[] field = name.get(NAME_AT, NAME_BYTES);
    int end = 0;
    while (end < NAME_BYTES - 1 && field[end] != 0) {
      end++;
    }
    int ifindex = sk.net().ifindex(new String(field, 0, end, StandardCharsets.ISO_8859_1));
    NetDevice dev = ifindex == 0 ? null : sk.net().device(ifindex);
    boolean said = name.length() == SOCKADDR_PKT_BYTES;
    int protocol = said ? ethertype(name.getShort(SOCKADDR_PKT_BYTES - 2)) : 0;
    return dev == null
        ? Target.failed(Errno.ENODEV)
        : new Target(dev, protocol, new byte[ADDR_BYTES], null);
  }

  private static int cmsgs(Sk sk, Caller caller, Msg msg, SockcmCookie cookie) {
    return Cmsgs.each(
        msg,
        (level, type, mem, at, length) ->
            level == Abi.SOL_SOCKET
                ? Cmsgs.sock(sk, caller.cred(), type, mem, at, length, cookie)
                : 0);
  }
}
