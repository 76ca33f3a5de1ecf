package org.netshard.protocol.netlink;

import org.netshard.protocol.core.Sk;

/**
 * What all answers about sockets have in common.
 *
 * <p><b>Source:</b> {@code net/core/sock_diag.c}: {@code sock_diag_put_meminfo}, {@code
 * sock_diag_save_cookie}.
 */
public final class SockDiagMsg {
  private static final int SOCK_DIAG_BY_FAMILY = 20;

  private SockDiagMsg() {}

  /** Begins an answer of a dump. */
  public static NlMsg begin(NlRequest request) {
    return new NlMsg().begin(SOCK_DIAG_BY_FAMILY, Nl.NLM_F_MULTI, request.seq(), request.portid());
  }

  /** Adds the memory of a sock, nine numbers. */
  public static void putMeminfo(NlMsg out, int type, Sk sk) {
    int at = out.nest(type);
    out.putInt(sk.rmemAlloc()).putInt(sk.rcvbuf()).putInt(sk.wmemAlloc() - 1).putInt(sk.sndbuf());
    out.putInt(sk.forwardAlloc()).putInt(sk.wmemQueued()).putInt(sk.rare().omemAlloc());
    out.putInt(0).putInt(sk.rare().drops()).nestEnd(at);
  }
}
