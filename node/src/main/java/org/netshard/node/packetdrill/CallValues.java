package org.netshard.node.packetdrill;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.netshard.node.packetdrill.script.Action;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.scenario.IpText;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;

/** The arguments of a call of a script as numbers and memory. */
final class CallValues {
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int IOVEC_BYTES = 16;

  private final Place place;
  private final Action.Call call;

  CallValues(Place place, Action.Call call) {
    this.place = place;
    this.call = call;
  }

  ScriptSyntaxException wrong(String problem) {
    return new ScriptSyntaxException(place, call.name() + ": " + problem);
  }

  /** Checks how many arguments there are. */
  void count(int min, int max) {
    int count = call.arguments().size();
    if (count < min || count > max) {
      String allowed = min == max ? Integer.toString(min) : min + " to " + max;
      throw wrong("takes " + allowed + " arguments, found " + count);
    }
  }

  int size() {
    return call.arguments().size();
  }

  Expr arg(int index) {
    return call.arguments().get(index);
  }

  boolean isWild(int index) {
    return arg(index) instanceof Expr.Wildcard;
  }

  long number(int index) {
    return number(arg(index));
  }

  long number(Expr expr) {
    if (expr instanceof Expr.Num num) {
      return num.value();
    }
    if (expr instanceof Expr.Or or) {
      return number(or.left()) | number(or.right());
    }
    if (expr instanceof Expr.Word word) {
      Long number = ScriptConstants.number(word.name());
      if (number != null) {
        return number;
      }
      throw wrong("constant `" + word.name() + "` is not known");
    }
    if (expr instanceof Expr.Apply apply
        && apply.name().equals("htons")
        && apply.arguments().size() == 1) {
      return Short.toUnsignedLong(Short.reverseBytes((short) number(apply.arguments().get(0))));
    }
    throw wrong("expected a number, found " + ScriptPrinter.print(expr));
  }

  /** The only element of brackets: {@code [1000]}. */
  Expr only(Expr expr) {
    if (expr instanceof Expr.Array array && array.elements().size() == 1) {
      return array.elements().get(0);
    }
    throw wrong("expected one value in brackets, found " + ScriptPrinter.print(expr));
  }

  List<Expr> elements(Expr expr) {
    if (expr instanceof Expr.Array array) {
      return array.elements();
    }
    throw wrong("expected values in brackets, found " + ScriptPrinter.print(expr));
  }

  Expr.Struct struct(Expr expr) {
    if (expr instanceof Expr.Struct struct) {
      return struct;
    }
    throw wrong("expected values in braces, found " + ScriptPrinter.print(expr));
  }

  Expr field(Expr.Struct struct, String name) {
    Expr value = struct.field(name);
    if (value == null) {
      throw wrong("`" + name + "` is missing in " + ScriptPrinter.print(struct));
    }
    return value;
  }

  /** Memory of so many bytes of zeros. */
  UserMem buffer(long bytes) {
    if (bytes < 0 || bytes > 1 << 28) {
      throw wrong(bytes + " bytes of memory");
    }
    return UserMem.zeroed((int) bytes);
  }

  /** What is sent or received: any bytes of this number, a text with zeros behind it, or NULL. */
  UserMem data(int index, long bytes) {
    Expr expr = arg(index);
    if (expr instanceof Expr.Word word && word.name().equals("NULL")) {
      return UserMem.NULL;
    }
    UserMem memory = buffer(bytes);
    if (expr instanceof Expr.Str str) {
      byte[] text = unescaped(str.text());
      memory.put(0, text, Math.min(text.length, memory.size()));
    } else if (!(expr instanceof Expr.Wildcard)) {
      throw wrong("expected ... or a text, found " + ScriptPrinter.print(expr));
    }
    return memory;
  }

  /** The bytes of a text with its escapes. */
  byte[] unescaped(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      char escaped = text.charAt(++i);
      switch (escaped) {
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case 'r' -> out.write('\r');
        case '0' -> out.write(0);
        case 'x' -> {
          String hex = text.substring(i + 1, Math.min(i + 3, text.length()));
          if (!hex.matches("[0-9a-fA-F]{2}")) {
            throw wrong("`\\x` without two digits in \"" + text + "\"");
          }
          out.write(Integer.parseInt(hex, 16));
          i += 2;
        }
        default -> out.write(escaped);
      }
    }
    return out.toByteArray();
  }

  /** A path or another text that ends with NUL. */
  UserMem path(int index) {
    if (!(arg(index) instanceof Expr.Str str)) {
      throw wrong("expected a text, found " + ScriptPrinter.print(arg(index)));
    }
    byte[] text = unescaped(str.text());
    UserMem memory = UserMem.zeroed(text.length + 1);
    memory.put(0, text, text.length);
    return memory;
  }

  /** The bytes of an option, as many as are written. */
  UserMem optionValue(Expr expr) {
    if (expr instanceof Expr.Str str) {
      return UserMem.of(unescaped(str.text()));
    }
    if (expr instanceof Expr.Array array) {
      UserMem memory = UserMem.zeroed(Integer.BYTES * array.elements().size());
      for (int i = 0; i < array.elements().size(); i++) {
        memory.putInt(Integer.BYTES * i, (int) number(array.elements().get(i)));
      }
      return memory;
    }
    if (expr instanceof Expr.Struct struct) {
      return optionStruct(struct);
    }
    if (expr instanceof Expr.Word word && word.name().equals("NULL")) {
      return UserMem.NULL;
    }
    throw wrong("no value of an option: " + ScriptPrinter.print(expr));
  }

  private UserMem optionStruct(Expr.Struct struct) {
    if (struct.field("onoff") != null) {
      return UserMem.ofInts(
          (int) number(field(struct, "onoff")), (int) number(field(struct, "linger")));
    }
    throw wrong("no value of an option: " + ScriptPrinter.print(struct));
  }

  /** A socket address of an IP and a port. */
  static UserMem sockaddr(byte[] address, int port) {
    boolean v6 = address.length == 16;
    UserMem memory = UserMem.zeroed(v6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES);
    memory.putShort(0, v6 ? Abi.AF_INET6 : Abi.AF_INET);
    memory.putShort(2, Short.toUnsignedInt(Short.reverseBytes((short) port)));
    memory.put(v6 ? 8 : 4, address, address.length);
    return memory;
  }

  /** A socket address that a script has written out. */
  UserMem sockaddr(Expr.Struct struct) {
    int family = (int) number(field(struct, "sa_family"));
    int port = (int) number(field(struct, "sin_port"));
    Expr address = struct.field("sin_addr") != null ? field(struct, "sin_addr") : any(struct);
    byte[] bytes =
        address instanceof Expr.Apply apply
                && apply.arguments().size() == 1
                && apply.arguments().get(0) instanceof Expr.Str str
            ? IpText.parse(str.text())
            : null;
    if (bytes == null || bytes.length != (family == Abi.AF_INET6 ? 16 : 4)) {
      throw wrong("no address of this family: " + ScriptPrinter.print(struct));
    }
    return sockaddr(bytes, Short.toUnsignedInt(Short.reverseBytes((short) port)));
  }

  private Expr any(Expr.Struct struct) {
    return field(struct, "sin6_addr");
  }

  /** Pieces of memory: {@code [{..., 100}, {..., 200}]}. */
  UserMem iovec(Expr expr) {
    List<Expr> pieces = elements(expr);
    UserMem vector = UserMem.zeroed(IOVEC_BYTES * pieces.size());
    for (int i = 0; i < pieces.size(); i++) {
      List<Expr.Field> fields = struct(pieces.get(i)).fields();
      if (fields.size() != 2) {
        throw wrong("no piece of memory {..., BYTES}: " + ScriptPrinter.print(pieces.get(i)));
      }
      long bytes = number(fields.get(1).value());
      UserMem base = buffer(bytes);
      if (fields.get(0).value() instanceof Expr.Str str) {
        byte[] text = unescaped(str.text());
        base.put(0, text, Math.min(text.length, base.size()));
      }
      vector.putPointer(IOVEC_BYTES * i, base);
      vector.putLong(IOVEC_BYTES * i + 8, bytes);
    }
    return vector;
  }
}
