package org.netshard.node.strace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An argument of a call, or a part of one, as {@code strace} writes it.
 *
 * <p>The syntax says nothing about types: {@code 0x7ffd0e3c} is a number here, and {@link
 * CallDecoder} knows whether it is a flag without a name or an address.
 */
public sealed interface StraceValue {

  /** The value without its descriptor's name and without comments. */
  default StraceValue plain() {
    return this;
  }

  /** The value as it was on entry, if the call changed it. */
  default StraceValue before() {
    return this;
  }

  /** The value as it is on return, if the call changed it. */
  default StraceValue after() {
    return this;
  }

  /** The value as text, as {@code strace} would write it. */
  default String text() {
    return ValuePrinter.print(this);
  }

  /** How a number is written. */
  enum Radix {
    DECIMAL,
    HEX,
    OCTAL
  }

  /**
   * A number of 64 bits; unsigned ones above 2^63 are negative here.
   *
   * @param value the number
   * @param radix how it is written
   */
  record IntValue(long value, Radix radix) implements StraceValue {
    /** A decimal number. */
    public static IntValue of(long value) {
      return new IntValue(value, Radix.DECIMAL);
    }

    /** A hexadecimal number. */
    public static IntValue hex(long value) {
      return new IntValue(value, Radix.HEX);
    }
  }

  /**
   * A name: of a constant, or {@code NULL}.
   *
   * @param name the name
   */
  record Symbol(String name) implements StraceValue {}

  /**
   * Something that is neither a number nor a name, such as a hardware address.
   *
   * @param text what is written
   */
  record Raw(String text) implements StraceValue {}

  /** What was left out: {@code ...}. */
  record Ellipsis() implements StraceValue {}

  /**
   * A result that was kept under a name, {@code $name}; only in scripts.
   *
   * @param name the name
   */
  record Variable(String name) implements StraceValue {}

  /**
   * Flags joined by {@code |}; at least two.
   *
   * @param members names, numbers and shifts
   */
  record Flags(List<StraceValue> members) implements StraceValue {
    public Flags {
      members = List.copyOf(members);
    }
  }

  /**
   * Two values and an operator, such as {@code 8192*1024} or {@code 1<<CAP_CHOWN}.
   *
   * @param operator {@code <<}, {@code *}, {@code +}, {@code -}, {@code ==} or {@code &&}
   * @param left left of it
   * @param right right of it
   */
  record Binary(String operator, StraceValue left, StraceValue right) implements StraceValue {}

  /**
   * An operator and a value, such as {@code ~[CHLD]}, {@code &sin6_addr} or {@code -ENODEV}.
   *
   * @param operator {@code ~}, {@code &}, {@code !} or {@code -}
   * @param operand the value
   */
  record Unary(String operator, StraceValue operand) implements StraceValue {}

  /** Bytes in quotes. */
  final class Str implements StraceValue {
    private final byte[] bytes;
    private final boolean truncated;
    private final boolean abstractName;

    /**
     * Bytes in quotes.
     *
     * @param bytes the bytes
     * @param truncated whether {@code ...} follows: there were more
     * @param abstractName whether {@code @} goes before: the abstract name of an AF_UNIX socket
     */
    public Str(byte[] bytes, boolean truncated, boolean abstractName) {
      this.bytes = bytes.clone();
      this.truncated = truncated;
      this.abstractName = abstractName;
    }

    /** All of these bytes. */
    public static Str of(byte... bytes) {
      return new Str(bytes, false, false);
    }

    /** The bytes of a text of Latin-1 characters. */
    public static Str of(String text) {
      return of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
      return bytes.clone();
    }

    /** Whether there were more bytes than these. */
    public boolean truncated() {
      return truncated;
    }

    /** Whether it is the abstract name of an AF_UNIX socket. */
    public boolean abstractName() {
      return abstractName;
    }

    /** The bytes as Latin-1 characters. */
    public String string() {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Str that
          && Arrays.equals(bytes, that.bytes)
          && truncated == that.truncated
          && abstractName == that.abstractName;
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * A structure in braces.
   *
   * @param members its fields, most of them {@link Named}
   */
  record Struct(List<StraceValue> members) implements StraceValue {
    public Struct {
      members = List.copyOf(members);
    }

    /** The value of a field, or null. */
    public @Nullable StraceValue field(String name) {
      for (StraceValue member : members) {
        if (member instanceof Named named && named.name().equals(name)) {
          return named.value();
        }
      }
      return null;
    }

    /** The field that is written as a function of this name, such as inet_pton, or null. */
    public @Nullable Function function(String name) {
      for (StraceValue member : members) {
        if (member instanceof Function function && function.name().equals(name)) {
          return function;
        }
      }
      return null;
    }
  }

  /**
   * An array, a set of bits, or what a pointer refers to, in brackets.
   *
   * @param elements its elements
   * @param spaced whether spaces separate two or more elements, instead of commas
   */
  record Array(List<StraceValue> elements, boolean spaced) implements StraceValue {
    public Array {
      elements = List.copyOf(elements);
      spaced = spaced && elements.size() > 1;
    }
  }

  /**
   * A value and what the call made of it: {@code 64 => 4}.
   *
   * @param was on entry
   * @param becomes on return
   */
  record Change(StraceValue was, StraceValue becomes) implements StraceValue {
    @Override
    public StraceValue before() {
      return was;
    }

    @Override
    public StraceValue after() {
      return becomes;
    }
  }

  /**
   * A value with the name of its field or argument: {@code sin_port=htons(80)}.
   *
   * @param name the name
   * @param value the value
   */
  record Named(String name, StraceValue value) implements StraceValue {
    @Override
    public StraceValue before() {
      return value.before();
    }

    @Override
    public StraceValue after() {
      return value.after();
    }
  }

  /**
   * A value written as a function: {@code htons(80)}.
   *
   * @param name the function
   * @param arguments its arguments
   */
  record Function(String name, List<StraceValue> arguments) implements StraceValue {
    public Function {
      arguments = List.copyOf(arguments);
    }
  }

  /** A value and what {@code strace} says of it. */
  record Annotated(StraceValue value, Kind kind, String note) implements StraceValue {
    /** What kind of note. */
    public enum Kind {
      /** What a descriptor or process is: {@code 3<socket:[17]>}. */
      NAME,
      /** A comment. */
      COMMENT
    }

    @Override
    public StraceValue plain() {
      return value.plain();
    }

    @Override
    public StraceValue before() {
      return value.before();
    }

    @Override
    public StraceValue after() {
      return value.after();
    }
  }
}
