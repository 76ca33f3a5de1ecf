package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;

/**
 * A local port of TCP in a namespace: who has it, and what lets another have it without a look at
 * all of them.
 *
 * <p>Linux has two such short cuts. That of {@code SO_REUSEADDR} ({@code fastreuse}) is never taken
 * since the bucket of the address is made first, so that the one of the port is never found empty;
 * for the same reason {@code FASTREUSEPORT_ANY} is never set. See {@code
 * docs/linux-notes/bind-short-cuts.md}.
 *
 * <p><b>Source:</b> {@code include/net/inet_hashtables.h}, {@code struct inet_bind_bucket}; {@code
 * net/ipv4/inet_connection_sock.c}, {@code inet_csk_update_fastreuse}, {@code sk_reuseport_match},
 * {@code inet_csk_bind_conflict}.
 */
final class BindBucket {
  private final int port;
  private final BindOwners owners = new BindOwners();

  private int fastuid;

  /** {@code fastreuse} and {@code fastreuseport} below 0: only {@code connect} has given it out. */
  private boolean connectOnly;

  /**
   * With {@code FASTREUSEPORT_STRICT}: another sock of the same user and {@code SO_REUSEPORT} that
   * is bound to this address conflicts with no owner. Null if that cannot be said.
   */
  private @Nullable RcvSaddr fastAddress;

  BindBucket(int port) {
    this.port = port;
  }

  int port() {
    return port;
  }

  /** Whether only {@code connect} has given the port out. */
  boolean isConnectOnly() {
    return connectOnly;
  }

  /** Says whether only {@code connect} has given it out. */
  void setConnectOnly(boolean only) {
    connectOnly = only;
  }

  BindOwners owners() {
    return owners;
  }

  /** Whether a sock may have the port too, as far as can be told at a glance. */
  boolean fastMatch(Sk sk) {
    return !owners.isEmpty() && (sk.reuse() == Sk.SK_FORCE_REUSE || reuseportMatch(sk));
  }

  private boolean reuseportMatch(Sk sk) {
    return fastAddress != null
        && sk.flag(SockFlag.SK_REUSEPORT)
        && !sk.flag(SockFlag.SK_REUSEPORT_CB)
        && fastuid == sk.uid()
        && fastAddress.equal(RcvSaddr.of(sk), true, false);
  }

  /** Takes note of a sock that is about to have the port, or has it and begins to listen. */
  void updateFastreuse(Sk sk) {
    if (!sk.flag(SockFlag.SK_REUSEPORT)) {
      fastAddress = null;
    } else if (!reuseportMatch(sk)) {
      fastuid = sk.uid();
      fastAddress = RcvSaddr.of(sk);
    }
  }

  /**
   * Whether another sock has the port in a way that this one cannot have it too.
   *
   * @param relax whether socks of {@code SO_REUSEADDR} that do not listen may share it
   * @param reuseportOk whether socks of {@code SO_REUSEPORT} of one user may share it
   */
  boolean conflict(Sk sk, boolean relax, boolean reuseportOk) {
    RcvSaddr address = RcvSaddr.of(sk);
    for (Sk other = owners.first(); other != null; other = owners.next(other)) {
      if (other != sk
          && conflict(sk, other, relax, reuseportOk)
          && address.equal(RcvSaddr.of(other), true, true)) {
        return true;
      }
    }
    return false;
  }

  private static boolean conflict(Sk sk, Sk other, boolean relax, boolean reuseportOk) {
    if (sk.boundDevIf() != 0 && other.boundDevIf() != 0 && sk.boundDevIf() != other.boundDevIf()) {
      return false;
    }
    // A sock that is in a group already must not be taken into another.
    boolean shares =
        sk.flag(SockFlag.SK_REUSEPORT)
            && other.flag(SockFlag.SK_REUSEPORT)
            && !sk.flag(SockFlag.SK_REUSEPORT_CB)
            && sk.uid() == other.uid();
    if (sk.reuse() != Sk.SK_NO_REUSE
        && other.reuse() != Sk.SK_NO_REUSE
        && other.state() != Sk.TCP_LISTEN) {
      return !relax || (!reuseportOk && shares);
    }
    return !reuseportOk || !shares;
  }
}
