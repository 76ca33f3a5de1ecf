package org.netshard.node.strace;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;
import org.netshard.protocol.abi.Abi;

/**
 * Socket addresses, between {@code strace}'s notation and bytes.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/sockaddr.c}.
 *
 * <p><b>Differs from strace:</b> of device names only {@code lo} is known, with index 1; other
 * indices are printed as numbers.
 */
final class SockAddr {
  private static final int STORAGE_BYTES = 128;
  private static final int UNIX_BYTES = 110;
  private static final int SIN_BYTES = 16;
  private static final int SIN6_BYTES = 28;
  private static final int SIN6_MIN_BYTES = 24;
  private static final int NETLINK_BYTES = 12;
  private static final int LL_BYTES = 20;
  private static final int LL_ADDRESS_AT = 12;
  private static final int VM_BYTES = 16;
  private static final int XDP_BYTES = 16;

  private SockAddr() {}

  // Reading.

  /** An IPv4 address as it lies in memory, read as a little-endian number. */
  static int inetAddr(Function function) {
    byte[] address = literal(string(function, 0), 4);
    return ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  /** The 16 bytes of {@code inet_pton(AF_INET6, "…")}. */
  static byte[] inet6(Function function) {
    return literal(string(function, 1), 16);
  }

  /** The index of a device. */
  static int ifIndex(Function function) {
    String name = string(function, 0);
    if (!name.equals("lo")) {
      throw new NotationException(
          name, "unknown device '" + name + "'; known is lo, others by their numbers");
    }
    return 1;
  }

  private static String string(Function function, int index) {
    if (function.arguments().size() > index
        && function.arguments().get(index) instanceof Str string) {
      return string.string();
    }
    throw new NotationException(function.name(), "expected a text in '" + function.text() + "'");
  }

  /** The bytes of an address literal of this family's length. */
  static byte[] literal(String text, int length) {
    boolean plausible =
        length == 4
            ? text.matches("[0-9]+(\\.[0-9]+){3}")
            : text.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    try {
      if (plausible) {
        byte[] address = InetAddress.getByName(text).getAddress();
        if (address.length == length) {
          return address;
        }
        byte[] mapped = new byte[length];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address, 0, mapped, 12, 4);
        return mapped;
      }
    } catch (UnknownHostException notOne) {
      plausible = false;
    }
    throw new NotationException(
        text, "'" + text + "' is no IPv" + (length == 4 ? 4 : 6) + " address");
  }

  /**
   * The bytes of an address; fields that are not given are zero.
   *
   * @param length how long it is, or -1 for the usual length of its family
   */
  static byte[] bytes(Struct struct, int length) {
    long family = require(struct, "sa_family");
    ByteBuffer buffer = ByteBuffer.allocate(STORAGE_BYTES + 1).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putShort((short) family);
    int usual = 2;
    if (struct.field("sa_data") instanceof Str data) {
      buffer.put(data.bytes(), 0, Math.min(data.bytes().length, STORAGE_BYTES - 2));
      usual = buffer.position();
    } else if (struct.members().size() > 1) {
      usual = fields((int) family, struct, buffer);
    }
    return Arrays.copyOf(buffer.array(), length < 0 ? usual : length);
  }

  private static int fields(int family, Struct struct, ByteBuffer buffer) {
    switch (family) {
      case Abi.AF_UNIX -> {
        return unix(struct, buffer);
      }
      case Abi.AF_INET -> {
        buffer.putShort((short) require(struct, "sin_port"));
        buffer.putInt((int) require(struct, "sin_addr"));
        return SIN_BYTES;
      }
      case Abi.AF_INET6 -> {
        buffer.putShort((short) require(struct, "sin6_port"));
        buffer.putInt((int) optional(struct, "sin6_flowinfo"));
        Function address = struct.function("inet_pton");
        buffer.put(address == null ? new byte[16] : literal(string(address, 1), 16));
        buffer.putInt((int) optional(struct, "sin6_scope_id"));
        return SIN6_BYTES;
      }
      case Abi.AF_NETLINK -> {
        buffer.putShort((short) optional(struct, "nl_pad"));
        buffer.putInt((int) require(struct, "nl_pid"));
        buffer.putInt(groups(struct.field("nl_groups")));
        return NETLINK_BYTES;
      }
      case Abi.AF_PACKET -> {
        return packet(struct, buffer);
      }
      case Abi.AF_VSOCK -> {
        buffer.putShort((short) 0);
        buffer.putInt((int) require(struct, "svm_port"));
        buffer.putInt((int) require(struct, "svm_cid"));
        buffer.put((byte) optional(struct, "svm_flags"));
        return VM_BYTES;
      }
      case Abi.AF_XDP -> {
        buffer.putShort((short) optional(struct, "sxdp_flags"));
        buffer.putInt((int) optional(struct, "sxdp_ifindex"));
        buffer.putInt((int) optional(struct, "sxdp_queue_id"));
        buffer.putInt((int) optional(struct, "sxdp_shared_umem_fd"));
        return XDP_BYTES;
      }
      default ->
          throw new NotationException(
              struct.text(), "addresses of family " + family + " are written with sa_data");
    }
  }

  private static int unix(Struct struct, ByteBuffer buffer) {
    if (!(struct.field("sun_path") instanceof Str path)) {
      throw new NotationException(struct.text(), "expected sun_path in '" + struct.text() + "'");
    }
    if (path.abstractName()) {
      buffer.put((byte) 0);
    }
    byte[] name = path.bytes();
    buffer.put(name, 0, Math.min(name.length, UNIX_BYTES - 2));
    return buffer.position() + (path.abstractName() ? 0 : 1);
  }

  private static int packet(Struct struct, ByteBuffer buffer) {
    buffer.putShort((short) require(struct, "sll_protocol"));
    buffer.putInt((int) require(struct, "sll_ifindex"));
    buffer.putShort((short) optional(struct, "sll_hatype"));
    buffer.put((byte) optional(struct, "sll_pkttype"));
    buffer.put((byte) optional(struct, "sll_halen"));
    if (struct.field("sll_addr") instanceof Array array) {
      for (StraceValue octet : array.elements()) {
        if (octet.plain() instanceof IntValue number) {
          buffer.put((byte) number.value());
        }
      }
    }
    return LL_BYTES;
  }

  /** Groups are printed as eight hexadecimal digits without a prefix. */
  private static int groups(@Nullable StraceValue value) {
    if (value == null) {
      return 0;
    }
    if (value instanceof IntValue number && number.radix() == StraceValue.Radix.OCTAL) {
      return (int) Long.parseLong(Long.toOctalString(number.value()), 16);
    }
    if (value instanceof IntValue number && number.radix() == StraceValue.Radix.DECIMAL) {
      return (int) Long.parseLong(Long.toString(number.value()), 16);
    }
    if (value instanceof StraceValue.Raw raw) {
      return (int) Long.parseLong(raw.text(), 16);
    }
    return Notation.intNumber(value);
  }

  static long require(Struct struct, String field) {
    StraceValue value = struct.field(field);
    if (value == null) {
      throw new NotationException(
          struct.text(), "expected " + field + " in '" + struct.text() + "'");
    }
    return Notation.number(value.after());
  }

  static long optional(Struct struct, String field) {
    StraceValue value = struct.field(field);
    return value == null ? 0 : Notation.number(value.after());
  }

  // Writing.

  /** An address of at least two bytes. */
  static Struct struct(byte[] address) {
    int length = Math.min(address.length, STORAGE_BYTES);
    ByteBuffer in =
        ByteBuffer.wrap(Arrays.copyOf(address, STORAGE_BYTES + 1)).order(ByteOrder.LITTLE_ENDIAN);
    int family = in.getShort() & 0xffff;
    List<StraceValue> members = new ArrayList<>();
    add(members, "sa_family", Notation.xval(family, "AF_???", Table.FAMILY));
    if (length > 2 && !print(family, in, length, members)) {
      add(members, "sa_data", Str.of(Arrays.copyOfRange(address, 2, length)));
    }
    return new Struct(members);
  }

  private static boolean print(int family, ByteBuffer in, int length, List<StraceValue> out) {
    if (family == Abi.AF_UNIX) {
      printUnix(in, Math.min(length, UNIX_BYTES), out);
    } else if (family == Abi.AF_INET && length >= SIN_BYTES) {
      add(out, "sin_port", htons(in.getShort()));
      add(out, "sin_addr", inetAddr(in.getInt()));
    } else if (family == Abi.AF_INET6 && length >= SIN6_MIN_BYTES) {
      add(out, "sin6_port", htons(in.getShort()));
      int flow = Integer.reverseBytes(in.getInt());
      add(out, "sin6_flowinfo", call("htonl", IntValue.of(flow & 0xffffffffL)));
      byte[] address = new byte[16];
      in.get(address);
      out.add(inetPton(address, "sin6_addr"));
      if (length > SIN6_MIN_BYTES) {
        printScope(address, in.getInt(), out);
      }
    } else if (family == Abi.AF_NETLINK && length >= NETLINK_BYTES) {
      int pad = in.getShort() & 0xffff;
      if (pad != 0) {
        add(out, "nl_pad", IntValue.hex(pad));
      }
      add(out, "nl_pid", IntValue.of(in.getInt()));
      int groups = in.getInt();
      String text = groups == 0 ? "00000000" : String.format("0x%06x", groups);
      add(out, "nl_groups", new StraceValue.Raw(text));
    } else if (family == Abi.AF_PACKET && length >= LL_BYTES) {
      printPacket(in, length, out);
    } else if (family == Abi.AF_VSOCK && length >= VM_BYTES) {
      in.getShort();
      printVm(in, out);
    } else if (family == Abi.AF_XDP && length >= XDP_BYTES) {
      int flags = in.getShort() & 0xffff;
      add(out, "sxdp_flags", Notation.flags(flags, "XDP_???", Table.XDP_FLAG));
      add(out, "sxdp_ifindex", ifIndex(in.getInt()));
      add(out, "sxdp_queue_id", IntValue.of(in.getInt() & 0xffffffffL));
    } else {
      return false;
    }
    return true;
  }

  private static void printUnix(ByteBuffer in, int length, List<StraceValue> out) {
    byte[] path = new byte[length - 2];
    in.get(path);
    if (path[0] == 0) {
      byte[] name = Arrays.copyOfRange(path, 1, path.length);
      add(out, "sun_path", new Str(name, false, true));
      return;
    }
    int end = 0;
    while (end < path.length && path[end] != 0) {
      end++;
    }
    add(out, "sun_path", Str.of(Arrays.copyOf(path, end)));
  }

  private static void printScope(byte[] address, int scope, List<StraceValue> out) {
    boolean linkLocal = (address[0] & 0xff) == 0xfe && (address[1] & 0xc0) == 0x80;
    boolean multicast = (address[0] & 0xff) == 0xff && (address[1] & 0x0f) == 0x02;
    boolean device = linkLocal || multicast;
    add(out, "sin6_scope_id", device ? ifIndex(scope) : IntValue.of(scope & 0xffffffffL));
  }

  private static void printPacket(ByteBuffer in, int length, List<StraceValue> out) {
    int protocol = Short.reverseBytes(in.getShort()) & 0xffff;
    StraceValue name = Notation.xval(protocol, "ETH_P_???", Table.ETH_P);
    add(out, "sll_protocol", call("htons", name));
    add(out, "sll_ifindex", ifIndex(in.getInt()));
    int hardware = in.getShort() & 0xffff;
    add(out, "sll_hatype", Notation.xval(hardware, "ARPHRD_???", Table.ARPHRD));
    int type = in.get() & 0xff;
    add(out, "sll_pkttype", Notation.xval(type, "PACKET_???", Table.PACKET_TYPE));
    int octets = in.get() & 0xff;
    add(out, "sll_halen", IntValue.of(octets));
    if (octets == 0) {
      return;
    }
    List<StraceValue> address = new ArrayList<>();
    for (int i = 0; i < octets && LL_ADDRESS_AT + i < length; i++) {
      address.add(IntValue.hex(in.get() & 0xff));
    }
    if (address.size() < octets) {
      address.add(new StraceValue.Ellipsis());
    }
    add(out, "sll_addr", new Array(address, false));
  }

  private static void printVm(ByteBuffer in, List<StraceValue> out) {
    long port = in.getInt() & 0xffffffffL;
    long cid = in.getInt() & 0xffffffffL;
    int flags = in.get() & 0xff;
    String cidName = Constants.name(Table.VM_CID, cid);
    String portName = Constants.name(Table.VM_PORT, port);
    add(out, "svm_cid", cidName == null ? Notation.hex(cid) : new Symbol(cidName));
    add(out, "svm_port", portName == null ? Notation.hex(port) : new Symbol(portName));
    add(out, "svm_flags", Notation.hex(flags));
  }

  private static StraceValue htons(short port) {
    return call("htons", IntValue.of(Short.reverseBytes(port) & 0xffff));
  }

  static StraceValue inetAddr(int littleEndian) {
    byte[] octets = new byte[4];
    ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).putInt(littleEndian);
    StringBuilder text = new StringBuilder();
    for (byte octet : octets) {
      text.append(text.length() == 0 ? "" : ".").append(octet & 0xff);
    }
    return call("inet_addr", Str.of(text.toString()));
  }

  static Function inetPton(byte[] address, String field) {
    return new Function(
        "inet_pton",
        List.of(new Symbol("AF_INET6"), Str.of(inet6(address)), new Unary("&", new Symbol(field))));
  }

  static StraceValue ifIndex(int index) {
    return index == 1 ? call("if_nametoindex", Str.of("lo")) : IntValue.of(index & 0xffffffffL);
  }

  private static Function call(String name, StraceValue argument) {
    return new Function(name, List.of(argument));
  }

  private static void add(List<StraceValue> members, String name, StraceValue value) {
    members.add(new Named(name, value));
  }

  /** An IPv6 address as {@code inet_ntop} of glibc writes it. */
  static String inet6(byte[] address) {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    boolean embedded = start == 0 && (length == 6 || (length == 5 && groups[5] == 0xffff));
    StringBuilder text = new StringBuilder();
    int last = embedded ? 6 : 8;
    for (int i = 0; i < last; i++) {
      if (start >= 0 && i >= start && i < start + length) {
        text.append(i == start ? (i == 0 ? "::" : ":") : "");
      } else {
        text.append(Integer.toHexString(groups[i])).append(i < 7 ? ":" : "");
      }
    }
    if (embedded) {
      for (int i = 12; i < 16; i++) {
        text.append(address[i] & 0xff).append(i < 15 ? "." : "");
      }
    }
    return text.toString();
  }
}
