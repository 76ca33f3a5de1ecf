package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Random calls on packet sockets, which see what they send each other over {@code lo}. */
final class PacketCalls extends DatagramCalls {
  private static final int PACKET_FANOUT_FLAG_ROLLOVER = 0x1000;
  private static final int LL_BYTES = 20;
  private static final int PKT_BYTES = 18;
  private static final int LO = 1;
  private static final int ETH_P_IP = 0x0008;
  private static final int ETH_P_ALL = 0x0300;
  private static final int[] PROTOCOLS = {ETH_P_ALL, ETH_P_ALL, ETH_P_IP, 0xdd86, 0x0608, 0};
  private static final int[] FRAMES = {0, 1, 2, 16, 32};

  private static final int[][] OPTIONS = {
    {Abi.SOL_SOCKET, SoOption.SO_RCVBUF},
    {Abi.SOL_SOCKET, SoOption.SO_SNDBUF},
    {Abi.SOL_SOCKET, SoOption.SO_RXQ_OVFL},
    {Abi.SOL_SOCKET, SoOption.SO_DETACH_FILTER},
    {Abi.SOL_PACKET, PacketOption.PACKET_VERSION},
    {Abi.SOL_PACKET, PacketOption.PACKET_AUXDATA},
    {Abi.SOL_PACKET, PacketOption.PACKET_COPY_THRESH},
    {Abi.SOL_PACKET, PacketOption.PACKET_RESERVE},
    {Abi.SOL_PACKET, PacketOption.PACKET_LOSS},
    {Abi.SOL_PACKET, PacketOption.PACKET_IGNORE_OUTGOING},
    {Abi.SOL_PACKET, PacketOption.PACKET_VNET_HDR},
  };

  PacketCalls(int type) {
    super(Abi.AF_PACKET, type, ETH_P_ALL);
  }

  @Override
  List<Syscall> first() {
    List<Syscall> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
    }
    UserMem lo = name(LO, ETH_P_IP);
    calls.add(Syscall.of(SyscallName.BIND, FD_FIRST, lo, lo.size()));
    return calls;
  }

  private UserMem name(int ifindex, int protocol) {
    if (type == Abi.SOCK_PACKET) {
      byte[] device = (ifindex == LO ? "lo" : "eth0").getBytes(StandardCharsets.ISO_8859_1);
      byte[] name = new byte[PKT_BYTES];
      name[0] = (byte) family;
      System.arraycopy(device, 0, name, 2, device.length);
      name[PKT_BYTES - 2] = (byte) protocol;
      name[PKT_BYTES - 1] = (byte) (protocol >> 8);
      return UserMem.of(name);
    }
    UserMem name = UserMem.zeroed(LL_BYTES);
    name.putShort(0, family);
    name.putShort(2, protocol);
    name.putInt(4, ifindex);
    name.putByte(11, 6);
    return name;
  }

  @Override
  UserMem address() {
    int ifindex = pick(6) == 0 ? pick(3) : LO;
    UserMem name = name(ifindex, PROTOCOLS[pick(PROTOCOLS.length)]);
    // SOCK_PACKET is bound to a name that has no protocol.
    return type == Abi.SOCK_PACKET && pick(2) == 0 ? UserMem.of(name.get(0, PKT_BYTES - 2)) : name;
  }

  /** A frame of IPv4 with nothing of sense in it. */
  @Override
  UserMem data(int size) {
    UserMem data = UserMem.zeroed(size);
    if (size > 20 && pick(3) != 0) {
      int ip = type == Abi.SOCK_DGRAM ? 0 : 14;
      data.putByte(ip - (ip == 0 ? 0 : 2), ip == 0 ? 0x45 : 8);
      data.putByte(ip, 0x45);
    }
    return data;
  }

  @Override
  Syscall option(int fd) {
    return switch (pick(9)) {
      case 0 -> filter(fd);
      case 8 -> program(fd, Abi.SOL_PACKET, PacketOption.PACKET_FANOUT_DATA);
      case 1, 2 -> {
        UserMem request = UserMem.zeroed(pick(2) == 0 ? 16 : 28);
        int frames = FRAMES[pick(FRAMES.length)];
        request.putInt(0, frames == 1 ? 4096 : 4096 * frames / 2);
        request.putInt(4, frames == 0 ? 0 : frames == 1 ? 1 : 2);
        request.putInt(8, frames == 1 ? 4096 : 2048);
        request.putInt(12, frames == 1 ? 1 : frames == 0 ? 0 : 2 * frames);
        int option = pick(4) == 0 ? PacketOption.PACKET_TX_RING : PacketOption.PACKET_RX_RING;
        yield set(fd, Abi.SOL_PACKET, option, request);
      }
      case 3, 4 -> {
        UserMem fanout = UserMem.zeroed(Integer.BYTES);
        fanout.putShort(0, 1 + pick(2));
        fanout.putShort(2, pick(7) + pick(2) * PACKET_FANOUT_FLAG_ROLLOVER);
        yield set(fd, Abi.SOL_PACKET, PacketOption.PACKET_FANOUT, fanout);
      }
      case 5 ->
          Syscall.of(
              SyscallName.GETSOCKOPT,
              fd,
              Abi.SOL_PACKET,
              PacketOption.PACKET_STATISTICS,
              UserMem.zeroed(12),
              UserMem.ofInt(12));
      default -> option(fd, OPTIONS);
    };
  }
}
