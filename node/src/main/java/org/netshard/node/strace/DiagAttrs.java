package org.netshard.node.strace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Ellipsis;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;

/**
 * The attributes of an answer about an Internet socket: which there are, how long they are, and
 * what those say that do not depend on times.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/inet_diag.h}; {@code include/uapi/linux/tcp.h},
 * {@code struct tcp_info}.
 */
final class DiagAttrs {
  private static final int HEADER_BYTES = 4;

  private static final String PREFIX = "INET_DIAG_";

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "MEMINFO"),
          Map.entry(2, "INFO"),
          Map.entry(4, "CONG"),
          Map.entry(5, "TOS"),
          Map.entry(6, "TCLASS"),
          Map.entry(7, "SKMEMINFO"),
          Map.entry(8, "SHUTDOWN"),
          Map.entry(9, "DCTCPINFO"),
          Map.entry(11, "SKV6ONLY"),
          Map.entry(15, "MARK"),
          Map.entry(16, "BBRINFO"),
          Map.entry(17, "CLASS_ID"),
          Map.entry(18, "MD5SIG"),
          Map.entry(19, "ULP_INFO"),
          Map.entry(21, "CGROUP_ID"),
          Map.entry(22, "SOCKOPT"));

  /** Those whose content is one number that is compared. */
  private static final List<String> NUMBERS =
      List.of("TOS", "TCLASS", "SHUTDOWN", "SKV6ONLY", "MARK", "CLASS_ID");

  /** Those that are several numbers. */
  private static final List<String> MEMORY = List.of("MEMINFO", "SKMEMINFO");

  /** Fields of {@code struct tcp_info} that do not depend on the clock. */
  private static final Set<String> INFO =
      Set.of(
          "state",
          "ca_state",
          "options",
          "wscale",
          "snd_mss",
          "rcv_mss",
          "unacked",
          "sacked",
          "lost",
          "retrans",
          "pmtu",
          "snd_ssthresh",
          "snd_cwnd",
          "advmss",
          "reordering",
          "total_retrans",
          "max_pacing_rate",
          "bytes_acked",
          "bytes_received",
          "notsent_bytes",
          "data_segs_in",
          "data_segs_out",
          "delivered",
          "bytes_sent");

  private DiagAttrs() {}

  private static String told(TcpInfoLayout.Field field, ByteBuffer info) {
    long value =
        switch (field.bytes()) {
          case 1 -> info.get(field.offset());
          case 4 -> info.getInt(field.offset());
          default -> info.getLong(field.offset());
        };
    return field.name() + " " + value;
  }

  /** Those of a message of a log; null if it does not show all of them. */
  static @Nullable String recorded(Array message) {
    List<String> all = new ArrayList<>();
    for (StraceValue part : message.elements().subList(1, message.elements().size())) {
      if (part.plain() instanceof Array attrs && !collect(attrs, all)) {
        return null;
      }
    }
    return String.join(", ", all);
  }

  private static boolean collect(Array attrs, List<String> all) {
    if (attrs.elements().isEmpty()) {
      return true;
    }
    Struct header = attrs.elements().get(0).plain() instanceof Struct first ? first : null;
    StraceValue length = header == null ? null : header.field("nla_len");
    StraceValue type = header == null ? null : header.field("nla_type");
    if (length != null && type != null) {
      StraceValue content = attrs.elements().size() > 1 ? attrs.elements().get(1).plain() : null;
      String name = type.plain().text().replace(PREFIX, "");
      String told = told(name, content);
      if (told == null) {
        return false;
      }
      all.add(name + "(" + Notation.number(length) + ")" + told);
      return true;
    }
    for (StraceValue one : attrs.elements()) {
      if (one.plain() instanceof Ellipsis
          || (one.plain() instanceof Array inner && !collect(inner, all))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String told(String name, @Nullable StraceValue content) {
    if (NUMBERS.contains(name) && content != null) {
      return " " + (int) Notation.number(content);
    }
    if (content instanceof Str text) {
      if (text.truncated()) {
        return null;
      }
      return told(name, text.bytes());
    }
    if (MEMORY.contains(name) && content != null) {
      List<StraceValue> parts = content instanceof Array array ? array.elements() : List.of();
      parts = content instanceof Struct struct ? struct.members() : parts;
      List<String> numbers = new ArrayList<>();
      for (StraceValue part : parts) {
        StraceValue value = part instanceof Named named ? named.value() : part;
        numbers.add(Long.toString(Notation.number(value)));
      }
      return " " + numbers;
    }
    return content instanceof Ellipsis ? null : "";
  }

  private static String told(String name, byte[] content) {
    ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (name.equals("CONG")) {
      StringBuilder text = new StringBuilder(" ");
      for (int i = 0; i < content.length && content[i] != 0; i++) {
        text.append((char) content[i]);
      }
      return text.toString();
    }
    if (name.equals("INFO")) {
      List<String> fields = new ArrayList<>();
      for (TcpInfoLayout.Field field : TcpInfoLayout.FIELDS) {
        if (INFO.contains(field.name()) && field.offset() + field.bytes() <= content.length) {
          fields.add(told(field, in));
        }
      }
      return " {" + String.join(", ", fields) + "}";
    }
    if (MEMORY.contains(name)) {
      List<String> numbers = new ArrayList<>();
      for (int i = 0; i + Integer.BYTES <= content.length; i += Integer.BYTES) {
        numbers.add(Integer.toUnsignedString(in.getInt(i)));
      }
      return " " + numbers;
    }
    if (NUMBERS.contains(name)) {
      return " " + (content.length >= Integer.BYTES ? in.getInt(0) : in.get(0));
    }
    return "";
  }

  /** Those of a message of the simulation. */
  static String simulated(ByteBuffer in, int from, int end) {
    List<String> all = new ArrayList<>();
    int at = from;
    while (at + HEADER_BYTES <= end) {
      int length = Short.toUnsignedInt(in.getShort(at));
      if (length < HEADER_BYTES || at + length > end) {
        break;
      }
      int type = in.getShort(at + 2);
      String name = NAMES.getOrDefault(type, Integer.toString(type));
      byte[] content = new byte[length - HEADER_BYTES];
      in.get(at + HEADER_BYTES, content);
      all.add(name + "(" + length + ")" + told(name, content));
      at += (length + 3) & ~3;
    }
    return String.join(", ", all);
  }
}
