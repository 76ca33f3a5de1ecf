package org.netshard.protocol.netlink;

/**
 * Numbers of netlink messages.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/netlink.h}, {@code include/uapi/linux/rtnetlink.h}.
 */
public final class Nl {
  public static final int NETLINK_ROUTE = 0;
  public static final int NETLINK_USERSOCK = 2;
  public static final int NETLINK_SOCK_DIAG = 4;
  public static final int NETLINK_GENERIC = 16;

  public static final int NLMSG_NOOP = 1;
  public static final int NLMSG_ERROR = 2;
  public static final int NLMSG_DONE = 3;

  /** Types below this are netlink's own. */
  public static final int NLMSG_MIN_TYPE = 0x10;

  /** Size of a {@code struct nlmsghdr}, bytes. */
  public static final int NLMSG_HDRLEN = 16;

  /** Size of a {@code struct nlattr}, bytes. */
  public static final int NLA_HDRLEN = 4;

  public static final int NLA_F_NESTED = 0x8000;
  public static final int NLA_TYPE_MASK = 0x3fff;

  public static final int NLM_F_REQUEST = 0x01;
  public static final int NLM_F_MULTI = 0x02;
  public static final int NLM_F_ACK = 0x04;
  public static final int NLM_F_ECHO = 0x08;
  public static final int NLM_F_DUMP_INTR = 0x10;
  public static final int NLM_F_DUMP_FILTERED = 0x20;
  public static final int NLM_F_DUMP = 0x300;

  public static final int NLM_F_REPLACE = 0x100;
  public static final int NLM_F_EXCL = 0x200;
  public static final int NLM_F_CREATE = 0x400;
  public static final int NLM_F_APPEND = 0x800;

  public static final int NLM_F_BULK = 0x200;

  public static final int NLM_F_CAPPED = 0x100;
  public static final int NLM_F_ACK_TLVS = 0x200;

  private Nl() {}
}
