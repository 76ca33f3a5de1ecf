package org.netshard.protocol.inet6;

import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Extension headers that all packets of a sock carry.
 *
 * <p><b>Source:</b> {@code net/ipv6/ipv6_sockglue.c}, {@code ipv6_set_opt_hdr}, {@code
 * ipv6_getsockopt_sticky}; {@code net/ipv6/datagram.c}, {@code ip6_datagram_send_ctl}; {@code
 * net/ipv6/seg6.c}, {@code seg6_validate_srh}.
 *
 * <p><b>Differs from Linux:</b> of {@code IPV6_2292PKTOPTIONS}, control messages of {@code
 * SOL_SOCKET} are not looked at, and source addresses of {@code IPV6_PKTINFO} only count as local
 * if they are {@code ::1}.
 */
final class Ipv6Headers {
  private static final int HEADER_BYTES_MAX = 8 * 255;
  private static final int PKTOPTIONS_BYTES_MAX = 64 * 1024;
  private static final int IPV6_SRCRT_TYPE_4 = 4;
  private static final int CMSG_HDR_BYTES = 16;

  private Ipv6Headers() {}

  static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return optname == Ipv6Option.IPV6_2292PKTOPTIONS
        ? setPktoptions(sk, cred, optval, optlen)
        : setHeader(sk, cred, optname, optval, optlen);
  }

  private static int index(int optname) {
    return switch (optname) {
      case Ipv6Option.IPV6_HOPOPTS -> 0;
      case Ipv6Option.IPV6_RTHDRDSTOPTS -> 1;
      case Ipv6Option.IPV6_RTHDR -> 2;
      default -> 3;
    };
  }

  private static boolean mayRaw(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW);
  }

  /** EPERM without CAP_NET_RAW, but for routes; EINVAL, EFAULT, EINVAL. */
  private static int setHeader(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    if (optname != Ipv6Option.IPV6_RTHDR && !mayRaw(sk, cred)) {
      return Errno.EPERM.negated();
    }
    byte[] header = Inet6Options.NO_HEADERS[0];
    if (optlen > 0) {
      if (optval.isNull() || optlen < 2 || optlen % 8 != 0 || optlen > HEADER_BYTES_MAX) {
        return Errno.EINVAL.negated();
      }
      if (!optval.accessible(0, optlen)) {
        return Errno.EFAULT.negated();
      }
      header = optval.get(0, Math.min(optlen, headerBytes(optval.getByte(1))));
      boolean valid = headerBytes(optval.getByte(1)) <= optlen;
      valid &= optname != Ipv6Option.IPV6_RTHDR || isSegmentRouting(optval.get(0, optlen));
      if (!valid) {
        return Errno.EINVAL.negated();
      }
    }
    put(sk, index(optname), header);
    return 0;
  }

  private static int headerBytes(int length) {
    return (length + 1) << 3;
  }

  private static void put(Sk sk, int index, byte[] header) {
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    byte[][] headers = inet6.headers.clone();
    headers[index] = header;
    inet6.headers = headers;
  }

  /** {@code seg6_validate_srh}, of the only type of routing header that there still is. */
  private static boolean isSegmentRouting(byte[] srh) {
    int length = srh.length;
    if (length < 8 || srh[2] != IPV6_SRCRT_TYPE_4 || headerBytes(srh[1] & 0xff) != length) {
      return false;
    }
    int segmentsLeft = srh[3] & 0xff;
    int firstSegment = srh[4] & 0xff;
    if (segmentsLeft > firstSegment || firstSegment > (srh[1] & 0xff) / 2 - 1) {
      return false;
    }
    int at = 8 + ((firstSegment + 1) << 4);
    while (at < length) {
      if (length - at < 2) {
        return false;
      }
      at += 2 + (srh[at + 1] & 0xff);
    }
    return at == length;
  }

  /** The header of a sock, its length at most, and none if it has none. */
  static int getsockopt(Sk sk, int optname, UserMem optval, UserMem optlen, int len) {
    byte[] header = Inet6Options.of(sk).headers[index(optname)];
    int copied = Integer.compareUnsigned(len, header.length) < 0 ? len : header.length;
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    optval.put(0, header, copied);
    return SocketOptions.putLen(optlen, copied);
  }

  /** EINVAL for too much, EFAULT, EINVAL for a control message that is none, and theirs. */
  private static int setPktoptions(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen > PKTOPTIONS_BYTES_MAX) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    byte[][] headers = Inet6Options.NO_HEADERS.clone();
    int error = messages(sk, cred, optval, 0, optlen, headers);
    if (error == 0) {
      Inet6Options.forWrite(sk).headers = headers;
    }
    return error;
  }

  /**
   * {@code ip6_datagram_send_ctl}: what control messages ask for.
   *
   * @param from where in memory they begin, and {@code end} where they end
   * @param headers gets the extension headers
   */
  static int messages(Sk sk, Cred cred, UserMem mem, int from, int end, byte[][] headers) {
    int at = from;
    while (end - at >= CMSG_HDR_BYTES) {
      long length = mem.getLong(at);
      if (length < CMSG_HDR_BYTES || length > end - at) {
        return Errno.EINVAL.negated();
      }
      if (mem.getInt(at + 8) == Abi.IPPROTO_IPV6) {
        byte[] data = mem.get(at + CMSG_HDR_BYTES, (int) length - CMSG_HDR_BYTES);
        int error = message(sk, cred, mem.getInt(at + 12), data, headers);
        if (error != 0) {
          return error;
        }
      }
      at += (int) (length + 7) & ~7;
    }
    return 0;
  }

  private static int message(Sk sk, Cred cred, int type, byte[] data, byte[][] headers) {
    return switch (type) {
      case Ipv6Option.IPV6_PKTINFO, Ipv6Option.IPV6_2292PKTINFO -> pktinfo(sk, data);
      case Ipv6Option.IPV6_FLOWINFO -> valid(data.length >= Integer.BYTES);
      case Ipv6Option.IPV6_HOPLIMIT, Ipv6Option.IPV6_2292HOPLIMIT, Ipv6Option.IPV6_TCLASS -> {
        int val = data.length == Integer.BYTES ? number(data) : Integer.MIN_VALUE;
        yield valid(val >= -1 && val <= 255);
      }
      case Ipv6Option.IPV6_DONTFRAG ->
          valid(data.length == Integer.BYTES && (number(data) == 0 || number(data) == 1));
      case Ipv6Option.IPV6_HOPOPTS, Ipv6Option.IPV6_2292HOPOPTS ->
          header(sk, cred, 0, data, headers);
      case Ipv6Option.IPV6_RTHDRDSTOPTS -> header(sk, cred, 1, data, headers);
      case Ipv6Option.IPV6_DSTOPTS, Ipv6Option.IPV6_2292DSTOPTS ->
          header(sk, cred, 3, data, headers);
      case Ipv6Option.IPV6_RTHDR, Ipv6Option.IPV6_2292RTHDR -> {
        if (headers[2].length > 0 || !isSegmentRouting(data)) {
          yield Errno.EINVAL.negated();
        }
        headers[2] = data;
        yield 0;
      }
      default -> Errno.EINVAL.negated();
    };
  }

  private static int valid(boolean condition) {
    return condition ? 0 : Errno.EINVAL.negated();
  }

  private static int number(byte[] data) {
    return UserMem.of(data).getInt(0);
  }

  private static int header(Sk sk, Cred cred, int index, byte[] data, byte[][] headers) {
    if (data.length < 2 || headers[index].length > 0 || headerBytes(data[1] & 0xff) > data.length) {
      return Errno.EINVAL.negated();
    }
    if (!mayRaw(sk, cred)) {
      return Errno.EPERM.negated();
    }
    headers[index] = Arrays.copyOf(data, headerBytes(data[1] & 0xff));
    return 0;
  }

  private static int pktinfo(Sk sk, byte[] data) {
    if (data.length < 20) {
      return Errno.EINVAL.negated();
    }
    int ifindex = UserMem.of(data).getInt(16);
    if (ifindex != 0) {
      if (sk.boundDevIf() != 0 && sk.boundDevIf() != ifindex) {
        return Errno.EINVAL.negated();
      }
      if (sk.net().deviceName(ifindex) == null) {
        return Errno.ENODEV.negated();
      }
    }
    byte[] address = Arrays.copyOf(data, 16);
    return valid(Ipv6Address.isAny(address) || Ipv6Address.isLocal(sk.net(), address));
  }
}
