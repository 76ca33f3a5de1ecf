package org.netshard.namespace.actor;

import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** Random calls on raw sockets, with their filters, checksums and headers. */
final class RawCalls extends DatagramCalls {
  private static final int SOL_RAW = 255;
  private static final int ICMP_FILTER = 1;
  private static final int IPV6_CHECKSUM = 7;
  private static final int IPV6_HDRINCL = 36;
  private static final int IPV6_RECVERR = 25;
  private static final int FILTER_BYTES = 32;
  private static final int IP_HEADER_BYTES = 20;
  private static final int LOOPBACK = 0x0100007f;

  private static final int[][] OPTIONS = {
    {Abi.SOL_SOCKET, SoOption.SO_RCVBUF},
    {Abi.SOL_SOCKET, SoOption.SO_SNDBUF},
    {Abi.SOL_SOCKET, SoOption.SO_BROADCAST},
    {Abi.SOL_SOCKET, SoOption.SO_RXQ_OVFL},
    {Abi.SOL_SOCKET, SoOption.SO_DETACH_FILTER},
    {SOL_RAW, IPV6_CHECKSUM},
    {SOL_RAW, ICMP_FILTER},
    {Abi.IPPROTO_IP, IpOption.IP_HDRINCL},
    {Abi.IPPROTO_IP, IpOption.IP_RECVERR},
    {Abi.IPPROTO_IP, IpOption.IP_TTL},
    {Abi.IPPROTO_IP, IpOption.IP_MULTICAST_LOOP},
    {Abi.IPPROTO_IPV6, IPV6_HDRINCL},
    {Abi.IPPROTO_IPV6, IPV6_RECVERR},
    {Abi.IPPROTO_IPV6, IPV6_CHECKSUM},
  };

  RawCalls(int family, int protocol) {
    super(family, Abi.SOCK_RAW, protocol);
  }

  /** As other calls, and the ports, which are protocols here, are 0. */
  @Override
  UserMem address(int port, boolean loopback) {
    UserMem address = super.address(port, loopback);
    address.putShort(2, 0);
    return address;
  }

  @Override
  UserMem address() {
    UserMem address = super.address();
    if (pick(8) != 0) {
      address.putShort(2, 0);
    }
    return address;
  }

  @Override
  List<Syscall> first() {
    List<Syscall> calls = super.first();
    UserMem on = UserMem.ofInt(1);
    boolean v4 = family == Abi.AF_INET;
    int level = v4 ? Abi.IPPROTO_IP : Abi.IPPROTO_IPV6;
    int option = v4 ? IpOption.IP_HDRINCL : IPV6_HDRINCL;
    calls.add(set(FD_FIRST + 1, level, option, on));
    return calls;
  }

  /** A header of IPv4 before an echo, or the echo alone; sockets decide which they take it for. */
  @Override
  UserMem data(int size) {
    boolean v4 = family == Abi.AF_INET;
    int header = v4 ? IP_HEADER_BYTES : 40;
    if (size < header + 8 || pick(2) == 0) {
      return super.data(size);
    }
    UserMem data = UserMem.zeroed(size);
    data.putByte(0, v4 ? 0x45 : 0x60);
    if (v4) {
      data.putByte(8, 64);
      data.putByte(9, protocol);
      data.putInt(16, LOOPBACK);
    } else {
      data.putByte(4, (size - header) >> 8);
      data.putByte(5, size - header);
      data.putByte(6, protocol);
      data.putByte(7, 64);
      data.putByte(23, 1);
      data.putByte(39, 1);
    }
    data.putByte(header, v4 ? 8 : 128);
    return data;
  }

  @Override
  Syscall option(int fd) {
    return switch (pick(6)) {
      case 0 -> filter(fd);
      case 1 -> {
        UserMem types = UserMem.zeroed(FILTER_BYTES);
        types.putInt(4 * pick(8), pick(2) == 0 ? -1 : 1);
        yield set(fd, Abi.IPPROTO_ICMPV6, ICMP_FILTER, types);
      }
      default -> option(fd, OPTIONS);
    };
  }
}
