package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.Flags;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;
import org.netshard.protocol.abi.Errno;

/** Numbers in the notation of {@code strace}: constants, flags and small functions. */
public final class Notation {
  private static final int IPPROTO_IP = 0;
  private static final int SUGGESTIONS_MAX = 3;

  private Notation() {}

  /** Whether it is NULL. */
  static boolean isNull(StraceValue value) {
    return value.plain() instanceof Symbol symbol && symbol.name().equals("NULL");
  }

  /** The number that a constant's name stands for, or null if no such constant is known. */
  public static @Nullable Long constant(String name) {
    Long number = Constants.number(name);
    if (number != null) {
      return number;
    }
    Errno errno = Errno.byName(name);
    return errno == null ? null : Long.valueOf(errno.number());
  }

  /**
   * The number that a value stands for, as a register holds it: of a change, that on entry.
   *
   * @throws NotationException for an unknown constant or something that is no number
   */
  static long number(StraceValue value) {
    if (value instanceof IntValue number) {
      return number.value();
    }
    if (value instanceof Symbol symbol) {
      Long number = constant(symbol.name());
      if (number == null) {
        throw unknown(symbol.name());
      }
      return number;
    }
    if (value instanceof Flags flags) {
      long bits = 0;
      for (StraceValue member : flags.members()) {
        bits |= number(member);
      }
      return bits;
    }
    if (value instanceof Annotated annotated) {
      return number(annotated.value());
    }
    if (value instanceof Named named) {
      return number(named.value());
    }
    if (value instanceof Change change) {
      return number(change.was());
    }
    if (value instanceof Binary binary) {
      return binary(binary);
    }
    if (value instanceof Unary unary) {
      return unary(unary);
    }
    if (value instanceof Function function) {
      return function(function);
    }
    throw new NotationException(value.text(), "expected a number, found '" + value.text() + "'");
  }

  /**
   * A set of capabilities. A number in it has no names because it is of the upper word: all of the
   * lower one do.
   */
  static long capabilities(StraceValue value) {
    if (value instanceof Named named) {
      return capabilities(named.value());
    }
    if (value instanceof Flags flags) {
      long set = 0;
      for (StraceValue member : flags.members()) {
        set |= capabilities(member);
      }
      return set;
    }
    return value.plain() instanceof IntValue number
        ? number.value() << Integer.SIZE
        : number(value);
  }

  /** The number, if it is that of an {@code int}. */
  static int intNumber(StraceValue value) {
    return (int) number(value);
  }

  /** The number of the only element of an array, such as {@code [64 => 4]}, on entry. */
  static long element(StraceValue value) {
    StraceValue plain = value.plain();
    if (plain instanceof Array array && array.elements().size() == 1) {
      return number(array.elements().get(0).before());
    }
    throw new NotationException(
        value.text(), "expected a number in brackets, found '" + value.text() + "'");
  }

  /** The number of the only element of an array on return. */
  static long elementAfter(StraceValue value) {
    StraceValue plain = value.plain();
    if (plain instanceof Array array && array.elements().size() == 1) {
      return number(array.elements().get(0).after());
    }
    throw new NotationException(
        value.text(), "expected a number in brackets, found '" + value.text() + "'");
  }

  private static long binary(Binary binary) {
    long left = number(binary.left());
    long right = number(binary.right());
    return switch (binary.operator()) {
      case "<<" -> left << right;
      case "*" -> left * right;
      case "-" -> left - right;
      case "+" -> left + right;
      default ->
          throw new NotationException(
              binary.operator(), "expected a number, found '" + binary.text() + "'");
    };
  }

  private static long unary(Unary unary) {
    return switch (unary.operator()) {
      case "-" -> -number(unary.operand());
      case "~" -> ~number(unary.operand());
      default ->
          throw new NotationException(
              unary.text(), "expected a number, found '" + unary.text() + "'");
    };
  }

  private static long function(Function function) {
    List<StraceValue> arguments = function.arguments();
    if (arguments.size() != 1) {
      throw new NotationException(
          function.name(), "expected a number, found '" + function.text() + "'");
    }
    return switch (function.name()) {
      case "" -> number(arguments.get(0));
      case "htons", "ntohs" -> Short.reverseBytes((short) number(arguments.get(0))) & 0xffff;
      case "htonl", "ntohl" -> Integer.reverseBytes(intNumber(arguments.get(0))) & 0xffffffffL;
      case "inet_addr" -> SockAddr.inetAddr(function) & 0xffffffffL;
      case "if_nametoindex" -> SockAddr.ifIndex(function);
      default ->
          throw new NotationException(
              function.name(),
              "unknown function '"
                  + function.name()
                  + "'; known are htons, htonl, inet_addr, if_nametoindex");
    };
  }

  private static NotationException unknown(String name) {
    List<String> near = Suggestions.near(name, Constants.all(), SUGGESTIONS_MAX);
    return new NotationException(
        name, "unknown constant '" + name + "'" + Suggestions.didYouMean(near));
  }

  // What follows writes numbers.

  /** {@code printxval}: the name, or the number and a comment. */
  static StraceValue xval(long number, String unknown, Table... tables) {
    for (Table table : tables) {
      String name = Constants.name(table, number);
      if (name != null) {
        return new Symbol(name);
      }
    }
    return new Annotated(hex(number), Annotated.Kind.COMMENT, unknown);
  }

  /** {@code %#x}: zero has no prefix. */
  static IntValue hex(long number) {
    return number == 0 ? IntValue.of(0) : IntValue.hex(number);
  }

  /** {@code printflags}: the names, and a number for the bits without one. */
  static StraceValue flags(long number, String unknown, Table... tables) {
    List<StraceValue> members = new ArrayList<>();
    long rest = addFlags(number, members, tables);
    if (members.isEmpty()) {
      return rest == 0 ? IntValue.of(0) : new Annotated(hex(rest), Annotated.Kind.COMMENT, unknown);
    }
    if (rest != 0) {
      members.add(hex(rest));
    }
    return joined(members);
  }

  /** Adds the names of bits, and returns the bits without one. */
  static long addFlags(long number, List<StraceValue> members, Table... tables) {
    long rest = number;
    for (Table table : tables) {
      for (Map.Entry<String, Long> flag : Constants.of(table).entrySet()) {
        long bits = flag.getValue();
        if (bits != 0 && (rest & bits) == bits) {
          members.add(new Symbol(flag.getKey()));
          rest &= ~bits;
        }
      }
    }
    return rest;
  }

  static StraceValue joined(List<StraceValue> members) {
    return members.size() == 1 ? members.get(0) : new Flags(members);
  }

  /** {@code tprint_sock_type}. */
  static StraceValue socketType(long type) {
    List<StraceValue> members = new ArrayList<>();
    String name = Constants.name(Table.TYPE, type & 0xf);
    long flags = type & 0xffffffffL;
    if (name != null) {
      members.add(new Symbol(name));
      flags &= ~0xfL;
      if (flags == 0) {
        return members.get(0);
      }
    }
    long rest = addFlags(flags, members, Table.TYPE_FLAG);
    boolean named = members.size() > (name == null ? 0 : 1);
    if (!named) {
      members.add(
          rest == 0
              ? IntValue.of(0)
              : new Annotated(hex(rest), Annotated.Kind.COMMENT, "SOCK_???"));
    } else if (rest != 0) {
      members.add(hex(rest));
    }
    return joined(members);
  }

  /** The protocol argument of {@code socket}. */
  static StraceValue protocol(long family, long protocol) {
    int number = (int) protocol;
    return switch ((int) family) {
      case 2, 10 -> xval(number & 0xffffffffL, "IPPROTO_???", Table.IPPROTO);
      case 16 -> xval(number & 0xffffffffL, "NETLINK_???", Table.NETLINK);
      case 17 ->
          new Function(
              "htons",
              List.of(xval(Short.reverseBytes((short) number) & 0xffff, "ETH_P_???", Table.ETH_P)));
      case 3 -> new Annotated(hex(protocol), Annotated.Kind.COMMENT, "AX25_P_???");
      default -> new Raw(Long.toUnsignedString(protocol));
    };
  }

  /** The level of an option. */
  static StraceValue level(long level) {
    return xval(level & 0xffffffffL, "SOL_??", Table.LEVEL);
  }

  /** The name of an option of a level, as {@code getsockopt} or {@code setsockopt} print it. */
  static StraceValue option(int level, long name, boolean get) {
    long number = name & 0xffffffffL;
    return switch (level) {
      case 1 -> xval(number, "SO_???", Table.SO, get ? Table.SO_GET : Table.SO_SET);
      case IPPROTO_IP -> xval(number, "IP_???", Table.IP, get ? Table.IP_GET : Table.IP_SET);
      case 41 -> xval(number, "IPV6_???", Table.IPV6, get ? Table.IPV6_GET : Table.IPV6_SET);
      case 6 -> xval(number, "TCP_???", Table.TCP_OPT);
      case 17 -> xval(number, "UDP_???", Table.UDP_OPT);
      case 40 -> xval(number, "SO_VM_???", Table.VSOCK_OPT);
      case 132 -> xval(number, "SCTP_???", Table.SCTP_OPT);
      case 101 -> xval(number, "CAN_RAW_???", Table.CAN_RAW_OPT);
      case 255 -> xval(number, "RAW_???", Table.RAW_OPT);
      case 256 -> xval(number, "IPX_???", Table.IPX_OPT);
      case 257 -> xval(number, "AX25_???", Table.AX25_OPT);
      case 263 -> xval(number, "PACKET_???", Table.PACKET_OPT);
      case 266 -> xval(number, "IRLMP_???", Table.IRDA_OPT);
      case 268 -> xval(number, "LLC_OPT_???", Table.LLC_OPT);
      case 269 -> xval(number, "DCCP_SOCKOPT_???", Table.DCCP_OPT);
      case 270 -> xval(number, "NETLINK_???", Table.NETLINK_OPT);
      case 271 -> xval(number, "TIPC_???", Table.TIPC_OPT);
      case 272 -> xval(number, "RXRPC_???", Table.RXRPC_OPT);
      case 273 -> xval(number, "PPPOL2TP_SO_???", Table.PPPOL2TP_OPT);
      case 274 -> xval(number, "BT_???", Table.BLUETOOTH_OPT);
      case 275 -> xval(number, "PNPIPE_???", Table.PNPIPE_OPT);
      case 276 -> xval(number, "RDS_???", Table.RDS_OPT);
      case 277 -> xval(number, "SO_???", Table.IUCV_OPT);
      case 278 -> xval(number, "CAIFSO_???", Table.CAIF_OPT);
      case 279 -> xval(number, "ALG_???", Table.ALG_OPT);
      case 280 -> xval(number, "NFC_LLCP_???", Table.NFC_OPT);
      case 281 -> xval(number, "KCM_???", Table.KCM_OPT);
      case 282 -> xval(number, "TLS_???", Table.TLS_OPT);
      case 283 -> xval(number, "XDP_???", Table.XDP_OPT);
      default -> IntValue.of(number);
    };
  }
}
