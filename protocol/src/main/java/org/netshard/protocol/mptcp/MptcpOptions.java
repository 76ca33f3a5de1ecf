package org.netshard.protocol.mptcp;

import java.util.Objects;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;

/**
 * The options of an MPTCP sock.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.h}, {@code struct mptcp_sock}.
 */
public final class MptcpOptions extends OptionBlock {
  private static final MptcpOptions DEFAULTS = new MptcpOptions();

  static {
    DEFAULTS.freeze();
  }

  /** {@code nodelay}. */
  boolean nodelay;

  /** {@code cork}. */
  boolean cork;

  /** {@code recvmsg_inq}. */
  boolean inq;

  /** {@code notsent_lowat}, bytes, unsigned. */
  int notsentLowat;

  /** {@code maxseg}, bytes, as given. */
  int maxseg;

  /** {@code keepalive_idle}, seconds, as given; 0 is the sysctl. */
  int keepaliveIdleSec;

  /** {@code keepalive_intvl}, seconds, as given; 0 is the sysctl. */
  int keepaliveIntvlSec;

  /** {@code keepalive_cnt}, as given; 0 is the sysctl. */
  int keepaliveCnt;

  /** {@code ca_name}, as given; empty before. */
  String caName = "";

  /** The shared block of new socks. */
  static MptcpOptions shared() {
    return DEFAULTS;
  }

  /** The block of a sock, for reading. */
  public static MptcpOptions of(Sk sk) {
    return (MptcpOptions) Objects.requireNonNull(sk.transport());
  }

  /** The block of a sock, for writing: its own from now on. */
  static MptcpOptions forWrite(Sk sk) {
    MptcpOptions block = of(sk);
    if (block.isFrozen()) {
      block = (MptcpOptions) block.thaw();
      sk.setTransport(block);
    }
    return block;
  }

  /** {@code mptcp_notsent_lowat}, bytes. */
  long notsentLowat(NetNs net) {
    return notsentLowat != 0
        ? notsentLowat & 0xffff_ffffL
        : net.sysctl(Sysctl.IPV4_TCP_NOTSENT_LOWAT) & 0xffff_ffffL;
  }
}
