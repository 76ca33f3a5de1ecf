package org.netshard.node.strace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;

/**
 * Netlink messages, from {@code strace}'s notation to bytes.
 *
 * <p>What {@code strace} knows only a part of ({@code {ifa_family=AF_INET6, …}}) has zeros for the
 * rest; a message has the length that it says.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/netlink.c}, {@code rtnl_link.c}, {@code rtnl_addr.c},
 * {@code rtnl_route.c}, {@code nlattr.c}.
 */
final class NetlinkNotation {
  private static final int HEADER_BYTES = 16;
  private static final int BYTES_MAX = 1 << 20;
  private static final int ATTR_HEADER_BYTES = 4;

  /** The fields of a body by the first of them: name and size in bytes; no name is padding. */
  private static final Map<String, List<Field>> BODIES =
      Map.of(
          "ifi_family",
          List.of(
              new Field("ifi_family", 1),
              new Field("", 1),
              new Field("ifi_type", 2),
              new Field("ifi_index", 4),
              new Field("ifi_flags", 4),
              new Field("ifi_change", 4)),
          "ifa_family",
          List.of(
              new Field("ifa_family", 1),
              new Field("ifa_prefixlen", 1),
              new Field("ifa_flags", 1),
              new Field("ifa_scope", 1),
              new Field("ifa_index", 4)),
          "rtm_family",
          List.of(
              new Field("rtm_family", 1),
              new Field("rtm_dst_len", 1),
              new Field("rtm_src_len", 1),
              new Field("rtm_tos", 1),
              new Field("rtm_table", 1),
              new Field("rtm_protocol", 1),
              new Field("rtm_scope", 1),
              new Field("rtm_type", 1),
              new Field("rtm_flags", 4)),
          "family",
          List.of(
              new Field("family", 1),
              new Field("dst_len", 1),
              new Field("src_len", 1),
              new Field("tos", 1),
              new Field("table", 1),
              new Field("", 2),
              new Field("action", 1),
              new Field("flags", 4)),
          "ndm_family",
          List.of(
              new Field("ndm_family", 1),
              new Field("", 3),
              new Field("ndm_ifindex", 4),
              new Field("ndm_state", 2),
              new Field("ndm_flags", 1),
              new Field("ndm_type", 1)));

  private final ByteBuffer out;

  /** A field of a body. */
  private record Field(String name, int bytes) {}

  private NetlinkNotation(int size) {
    out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether a value is a message, or several. */
  static boolean isMessage(StraceValue value) {
    return header(value) != null;
  }

  /** The header of the first message of a value, or null if it is none. */
  private static @Nullable Struct header(StraceValue value) {
    StraceValue plain = value.plain();
    if (plain instanceof Array array && !array.elements().isEmpty()) {
      return header(array.elements().get(0));
    }
    return plain instanceof Struct struct && struct.field("nlmsg_len") != null ? struct : null;
  }

  /**
   * The bytes of messages.
   *
   * @param length how many there are
   */
  static byte[] bytes(StraceValue value, long length) {
    int size = (int) Math.max(HEADER_BYTES, Math.min(length, BYTES_MAX));
    NetlinkNotation notation = new NetlinkNotation(size);
    StraceValue plain = value.plain();
    boolean several =
        plain instanceof Array array
            && !(array.elements().get(0).plain() instanceof Struct)
            && header(array.elements().get(0)) != null;
    if (several) {
      ((Array) plain).elements().forEach(notation::message);
    } else {
      notation.message(plain);
    }
    return Arrays.copyOf(notation.out.array(), (int) Math.min(length, size));
  }

  private void message(StraceValue value) {
    StraceValue plain = value.plain();
    Struct header = header(plain);
    if (header == null || out.remaining() < HEADER_BYTES) {
      return;
    }
    int start = out.position();
    int length = (int) SockAddr.require(header, "nlmsg_len");
    out.putInt(length).putShort((short) SockAddr.require(header, "nlmsg_type"));
    out.putShort((short) SockAddr.require(header, "nlmsg_flags"));
    out.putInt((int) SockAddr.require(header, "nlmsg_seq"));
    out.putInt((int) SockAddr.require(header, "nlmsg_pid"));
    if (plain instanceof Array array) {
      List<StraceValue> rest = array.elements().subList(1, array.elements().size());
      rest.forEach(this::part);
    }
    long end = (start + Integer.toUnsignedLong(length) + 3) & ~3L;
    out.position((int) Math.min(Math.max(end, start + HEADER_BYTES), out.capacity()));
  }

  private void part(StraceValue value) {
    StraceValue plain = value.plain();
    // Of an ellipsis, or the number of NLMSG_DONE, zeros stay.
    if (plain instanceof Str text) {
      put(text.bytes());
    } else if (plain instanceof Struct body) {
      body(body);
    } else if (plain instanceof Array attrs) {
      attrs(attrs);
    }
  }

  private void put(byte[] bytes) {
    out.put(bytes, 0, Math.min(bytes.length, out.remaining()));
  }

  private void body(Struct body) {
    List<Field> fields =
        body.members().get(0) instanceof Named first ? BODIES.get(first.name()) : null;
    if (body.field("sdiag_family") != null) {
      put(DiagComparison.request(body));
      return;
    }
    if (fields == null) {
      throw new NotationException(body.text(), "this kind of netlink message is not read");
    }
    for (Field field : fields) {
      StraceValue value = body.field(field.name());
      number(value == null ? 0 : Notation.number(value), field.bytes());
    }
  }

  private void number(long number, int bytes) {
    for (int i = 0; i < bytes && out.hasRemaining(); i++) {
      out.put((byte) (number >>> (Byte.SIZE * i)));
    }
  }

  /** One attribute, or several. */
  private void attrs(Array array) {
    if (array.elements().isEmpty()) {
      return;
    }
    StraceValue first = array.elements().get(0).plain();
    if (first instanceof Struct header && header.field("nla_len") != null) {
      attr(header, array.elements().size() > 1 ? array.elements().get(1).plain() : null);
    } else {
      for (StraceValue element : array.elements()) {
        if (element.plain() instanceof Array one) {
          attrs(one);
        } else if (element.plain() instanceof Struct alone && alone.field("nla_len") != null) {
          attr(alone, null);
        }
      }
    }
  }

  private void attr(Struct header, @Nullable StraceValue content) {
    int length = (int) SockAddr.require(header, "nla_len");
    if (out.remaining() < ATTR_HEADER_BYTES) {
      return;
    }
    int start = out.position();
    out.putShort((short) length).putShort((short) SockAddr.require(header, "nla_type"));
    int room = length - ATTR_HEADER_BYTES;
    if (content instanceof Str text) {
      put(Arrays.copyOf(text.bytes(), Math.max(0, room)));
    } else if (content instanceof Array inner) {
      attrs(inner);
    } else if (content instanceof Function function && function.name().equals("inet_pton")) {
      put(SockAddr.inet6(function));
    } else if (content != null && !(content instanceof Struct)) {
      number(Notation.number(content), room);
    }
    out.position(Math.min(start + ((length + 3) & ~3), out.capacity()));
  }
}
