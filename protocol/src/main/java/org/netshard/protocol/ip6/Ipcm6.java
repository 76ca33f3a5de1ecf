package org.netshard.protocol.ip6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * What a packet of IPv6 is to have that is about to be sent: as the sock says, and the control
 * messages of the call after it.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}, {@code struct ipcm6_cookie}, {@code ipcm6_init_sk};
 * {@code include/net/flow.h}, {@code struct flowi6}.
 */
public final class Ipcm6 {
  /** Source address; {@code ::} to choose one. */
  public byte[] saddr;

  /** The device to go out by, or 0. */
  public int oif;

  /** Hop limit, or -1. */
  public int hlimit = -1;

  /** Traffic class, or -1. */
  public int tclass = -1;

  /** Whether it must not be cut into fragments. */
  public boolean dontfrag;

  /** Flow label and traffic class that the program gave with the address; 0 for none. */
  public int flowinfo;

  /** Extension headers, or null for none. */
  public @Nullable Ip6TxOptions opt;

  /** {@code sockc}. */
  public SockcmCookie sockc;

  /** {@code gso_size}: payload of each segment, bytes; 0 for one datagram. */
  public int gsoSize;

  private Ipcm6(byte[] saddr, SockcmCookie sockc) {
    this.saddr = saddr;
    this.sockc = sockc;
  }

  /** What a sock says. */
  public static Ipcm6 of(Sk sk) {
    Inet6Options inet6 = Inet6Options.of(sk);
    Ipcm6 ipc = new Ipcm6(inet6.saddr(), SockcmCookie.of(sk));
    ipc.dontfrag = inet6.has(Inet6Flag.DONTFRAG);
    ipc.tclass = inet6.tclass();
    ipc.oif = sk.boundDevIf() != 0 ? sk.boundDevIf() : inet6.stickyIfindex();
    return ipc;
  }

  /** Has the headers of the sock if the call has none, in their final form. */
  public void completeOptions(Sk sk) {
    if (opt == null || opt.isEmpty()) {
      opt = Inet6Options.of(sk).hasExtensionHeaders() ? Ip6TxOptions.of(sk) : null;
    }
    if (opt != null) {
      opt.fixup();
    }
  }

  /** Where a packet goes first on its way. */
  public byte[] firstHop(byte[] daddr) {
    return opt == null ? daddr : opt.firstHop(daddr);
  }

  /** What the kernel itself sends. */
  static Ipcm6 ofKernel(byte[] saddr) {
    Ipcm6 ipc = new Ipcm6(saddr, new SockcmCookie());
    ipc.tclass = 0;
    return ipc;
  }
}
