package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.packet.PacketOptions.Membership;

/**
 * Setting options of {@code SOL_PACKET}.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_setsockopt}.
 */
final class SolPacketSet {
  private static final int TPACKET_VERSION_MAX = 2;

  /** {@code sizeof(struct virtio_net_hdr)} and {@code …_mrg_rxbuf}, bytes. */
  private static final int VNET_HDR_BYTES = 10;

  private static final int VNET_HDR_MRG_BYTES = 12;
  private static final int MREQ_BYTES = 16;
  private static final int MREQ_ADDRESS_OFFSET = 8;
  private static final int MREQ_MAX_BYTES = 40;

  /** Length of the hardware address of {@code lo} and of Ethernet, bytes. */
  private static final int DEVICE_ADDRESS_BYTES = 6;

  private static final int PACKET_MR_MULTICAST = 0;
  private static final int PACKET_MR_UNICAST = 3;

  private SolPacketSet() {}

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT, EINVAL for the length (most options want exactly 4
   * bytes, {@code PACKET_AUXDATA} and {@code PACKET_ORIGDEV} at least), EFAULT, EINVAL for the
   * value, EBUSY while there is a ring.
   */
  static int setsockopt(Sk sk, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case PacketOption.PACKET_ADD_MEMBERSHIP, PacketOption.PACKET_DROP_MEMBERSHIP ->
          setMembership(sk, optname, optval, optlen);
      case PacketOption.PACKET_RX_RING, PacketOption.PACKET_TX_RING ->
          PacketRing.set(sk, optname == PacketOption.PACKET_TX_RING, optval, optlen);
      case PacketOption.PACKET_VNET_HDR, PacketOption.PACKET_VNET_HDR_SZ ->
          setVnetHdr(sk, optname, optval, optlen);
      case PacketOption.PACKET_FANOUT -> PacketFanout.add(sk, optval, optlen);
      case PacketOption.PACKET_FANOUT_DATA -> PacketFanout.setData(sk, optval, optlen);
      case PacketOption.PACKET_AUXDATA, PacketOption.PACKET_ORIGDEV ->
          setNumber(sk, optname, optval, optlen >= Integer.BYTES);
      case PacketOption.PACKET_COPY_THRESH,
          PacketOption.PACKET_VERSION,
          PacketOption.PACKET_RESERVE,
          PacketOption.PACKET_LOSS,
          PacketOption.PACKET_TIMESTAMP,
          PacketOption.PACKET_TX_HAS_OFF,
          PacketOption.PACKET_QDISC_BYPASS,
          PacketOption.PACKET_IGNORE_OUTGOING ->
          setNumber(sk, optname, optval, optlen == Integer.BYTES);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int setNumber(Sk sk, int optname, UserMem optval, boolean lengthFits) {
    if (!lengthFits) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    boolean inRange =
        switch (optname) {
          case PacketOption.PACKET_VERSION -> val >= 0 && val <= TPACKET_VERSION_MAX;
          case PacketOption.PACKET_RESERVE -> val >= 0;
          case PacketOption.PACKET_IGNORE_OUTGOING -> val == 0 || val == 1;
          default -> true;
        };
    if (!inRange) {
      return Errno.EINVAL.negated();
    }
    PacketOptions options = PacketOptions.forWrite(sk);
    switch (optname) {
      case PacketOption.PACKET_COPY_THRESH -> options.copyThresh = val;
      case PacketOption.PACKET_TIMESTAMP -> options.tpTstamp = val;
      case PacketOption.PACKET_TX_HAS_OFF -> {
        if (!options.hasRing()) {
          options.setFlag(optname, val != 0);
        }
      }
      case PacketOption.PACKET_VERSION, PacketOption.PACKET_RESERVE, PacketOption.PACKET_LOSS -> {
        if (options.hasRing()) {
          return Errno.EBUSY.negated();
        }
        if (optname == PacketOption.PACKET_VERSION) {
          options.tpVersion = val;
        } else if (optname == PacketOption.PACKET_RESERVE) {
          options.tpReserve = val;
        } else {
          options.setFlag(optname, val != 0);
        }
      }
      default -> options.setFlag(optname, val != 0);
    }
    return 0;
  }

  private static int setVnetHdr(Sk sk, int optname, UserMem optval, int optlen) {
    if (sk.type() != Abi.SOCK_RAW || optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    if (optname == PacketOption.PACKET_VNET_HDR) {
      val = val != 0 ? VNET_HDR_BYTES : 0;
    } else if (val != 0 && val != VNET_HDR_BYTES && val != VNET_HDR_MRG_BYTES) {
      return Errno.EINVAL.negated();
    }
    PacketOptions options = PacketOptions.forWrite(sk);
    if (options.hasRing()) {
      return Errno.EBUSY.negated();
    }
    options.vnetHdrBytes = val;
    return 0;
  }

  /**
   * Membership of what a device receives. Leaving one that is not there is no error.
   *
   * <p><b>Errors</b>, in order: EINVAL if the value is too short, EFAULT, EINVAL if it is shorter
   * than its address; on joining ENODEV, EINVAL for an address that is not the device's kind.
   */
  private static int setMembership(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen < MREQ_BYTES) {
      return Errno.EINVAL.negated();
    }
    int length = Math.min(optlen, MREQ_MAX_BYTES);
    if (!optval.accessible(0, length)) {
      return Errno.EFAULT.negated();
    }
    int ifindex = optval.getInt(0);
    int type = optval.getShort(4);
    int addressLength = optval.getShort(6);
    if (length < addressLength + MREQ_ADDRESS_OFFSET) {
      return Errno.EINVAL.negated();
    }
    long address = optval.getLong(MREQ_ADDRESS_OFFSET);
    int shift = 8 * (Long.BYTES - Math.min(addressLength, Long.BYTES));
    long known = addressLength == 0 ? 0 : address << shift >>> shift;
    Membership membership = new Membership(ifindex, type, known, addressLength);
    if (optname == PacketOption.PACKET_DROP_MEMBERSHIP) {
      PacketOptions.forWrite(sk).leave(membership);
      return 0;
    }
    if (sk.net().deviceName(ifindex) == null) {
      return Errno.ENODEV.negated();
    }
    boolean exact = type == PACKET_MR_MULTICAST || type == PACKET_MR_UNICAST;
    if (addressLength > DEVICE_ADDRESS_BYTES || (exact && addressLength < DEVICE_ADDRESS_BYTES)) {
      return Errno.EINVAL.negated();
    }
    PacketOptions.forWrite(sk).join(membership);
    return 0;
  }
}
