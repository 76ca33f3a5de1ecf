package org.netshard.node.strace;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.UserMem;

/**
 * The {@code struct ifreq} of requests about devices, between {@code strace}'s notation and bytes.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/sock.c}, {@code print_ifreq}.
 */
final class IfreqNotation {
  /** Size of a {@code struct ifreq}, bytes. */
  static final int BYTES = 40;

  private static final int IFNAMSIZ = 16;
  private static final int ADDR_AT = 20;
  private static final int AF_INET = 2;
  private static final String[] NUMBERS = {
    "ifr_ifindex", "ifr_mtu", "ifr_metric", "ifr_qlen", "ifr_bandwidth"
  };

  private IfreqNotation() {}

  /** The bytes of a request as far as they are shown. */
  static UserMem decode(Struct struct) {
    UserMem mem = UserMem.zeroed(BYTES);
    if (field(struct, "ifr_name") instanceof Str name) {
      byte[] bytes = name.bytes();
      mem.put(0, bytes, Math.min(bytes.length, IFNAMSIZ));
    }
    StraceValue flags = field(struct, "ifr_flags");
    if (flags != null) {
      mem.putShort(IFNAMSIZ, (int) Notation.number(flags));
    }
    for (String field : NUMBERS) {
      StraceValue number = field(struct, field);
      if (number != null) {
        mem.putInt(IFNAMSIZ, (int) Notation.number(number));
      }
    }
    Integer address = address(struct);
    if (address != null) {
      mem.putShort(IFNAMSIZ, AF_INET);
      mem.putInt(ADDR_AT, address);
    }
    return mem;
  }

  private static @Nullable StraceValue field(Struct struct, String name) {
    StraceValue value = struct.field(name);
    return value == null ? null : value.plain();
  }

  private static @Nullable Integer address(Struct struct) {
    for (String name : new String[] {"ifr_addr", "ifr_dstaddr", "ifr_broadaddr", "ifr_netmask"}) {
      if (field(struct, name) instanceof Struct address
          && field(address, "sin_addr") instanceof Function inet) {
        return SockAddr.inetAddr(inet);
      }
    }
    return null;
  }

  /** What a request shows that is not in memory, or null if all is there. */
  static @Nullable String difference(Struct recorded, UserMem mem) {
    if (mem.size() < BYTES) {
      return null;
    }
    UserMem wanted = decode(recorded);
    if (recorded.field("ifr_name") != null && !name(wanted).equals(name(mem))) {
      return "ifr_name";
    }
    if (recorded.field("ifr_flags") != null
        && wanted.getShort(IFNAMSIZ) != mem.getShort(IFNAMSIZ)) {
      return "ifr_flags";
    }
    for (String field : NUMBERS) {
      if (recorded.field(field) != null && wanted.getInt(IFNAMSIZ) != mem.getInt(IFNAMSIZ)) {
        return field;
      }
    }
    boolean address = address(recorded) != null;
    return address && wanted.getInt(ADDR_AT) != mem.getInt(ADDR_AT) ? "address" : null;
  }

  private static String name(UserMem mem) {
    String text = new String(mem.get(0, IFNAMSIZ), StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
