package org.netshard.node.strace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Abi;

/**
 * Answers of {@code NETLINK_SOCK_DIAG} about Internet and UNIX sockets: what they tell of the
 * sockets of a log and of the simulation, without order, which is that of a hash with a secret, and
 * without inodes, cookies, timers and the numbers of ephemeral ports.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/inet_diag.h}, {@code struct inet_diag_msg}; {@code
 * include/uapi/linux/unix_diag.h}, {@code struct unix_diag_msg}; {@code strace-6.1/src}: {@code
 * netlink_inet_diag.c}, {@code netlink_unix_diag.c}.
 */
final class DiagComparison {
  private static final int HEADER_BYTES = 16;
  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int UNIX_BODY_BYTES = 16;
  private static final int INET_BODY_BYTES = 72;
  private static final int UNIX_DIAG_NAME = 0;
  private static final int ATTR_BYTES = 4;

  private static final Pattern INET =
      Pattern.compile(
          "nlmsg_len=(\\d+),[^}]*\\}, \\{idiag_family=(\\w+), idiag_state=(\\w+), .*?"
              + "idiag_sport=htons\\((\\d+)\\), idiag_dport=htons\\((\\d+)\\), (.*?), idiag_if=.*?"
              + "idiag_rqueue=(\\d+), idiag_wqueue=(\\d+), idiag_uid=(\\d+)");
  private static final Pattern ADDRESS = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern UNIX =
      Pattern.compile(
          "nlmsg_len=(\\d+),[^}]*\\}, \\{udiag_family=AF_UNIX, udiag_type=(\\w+),"
              + " udiag_state=(\\w+),[^}]*\\}(, \\[\\[?\\{nla_len=(\\d+), nla_type=UNIX_DIAG_NAME)?");
  private static final List<String> STATES =
      List.of(
          "0",
          "TCP_ESTABLISHED",
          "TCP_SYN_SENT",
          "TCP_SYN_RECV",
          "TCP_FIN_WAIT1",
          "TCP_FIN_WAIT2",
          "TCP_TIME_WAIT",
          "TCP_CLOSE",
          "TCP_CLOSE_WAIT",
          "TCP_LAST_ACK",
          "TCP_LISTEN",
          "TCP_CLOSING",
          "TCP_NEW_SYN_RECV");
  private static final List<String> TYPES =
      List.of("0", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET");

  /** Bytes of {@code struct inet_diag_req_v2}. */
  private static final int INET_REQUEST_BYTES = 56;

  /** Bytes of {@code struct unix_diag_req}. */
  private static final int UNIX_REQUEST_BYTES = 24;

  /** The flags of {@code UDIAG_SHOW_…}, from the first bit on. */
  private static final List<String> UNIX_SHOW =
      List.of("NAME", "VFS", "PEER", "ICONS", "RQLEN", "MEMINFO", "UID");

  /** Bytes of {@code struct packet_diag_req} and of {@code struct netlink_diag_req}. */
  private static final int OTHER_REQUEST_BYTES = 20;

  /** Where their flags are. */
  private static final int OTHER_SHOW_AT = 8;

  /** The flags of {@code PACKET_SHOW_…}. */
  private static final List<String> PACKET_SHOW =
      List.of("INFO", "MCLIST", "RING_CFG", "FANOUT", "MEMINFO", "FILTER");

  /** The flags of {@code NDIAG_SHOW_…}. */
  private static final List<String> NETLINK_SHOW =
      List.of("MEMINFO", "GROUPS", "RING_CFG", "FLAGS");

  private DiagComparison() {}

  /**
   * The bytes of a request for all sockets of a kind.
   *
   * @throws NotationException if it asks for one socket, or for those of another family
   */
  static byte[] request(StraceValue.Struct body) {
    int family = (int) SockAddr.require(body, "sdiag_family");
    boolean inet = family == Abi.AF_INET || family == Abi.AF_INET6;
    String text = body.text();
    int size =
        switch (family) {
          case Abi.AF_INET, Abi.AF_INET6 -> INET_REQUEST_BYTES;
          case Abi.AF_UNIX -> UNIX_REQUEST_BYTES;
          case Abi.AF_PACKET, Abi.AF_NETLINK -> OTHER_REQUEST_BYTES;
          default ->
              throw new NotationException(text, "this kind of question about sockets is not read");
        };
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) family).put((byte) SockAddr.require(body, "sdiag_protocol"));
    if (inet) {
      out.put((byte) SockAddr.require(body, "idiag_ext"));
      boolean all = text.contains("idiag_sport=htons(0), idiag_dport=htons(0)");
      boolean everywhere = text.contains("\"0.0.0.0\"") || text.contains("\"::\"");
      if (!all || !everywhere || !text.contains("idiag_if=0")) {
        throw new NotationException(text, "a question about one socket is not read");
      }
      return out.putInt(4, bits(text, "idiag_states", STATES, "1<<")).array();
    }
    if (family == Abi.AF_PACKET) {
      int show = bits(text, "pdiag_show", PACKET_SHOW, "PACKET_SHOW_");
      return out.putInt(OTHER_SHOW_AT, show).array();
    }
    if (family == Abi.AF_NETLINK) {
      int show = bits(text, "ndiag_show", NETLINK_SHOW, "NDIAG_SHOW_");
      return out.putInt(OTHER_SHOW_AT, show).array();
    }
    out.putInt(4, bits(text, "udiag_states", STATES, "1<<"));
    return out.putInt(12, bits(text, "udiag_show", UNIX_SHOW, "UDIAG_SHOW_")).array();
  }

  /** Flags that are joined by bars: names behind a prefix, and numbers. */
  private static int bits(String text, String field, List<String> names, String prefix) {
    Matcher value = Pattern.compile("\\b" + field + "=([^,}]+)").matcher(text);
    if (!value.find()) {
      throw new NotationException(text, "no " + field);
    }
    int bits = 0;
    for (String one : value.group(1).split("\\|", -1)) {
      int index = one.startsWith(prefix) ? names.indexOf(one.substring(prefix.length())) : -1;
      if (index >= 0) {
        bits |= 1 << index;
      } else if (one.matches("0x[0-9a-f]+|\\d+")) {
        bits |= (int) (long) Long.decode(one);
      } else {
        throw new NotationException(text, "an unknown flag of " + field + ": " + one);
      }
    }
    return bits;
  }

  /**
   * What a log's answer tells, a line for each socket.
   *
   * @param lines the lines; empty if it is no such answer
   * @param detailed whether they have the attributes, which a log may cut short
   */
  record Told(List<String> lines, boolean detailed) {}

  /** What an answer of a log tells. */
  static Told recorded(StraceValue value) {
    List<Array> messages = new ArrayList<>();
    messages(value.plain(), messages);
    List<String> attrs = new ArrayList<>();
    boolean detailed = true;
    for (Array message : messages) {
      String told = DiagAttrs.recorded(message);
      detailed &= told != null;
      attrs.add(told == null ? "" : told);
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      lines(messages.get(i).text(), detailed ? " " + attrs.get(i) : "", lines);
    }
    if (messages.isEmpty()) {
      lines(value.text(), "", lines);
      detailed = false;
    }
    Collections.sort(lines);
    return new Told(lines, detailed);
  }

  private static void messages(StraceValue plain, List<Array> all) {
    if (plain instanceof Array array && !array.elements().isEmpty()) {
      if (array.elements().get(0).plain() instanceof Struct header
          && header.field("nlmsg_len") != null) {
        all.add(array);
      } else {
        array.elements().forEach(element -> messages(element.plain(), all));
      }
    }
  }

  private static void lines(String text, String attrs, List<String> lines) {
    for (Matcher inet = INET.matcher(text); inet.find(); ) {
      List<String> addresses = new ArrayList<>();
      for (Matcher one = ADDRESS.matcher(inet.group(6)); one.find(); ) {
        addresses.add(one.group(1));
      }
      lines.add(
          "%s bytes: %s %s %s:%s queues %s %s uid %s%s"
              .formatted(
                  inet.group(1),
                  inet.group(2),
                  inet.group(3),
                  port(Integer.parseInt(inet.group(4)))
                      + "-"
                      + port(Integer.parseInt(inet.group(5))),
                  String.join(" ", addresses),
                  inet.group(7),
                  inet.group(8),
                  inet.group(9),
                  attrs));
    }
    for (Matcher unix = UNIX.matcher(text); unix.find(); ) {
      String name = unix.group(5) == null ? "no" : unix.group(5);
      lines.add(unix(unix.group(1), unix.group(2), unix.group(3), name));
    }
  }

  private static String unix(String bytes, String type, String state, String nameBytes) {
    return bytes + " bytes: " + type + " " + state + " name of " + nameBytes;
  }

  /**
   * The same of an answer in the simulation.
   *
   * @param detailed whether with attributes
   */
  static List<String> simulated(byte[] bytes, boolean detailed) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<String> lines = new ArrayList<>();
    int at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      int length = in.getInt(at);
      if (length < HEADER_BYTES || at + length > bytes.length) {
        break;
      }
      String line =
          in.getShort(at + 4) == SOCK_DIAG_BY_FAMILY ? line(in, at, length, detailed) : null;
      if (line != null) {
        lines.add(line);
      }
      at += (length + 3) & ~3;
    }
    Collections.sort(lines);
    return lines;
  }

  private static @Nullable String line(ByteBuffer in, int start, int length, boolean detailed) {
    int at = start + HEADER_BYTES;
    int family = in.get(at);
    if (family == Abi.AF_UNIX) {
      return unix(
          Integer.toString(length),
          name(TYPES, in.get(at + 1)),
          name(STATES, in.get(at + 2)),
          nameBytes(in, at + UNIX_BODY_BYTES, start + length));
    }
    if (family != Abi.AF_INET && family != Abi.AF_INET6) {
      return null;
    }
    String attrs =
        detailed ? " " + DiagAttrs.simulated(in, at + INET_BODY_BYTES, start + length) : "";
    return "%d bytes: %s %s %s:%s queues %s %s uid %s%s"
        .formatted(
            length,
            family == Abi.AF_INET ? "AF_INET" : "AF_INET6",
            name(STATES, in.get(at + 1)),
            port(in, at + 4) + "-" + port(in, at + 6),
            address(in, at + 8, family) + " " + address(in, at + 24, family),
            Integer.toUnsignedString(in.getInt(at + 56)),
            Integer.toUnsignedString(in.getInt(at + 60)),
            Integer.toUnsignedString(in.getInt(at + 64)),
            attrs);
  }

  private static String name(List<String> names, int number) {
    return number >= 0 && number < names.size() ? names.get(number) : Integer.toString(number);
  }

  private static String nameBytes(ByteBuffer in, int from, int end) {
    boolean named =
        from + ATTR_BYTES <= end
            && in.getShort(from + 2) == UNIX_DIAG_NAME
            && in.getShort(from) > 0;
    return named ? Integer.toString(in.getShort(from)) : "no";
  }

  private static String port(ByteBuffer in, int at) {
    return port(Short.toUnsignedInt(Short.reverseBytes(in.getShort(at))));
  }

  private static String port(int number) {
    boolean chosen = number >= IdMapping.EPHEMERAL_MIN && number <= IdMapping.EPHEMERAL_MAX;
    return chosen ? "ephemeral" : Integer.toString(number);
  }

  private static String address(ByteBuffer in, int at, int family) {
    if (family == Abi.AF_INET6) {
      byte[] address = new byte[16];
      in.get(at, address);
      return SockAddr.inet6(address);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      text.append(i == 0 ? "" : ".").append(in.get(at + i) & 0xff);
    }
    return text.toString();
  }
}
