package org.netshard.protocol.raw;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip6.Ip6Cork;

/**
 * The options of a raw sock.
 *
 * <p><b>Source:</b> {@code include/net/raw.h}, {@code struct raw_sock}; {@code
 * include/net/rawv6.h}, {@code struct raw6_sock}.
 */
public final class RawOptions extends OptionBlock {
  /** Bytes of an {@code ICMPV6_FILTER}. */
  static final int ICMP6_FILTER_BYTES = 32;

  private static final int ICMPV6_CHECKSUM_OFFSET = 2;
  private static final int MH_CHECKSUM_OFFSET = 4;
  private static final RawOptions DEFAULTS = defaults(false, 0);
  private static final RawOptions ICMPV6 = defaults(true, ICMPV6_CHECKSUM_OFFSET);
  private static final RawOptions MH = defaults(true, MH_CHECKSUM_OFFSET);
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int IPPROTO_MH = 135;

  /** {@code filter} of IPv4: a bit for each ICMP type that is not wanted. */
  int icmpFilter;

  /** {@code filter} of IPv6: the same for 256 types. */
  byte[] icmp6Filter = new byte[ICMP6_FILTER_BYTES];

  /** {@code checksum}: whether packets get a checksum. */
  boolean checksum;

  /** A packet of IPv4 that waits for more data. */
  @Nullable IpCork pending;

  /** The same of IPv6. */
  @Nullable Ip6Cork pending6;

  /** {@code offset} of the checksum in the packet, bytes. */
  int offset;

  private static RawOptions defaults(boolean checksum, int offset) {
    RawOptions block = new RawOptions();
    block.checksum = checksum;
    block.offset = offset;
    block.freeze();
    return block;
  }

  /** The shared block of new socks of a protocol. */
  static RawOptions shared(boolean v6, int protocol) {
    if (!v6) {
      return DEFAULTS;
    }
    return switch (protocol) {
      case IPPROTO_ICMPV6 -> ICMPV6;
      case IPPROTO_MH -> MH;
      default -> DEFAULTS;
    };
  }

  /** The block of a sock, for reading. */
  public static RawOptions of(Sk sk) {
    return (RawOptions) Objects.requireNonNull(sk.transport());
  }

  /** The block of a sock, for writing: its own from now on. */
  static RawOptions forWrite(Sk sk) {
    RawOptions block = of(sk);
    if (block.isFrozen()) {
      block = (RawOptions) block.thaw();
      block.icmp6Filter = block.icmp6Filter.clone();
      sk.setTransport(block);
    }
    return block;
  }

  /** {@code ICMP_FILTER}: a bit for each type that is not wanted. */
  public int icmpFilter() {
    return icmpFilter;
  }

  /** {@code ICMPV6_FILTER}: the same for 256 types. */
  public byte[] icmp6Filter() {
    return icmp6Filter.clone();
  }

  /** {@code IPV6_CHECKSUM}: where packets get a checksum, or -1. */
  public int checksumOffset() {
    return checksum ? offset : -1;
  }
}
