package org.netshard.protocol.inet6;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkOmem;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.GroupFilter;
import org.netshard.protocol.inet.IpMcDevice;
import org.netshard.protocol.inet.McList;
import org.netshard.protocol.inet.McSources;

/**
 * Membership of IPv6 multicast and anycast groups and filters of their sources.
 *
 * <p><b>Source:</b> {@code net/ipv6/mcast.c}, {@code ipv6_sock_mc_join}, {@code ip6_mc_source},
 * {@code ip6_mc_msfilter}; {@code net/ipv6/anycast.c}, {@code ipv6_sock_ac_join}.
 *
 * <p><b>Differs from Linux:</b> no route leads to a group, so the device must be named; no anycast
 * address is within the prefix of a device: EADDRNOTAVAIL.
 */
final class Ipv6Multicast {
  /** What {@link #setsockopt} returns for options that are not about groups. */
  static final int NOT_MINE = 1;

  private static final int MREQ_BYTES = 20;
  private static final int GROUP_REQ_BYTES = 136;
  private static final int GROUP_SOURCE_REQ_BYTES = 264;
  private static final int GROUP_FILTER_BYTES = 144;
  private static final int SOCKADDR_STORAGE_BYTES = 128;

  /** Where the address stands in a {@code sockaddr_in6}. */
  private static final int SIN6_ADDR = 8;

  private Ipv6Multicast() {}

  static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case Ipv6Option.IPV6_ADD_MEMBERSHIP, Ipv6Option.IPV6_DROP_MEMBERSHIP ->
          membership(sk, optname == Ipv6Option.IPV6_ADD_MEMBERSHIP, optval, optlen);
      case Ipv6Option.IPV6_JOIN_ANYCAST, Ipv6Option.IPV6_LEAVE_ANYCAST ->
          anycast(sk, cred, optname == Ipv6Option.IPV6_JOIN_ANYCAST, optval, optlen);
      case Ipv6Option.MCAST_JOIN_GROUP, Ipv6Option.MCAST_LEAVE_GROUP ->
          groupReq(sk, optname == Ipv6Option.MCAST_JOIN_GROUP, optval, optlen);
      case Ipv6Option.MCAST_BLOCK_SOURCE,
          Ipv6Option.MCAST_UNBLOCK_SOURCE,
          Ipv6Option.MCAST_JOIN_SOURCE_GROUP,
          Ipv6Option.MCAST_LEAVE_SOURCE_GROUP ->
          groupSourceReq(sk, optname, optval, optlen);
      case Ipv6Option.MCAST_MSFILTER -> setMsfilter(sk, optval, optlen);
      default -> NOT_MINE;
    };
  }

  private static int check(UserMem optval, int optlen, int bytes) {
    if (optlen < bytes) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, bytes) ? 0 : Errno.EFAULT.negated();
  }

  private static int membership(Sk sk, boolean add, UserMem optval, int optlen) {
    if (optlen >= MREQ_BYTES && sk.type() == Abi.SOCK_STREAM) {
      return Errno.EPROTO.negated();
    }
    int error = check(optval, optlen, MREQ_BYTES);
    if (error != 0) {
      return error;
    }
    byte[] group = optval.get(0, Ipv6Address.BYTES);
    int ifindex = optval.getInt(Ipv6Address.BYTES);
    return add ? join(sk, ifindex, group, McList.MCAST_EXCLUDE) : drop(sk, ifindex, group);
  }

  /** {@code __ipv6_sock_mc_join}: EINVAL, EADDRINUSE, ENODEV, ENOMEM. */
  private static int join(Sk sk, int ifindex, byte[] group, int mode) {
    if (!Ipv6Address.isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    if (find(sk, ifindex, group) != null) {
      return Errno.EADDRINUSE.negated();
    }
    if (ifindex == 0 || sk.net().deviceName(ifindex) == null) {
      return Errno.ENODEV.negated();
    }
    McList.Entry entry = new McList.Entry(group, 0, ifindex, mode);
    if (!SkOmem.alloc(sk, entry.bytes())) {
      return Errno.ENOMEM.negated();
    }
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.mcList = inet6.mcList.plus(entry);
    IpMcDevice.join(sk.net(), entry);
    return 0;
  }

  private static McList.@Nullable Entry find(Sk sk, int ifindex, byte[] group) {
    for (McList.Entry entry : Inet6Options.of(sk).mcList.entries()) {
      if ((ifindex == 0 || entry.ifindex() == ifindex) && Arrays.equals(entry.group(), group)) {
        return entry;
      }
    }
    return null;
  }

  /** {@code ipv6_sock_mc_drop}: EINVAL, EADDRNOTAVAIL. */
  private static int drop(Sk sk, int ifindex, byte[] group) {
    if (!Ipv6Address.isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    McList.Entry entry = find(sk, ifindex, group);
    if (entry == null) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.mcList = inet6.mcList.minus(entry);
    IpMcDevice.leave(sk.net(), entry);
    SkOmem.free(sk, entry.bytes() + entry.sourceBytes());
    return 0;
  }

  /** EINVAL, EFAULT; to join EPERM, EINVAL, ENODEV, EADDRNOTAVAIL; to leave ENOENT. */
  private static int anycast(Sk sk, Cred cred, boolean join, UserMem optval, int optlen) {
    int error = check(optval, optlen, MREQ_BYTES);
    if (error != 0) {
      return error;
    }
    if (!join) {
      return Errno.ENOENT.negated();
    }
    if (!cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    byte[] address = optval.get(0, Ipv6Address.BYTES);
    if (Ipv6Address.isMulticast(address) || Ipv6Address.isLocal(sk.net(), address)) {
      return Errno.EINVAL.negated();
    }
    int ifindex = optval.getInt(Ipv6Address.BYTES);
    boolean there = ifindex == 0 || sk.net().deviceName(ifindex) != null;
    return (there ? Errno.EADDRNOTAVAIL : Errno.ENODEV).negated();
  }

  private static int groupReq(Sk sk, boolean add, UserMem optval, int optlen) {
    int error = check(optval, optlen, GROUP_REQ_BYTES);
    if (error != 0) {
      return error;
    }
    if (optval.getShort(8) != Abi.AF_INET6) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    byte[] group = optval.get(8 + SIN6_ADDR, Ipv6Address.BYTES);
    int ifindex = optval.getInt(0);
    return add ? join(sk, ifindex, group, McList.MCAST_EXCLUDE) : drop(sk, ifindex, group);
  }

  private static int groupSourceReq(Sk sk, int optname, UserMem optval, int optlen) {
    int error = check(optval, optlen, GROUP_SOURCE_REQ_BYTES);
    if (error != 0) {
      return error;
    }
    int sourceAt = 8 + SOCKADDR_STORAGE_BYTES;
    if (optval.getShort(8) != Abi.AF_INET6 || optval.getShort(sourceAt) != Abi.AF_INET6) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    byte[] group = optval.get(8 + SIN6_ADDR, Ipv6Address.BYTES);
    byte[] source = optval.get(sourceAt + SIN6_ADDR, Ipv6Address.BYTES);
    int ifindex = optval.getInt(0);
    if (optname == Ipv6Option.MCAST_JOIN_SOURCE_GROUP) {
      error = join(sk, ifindex, group, McList.MCAST_INCLUDE);
      if (error != 0 && error != Errno.EADDRINUSE.negated()) {
        return error;
      }
    }
    boolean add =
        optname == Ipv6Option.MCAST_JOIN_SOURCE_GROUP || optname == Ipv6Option.MCAST_BLOCK_SOURCE;
    boolean include =
        optname == Ipv6Option.MCAST_JOIN_SOURCE_GROUP
            || optname == Ipv6Option.MCAST_LEAVE_SOURCE_GROUP;
    int mode = include ? McList.MCAST_INCLUDE : McList.MCAST_EXCLUDE;
    return source(sk, add, mode, ifindex, group, source);
  }

  /** {@code ip6_mc_source}: EINVAL, ENODEV, EINVAL if not joined, then {@link McSources}. */
  private static int source(
      Sk sk, boolean add, int mode, int ifindex, byte[] group, byte[] source) {
    int error = checkGroup(sk, ifindex, group);
    if (error != 0) {
      return error;
    }
    McList.Entry entry = find(sk, ifindex, group);
    if (entry == null) {
      return Errno.EINVAL.negated();
    }
    McSources.Change change =
        McSources.change(entry, add, mode, source, sk.net().sysctl(Sysctl.IPV6_MLD_MAX_MSF));
    if (!replace(sk, entry, change.entry())) {
      return Errno.ENOBUFS.negated();
    }
    return change.result() == McSources.LEAVE_GROUP ? drop(sk, ifindex, group) : change.result();
  }

  private static int checkGroup(Sk sk, int ifindex, byte[] group) {
    if (!Ipv6Address.isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    boolean there = ifindex != 0 && sk.net().deviceName(ifindex) != null;
    return there ? 0 : Errno.ENODEV.negated();
  }

  private static boolean replace(Sk sk, McList.Entry old, McList.Entry replacement) {
    if (!McSources.realloc(sk, old, replacement)) {
      return false;
    }
    if (!old.equals(replacement)) {
      Inet6Options inet6 = Inet6Options.forWrite(sk);
      inet6.mcList = inet6.mcList.replace(old, replacement);
      IpMcDevice.change(sk.net(), old, replacement);
    }
    return true;
  }

  /** EINVAL, ENOBUFS, EFAULT, ENOBUFS, EINVAL, ENODEV, EINVAL if not joined. */
  private static int setMsfilter(Sk sk, UserMem optval, int optlen) {
    if (optlen < GROUP_FILTER_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (optlen > sk.net().sysctl(Sysctl.CORE_OPTMEM_MAX)) {
      return Errno.ENOBUFS.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    long count = Integer.toUnsignedLong(optval.getInt(140));
    if (count > sk.net().sysctl(Sysctl.IPV6_MLD_MAX_MSF)) {
      return Errno.ENOBUFS.negated();
    }
    int mode = optval.getInt(136);
    boolean modeKnown = mode == McList.MCAST_INCLUDE || mode == McList.MCAST_EXCLUDE;
    byte[] group = optval.get(8 + SIN6_ADDR, Ipv6Address.BYTES);
    if (GROUP_FILTER_BYTES + SOCKADDR_STORAGE_BYTES * count > optlen
        || !Ipv6Address.isMulticast(group)
        || !modeKnown) {
      return Errno.EINVAL.negated();
    }
    int ifindex = optval.getInt(0);
    int error = checkGroup(sk, ifindex, group);
    if (error != 0) {
      return error;
    }
    if (mode == McList.MCAST_INCLUDE && count == 0) {
      return drop(sk, ifindex, group);
    }
    McList.Entry entry = find(sk, ifindex, group);
    if (entry == null) {
      return Errno.EINVAL.negated();
    }
    List<byte[]> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = GROUP_FILTER_BYTES + SOCKADDR_STORAGE_BYTES * i + SIN6_ADDR;
      sources.add(optval.get(at, Ipv6Address.BYTES));
    }
    return replace(sk, entry, entry.withFilter(mode, sources, sources.size()))
        ? 0
        : Errno.ENOBUFS.negated();
  }

  /** EINVAL, EFAULT, EADDRNOTAVAIL for another family, EINVAL, EADDRNOTAVAIL, EFAULT. */
  static int getMsfilter(Sk sk, UserMem optval, UserMem optlen, int len) {
    int error = check(optval, len, GROUP_FILTER_BYTES);
    if (error != 0) {
      return error;
    }
    if (optval.getShort(8) != Abi.AF_INET6) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    byte[] group = optval.get(8 + SIN6_ADDR, Ipv6Address.BYTES);
    if (!Ipv6Address.isMulticast(group)) {
      return Errno.EINVAL.negated();
    }
    McList.Entry entry = Inet6Options.of(sk).mcList.find(group, optval.getInt(0));
    return entry == null
        ? Errno.EADDRNOTAVAIL.negated()
        : GroupFilter.put(entry, Abi.AF_INET6, SIN6_ADDR, optval, optlen);
  }
}
