package org.netshard.protocol.netlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * What an answer says besides the error.
 *
 * <p><b>Source:</b> {@code include/linux/netlink.h}, {@code struct netlink_ext_ack}.
 */
public final class ExtAck {
  private @Nullable String msg;
  private int badAttrOffset = -1;
  private @Nullable Policy policy;

  /**
   * The rule that an attribute breaks, as {@code netlink_policy_dump_write_attr} tells it.
   *
   * @param type {@code NL_ATTR_TYPE_…}
   * @param minLength the least length, or -1
   * @param maxLength the largest one, or -1
   */
  public record Policy(int type, int minLength, int maxLength) {}

  /** Fails with a text ({@code NL_SET_ERR_MSG}). */
  public int fail(Errno errno, String text) {
    msg = text;
    return errno.negated();
  }

  /** Fails at an attribute ({@code NL_SET_ERR_MSG_ATTR}). */
  public int failAt(Errno errno, NlAttr attr, String text) {
    badAttrOffset = attr.offset();
    return fail(errno, text);
  }

  /** Says which rule was broken. */
  public void setPolicy(@Nullable Policy broken) {
    policy = broken;
  }

  /** The text, or null. */
  public @Nullable String msg() {
    return msg;
  }

  /** Where in the message the bad attribute is, or -1. */
  public int badAttrOffset() {
    return badAttrOffset;
  }

  /** The rule that was broken, or null. */
  public @Nullable Policy policy() {
    return policy;
  }
}
