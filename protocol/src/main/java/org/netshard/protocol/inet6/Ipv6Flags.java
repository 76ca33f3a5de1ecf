package org.netshard.protocol.inet6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Ipv6Option;

/** The options of {@code SOL_IPV6} that are a flag and nothing else. */
final class Ipv6Flags {
  private Ipv6Flags() {}

  /** The flag of an option, or null. */
  static @Nullable Inet6Flag of(int optname) {
    return switch (optname) {
      case Ipv6Option.IPV6_V6ONLY -> Inet6Flag.V6ONLY;
      case Ipv6Option.IPV6_RECVPKTINFO -> Inet6Flag.RXINFO;
      case Ipv6Option.IPV6_2292PKTINFO -> Inet6Flag.RXOINFO;
      case Ipv6Option.IPV6_RECVHOPLIMIT -> Inet6Flag.RXHLIM;
      case Ipv6Option.IPV6_2292HOPLIMIT -> Inet6Flag.RXOHLIM;
      case Ipv6Option.IPV6_RECVRTHDR -> Inet6Flag.SRCRT;
      case Ipv6Option.IPV6_2292RTHDR -> Inet6Flag.OSRCRT;
      case Ipv6Option.IPV6_RECVHOPOPTS -> Inet6Flag.HOPOPTS;
      case Ipv6Option.IPV6_2292HOPOPTS -> Inet6Flag.OHOPOPTS;
      case Ipv6Option.IPV6_RECVDSTOPTS -> Inet6Flag.DSTOPTS;
      case Ipv6Option.IPV6_2292DSTOPTS -> Inet6Flag.ODSTOPTS;
      case Ipv6Option.IPV6_RECVTCLASS -> Inet6Flag.RXTCLASS;
      case Ipv6Option.IPV6_FLOWINFO -> Inet6Flag.RXFLOW;
      case Ipv6Option.IPV6_RECVPATHMTU -> Inet6Flag.RXPMTU;
      case Ipv6Option.IPV6_RECVORIGDSTADDR -> Inet6Flag.RXORIGDSTADDR;
      case Ipv6Option.IPV6_RECVFRAGSIZE -> Inet6Flag.RECVFRAGSIZE;
      case Ipv6Option.IPV6_MULTICAST_LOOP -> Inet6Flag.MC6_LOOP;
      case Ipv6Option.IPV6_MULTICAST_ALL -> Inet6Flag.MC6_ALL;
      case Ipv6Option.IPV6_RECVERR -> Inet6Flag.RECVERR6;
      case Ipv6Option.IPV6_RECVERR_RFC4884 -> Inet6Flag.RECVERR6_RFC4884;
      case Ipv6Option.IPV6_FLOWINFO_SEND -> Inet6Flag.SNDFLOW;
      case Ipv6Option.IPV6_DONTFRAG -> Inet6Flag.DONTFRAG;
      case Ipv6Option.IPV6_ROUTER_ALERT_ISOLATE -> Inet6Flag.RTALERT_ISOLATE;
      default -> null;
    };
  }

  /** Whether a value of an option must be 0 or 1. */
  static boolean isStrict(int optname) {
    return optname == Ipv6Option.IPV6_MULTICAST_LOOP || optname == Ipv6Option.IPV6_RECVERR_RFC4884;
  }

  /** Whether an option takes a value of any length; what is below 4 bytes counts as 0. */
  static boolean takesAnyLength(int optname) {
    return optname == Ipv6Option.IPV6_DONTFRAG
        || optname == Ipv6Option.IPV6_AUTOFLOWLABEL
        || optname == Ipv6Option.IPV6_RECVFRAGSIZE;
  }
}
