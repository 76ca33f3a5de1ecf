package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;

/** The value of an option as the table {@code sock_defaults} writes it. */
final class OptionText {
  private static final int WORDS_MAX = 64;
  private static final int BYTES_SHOWN = 48;

  private OptionText() {}

  static String of(int level, int option, UserMem value, int length, int pid) {
    if (level == Abi.SOL_SOCKET) {
      String text = socket(option, value, length, pid);
      if (!text.isEmpty()) {
        return text;
      }
    } else if (level == Abi.IPPROTO_TCP) {
      String text = tcp(option, value, length);
      if (!text.isEmpty()) {
        return text;
      }
    }
    return plain(value, length);
  }

  private static String socket(int option, UserMem value, int length, int pid) {
    return switch (option) {
      case 57, 71 -> value.getLong(0) != 0 ? "(nonzero, differs per run)" : "(zero)";
      case 17 -> {
        int peer = value.getInt(0);
        String who = peer == 0 ? "0" : peer == pid ? "self" : "other";
        yield "pid=" + who + " uid=" + value.getInt(4) + " gid=" + value.getInt(8);
      }
      case 61 ->
          "clockid=" + value.getInt(0) + " flags=" + Integer.toUnsignedString(value.getInt(4));
      case 20, 21, 66, 67 -> "%d.%06d".formatted(value.getLong(0), value.getLong(8));
      case 25, 31 -> quoted(value, length);
      case 49 -> value.getInt(0) >= 0 ? "(cpu of last packet)" : "";
      case 55 -> value.getInt(8) + value.getInt(0) != 0 ? "(nonzero allocation)" : "";
      default -> "";
    };
  }

  private static String tcp(int option, UserMem value, int length) {
    return switch (option) {
      case 11 -> tcpInfo(value);
      case 13, 31 -> quoted(value, length);
      case 21 -> "(sequence)";
      case 24 -> "(timestamp clock)";
      case 26 -> value.getInt(8) != 0 ? "(rate estimates: vary)" : "";
      default -> "";
    };
  }

  /** The bytes up to the first NUL, in quotes, as printf's {@code %.*s} prints them. */
  private static String quoted(UserMem value, int length) {
    byte[] bytes = value.get(0, length);
    int end = 0;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    return '"' + new String(bytes, 0, end, StandardCharsets.ISO_8859_1) + '"';
  }

  private static String tcpInfo(UserMem t) {
    int rto = t.getInt(8);
    String rtoText =
        t.getByte(0) == 1 ? "measured" : rto == 1000000 || rto == 0 ? "" + rto : "other";
    return "state="
        + t.getByte(0)
        + " ca="
        + t.getByte(1)
        + " retrans="
        + t.getByte(2)
        + " probes="
        + t.getByte(3)
        + " backoff="
        + t.getByte(4)
        + " options=0x"
        + Integer.toHexString(t.getByte(5))
        + " wscale="
        + (t.getByte(6) & 0xf)
        + "/"
        + (t.getByte(6) >> 4)
        + " rto="
        + rtoText
        + " ato="
        + word(t, 12)
        + " snd_mss="
        + word(t, 16)
        + " rcv_mss="
        + word(t, 20)
        + " unacked="
        + word(t, 24)
        + " advmss="
        + word(t, 84)
        + " pmtu="
        + word(t, 60)
        + " rcv_ssthresh="
        + word(t, 64)
        + " snd_ssthresh="
        + word(t, 76)
        + " snd_cwnd="
        + word(t, 80)
        + " reordering="
        + word(t, 88)
        + " rcv_space="
        + word(t, 96);
  }

  private static String word(UserMem mem, int offset) {
    return Integer.toUnsignedString(mem.getInt(offset));
  }

  private static String plain(UserMem value, int length) {
    if (length == 4) {
      return Integer.toString(value.getInt(0));
    }
    if (length == 8) {
      long number = value.getLong(0);
      return Long.toUnsignedString(number) + " (0x" + Long.toHexString(number) + ")";
    }
    if (length == 0) {
      return "(empty)";
    }
    StringBuilder text = new StringBuilder();
    if (length % 4 == 0 && length <= WORDS_MAX) {
      for (int offset = 0; offset < length; offset += 4) {
        text.append(offset == 0 ? "" : ",").append(value.getInt(offset));
      }
      return text.toString();
    }
    for (int i = 0; i < length && i < BYTES_SHOWN; i++) {
      text.append("%02x".formatted(value.getByte(i)));
    }
    return text.append(length > BYTES_SHOWN ? "..." : "").toString();
  }
}
