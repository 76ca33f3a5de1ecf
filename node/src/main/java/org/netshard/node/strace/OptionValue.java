package org.netshard.node.strace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Unary;

/**
 * Reads the value of a socket option: its notation, as the bytes that it stands for.
 *
 * <p>The notation tells the type by itself, so that a value may also be written for options for
 * which {@code strace} prints another form.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/net.c}, {@code print_setsockopt}, {@code
 * print_getsockopt}.
 */
final class OptionValue {
  /** Where the instructions of a filter begin, behind the structure that points to them. */
  static final int FPROG_BYTES = 16;

  private static final int SOL_RAW = 255;
  private static final int INSN_BYTES = 8;
  private static final int GROUP_REQ_BYTES = 136;
  private static final int MREQ_ADDRESS_BYTES = 8;
  private static final int BPF_RET = 6;

  /** Structures that are plain rows of fields: names, and their sizes in bytes. */
  private static final List<Layout> LAYOUTS =
      List.of(
          Layout.of("l_onoff:4 l_linger:4"),
          Layout.of("tv_sec:8 tv_usec:8"),
          Layout.of("imr_multiaddr:4 imr_interface:4 imr_ifindex:4"),
          Layout.of("pid:4 uid:4 gid:4"),
          Layout.of("tp_block_size:4 tp_block_nr:4 tp_frame_size:4 tp_frame_nr:4"),
          Layout.of("tp_packets:4 tp_drops:4 tp_freeze_q_cnt:4"),
          Layout.of("clockid:4 flags:4"));

  /** The fields of a structure. */
  private record Layout(List<Field> fields) {
    record Field(String name, int size) {}

    static Layout of(String fields) {
      List<Field> list = new ArrayList<>();
      for (String field : fields.split(" ")) {
        int colon = field.indexOf(':');
        list.add(
            new Field(field.substring(0, colon), Integer.parseInt(field.substring(colon + 1))));
      }
      return new Layout(List.copyOf(list));
    }

    boolean matches(Struct struct) {
      return struct.field(fields.get(0).name()) != null;
    }

    /** The fields up to the last one that is given. */
    byte[] bytes(Struct struct) {
      ByteBuffer buffer = buffer(64);
      int end = 0;
      for (Field field : fields) {
        StraceValue value = struct.field(field.name());
        if (value instanceof Str part) {
          buffer.put(part.bytes());
          end = buffer.position();
          break;
        }
        long number = value == null ? 0 : Notation.number(value.after());
        if (field.size() == Long.BYTES) {
          buffer.putLong(number);
        } else {
          buffer.putInt((int) number);
        }
        end = value == null ? end : buffer.position();
      }
      buffer.position(end);
      return content(buffer);
    }
  }

  private OptionValue() {}

  /** Whether it is an address: what is there is not known. */
  static boolean isAddress(StraceValue value) {
    StraceValue plain = value.plain();
    return plain instanceof StraceValue.IntValue || plain instanceof Raw;
  }

  /**
   * The bytes that a value stands for; there may be fewer than its length says.
   *
   * @param level level of the option
   */
  static byte[] bytes(int level, StraceValue value) {
    return bytes(level, value, false);
  }

  /**
   * The same for a call of which it is known whether it met a bad address.
   *
   * @param fault whether an address of which nothing more is known is a bad one
   */
  static byte[] bytes(int level, StraceValue value, boolean fault) {
    StraceValue plain = value.plain();
    if (plain instanceof Str string) {
      return string.bytes();
    }
    if (plain instanceof Array array) {
      return level == SOL_RAW && bits(array) ? icmpFilter(array, false) : array(array);
    }
    if (plain instanceof Unary unary
        && unary.operator().equals("~")
        && unary.operand() instanceof Array array) {
      return icmpFilter(array, true);
    }
    if (plain instanceof Struct struct) {
      return struct(struct, fault);
    }
    throw new NotationException(value.text(), "'" + value.text() + "' is no value of an option");
  }

  /** A set of bits has names, or numbers with a comment; an option's number stands alone. */
  private static boolean bits(Array array) {
    return array.elements().isEmpty() || !(array.elements().get(0) instanceof StraceValue.IntValue);
  }

  private static byte[] icmpFilter(Array array, boolean complement) {
    int bits = 0;
    for (StraceValue bit : array.elements()) {
      bits |= 1 << Notation.number(bit);
    }
    return content(buffer(4).putInt(complement ? ~bits : bits));
  }

  private static byte[] array(Array array) {
    List<StraceValue> elements = array.elements();
    ByteBuffer buffer = buffer(INSN_BYTES * elements.size());
    for (StraceValue element : elements) {
      if (element instanceof Function function && function.name().startsWith("BPF_")) {
        instruction(function, buffer);
      } else if (!(element.plain() instanceof StraceValue.Ellipsis)) {
        buffer.putInt((int) Notation.number(element.after()));
      }
    }
    return content(buffer);
  }

  private static void instruction(Function function, ByteBuffer buffer) {
    List<StraceValue> arguments = function.arguments();
    boolean jump = function.name().equals("BPF_JUMP");
    if (arguments.size() != (jump ? 4 : 2)) {
      throw new NotationException(
          function.name(), "'" + function.text() + "' is no instruction of a filter");
    }
    buffer.putShort((short) Notation.number(arguments.get(0)));
    buffer.put((byte) (jump ? Notation.number(arguments.get(2)) : 0));
    buffer.put((byte) (jump ? Notation.number(arguments.get(3)) : 0));
    buffer.putInt((int) Notation.number(arguments.get(1)));
  }

  private static byte[] struct(Struct struct, boolean fault) {
    for (Layout layout : LAYOUTS) {
      if (layout.matches(struct)) {
        return layout.bytes(struct);
      }
    }
    if (struct.field("sa_family") != null) {
      return SockAddr.bytes(struct, -1);
    }
    if (struct.field("gr_interface") != null) {
      return groupReq(struct);
    }
    Function multicast = struct.function("inet_pton");
    if (multicast != null && multicast.arguments().get(1) instanceof Str address) {
      int index = (int) SockAddr.optional(struct, "ipv6mr_interface");
      return content(buffer(20).put(SockAddr.literal(address.string(), 16)).putInt(index));
    }
    if (struct.field("mr_ifindex") != null) {
      return packetMreq(struct);
    }
    StraceValue filter = struct.field("filter");
    if (filter != null) {
      return fprog((int) SockAddr.require(struct, "len"), filter, fault && isAddress(filter));
    }
    throw new NotationException(struct.text(), "'" + struct.text() + "' is no value of an option");
  }

  private static byte[] groupReq(Struct struct) {
    ByteBuffer buffer = buffer(GROUP_REQ_BYTES);
    buffer.putInt((int) SockAddr.require(struct, "gr_interface")).putInt(0);
    if (struct.field("gr_group") instanceof Struct address) {
      buffer.put(SockAddr.bytes(address, -1));
    }
    buffer.position(GROUP_REQ_BYTES);
    return content(buffer);
  }

  private static byte[] packetMreq(Struct struct) {
    ByteBuffer buffer = buffer(16);
    buffer.putInt((int) SockAddr.require(struct, "mr_ifindex"));
    buffer.putShort((short) SockAddr.require(struct, "mr_type"));
    buffer.putShort((short) SockAddr.require(struct, "mr_alen"));
    if (struct.field("mr_address") instanceof Raw address) {
      String[] octets = address.text().split(":");
      for (int i = 0; i < Math.min(octets.length, MREQ_ADDRESS_BYTES); i++) {
        buffer.put((byte) Integer.parseInt(octets[i], 16));
      }
    }
    buffer.position(16);
    return content(buffer);
  }

  /**
   * A {@code struct sock_fprog} and, behind it, its instructions; the pointer is their offset.
   *
   * <p>Of a filter of which only the address is known, each instruction is {@code ret 0xffffffff},
   * which is valid and lets everything pass; a bad address leads to where nothing is mapped.
   */
  private static byte[] fprog(int count, StraceValue filter, boolean bad) {
    boolean none = bad || Notation.isNull(filter);
    byte[] program = none ? new byte[0] : program(count, filter);
    ByteBuffer buffer = buffer(FPROG_BYTES + program.length);
    buffer.putShort((short) count).position(INSN_BYTES);
    buffer.putLong(Notation.isNull(filter) ? 0 : FPROG_BYTES).put(program);
    return content(buffer);
  }

  private static byte[] program(int count, StraceValue filter) {
    if (filter.plain() instanceof Array array) {
      return array(array);
    }
    ByteBuffer buffer = buffer(INSN_BYTES * (count & 0xffff));
    while (buffer.hasRemaining()) {
      buffer.putShort((short) BPF_RET).putShort((short) 0).putInt(-1);
    }
    return content(buffer);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }
}
