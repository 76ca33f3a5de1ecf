package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Random calls on netlink sockets that ask for routes, links and sockets, or listen for news. */
final class NetlinkCalls extends DatagramCalls {
  private static final int SOL_NETLINK = 270;
  private static final int NAME_BYTES = 12;
  private static final int HEADER_BYTES = 16;
  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int RTM_FIRST = 16;
  private static final int RTM_COUNT = 20;
  private static final int NLM_F_REQUEST = 1;
  private static final int[] FLAGS = {0, 4, 0x300, 0x304, 0x600, 0x400, 0x100};
  private static final int[] FAMILIES = {0, Abi.AF_INET, Abi.AF_INET6, Abi.AF_PACKET, Abi.AF_UNIX};

  private static final int[][] OPTIONS = {
    {Abi.SOL_SOCKET, SoOption.SO_RCVBUF},
    {Abi.SOL_SOCKET, SoOption.SO_SNDBUF},
    {Abi.SOL_SOCKET, SoOption.SO_DETACH_FILTER},
    {SOL_NETLINK, NetlinkOption.NETLINK_ADD_MEMBERSHIP},
    {SOL_NETLINK, NetlinkOption.NETLINK_DROP_MEMBERSHIP},
    {SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO},
    {SOL_NETLINK, NetlinkOption.NETLINK_BROADCAST_ERROR},
    {SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS},
    {SOL_NETLINK, NetlinkOption.NETLINK_CAP_ACK},
    {SOL_NETLINK, NetlinkOption.NETLINK_EXT_ACK},
    {SOL_NETLINK, NetlinkOption.NETLINK_GET_STRICT_CHK},
  };

  NetlinkCalls(int protocol) {
    super(Abi.AF_NETLINK, Abi.SOCK_RAW, protocol);
  }

  @Override
  List<Syscall> first() {
    List<Syscall> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
    }
    UserMem own = name(0, -1);
    calls.add(Syscall.of(SyscallName.BIND, FD_FIRST, own, own.size()));
    return calls;
  }

  private UserMem name(int port, int groups) {
    UserMem name = UserMem.zeroed(NAME_BYTES);
    name.putShort(0, family);
    name.putInt(4, port);
    name.putInt(8, groups);
    return name;
  }

  @Override
  UserMem address() {
    return name(pick(4) == 0 ? pick(3) : 0, pick(3) == 0 ? pick(5) : 0);
  }

  /** A request with a body of zeros, of the right length or not. */
  @Override
  UserMem data(int size) {
    UserMem data = UserMem.zeroed(size);
    if (size < HEADER_BYTES + 1) {
      return data;
    }
    boolean diag = protocol == NETLINK_SOCK_DIAG && pick(8) != 0;
    data.putInt(0, pick(9) == 0 ? size + 1 : size);
    data.putShort(4, diag ? SOCK_DIAG_BY_FAMILY : RTM_FIRST + 4 * pick(RTM_COUNT) + pick(4));
    data.putShort(6, NLM_F_REQUEST | FLAGS[pick(FLAGS.length)]);
    data.putByte(HEADER_BYTES, FAMILIES[pick(FAMILIES.length)]);
    return data;
  }

  @Override
  Syscall option(int fd) {
    return pick(8) == 0 ? filter(fd) : option(fd, OPTIONS);
  }
}
