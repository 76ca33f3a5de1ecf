package org.netshard.protocol.xdp;

import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;

/**
 * What an AF_XDP sock has besides the sock: which rings were made.
 *
 * <p><b>Source:</b> {@code include/net/xdp_sock.h}, {@code struct xdp_sock}.
 */
final class XdpOptions extends OptionBlock {
  /** The shared block of all new socks. */
  static final XdpOptions DEFAULTS = new XdpOptions();

  static {
    DEFAULTS.freeze();
  }

  /** A bit for each ring that was made, numbered as the option that makes it. */
  int rings;

  /** Entries of the transmit ring; 0 before it is made. */
  int txEntries;

  /** {@code umem}: whether memory was given. */
  boolean umem;

  /** {@code max_tx_budget}, packets. */
  int maxTxBudget = 32;

  static XdpOptions of(Sk sk) {
    return sk.transport() instanceof XdpOptions options ? options : DEFAULTS;
  }

  static XdpOptions forWrite(Sk sk) {
    XdpOptions options = of(sk);
    if (options.isFrozen()) {
      options = (XdpOptions) options.thaw();
      sk.setTransport(options);
    }
    return options;
  }
}
