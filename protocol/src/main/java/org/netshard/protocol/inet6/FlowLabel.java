package org.netshard.protocol.inet6;

import java.util.HexFormat;
import java.util.Locale;
import org.netshard.protocol.cred.Cred;

/**
 * A flow label that socks of a namespace hold, or held not long ago.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}, {@code struct ip6_flowlabel}.
 */
final class FlowLabel {
  /** {@code IPV6_FL_S_EXCL}: for one sock. */
  private static final int SHARE_EXCL = 1;

  /** {@code IPV6_FL_S_USER}: for socks of one user. */
  private static final int SHARE_USER = 3;

  /** {@code IPV6_FL_S_ANY}: for all. */
  private static final int SHARE_ANY = 255;

  private static final long SEC_NS = 1_000_000_000;

  private final byte[] dst;
  private final int share;
  private final int owner;
  private int users;
  private long lingerNs;
  private long lastUseNs;
  private long expiresNs;

  /**
   * A label that nobody holds yet.
   *
   * @param dst the address to which packets of the flow go
   */
  FlowLabel(byte[] dst, int share, Cred cred, long nowNs) {
    this.dst = dst;
    this.share = share;
    this.owner = share == SHARE_USER ? cred.euid() : 0;
    this.expiresNs = nowNs;
    this.lastUseNs = nowNs;
  }

  /** Whether there is this kind of sharing. */
  static boolean isShare(int share) {
    return (share >= SHARE_EXCL && share <= SHARE_USER) || share == SHARE_ANY;
  }

  /** Whether a sock that asks for another such label may have this one. */
  boolean mayBeShared(FlowLabel asked) {
    return share != SHARE_EXCL && share == asked.share && owner == asked.owner;
  }

  /** Lets it stay for longer ({@code fl6_renew}), seconds. */
  void renew(long lingerSec, long expiresSec, long nowNs) {
    lastUseNs = nowNs;
    lingerNs = Math.max(lingerNs, lingerSec * SEC_NS);
    expiresNs = Math.max(expiresNs, nowNs + Math.max(expiresSec * SEC_NS, lingerNs));
  }

  /** Stays as long as another one would. */
  void renewAs(FlowLabel asked) {
    lingerNs = Math.max(lingerNs, asked.lingerNs);
    expiresNs = Math.max(expiresNs, asked.expiresNs);
  }

  /** One more sock holds it. */
  void hold() {
    users++;
  }

  /** A sock holds it no longer ({@code fl_release}). */
  void release(long nowNs) {
    users--;
    lastUseNs = nowNs;
    if (users == 0) {
      expiresNs = Math.max(expiresNs, nowNs + lingerNs);
    }
  }

  /** Its line of {@code /proc/net/ip6_flowlabel}, after the number ({@code ip6fl_seq_show}). */
  String line(long nowNs) {
    return String.format(
        Locale.ROOT,
        "%-1d %-6d %-6d %-6d %-8d %s %-4d\n",
        share,
        owner,
        users,
        lingerNs / SEC_NS,
        (expiresNs - nowNs) / SEC_NS,
        HexFormat.of().formatHex(dst),
        0);
  }

  /** Whether a sock holds it. */
  boolean isHeld() {
    return users > 0;
  }

  /** Whether it is gone ({@code ip6_fl_gc}). */
  boolean isGone(long nowNs) {
    return users == 0 && nowNs >= Math.max(expiresNs, lastUseNs + lingerNs);
  }
}
