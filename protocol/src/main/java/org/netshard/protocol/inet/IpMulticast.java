package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkOmem;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;

/**
 * Membership of IPv4 multicast groups and filters of their sources.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c} and {@code net/ipv4/igmp.c}, {@code
 * ip_mc_join_group}, {@code ip_mc_leave_group}, {@code ip_mc_source}, {@code ip_mc_msfilter}.
 */
final class IpMulticast {
  private static final int MREQ_BYTES = 8;
  private static final int MREQN_BYTES = 12;
  private static final int MREQ_SOURCE_BYTES = 12;
  private static final int MSFILTER_BYTES = 16;
  private static final int GROUP_REQ_BYTES = 136;
  private static final int GROUP_SOURCE_REQ_BYTES = 264;
  private static final int GROUP_FILTER_BYTES = 144;
  private static final int SOCKADDR_STORAGE_BYTES = 128;

  /** Where the address stands in a {@code sockaddr_in}. */
  private static final int SIN_ADDR = 4;

  private IpMulticast() {}

  static int setsockopt(Sk sk, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case IpOption.IP_ADD_MEMBERSHIP, IpOption.IP_DROP_MEMBERSHIP ->
          membership(sk, optname == IpOption.IP_ADD_MEMBERSHIP, optval, optlen);
      case IpOption.IP_BLOCK_SOURCE,
          IpOption.IP_UNBLOCK_SOURCE,
          IpOption.IP_ADD_SOURCE_MEMBERSHIP,
          IpOption.IP_DROP_SOURCE_MEMBERSHIP ->
          sourceMembership(sk, optname, optval, optlen);
      case IpOption.IP_MSFILTER -> setMsfilter(sk, optval, optlen);
      case IpOption.MCAST_JOIN_GROUP, IpOption.MCAST_LEAVE_GROUP ->
          groupReq(sk, optname == IpOption.MCAST_JOIN_GROUP, optval, optlen);
      case IpOption.MCAST_BLOCK_SOURCE,
          IpOption.MCAST_UNBLOCK_SOURCE,
          IpOption.MCAST_JOIN_SOURCE_GROUP,
          IpOption.MCAST_LEAVE_SOURCE_GROUP ->
          groupSourceReq(sk, optname, optval, optlen);
      case IpOption.MCAST_MSFILTER -> setMcastMsfilter(sk, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int membership(Sk sk, boolean add, UserMem optval, int optlen) {
    if (sk.type() == Abi.SOCK_STREAM) {
      return Errno.EPROTO.negated();
    }
    int read = optlen >= MREQN_BYTES ? MREQN_BYTES : MREQ_BYTES;
    int error = check(optval, optlen, read);
    if (error != 0) {
      return error;
    }
    int ifindex = read == MREQN_BYTES ? optval.getInt(8) : 0;
    byte[] group = optval.get(0, 4);
    return add
        ? join(sk, group, optval.getInt(4), ifindex, McList.MCAST_EXCLUDE)
        : leave(sk, group, optval.getInt(4), ifindex);
  }

  private static int check(UserMem optval, int optlen, int bytes) {
    if (optlen < bytes) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, bytes) ? 0 : Errno.EFAULT.negated();
  }

  private static boolean isMulticast(byte[] group) {
    return (group[0] & 0xf0) == 0xe0;
  }

  /** {@code __ip_mc_join_group}: EINVAL, ENODEV, EADDRINUSE, ENOBUFS. */
  private static int join(Sk sk, byte[] group, int address, int ifindex, int mode) {
    if (!isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    int device = InetDev.ofMembership(sk.net(), group, address, ifindex);
    if (device == 0) {
      return Errno.ENODEV.negated();
    }
    McList list = InetOptions.of(sk).mcList;
    if (list.find(group, device) != null) {
      return Errno.EADDRINUSE.negated();
    }
    if (list.size() >= sk.net().sysctl(Sysctl.IPV4_IGMP_MAX_MEMBERSHIPS)) {
      return Errno.ENOBUFS.negated();
    }
    McList.Entry entry = new McList.Entry(group, address, device, mode);
    if (!SkOmem.alloc(sk, entry.bytes())) {
      return Errno.ENOBUFS.negated();
    }
    InetOptions.forWrite(sk).mcList = list.plus(entry);
    IpMcDevice.join(sk.net(), entry);
    return 0;
  }

  /** {@code ip_mc_leave_group}: ENODEV, EADDRNOTAVAIL. */
  private static int leave(Sk sk, byte[] group, int address, int ifindex) {
    int device = InetDev.ofMembership(sk.net(), group, address, ifindex);
    if (ifindex == 0 && address == 0 && device == 0) {
      return Errno.ENODEV.negated();
    }
    McList list = InetOptions.of(sk).mcList;
    int wanted = ifindex != 0 ? ifindex : device;
    for (McList.Entry entry : list.entries()) {
      boolean same = Arrays.equals(entry.group(), group);
      boolean there = wanted != 0 ? entry.ifindex() == wanted : entry.address() == address;
      if (same && there) {
        InetOptions.forWrite(sk).mcList = list.minus(entry);
        IpMcDevice.leave(sk.net(), entry);
        SkOmem.free(sk, entry.bytes() + entry.sourceBytes());
        return 0;
      }
    }
    return Errno.EADDRNOTAVAIL.negated();
  }

  private static int sourceMembership(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen != MREQ_SOURCE_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, MREQ_SOURCE_BYTES)) {
      return Errno.EFAULT.negated();
    }
    byte[] group = optval.get(0, 4);
    int address = optval.getInt(4);
    byte[] source = optval.get(8, 4);
    if (optname == IpOption.IP_ADD_SOURCE_MEMBERSHIP) {
      int error = join(sk, group, address, 0, McList.MCAST_INCLUDE);
      if (error != 0 && error != Errno.EADDRINUSE.negated()) {
        return error;
      }
    }
    boolean add =
        optname == IpOption.IP_ADD_SOURCE_MEMBERSHIP || optname == IpOption.IP_BLOCK_SOURCE;
    boolean include =
        optname == IpOption.IP_ADD_SOURCE_MEMBERSHIP
            || optname == IpOption.IP_DROP_SOURCE_MEMBERSHIP;
    return source(sk, add, mode(include), group, address, 0, source);
  }

  private static int mode(boolean include) {
    return include ? McList.MCAST_INCLUDE : McList.MCAST_EXCLUDE;
  }

  /** {@code ip_mc_source}: EINVAL, ENODEV, EINVAL if not joined, then {@link McSources}. */
  private static int source(
      Sk sk, boolean add, int mode, byte[] group, int address, int ifindex, byte[] source) {
    if (!isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    int device = InetDev.ofMembership(sk.net(), group, address, ifindex);
    if (device == 0) {
      return Errno.ENODEV.negated();
    }
    McList.Entry entry = InetOptions.of(sk).mcList.find(group, device);
    if (entry == null) {
      return Errno.EINVAL.negated();
    }
    McSources.Change change =
        McSources.change(entry, add, mode, source, sk.net().sysctl(Sysctl.IPV4_IGMP_MAX_MSF));
    if (!replace(sk, entry, change.entry())) {
      return Errno.ENOBUFS.negated();
    }
    return change.result() == McSources.LEAVE_GROUP
        ? leave(sk, group, address, device)
        : change.result();
  }

  private static boolean replace(Sk sk, McList.Entry old, McList.Entry replacement) {
    if (!McSources.realloc(sk, old, replacement)) {
      return false;
    }
    if (!old.equals(replacement)) {
      InetOptions inet = InetOptions.forWrite(sk);
      inet.mcList = inet.mcList.replace(old, replacement);
      IpMcDevice.change(sk.net(), old, replacement);
    }
    return true;
  }

  private static int setMsfilter(Sk sk, UserMem optval, int optlen) {
    int error = checkFilter(sk, optval, optlen, MSFILTER_BYTES);
    if (error != 0) {
      return error;
    }
    long count = Integer.toUnsignedLong(optval.getInt(12));
    if (count > sk.net().sysctl(Sysctl.IPV4_IGMP_MAX_MSF)) {
      return Errno.ENOBUFS.negated();
    }
    if (MSFILTER_BYTES + 4 * count > optlen) {
      return Errno.EINVAL.negated();
    }
    List<byte[]> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sources.add(optval.get(MSFILTER_BYTES + 4 * i, 4));
    }
    return msfilter(sk, optval.get(0, 4), optval.getInt(4), 0, optval.getInt(8), sources);
  }

  /** EINVAL, ENOBUFS beyond {@code net.core.optmem_max}, EFAULT. */
  private static int checkFilter(Sk sk, UserMem optval, int optlen, int bytes) {
    if (optlen < bytes) {
      return Errno.EINVAL.negated();
    }
    if (optlen > sk.net().sysctl(Sysctl.CORE_OPTMEM_MAX)) {
      return Errno.ENOBUFS.negated();
    }
    return optval.accessible(0, optlen) ? 0 : Errno.EFAULT.negated();
  }

  /** {@code ip_mc_msfilter}: EINVAL, ENODEV, EINVAL if not joined, ENOBUFS. */
  private static int msfilter(
      Sk sk, byte[] group, int address, int ifindex, int mode, List<byte[]> sources) {
    if (!isMulticast(group) || (mode != McList.MCAST_INCLUDE && mode != McList.MCAST_EXCLUDE)) {
      return Errno.EINVAL.negated();
    }
    int device = InetDev.ofMembership(sk.net(), group, address, ifindex);
    if (device == 0) {
      return Errno.ENODEV.negated();
    }
    if (mode == McList.MCAST_INCLUDE && sources.isEmpty()) {
      return leave(sk, group, address, device);
    }
    McList.Entry entry = InetOptions.of(sk).mcList.find(group, device);
    if (entry == null) {
      return Errno.EINVAL.negated();
    }
    return replace(sk, entry, entry.withFilter(mode, sources, sources.size()))
        ? 0
        : Errno.ENOBUFS.negated();
  }

  private static int groupReq(Sk sk, boolean add, UserMem optval, int optlen) {
    int error = check(optval, optlen, GROUP_REQ_BYTES);
    if (error != 0) {
      return error;
    }
    if (optval.getShort(8) != Abi.AF_INET) {
      return Errno.EINVAL.negated();
    }
    byte[] group = optval.get(8 + SIN_ADDR, 4);
    int ifindex = optval.getInt(0);
    return add ? join(sk, group, 0, ifindex, McList.MCAST_EXCLUDE) : leave(sk, group, 0, ifindex);
  }

  private static int groupSourceReq(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen != GROUP_SOURCE_REQ_BYTES) {
      return Errno.EINVAL.negated();
    }
    int sourceAt = 8 + SOCKADDR_STORAGE_BYTES;
    if (!optval.accessible(0, GROUP_SOURCE_REQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (optval.getShort(8) != Abi.AF_INET || optval.getShort(sourceAt) != Abi.AF_INET) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    byte[] group = optval.get(8 + SIN_ADDR, 4);
    byte[] source = optval.get(sourceAt + SIN_ADDR, 4);
    int ifindex = optval.getInt(0);
    if (optname == IpOption.MCAST_JOIN_SOURCE_GROUP) {
      int error = join(sk, group, 0, ifindex, McList.MCAST_INCLUDE);
      if (error != 0 && error != Errno.EADDRINUSE.negated()) {
        return error;
      }
    }
    boolean add =
        optname == IpOption.MCAST_JOIN_SOURCE_GROUP || optname == IpOption.MCAST_BLOCK_SOURCE;
    boolean include =
        optname == IpOption.MCAST_JOIN_SOURCE_GROUP || optname == IpOption.MCAST_LEAVE_SOURCE_GROUP;
    return source(sk, add, mode(include), group, 0, ifindex, source);
  }

  private static int setMcastMsfilter(Sk sk, UserMem optval, int optlen) {
    int error = checkFilter(sk, optval, optlen, GROUP_FILTER_BYTES);
    if (error != 0) {
      return error;
    }
    long count = Integer.toUnsignedLong(optval.getInt(140));
    if (count > sk.net().sysctl(Sysctl.IPV4_IGMP_MAX_MSF)) {
      return Errno.ENOBUFS.negated();
    }
    if (GROUP_FILTER_BYTES + SOCKADDR_STORAGE_BYTES * count > optlen) {
      return Errno.EINVAL.negated();
    }
    List<byte[]> sources = new ArrayList<>();
    boolean inet = optval.getShort(8) == Abi.AF_INET;
    for (int i = 0; i < count; i++) {
      int at = GROUP_FILTER_BYTES + SOCKADDR_STORAGE_BYTES * i;
      inet &= optval.getShort(at) == Abi.AF_INET;
      sources.add(optval.get(at + SIN_ADDR, 4));
    }
    if (!inet) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    byte[] group = optval.get(8 + SIN_ADDR, 4);
    return msfilter(sk, group, 0, optval.getInt(0), optval.getInt(136), sources);
  }

  /** {@code IP_MSFILTER}: EINVAL, EFAULT, EINVAL, ENODEV, EADDRNOTAVAIL, EFAULT. */
  static int getMsfilter(Sk sk, UserMem optval, UserMem optlen, int len) {
    int error = check(optval, len, MSFILTER_BYTES);
    if (error != 0) {
      return error;
    }
    byte[] group = optval.get(0, 4);
    if (!isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    int device = InetDev.ofMembership(sk.net(), group, optval.getInt(4), 0);
    if (device == 0) {
      return Errno.ENODEV.negated();
    }
    McList.Entry entry = InetOptions.of(sk).mcList.find(group, device);
    if (entry == null) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    int room = optval.getInt(12);
    int copied = Math.min(entry.sources().size(), room < 0 ? Integer.MAX_VALUE : room);
    error = SocketOptions.putLen(optlen, MSFILTER_BYTES + 4 * copied);
    if (error != 0 || !optval.accessible(0, MSFILTER_BYTES + 4 * copied)) {
      return Errno.EFAULT.negated();
    }
    optval.putInt(8, entry.mode());
    optval.putInt(12, entry.sources().size());
    for (int i = 0; i < copied; i++) {
      optval.put(MSFILTER_BYTES + 4 * i, entry.sources().get(i), 4);
    }
    return 0;
  }

  /** {@code MCAST_MSFILTER}: EINVAL, EFAULT, EINVAL, EADDRNOTAVAIL, EFAULT. */
  static int getMcastMsfilter(Sk sk, UserMem optval, UserMem optlen, int len) {
    int error = check(optval, len, GROUP_FILTER_BYTES);
    if (error != 0) {
      return error;
    }
    byte[] group = optval.get(8 + SIN_ADDR, 4);
    if (optval.getShort(8) != Abi.AF_INET || !isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    McList.@Nullable Entry entry = InetOptions.of(sk).mcList.find(group, optval.getInt(0));
    return entry == null
        ? Errno.EADDRNOTAVAIL.negated()
        : GroupFilter.put(entry, Abi.AF_INET, SIN_ADDR, optval, optlen);
  }
}
