package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of packet sockets, {@code SOCK_PACKET} too.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_create}, {@code packet_getname},
 * {@code packet_getname_spkt}.
 */
public final class PacketOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final PacketOps INSTANCE = new PacketOps();

  private PacketOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(PacketOptions.DEFAULTS);
    sk.net().addProtoInuse(sk.proto(), 1);
    PacketTap.hook(sk);
    return 0;
  }

  /** {@code packet_mmap}: EINVAL without a ring, or not from its beginning. */
  @Override
  public int mmap(Sk sk, int prot, long pageOffset) {
    if (pageOffset != 0 || !PacketOptions.of(sk).hasRing()) {
      return Errno.EINVAL.negated();
    }
    return SockNames.leftOut(sk, "mapping the ring of a packet socket");
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return PacketSend.sendmsg(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return PacketRecv.recvmsg(sk, caller, msg);
  }

  @Override
  public int inq(Sk sk) {
    return sk.isReadable() && sk.receiveQueue().peek() instanceof Packet first ? first.len() : 0;
  }

  @Override
  public long outq(Sk sk) {
    return (long) sk.wmemAlloc() - 1;
  }

  /** {@code packet_poll}: no frame of a transmit ring is ever in use. */
  @Override
  public int poll(Sk sk) {
    PacketOptions options = PacketOptions.of(sk);
    int mask = DatagramQueue.poll(sk);
    if (options.rxRing != null && options.rxRing.isReadable()) {
      mask |= Poll.IN | Poll.RDNORM;
    }
    PacketRoom.tryClearPressure(sk);
    return options.txRing == null ? mask : mask | Poll.OUT | Poll.WRNORM;
  }

  @Override
  public void destroy(Sk sk) {
    PacketTap.unhook(sk);
    RxRing ring = PacketOptions.of(sk).rxRing;
    if (ring != null) {
      ring.close();
    }
    PacketFanout.release(sk);
    PacketRecv.purge(sk);
    ErrSkb.purge(sk);
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    int error = checkLevel(sk, level);
    return error != 0 ? error : SolPacketSet.setsockopt(sk, optname, optval, optlen);
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    int error = checkLevel(sk, level);
    return error != 0 ? error : SolPacketGet.getsockopt(sk, optname, optval, optlen);
  }

  /** EOPNOTSUPP for {@code SOCK_PACKET}, which has no options, ENOPROTOOPT for a foreign level. */
  private static int checkLevel(Sk sk, int level) {
    if (sk.type() == Abi.SOCK_PACKET) {
      return Errno.EOPNOTSUPP.negated();
    }
    return level == Abi.SOL_PACKET ? 0 : Errno.ENOPROTOOPT.negated();
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return sk.type() == Abi.SOCK_PACKET
        ? PacketBind.bindByName(sk, address)
        : PacketBind.bind(sk, address);
  }

  /** {@code packet_getname}, {@code packet_getname_spkt}: EOPNOTSUPP for the other end. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    if (which != SockNames.OWN) {
      return Errno.EOPNOTSUPP.negated();
    }
    return sk.type() == Abi.SOCK_PACKET
        ? PacketBind.nameWithDevice(sk, address)
        : PacketBind.name(sk, address);
  }
}
