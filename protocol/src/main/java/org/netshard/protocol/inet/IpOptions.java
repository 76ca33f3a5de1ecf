package org.netshard.protocol.inet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IP options of outgoing packets, checked as a program gives them.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_options.c}, {@code ip_options_get}, {@code
 * ip_options_compile} without a packet, {@code ip_options_undo}.
 *
 * <p><b>Differs from Linux:</b> no CIPSO domain of interpretation is configured, so that option is
 * always refused.
 */
public final class IpOptions {
  private static final int IPOPT_END = 0;
  private static final int IPOPT_NOOP = 1;
  private static final int IPOPT_RR = 7;
  private static final int IPOPT_TIMESTAMP = 68;
  private static final int IPOPT_LSRR = 131;
  private static final int IPOPT_CIPSO = 134;
  private static final int IPOPT_SSRR = 137;
  private static final int IPOPT_RA = 148;
  private static final int IPOPT_TS_TSONLY = 0;
  private static final int IPOPT_TS_TSANDADDR = 1;
  private static final int IPOPT_TS_PRESPEC = 3;

  private final byte[] data;
  private final boolean privileged;
  private boolean srr;
  private boolean rr;
  private boolean ts;

  private IpOptions(byte[] data, boolean privileged) {
    this.data = data;
    this.privileged = privileged;
  }

  /**
   * The options as {@code IP_OPTIONS} reads them back: a multiple of 4 bytes, with nothing after
   * the end; or null if they are not valid.
   *
   * @param privileged whether the task may use options that the kernel does not know
   */
  public static byte @Nullable [] compile(byte[] given, boolean privileged) {
    byte[] data = Arrays.copyOf(given, (given.length + 3) & ~3);
    return new IpOptions(data, privileged).walk() ? data : null;
  }

  /** Whether valid options say which way a packet is to take. */
  public static boolean hasSourceRoute(byte[] options) {
    int at = 0;
    while (at < options.length && options[at] != IPOPT_END) {
      int type = options[at] & 0xff;
      if (type == IPOPT_SSRR || type == IPOPT_LSRR) {
        return true;
      }
      at += type == IPOPT_NOOP ? 1 : options[at + 1] & 0xff;
    }
    return false;
  }

  private boolean walk() {
    int at = 0;
    while (at < data.length) {
      int type = data[at] & 0xff;
      if (type == IPOPT_END) {
        Arrays.fill(data, at, data.length, (byte) IPOPT_END);
        return true;
      }
      if (type == IPOPT_NOOP) {
        at++;
        continue;
      }
      int left = data.length - at;
      if (left < 2) {
        return false;
      }
      int length = data[at + 1] & 0xff;
      if (length < 2 || length > left || !valid(type, at, length)) {
        return false;
      }
      at += length;
    }
    return true;
  }

  private boolean valid(int type, int at, int length) {
    return switch (type) {
      case IPOPT_SSRR, IPOPT_LSRR -> sourceRoute(at, length);
      case IPOPT_RR -> recordRoute(at, length);
      case IPOPT_TIMESTAMP -> timestamp(at, length);
      case IPOPT_RA -> length >= 4;
      case IPOPT_CIPSO -> false;
      default -> privileged;
    };
  }

  private boolean sourceRoute(int at, int length) {
    if (length < 3 || pointer(at) != 4 || srr || length < 7 || (length - 3) % 4 != 0) {
      return false;
    }
    srr = true;
    return true;
  }

  private boolean recordRoute(int at, int length) {
    if (rr || length < 3 || pointer(at) < 4) {
      return false;
    }
    if (pointer(at) <= length) {
      if (pointer(at) + 3 > length) {
        return false;
      }
      clear(at, pointer(at));
    }
    rr = true;
    return true;
  }

  private boolean timestamp(int at, int length) {
    if (ts || length < 4 || pointer(at) < 5) {
      return false;
    }
    int kind = data[at + 3] & 0xf;
    if (pointer(at) <= length) {
      if (pointer(at) + 3 > length) {
        return false;
      }
      if ((kind == IPOPT_TS_TSANDADDR || kind == IPOPT_TS_PRESPEC) && pointer(at) + 7 > length) {
        return false;
      }
      if (kind == IPOPT_TS_TSANDADDR) {
        clear(at, pointer(at));
        clear(at, pointer(at) + 4);
      } else if (kind == IPOPT_TS_TSONLY) {
        clear(at, pointer(at));
      } else if (kind != IPOPT_TS_PRESPEC && !privileged) {
        return false;
      }
    } else if (kind != IPOPT_TS_PRESPEC && (data[at + 3] & 0xff) >> 4 == 15) {
      return false;
    }
    ts = true;
    return true;
  }

  private int pointer(int at) {
    return data[at + 2] & 0xff;
  }

  /** Clears the slot that the kernel fills in itself. */
  private void clear(int at, int pointer) {
    int from = at + pointer - 1;
    Arrays.fill(data, from, from + 4, (byte) 0);
  }
}
