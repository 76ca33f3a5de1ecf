package org.netshard.protocol.raw;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.AbstractInetOps;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.PacketRead;
import org.netshard.protocol.inet.SockoptVal;

/**
 * The calls of {@code RAW} and {@code RAWv6}.
 *
 * <p><b>Source:</b> {@code net/ipv4/raw.c}, {@code raw_setsockopt}, {@code raw_getsockopt}; {@code
 * net/ipv6/raw.c}, {@code rawv6_setsockopt}, {@code rawv6_getsockopt}.
 */
public final class RawOps extends AbstractInetOps {
  private static final int SOL_RAW = Abi.IPPROTO_RAW;
  private static final int SOL_ICMPV6 = Abi.IPPROTO_ICMPV6;

  /** {@code ICMP_FILTER} and {@code ICMPV6_FILTER}. */
  private static final int FILTER = 1;

  /** The calls. */
  public RawOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    super.init(sk, cred);
    sk.setReuse(Sk.SK_CAN_REUSE);
    sk.setTransport(RawOptions.shared(isV6(sk), sk.protocol()));
    RawTable.hash(sk);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    super.destroy(sk);
    RawSend.flush(sk);
    Raw6Send.flush(sk);
    unhash(sk);
    ErrSkb.purge(sk);
    PacketRead.purge(sk);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return isV6(sk) ? Raw6Send.sendmsg(sk, caller, msg) : RawSend.sendmsg(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return PacketRead.recvmsg(sk, caller, msg, true);
  }

  @Override
  public int inq(Sk sk) {
    return PacketRead.inq(sk);
  }

  @Override
  public long outq(Sk sk) {
    return (long) sk.wmemAlloc() - 1;
  }

  @Override
  public int shutdown(Sk sk, int how) {
    return DatagramQueue.shutdown(sk, how);
  }

  @Override
  public int poll(Sk sk) {
    return DatagramQueue.poll(sk);
  }

  /** A raw socket has its protocol, always. */
  @Override
  public int getPort(Sk sk, int port) {
    throw new IllegalStateException("a raw socket of protocol " + sk.num() + " asks for a port");
  }

  @Override
  public void unhash(Sk sk) {
    RawTable.unhash(sk);
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return RawBind.bind(sk, address);
  }

  /** {@code ip6_datagram_connect_v6_only}: EAFNOSUPPORT for a sock of IPv6 and another family. */
  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return connectOwnFamily(sk, caller, address);
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (!isV6(sk)) {
      return level == SOL_RAW
          ? getIcmpFilter(sk, optname, optval, optlen)
          : ipGetsockopt(sk, cred, level, optname, optval, optlen);
    }
    if (level == SOL_ICMPV6) {
      return sk.num() == Abi.IPPROTO_ICMPV6
          ? getIcmp6Filter(sk, optname, optval, optlen)
          : Errno.EOPNOTSUPP.negated();
    }
    return level == SOL_RAW || isRawIpv6(level, optname)
        ? getRawv6(sk, optname, optval, optlen)
        : ipGetsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (!isV6(sk)) {
      return level == SOL_RAW
          ? setIcmpFilter(sk, optname, optval, optlen)
          : ipSetsockopt(sk, cred, level, optname, optval, optlen);
    }
    if (level == SOL_ICMPV6) {
      return sk.num() == Abi.IPPROTO_ICMPV6
          ? setIcmp6Filter(sk, optname, optval, optlen)
          : Errno.EOPNOTSUPP.negated();
    }
    return level == SOL_RAW || isRawIpv6(level, optname)
        ? setRawv6(sk, level, optname, optval, optlen)
        : ipSetsockopt(sk, cred, level, optname, optval, optlen);
  }

  private static boolean isRawIpv6(int level, int optname) {
    return level == Abi.IPPROTO_IPV6
        && (optname == Ipv6Option.IPV6_CHECKSUM || optname == Ipv6Option.IPV6_HDRINCL);
  }

  /** ENOPROTOOPT, EOPNOTSUPP if the sock is not of ICMP. */
  private static int checkIcmp(Sk sk, int optname) {
    if (optname != FILTER) {
      return Errno.ENOPROTOOPT.negated();
    }
    return sk.num() == Abi.IPPROTO_ICMP ? 0 : Errno.EOPNOTSUPP.negated();
  }

  /** {@code raw_seticmpfilter}: bytes that are not given are as they were. */
  private static int setIcmpFilter(Sk sk, int optname, UserMem optval, int optlen) {
    int error = checkIcmp(sk, optname);
    if (error != 0) {
      return error;
    }
    int length = Math.min(optlen, Integer.BYTES);
    if (!optval.accessible(0, length)) {
      return Errno.EFAULT.negated();
    }
    RawOptions raw = RawOptions.forWrite(sk);
    for (int i = 0; i < length; i++) {
      raw.icmpFilter = (raw.icmpFilter & ~(0xff << (8 * i))) | optval.getByte(i) << (8 * i);
    }
    return 0;
  }

  /** {@code raw_geticmpfilter}: EFAULT, EINVAL, EFAULT. */
  private static int getIcmpFilter(Sk sk, int optname, UserMem optval, UserMem optlen) {
    int error = checkIcmp(sk, optname);
    if (error == 0) {
      error = SockoptVal.checkSignedLen(optlen);
    }
    if (error != 0) {
      return error;
    }
    byte[] value =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(RawOptions.of(sk).icmpFilter)
            .array();
    return SockoptVal.putBytes(optval, optlen, optlen.getInt(0), value);
  }

  private static int setIcmp6Filter(Sk sk, int optname, UserMem optval, int optlen) {
    if (optname != FILTER) {
      return Errno.ENOPROTOOPT.negated();
    }
    int length = Math.min(optlen, RawOptions.ICMP6_FILTER_BYTES);
    if (!optval.accessible(0, length)) {
      return Errno.EFAULT.negated();
    }
    System.arraycopy(optval.get(0, length), 0, RawOptions.forWrite(sk).icmp6Filter, 0, length);
    return 0;
  }

  private static int getIcmp6Filter(Sk sk, int optname, UserMem optval, UserMem optlen) {
    if (optname != FILTER) {
      return Errno.ENOPROTOOPT.negated();
    }
    int error = SockoptVal.checkSignedLen(optlen);
    return error != 0
        ? error
        : SockoptVal.putBytes(optval, optlen, optlen.getInt(0), RawOptions.of(sk).icmp6Filter);
  }

  /** {@code do_rawv6_setsockopt}: EINVAL, EFAULT, then those of the option. */
  private static int setRawv6(Sk sk, int level, int optname, UserMem optval, int optlen) {
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    if (optname == Ipv6Option.IPV6_HDRINCL) {
      if (sk.type() != Abi.SOCK_RAW) {
        return Errno.EINVAL.negated();
      }
      InetOptions.forWrite(sk).set(InetFlag.HDRINCL, val != 0);
      return 0;
    }
    return optname == Ipv6Option.IPV6_CHECKSUM
        ? setChecksum(sk, level, val)
        : Errno.ENOPROTOOPT.negated();
  }

  /** {@code IPV6_CHECKSUM}: ICMPv6 has its checksum always; an odd offset is EINVAL. */
  private static int setChecksum(Sk sk, int level, int val) {
    if (sk.num() == Abi.IPPROTO_ICMPV6 && level == Abi.IPPROTO_IPV6) {
      return Errno.EINVAL.negated();
    }
    if (val > 0 && (val & 1) != 0) {
      return Errno.EINVAL.negated();
    }
    RawOptions raw = RawOptions.forWrite(sk);
    raw.checksum = val >= 0;
    if (val >= 0) {
      raw.offset = val;
    }
    return 0;
  }

  /** {@code do_rawv6_getsockopt}: EFAULT, ENOPROTOOPT, EFAULT. */
  private static int getRawv6(Sk sk, int optname, UserMem optval, UserMem optlen) {
    int error = SockoptVal.checkLen(optlen);
    if (error != 0) {
      return error;
    }
    int val;
    switch (optname) {
      case Ipv6Option.IPV6_HDRINCL -> val = InetOptions.of(sk).has(InetFlag.HDRINCL) ? 1 : 0;
      case Ipv6Option.IPV6_CHECKSUM -> val = RawOptions.of(sk).checksumOffset();
      default -> {
        return Errno.ENOPROTOOPT.negated();
      }
    }
    return SockoptVal.putInt(optval, optlen, optlen.getInt(0), val);
  }
}
