package org.netshard.protocol.ip6;

import java.util.Arrays;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * The extension headers of packets that are sent: those of the sock, or of control messages in
 * their place.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}, {@code struct ipv6_txoptions}; {@code
 * net/ipv6/exthdrs.c}: {@code ipv6_push_nfrag_opts}, {@code ipv6_push_frag_opts}, {@code
 * ipv6_fixup_options}, {@code fl6_update_dst}; {@code net/ipv6/datagram.c}, {@code
 * ip6_datagram_send_ctl}.
 */
public final class Ip6TxOptions {
  /** {@code NEXTHDR_HOP}. */
  static final int NEXTHDR_HOP = 0;

  /** {@code NEXTHDR_ROUTING}. */
  static final int NEXTHDR_ROUTING = 43;

  /** {@code NEXTHDR_DEST}. */
  static final int NEXTHDR_DEST = 60;

  private static final byte[] NO_HEADER = {};
  private static final int FIRST_SEGMENT = 4;
  private static final int SEGMENTS_LEFT = 3;
  private static final int SEGMENTS = 8;

  /** {@code hopopt}. */
  private byte[] hopopt = NO_HEADER;

  /** {@code dst0opt}, before a routing header. */
  private byte[] dst0opt = NO_HEADER;

  /** {@code srcrt}. */
  private byte[] srcrt = NO_HEADER;

  /** {@code dst1opt}, behind a fragment header. */
  private byte[] dst1opt = NO_HEADER;

  /** {@code opt_nflen}: bytes of headers before a fragment header. */
  private int nflen;

  /** {@code opt_flen}: bytes of headers behind one. */
  private int flen;

  private Ip6TxOptions() {}

  /** None. */
  static Ip6TxOptions none() {
    return new Ip6TxOptions();
  }

  /** Those of a sock. */
  static Ip6TxOptions of(Sk sk) {
    Ip6TxOptions options = new Ip6TxOptions();
    byte[][] headers = Inet6Options.of(sk).extensionHeaders();
    options.hopopt = headers[0];
    options.dst0opt = headers[1];
    options.srcrt = headers[2];
    options.dst1opt = headers[3];
    options.nflen = headers[0].length + headers[1].length + headers[2].length;
    options.flen = headers[3].length;
    return options;
  }

  /** Whether there are none. */
  boolean isEmpty() {
    return nflen + flen == 0;
  }

  /** Bytes of headers before a fragment header. */
  int nflen() {
    return nflen;
  }

  /** Bytes of all headers. */
  int length() {
    return nflen + flen;
  }

  /**
   * One control message.
   *
   * <p><b>Errors</b>, in order: EINVAL for a second header for all hops or a bad length, EPERM
   * without CAP_NET_RAW, EINVAL for a second old header for the destination; EINVAL for a routing
   * header, of which there is no kind any more.
   */
  int take(Sk sk, Cred cred, int type, byte[] data) {
    boolean hop = type == Ipv6Option.IPV6_HOPOPTS || type == Ipv6Option.IPV6_2292HOPOPTS;
    boolean route = type == Ipv6Option.IPV6_RTHDR || type == Ipv6Option.IPV6_2292RTHDR;
    boolean twice = hop && hopopt.length > 0;
    if (route || twice || data.length < 2 || bytes(data[1]) > data.length) {
      return Errno.EINVAL.negated();
    }
    if (!cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW)) {
      return Errno.EPERM.negated();
    }
    byte[] header = Arrays.copyOf(data, bytes(data[1]));
    switch (type) {
      case Ipv6Option.IPV6_HOPOPTS, Ipv6Option.IPV6_2292HOPOPTS -> {
        nflen += header.length;
        hopopt = header;
      }
      case Ipv6Option.IPV6_RTHDRDSTOPTS -> {
        nflen += header.length;
        dst0opt = header;
      }
      default -> {
        if (type == Ipv6Option.IPV6_2292DSTOPTS && dst1opt.length > 0) {
          return Errno.EINVAL.negated();
        }
        flen += header.length;
        dst1opt = header;
      }
    }
    return 0;
  }

  private static int bytes(byte length) {
    return ((length & 0xff) + 1) << 3;
  }

  /** A header before a routing header counts only with one ({@code ipv6_fixup_options}). */
  void fixup() {
    if (dst0opt.length > 0 && srcrt.length == 0) {
      nflen -= dst0opt.length;
      dst0opt = NO_HEADER;
    }
  }

  /** Where a packet goes first ({@code fl6_update_dst}). */
  byte[] firstHop(byte[] daddr) {
    if (srcrt.length == 0) {
      return daddr;
    }
    int at = SEGMENTS + (srcrt[FIRST_SEGMENT] & 0xff) * Ipv6Address.BYTES;
    return Arrays.copyOfRange(srcrt, at, at + Ipv6Address.BYTES);
  }

  /** The address in the header of a packet ({@code ipv6_push_rthdr4}). */
  byte[] pushedDaddr(byte[] daddr) {
    int left = srcrt.length == 0 ? 0 : srcrt[SEGMENTS_LEFT] & 0xff;
    if (left == 0) {
      return daddr;
    }
    int at = SEGMENTS + left * Ipv6Address.BYTES;
    return Arrays.copyOfRange(srcrt, at, at + Ipv6Address.BYTES);
  }

  /**
   * Writes the headers ({@code ipv6_push_frag_opts}, {@code ipv6_push_nfrag_opts}).
   *
   * @param at where the first begins
   * @param protocol of what is behind the last
   * @param daddr the destination, which a routing header names last
   * @return the kind of the first
   */
  int push(byte[] bytes, int at, int protocol, byte[] daddr) {
    int next = protocol;
    int end = at + hopopt.length + dst0opt.length + srcrt.length + dst1opt.length;
    end -= dst1opt.length;
    next = put(bytes, end, dst1opt, next, NEXTHDR_DEST);
    end -= srcrt.length;
    next = put(bytes, end, srcrt, next, NEXTHDR_ROUTING);
    if (srcrt.length > 0) {
      System.arraycopy(daddr, 0, bytes, end + SEGMENTS, daddr.length);
    }
    end -= dst0opt.length;
    next = put(bytes, end, dst0opt, next, NEXTHDR_DEST);
    return put(bytes, at, hopopt, next, NEXTHDR_HOP);
  }

  private static int put(byte[] bytes, int at, byte[] header, int next, int kind) {
    if (header.length == 0) {
      return next;
    }
    System.arraycopy(header, 0, bytes, at, header.length);
    bytes[at] = (byte) next;
    return kind;
  }

  /** Bytes that the headers take, as those of a kind that came twice are there only once. */
  int pushedBytes() {
    return hopopt.length + dst0opt.length + srcrt.length + dst1opt.length;
  }
}
