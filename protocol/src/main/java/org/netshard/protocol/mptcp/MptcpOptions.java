package org.netshard.protocol.mptcp;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.tcp.TcpOptions;

/**
 * The options of an MPTCP sock and, once something asked for it, of its first subflow.
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

  /** {@code first}: the options of the first subflow, null while there is none. */
  @Nullable TcpOptions first;

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

  /** The options of the first subflow, or null while there is none. */
  public @Nullable TcpOptions first() {
    return first;
  }
}
