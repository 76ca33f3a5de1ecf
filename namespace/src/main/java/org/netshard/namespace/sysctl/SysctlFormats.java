package org.netshard.namespace.sysctl;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * Values of sysctls that are no plain numbers: the text as it is read back, or an error.
 *
 * <p>An error is a text that no value can be; {@link #error} knows them.
 */
final class SysctlFormats {
  static final String EIO = "\0EIO";
  private static final String EINVAL = "\0EINVAL";
  private static final String EOVERFLOW = "\0EOVERFLOW";

  private SysctlFormats() {}

  /** The error that this is, or null for a value. */
  static @Nullable Errno error(String value) {
    return switch (value) {
      case EIO -> Errno.EIO;
      case EINVAL -> Errno.EINVAL;
      case EOVERFLOW -> Errno.EOVERFLOW;
      default -> null;
    };
  }

  /**
   * Numbers and ranges, {@code 1,5-7} ({@code proc_do_large_bitmap}).
   *
   * @param old numbers that stay, as the file shows them
   */
  static String bitmap(ProcText text, int max, String old) {
    BitSet bits = new BitSet();
    for (String range : old.isEmpty() ? new String[0] : old.split(",", -1)) {
      String[] ends = range.split("-", -1);
      bits.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
    }
    text.skip('\n');
    while (!text.atEnd()) {
      int first = bit(text, "-,\n", max);
      if (first < 0) {
        return EINVAL;
      }
      int last = first;
      if (!text.atEnd() && text.take() == '-') {
        last = bit(text, ",\n", max);
        if (last < first) {
          return EINVAL;
        }
        if (!text.atEnd()) {
          text.take();
        }
      }
      bits.set(first, last + 1);
      text.skip('\n');
    }
    return ranges(bits);
  }

  private static int bit(ProcText text, String trailing, int max) {
    if (!text.number(trailing) || text.negative()) {
      return -1;
    }
    return Long.compareUnsigned(text.value(), max) > 0 ? -1 : (int) text.value();
  }

  private static String ranges(BitSet bits) {
    List<String> ranges = new ArrayList<>();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int last = bits.nextClearBit(first) - 1;
      ranges.add(first == last ? Integer.toString(first) : first + "-" + last);
      first = bits.nextSetBit(last + 1);
    }
    return String.join(",", ranges);
  }

  /**
   * A set of processors, hexadecimal ({@code bitmap_parse}): regions of at most 8 digits, the last
   * one first.
   *
   * @param max the set of all that there are, at most 32
   */
  static String cpuMask(String text, long max) {
    String regions = text.replaceAll("[\\s,]+", " ").strip();
    if (regions.isEmpty()) {
      return "0";
    }
    String last = regions.substring(regions.lastIndexOf(' ') + 1);
    long mask = 0;
    for (int i = last.length() - 1; i >= 0; i--) {
      int digit = Character.digit(last.charAt(i), 16);
      int place = last.length() - 1 - i;
      if (place == 8) {
        return digit < 0 ? EINVAL : EOVERFLOW;
      }
      if (digit < 0) {
        return EINVAL;
      }
      mask |= (long) digit << (4 * place);
    }
    boolean outside = last.length() < regions.length() || mask > max;
    return outside ? EOVERFLOW : Long.toHexString(mask);
  }

  /** What is read as long as there is no key. */
  static final String NO_FASTOPEN_KEY = "00000000-00000000-00000000-00000000";

  /** One key or two, each four hexadecimal words ({@code proc_tcp_fastopen_key}). */
  static String fastopenKey(String text) {
    String[] keys = text.strip().split(",", 2);
    List<String> normal = new ArrayList<>();
    for (String key : keys) {
      if (!key.matches("[0-9a-fA-F]{1,8}(-[0-9a-fA-F]{1,8}){3}")) {
        return EINVAL;
      }
      List<String> words = new ArrayList<>();
      for (String word : key.split("-", -1)) {
        words.add(String.format(Locale.ROOT, "%08x", Long.parseLong(word, 16)));
      }
      normal.add(String.join("-", words));
    }
    return String.join(",", normal);
  }

  /** An IPv6 address, written out ({@code in6_pton}, {@code %pI6}). */
  static String stableSecret(String text) {
    String[] halves = text.split("::", -1);
    if (halves.length > 2 || text.isEmpty()) {
      return EIO;
    }
    List<String> head = groups(halves[0]);
    List<String> tail = halves.length == 2 ? groups(halves[1]) : List.of();
    int missing = 8 - head.size() - tail.size();
    if (head.contains(EIO) || tail.contains(EIO) || missing < 0) {
      return EIO;
    }
    if (halves.length == 1 ? missing != 0 : missing == 0) {
      return EIO;
    }
    List<String> all = new ArrayList<>(head);
    for (int i = 0; i < missing; i++) {
      all.add("0000");
    }
    all.addAll(tail);
    return String.join(":", all);
  }

  private static List<String> groups(String text) {
    List<String> groups = new ArrayList<>();
    if (text.isEmpty()) {
      return groups;
    }
    for (String group : text.split(":", -1)) {
      boolean good = group.matches("[0-9a-fA-F]{1,4}");
      groups.add(good ? String.format(Locale.ROOT, "%04x", Integer.parseInt(group, 16)) : EIO);
    }
    return groups;
  }
}
