package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
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

  /** Size of a {@code struct sockaddr_ll} up to its hardware address, bytes. */
  private static final int SOCKADDR_LL_BYTES = 12;

  /** Size of a {@code struct sockaddr}, bytes. */
  private static final int SOCKADDR_BYTES = 16;

  private PacketOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(PacketOptions.DEFAULTS);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
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

  /** Family and protocol; there is no device yet. */
  @Override
  public int getsockname(Sk sk, UserMem addr, UserMem addrlen) {
    byte[] address = new byte[SOCKADDR_BYTES];
    address[0] = Abi.AF_PACKET;
    if (sk.type() == Abi.SOCK_PACKET) {
      return SocketOptions.moveAddrToUser(address, SOCKADDR_BYTES, addr, addrlen);
    }
    address[2] = (byte) sk.num();
    address[3] = (byte) (sk.num() >>> 8);
    return SocketOptions.moveAddrToUser(address, SOCKADDR_LL_BYTES, addr, addrlen);
  }

  @Override
  public int getpeername(Sk sk, byte[] address) {
    return Errno.EOPNOTSUPP.negated();
  }
}
