package org.netshard.protocol.inet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * The address to which a sock is bound, and whether two would receive the same packets.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_connection_sock.c}, {@code inet_rcv_saddr_equal}, {@code
 * ipv6_rcv_saddr_equal}, {@code ipv4_rcv_saddr_equal}.
 *
 * @param address4 {@code sk_rcv_saddr}, network byte order
 * @param address6 {@code sk_v6_rcv_saddr} of a sock of IPv6, else null; not to be changed
 * @param v6only {@code ipv6_only_sock}
 */
public record RcvSaddr(int address4, byte @Nullable [] address6, boolean v6only) {
  /** The address of a sock. */
  public static RcvSaddr of(Sk sk) {
    int address4 = InetOptions.of(sk).rcvSaddr();
    if (sk.family() != Abi.AF_INET6) {
      return new RcvSaddr(address4, null, false);
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] address6 = inet6.rcvSaddr();
    // One that connect or accept has given it has no address of IPv4 either (tcp_v6_connect).
    boolean only6 = !Ipv6Address.isAny(address6) && !Ipv6Address.isV4Mapped(address6);
    int own4 = only6 ? InetAddress4.LOOPBACK4_IPV6 : address4;
    return new RcvSaddr(own4, address6, inet6.has(Inet6Flag.V6ONLY));
  }

  /** Whether two socks have addresses in common, {@code 0.0.0.0} and {@code ::} being all. */
  public static boolean equal(Sk sk, Sk other, boolean matchWildcard) {
    return of(sk).equal(of(other), matchWildcard, matchWildcard);
  }

  /**
   * Whether two addresses have addresses in common.
   *
   * @param wildcard whether this one is all addresses if it is {@code 0.0.0.0} or {@code ::}
   * @param otherWildcard the same of the other one
   */
  boolean equal(RcvSaddr other, boolean wildcard, boolean otherWildcard) {
    return address6 != null
        ? equal6(address6, other, wildcard, otherWildcard)
        : equal4(other, wildcard, otherWildcard);
  }

  private boolean equal4(RcvSaddr other, boolean wildcard, boolean otherWildcard) {
    return !other.v6only
        && (address4 == other.address4
            || (wildcard && address4 == 0)
            || (otherWildcard && other.address4 == 0));
  }

  private boolean equal6(byte[] own, RcvSaddr other, boolean wildcard, boolean otherWildcard) {
    byte[] its = other.address6;
    boolean ownMapped = Ipv6Address.isV4Mapped(own);
    boolean itsMapped = its == null || Ipv6Address.isV4Mapped(its);
    if (ownMapped && itsMapped) {
      return equal4(other, wildcard, otherWildcard);
    }
    boolean ownAny = Ipv6Address.isAny(own);
    boolean itsAny = its != null && Ipv6Address.isAny(its);
    return (ownAny && itsAny)
        || (itsAny && otherWildcard && !(other.v6only && ownMapped))
        || (ownAny && wildcard && !(v6only && itsMapped))
        || (its != null && Arrays.equals(own, its));
  }

  /** {@code inet_rcv_saddr_any}. */
  public boolean isAny() {
    return address6 != null ? Ipv6Address.isAny(address6) : address4 == 0;
  }

  /** Whether two addresses have one hash: {@code ::} that of {@code 0.0.0.0}. */
  public boolean sameHash(RcvSaddr other) {
    boolean own4 = hasHash4();
    if (own4 != other.hasHash4()) {
      return false;
    }
    return own4 ? address4 == other.address4 : Arrays.equals(address6, other.address6);
  }

  private boolean hasHash4() {
    return address6 == null || Ipv6Address.isAny(address6) || Ipv6Address.isV4Mapped(address6);
  }
}
