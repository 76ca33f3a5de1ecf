package org.netshard.protocol.netlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * The attributes of a message by type.
 *
 * <p><b>Source:</b> {@code lib/nlattr.c}: {@code __nla_validate_parse}, {@code validate_nla};
 * {@code net/netlink/policy.c}.
 */
public final class NlAttrs {
  /** {@code NL_ATTR_TYPE_U32} and so on, as a broken rule is told. */
  private static final int NL_ATTR_TYPE_U8 = 2;

  private static final int NL_ATTR_TYPE_U16 = 3;
  private static final int NL_ATTR_TYPE_U32 = 4;
  private static final int NL_ATTR_TYPE_BINARY = 11;
  private static final int NL_ATTR_TYPE_STRING = 12;
  private static final int NL_ATTR_TYPE_NUL_STRING = 13;
  private static final int NL_ATTR_TYPE_NESTED = 14;

  private final @Nullable NlAttr[] attrs;

  private NlAttrs(int maxType) {
    attrs = new NlAttr[maxType + 1];
  }

  /** A rule for one type of attribute ({@code struct nla_policy}). */
  public record Rule(int type, Kind kind, int length) {
    /** A number of 8 bits. */
    public static Rule u8(int type) {
      return new Rule(type, Kind.U8, 1);
    }

    /** A number of 16 bits. */
    public static Rule u16(int type) {
      return new Rule(type, Kind.U16, 2);
    }

    /** A number of 32 bits. */
    public static Rule u32(int type) {
      return new Rule(type, Kind.U32, 4);
    }

    /** At least so many bytes. */
    public static Rule atLeast(int type, int length) {
      return new Rule(type, Kind.MIN, length);
    }

    /** At most so many bytes. */
    public static Rule atMost(int type, int length) {
      return new Rule(type, Kind.MAX, length);
    }

    /** Text of so many bytes at most. */
    public static Rule text(int type, int length) {
      return new Rule(type, Kind.STRING, length);
    }

    /** Other attributes. */
    public static Rule nested(int type) {
      return new Rule(type, Kind.NESTED, 0);
    }
  }

  /** Kinds of content. */
  public enum Kind {
    /** A number of 8 bits. */
    U8,
    /** A number of 16 bits. */
    U16,
    /** A number of 32 bits. */
    U32,
    /** At least a length. */
    MIN,
    /** At most a length. */
    MAX,
    /** Text. */
    STRING,
    /** Other attributes. */
    NESTED
  }

  /** The attribute of this type, or null. */
  public @Nullable NlAttr get(int type) {
    return type < attrs.length ? attrs[type] : null;
  }

  /** Whether there is one of this type. */
  public boolean has(int type) {
    return get(type) != null;
  }

  /** The number in an attribute, 0 without. */
  public int getInt(int type) {
    NlAttr attr = get(type);
    return attr == null ? 0 : attr.getInt();
  }

  /** The number of 64 bits in an attribute, 0 without. */
  public long getLong(int type) {
    NlAttr attr = get(type);
    return attr == null ? 0 : attr.getLong();
  }

  /** Attributes as they are, the last of a type counting; what is behind a bad one is ignored. */
  static NlAttrs lax(byte[] message, int from, int end, int maxType) {
    NlAttrs found = new NlAttrs(maxType);
    int at = from;
    while (end - at >= Nl.NLA_HDRLEN) {
      int length = NlRequest.getShort(message, at);
      if (length < Nl.NLA_HDRLEN || length > end - at) {
        break;
      }
      NlAttr attr = new NlAttr(message, at, length);
      if (attr.type() <= maxType) {
        found.attrs[attr.type()] = attr;
      }
      at += (length + 3) & ~3;
    }
    return found;
  }

  /**
   * Reads the attributes behind the header of a message.
   *
   * @param from where they begin
   * @param strict whether unknown ones and bytes behind them are errors
   * @param ack what is told about an error
   * @return the attributes, or null after an error, EINVAL or ERANGE ({@link #error})
   */
  public static @Nullable NlAttrs parse(
      NlRequest request, int from, int maxType, Rule[] rules, boolean strict, ExtAck ack) {
    byte[] message = request.message();
    NlAttrs found = new NlAttrs(maxType);
    int at = from;
    int end = message.length;
    while (end - at >= Nl.NLA_HDRLEN) {
      int length = NlRequest.getShort(message, at);
      if (length < Nl.NLA_HDRLEN || length > end - at) {
        break;
      }
      NlAttr attr = new NlAttr(message, at, length);
      if (attr.type() == 0 || attr.type() > maxType) {
        if (strict) {
          ack.failAt(Errno.EINVAL, attr, "Unknown attribute type");
          return null;
        }
      } else {
        if (!valid(attr, rules, strict, ack)) {
          return null;
        }
        found.attrs[attr.type()] = attr;
      }
      at += (length + 3) & ~3;
    }
    if (at < end && strict) {
      ack.fail(Errno.EINVAL, "bytes leftover after parsing attributes");
      return null;
    }
    return found;
  }

  /** The error of an attribute that {@link #parse} refused. */
  public static int error(ExtAck ack) {
    return "Attribute failed policy validation".equals(ack.msg())
        ? Errno.ERANGE.negated()
        : Errno.EINVAL.negated();
  }

  private static boolean valid(NlAttr attr, Rule[] rules, boolean strict, ExtAck ack) {
    for (Rule rule : rules) {
      if (rule.type() != attr.type()) {
        continue;
      }
      boolean good = fits(attr, rule);
      if (good && strict && rule.kind() == Kind.NESTED && !attr.isNested()) {
        ack.failAt(Errno.EINVAL, attr, "NLA_F_NESTED is missing");
        return false;
      }
      if (!good) {
        ack.failAt(Errno.ERANGE, attr, "Attribute failed policy validation");
        ack.setPolicy(policy(rule));
        return false;
      }
    }
    return true;
  }

  private static boolean fits(NlAttr attr, Rule rule) {
    return switch (rule.kind()) {
      case U8, U16, U32, MIN -> attr.length() >= rule.length();
      case MAX -> attr.length() <= rule.length();
      case STRING -> rule.length() == 0 || attr.text().length() <= rule.length();
      case NESTED -> attr.length() == 0 || attr.length() >= Nl.NLA_HDRLEN;
    };
  }

  /** Whether each is as long as its rule says; what is not is ERANGE, and nobody hears why. */
  public boolean fit(Rule[] rules) {
    for (Rule rule : rules) {
      NlAttr attr = get(rule.type());
      if (attr != null && !fits(attr, rule)) {
        return false;
      }
    }
    return true;
  }

  private static ExtAck.Policy policy(Rule rule) {
    return switch (rule.kind()) {
      case U8 -> new ExtAck.Policy(NL_ATTR_TYPE_U8, -1, -1);
      case U16 -> new ExtAck.Policy(NL_ATTR_TYPE_U16, -1, -1);
      case U32 -> new ExtAck.Policy(NL_ATTR_TYPE_U32, -1, -1);
      case MIN -> new ExtAck.Policy(NL_ATTR_TYPE_BINARY, rule.length(), -1);
      case MAX -> new ExtAck.Policy(NL_ATTR_TYPE_BINARY, -1, rule.length());
      case STRING ->
          new ExtAck.Policy(
              rule.length() == 0 ? NL_ATTR_TYPE_NUL_STRING : NL_ATTR_TYPE_STRING,
              -1,
              rule.length());
      case NESTED -> new ExtAck.Policy(NL_ATTR_TYPE_NESTED, -1, -1);
    };
  }
}
