package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;

/**
 * Writes the values of socket options.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/net.c}, {@code print_setsockopt}, {@code
 * print_getsockopt}.
 */
final class OptionPrinter {
  private static final int SOL_IP = 0;
  private static final int SOL_SOCKET = 1;
  private static final int SOL_IPV6 = 41;
  private static final int SOL_RAW = 255;
  private static final int SOL_PACKET = 263;
  private static final int SOL_NETLINK = 270;
  private static final int IP_ADD_MEMBERSHIP = 35;
  private static final int IP_DROP_MEMBERSHIP = 36;
  private static final int MCAST_JOIN_GROUP = 42;
  private static final int MCAST_LEAVE_GROUP = 45;
  private static final int ICMP_FILTER = 1;
  private static final int NETLINK_LIST_MEMBERSHIPS = 9;
  private static final int INSN_BYTES = 8;
  private static final int GROUP_REQ_BYTES = 136;

  private final int level;
  private final int name;
  private final UserMem mem;
  private final StraceValue address;

  private OptionPrinter(int level, int name, UserMem mem, StraceValue address) {
    this.level = level;
    this.name = name;
    this.mem = mem;
    this.address = address;
  }

  /**
   * What {@code setsockopt} was given.
   *
   * @param address what to print if the memory cannot be read or is not to be
   */
  static StraceValue set(int level, int name, UserMem mem, int length, StraceValue address) {
    return mem.isNull() ? address : new OptionPrinter(level, name, mem, address).given(length);
  }

  /** What {@code getsockopt} returned. */
  static StraceValue get(
      int level, int name, UserMem mem, int room, int length, StraceValue address) {
    return mem.isNull() || room <= 0 || length <= 0
        ? address
        : new OptionPrinter(level, name, mem, address).returned(room, length);
  }

  private StraceValue given(int length) {
    return switch (level) {
      case SOL_SOCKET -> givenSocket(length);
      case SOL_IP ->
          switch (name) {
            case IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP -> mreq(length);
            case MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP -> groupReq(length);
            default -> plain(length);
          };
      case SOL_IPV6 ->
          switch (name) {
            case 20, 21, 27, 28 -> mreq6(length);
            case MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP -> groupReq(length);
            default -> plain(length);
          };
      case SOL_PACKET ->
          switch (name) {
            case PacketOption.PACKET_RX_RING, PacketOption.PACKET_TX_RING ->
                length == 16
                    ? row(16, "tp_block_size", "tp_block_nr", "tp_frame_size", "tp_frame_nr")
                    : address;
            case PacketOption.PACKET_ADD_MEMBERSHIP, PacketOption.PACKET_DROP_MEMBERSHIP ->
                packetMreq(length);
            default -> plain(length);
          };
      case SOL_RAW -> name == ICMP_FILTER ? icmpFilter(length) : plain(length);
      case SOL_NETLINK -> length < Integer.BYTES ? address : number();
      default -> plain(length);
    };
  }

  private StraceValue givenSocket(int length) {
    return switch (name) {
      case SoOption.SO_LINGER -> length < 8 ? address : row(8, "l_onoff", "l_linger");
      case SoOption.SO_ATTACH_FILTER, SoOption.SO_ATTACH_REUSEPORT_CBPF ->
          length == OptionValue.FPROG_BYTES ? fprog() : address;
      case SoOption.SO_TXREHASH -> length < Integer.BYTES ? address : txrehash();
      default -> {
        if (!intLike(name)) {
          yield plain(length);
        }
        yield length < Integer.BYTES ? address : number();
      }
    };
  }

  private StraceValue returned(int room, int length) {
    if (level == SOL_SOCKET) {
      return returnedSocket(length);
    }
    if (level == SOL_PACKET && name == PacketOption.PACKET_STATISTICS) {
      return row(Math.min(length, 12), "tp_packets", "tp_drops", "tp_freeze_q_cnt");
    }
    if (level == SOL_RAW && name == ICMP_FILTER) {
      return icmpFilter(length);
    }
    if (level == SOL_NETLINK) {
      return name == NETLINK_LIST_MEMBERSHIPS ? numbers(Math.min(room, length) / 4) : number();
    }
    return plain(length);
  }

  private StraceValue returnedSocket(int length) {
    return switch (name) {
      case SoOption.SO_LINGER -> row(Math.min(length, 8), "l_onoff", "l_linger");
      case SoOption.SO_PEERCRED -> row(Math.min(length, 12), "pid", "uid", "gid");
      case SoOption.SO_GET_FILTER -> instructions(0, length);
      case SoOption.SO_ERROR -> length < Integer.BYTES ? hexString(length) : error();
      case SoOption.SO_TXREHASH -> length < Integer.BYTES ? hexString(length) : txrehash();
      default -> {
        if (!intLike(name)) {
          yield plain(length);
        }
        yield length < Integer.BYTES ? hexString(length) : number();
      }
    };
  }

  /** The options whose value is printed as a number whatever its length. */
  private static boolean intLike(int name) {
    return switch (name) {
      case SoOption.SO_DEBUG,
          SoOption.SO_REUSEADDR,
          SoOption.SO_DONTROUTE,
          SoOption.SO_BROADCAST,
          SoOption.SO_SNDBUF,
          SoOption.SO_RCVBUF,
          SoOption.SO_KEEPALIVE,
          SoOption.SO_OOBINLINE,
          SoOption.SO_NO_CHECK,
          SoOption.SO_PRIORITY,
          SoOption.SO_BSDCOMPAT,
          SoOption.SO_REUSEPORT,
          SoOption.SO_PASSCRED,
          SoOption.SO_RCVLOWAT,
          SoOption.SO_SNDLOWAT,
          SoOption.SO_DETACH_FILTER,
          SoOption.SO_TIMESTAMP_OLD,
          SoOption.SO_ACCEPTCONN,
          SoOption.SO_SNDBUFFORCE,
          SoOption.SO_RCVBUFFORCE,
          SoOption.SO_PASSSEC,
          SoOption.SO_TIMESTAMPNS_OLD,
          SoOption.SO_MARK,
          SoOption.SO_TIMESTAMPING_OLD,
          SoOption.SO_RXQ_OVFL,
          SoOption.SO_WIFI_STATUS,
          SoOption.SO_PEEK_OFF,
          SoOption.SO_NOFCS,
          SoOption.SO_LOCK_FILTER,
          SoOption.SO_SELECT_ERR_QUEUE,
          SoOption.SO_BUSY_POLL,
          SoOption.SO_INCOMING_CPU,
          SoOption.SO_CNX_ADVICE,
          SoOption.SO_INCOMING_NAPI_ID,
          SoOption.SO_ZEROCOPY,
          SoOption.SO_TIMESTAMP_NEW,
          SoOption.SO_TIMESTAMPNS_NEW,
          SoOption.SO_TIMESTAMPING_NEW,
          SoOption.SO_DETACH_REUSEPORT_BPF,
          SoOption.SO_PREFER_BUSY_POLL,
          SoOption.SO_BUSY_POLL_BUDGET,
          SoOption.SO_RESERVE_MEM,
          SoOption.SO_RCVMARK ->
          true;
      default -> false;
    };
  }

  private boolean unreadable(int length) {
    return !mem.accessible(0, length);
  }

  private StraceValue plain(int length) {
    return length == Integer.BYTES ? number() : string(mem, length, address);
  }

  /** Bytes in quotes, at most as many as {@code -s 256} shows; all that there are if negative. */
  static StraceValue string(UserMem mem, long length, StraceValue address) {
    int max = CallPrinter.STRING_BYTES_MAX;
    long wanted = length < 0 ? mem.size() : length;
    int shown = (int) Math.min(wanted, max);
    if (mem.isNull() || !mem.accessible(0, shown) || (shown > 0 && mem.size() == 0)) {
      return address;
    }
    return new Str(mem.get(0, shown), length < 0 || wanted > max, false);
  }

  private StraceValue hexString(int length) {
    if (unreadable(length)) {
      return address;
    }
    StringBuilder text = new StringBuilder();
    ValuePrinter.quote(mem.get(0, length), true, text);
    return new Raw(text.toString());
  }

  private StraceValue number() {
    return numbers(1);
  }

  private StraceValue numbers(int count) {
    if (unreadable(count * Integer.BYTES)) {
      return address;
    }
    List<StraceValue> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = mem.getInt(i * Integer.BYTES);
      boolean unsigned = level == SOL_NETLINK && name == NETLINK_LIST_MEMBERSHIPS;
      numbers.add(IntValue.of(unsigned ? number & 0xffffffffL : number));
    }
    return new Array(numbers, false);
  }

  private StraceValue error() {
    if (unreadable(Integer.BYTES)) {
      return address;
    }
    Errno errno = Errno.byNumber(mem.getInt(0));
    StraceValue shown = errno == null ? IntValue.of(mem.getInt(0)) : new Symbol(errno.name());
    return new Array(List.of(shown), false);
  }

  private StraceValue txrehash() {
    if (unreadable(Integer.BYTES)) {
      return address;
    }
    int number = mem.getInt(0);
    String known = Constants.name(Table.TXREHASH, number);
    StraceValue shown =
        known != null
            ? new Symbol(known)
            : new Annotated(IntValue.of(number), Annotated.Kind.COMMENT, "SOCK_TXREHASH_???");
    return new Array(List.of(shown), false);
  }

  /** A structure of numbers of 32 bits, as far as its length goes. */
  private StraceValue row(int length, String... fields) {
    if (unreadable(length)) {
      return address;
    }
    List<StraceValue> members = new ArrayList<>();
    for (int i = 0; i < fields.length && 4 * i < length; i++) {
      if (length < 4 * i + 4) {
        StringBuilder rest = new StringBuilder();
        ValuePrinter.quote(mem.get(4 * i, length - 4 * i), true, rest);
        members.add(new Named(fields[i], new Raw(rest.toString())));
      } else {
        boolean unsigned = fields[i].startsWith("tp_");
        int number = mem.getInt(4 * i);
        members.add(new Named(fields[i], IntValue.of(unsigned ? number & 0xffffffffL : number)));
      }
    }
    return new Struct(members);
  }

  private StraceValue mreq(int length) {
    if (length < 8 || unreadable(8)) {
      return address;
    }
    return new Struct(
        List.of(
            new Named("imr_multiaddr", SockAddr.inetAddr(mem.getInt(0))),
            new Named("imr_interface", SockAddr.inetAddr(mem.getInt(4)))));
  }

  private StraceValue mreq6(int length) {
    if (length < 20 || unreadable(20)) {
      return address;
    }
    return new Struct(
        List.of(
            SockAddr.inetPton(mem.get(0, 16), "ipv6mr_multiaddr"),
            new Named("ipv6mr_interface", SockAddr.ifIndex(mem.getInt(16)))));
  }

  private StraceValue groupReq(int length) {
    if (length < GROUP_REQ_BYTES || unreadable(GROUP_REQ_BYTES)) {
      return address;
    }
    return new Struct(
        List.of(
            new Named("gr_interface", SockAddr.ifIndex(mem.getInt(0))),
            new Named("gr_group", SockAddr.struct(mem.get(8, 128)))));
  }

  private StraceValue packetMreq(int length) {
    if (length != 16 || unreadable(16)) {
      return address;
    }
    StringBuilder octets = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      octets.append(i == 0 ? "" : ":").append(String.format("%02x", mem.getByte(8 + i)));
    }
    return new Struct(
        List.of(
            new Named("mr_ifindex", SockAddr.ifIndex(mem.getInt(0))),
            new Named("mr_type", Notation.xval(mem.getShort(4), "PACKET_MR_???", Table.PACKET_MR)),
            new Named("mr_alen", IntValue.of(mem.getShort(6))),
            new Named("mr_address", new Raw(octets.toString()))));
  }

  private StraceValue icmpFilter(int length) {
    int known = Math.min(length, 4);
    if (known <= 0 || unreadable(known)) {
      return address;
    }
    byte[] bytes = new byte[] {-1, -1, -1, -1};
    System.arraycopy(mem.get(0, known), 0, bytes, 0, known);
    int bits = UserMem.of(bytes).getInt(0);
    boolean complement = Integer.bitCount(bits) > Integer.SIZE / 2;
    List<StraceValue> names = new ArrayList<>();
    for (int i = 0; i < Integer.SIZE; i++) {
      if (((complement ? ~bits : bits) >>> i & 1) != 0) {
        names.add(Notation.xval(i, "ICMP_???", Table.ICMP_BIT));
      }
    }
    Array array = new Array(names, true);
    return complement ? new Unary("~", array) : array;
  }

  private StraceValue fprog() {
    if (unreadable(OptionValue.FPROG_BYTES)) {
      return address;
    }
    int count = mem.getShort(0);
    long pointer = mem.getLong(8);
    StraceValue filter = pointer == 0 ? new Symbol("NULL") : instructions((int) pointer, count);
    return new Struct(List.of(new Named("len", IntValue.of(count)), new Named("filter", filter)));
  }

  private StraceValue instructions(int offset, int count) {
    if (!mem.accessible(offset, count * INSN_BYTES)) {
      return address;
    }
    List<StraceValue> program = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = offset + i * INSN_BYTES;
      StraceValue code = Notation.hex(mem.getShort(at));
      StraceValue k = Notation.hex(mem.getInt(at + 4) & 0xffffffffL);
      boolean jump = mem.getByte(at + 2) != 0 || mem.getByte(at + 3) != 0;
      program.add(
          jump
              ? new Function(
                  "BPF_JUMP",
                  List.of(
                      code,
                      k,
                      Notation.hex(mem.getByte(at + 2)),
                      Notation.hex(mem.getByte(at + 3))))
              : new Function("BPF_STMT", Arrays.asList(code, k)));
    }
    return new Array(program, false);
  }
}
