package org.netshard.protocol.core;

/**
 * What a packet is to have that is about to be sent, of that which all families know: as the sock
 * says, and the control messages of {@code SOL_SOCKET} after it.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}: {@code struct sockcm_cookie}, {@code sockcm_init}.
 */
public final class SockcmCookie {
  /** {@code mark}. */
  public int mark;

  /** {@code priority}. */
  public int priority;

  /** {@code tsflags}: {@code SOF_TIMESTAMPING_*}. */
  int tsflags;

  /** {@code SOCKCM_FLAG_TS_OPT_ID}: whether the program gives the id of the packet's stamps. */
  boolean hasTsOptId;

  /** {@code ts_opt_id}. */
  int tsOptId;

  /** That of the kernel itself. */
  public SockcmCookie() {}

  /** What a sock says. */
  public static SockcmCookie of(Sk sk) {
    SockcmCookie cookie = new SockcmCookie();
    cookie.mark = sk.mark();
    cookie.priority = sk.priority();
    cookie.tsflags = sk.rare().tsflags();
    return cookie;
  }
}
