package org.netshard.protocol.ip;

import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.inet.InetOptions;

/**
 * What a packet is to have that is about to be sent: as the sock says, and the control messages of
 * the call after it.
 *
 * <p><b>Source:</b> {@code include/net/ip.h}, {@code struct ipcm_cookie}, {@code ipcm_init_sk}.
 */
public final class Ipcm {
  private static final int[] TOS_TO_PRIORITY = {0, 1, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4};
  private static final byte[] NO_OPTIONS = {};

  /** Source address, network byte order; 0 to choose one. */
  public int addr;

  /** The device to go out by, or 0. */
  public int oif;

  /** Time to live; 0 if the call does not say. */
  public int ttl;

  /** Type of service. */
  public int tos;

  /** Type of service as a control message says, or -1. */
  public int cmsgTos = -1;

  /** Protocol, of a raw sock that gives one with each packet. */
  public int protocol;

  /** IP options. */
  public byte[] options = NO_OPTIONS;

  /** {@code sockc}. */
  public SockcmCookie sockc;

  /** {@code gso_size}: payload of each segment, bytes; 0 for one datagram. */
  public int gsoSize;

  private Ipcm(SockcmCookie sockc) {
    this.sockc = sockc;
  }

  /** What the kernel itself sends. */
  static Ipcm ofKernel() {
    return new Ipcm(new SockcmCookie());
  }

  /** What a sock says. */
  public static Ipcm of(Sk sk) {
    InetOptions inet = InetOptions.of(sk);
    Ipcm ipc = new Ipcm(SockcmCookie.of(sk));
    ipc.addr = inet.saddr();
    ipc.oif = sk.boundDevIf();
    ipc.tos = inet.tos();
    ipc.protocol = sk.num();
    return ipc;
  }

  /** Says the type of service, and with it the priority. */
  void setTos(int newTos) {
    tos = newTos;
    cmsgTos = newTos;
    sockc.priority = tosToPriority(newTos);
  }

  /** {@code rt_tos2priority}. */
  public static int tosToPriority(int tos) {
    return TOS_TO_PRIORITY[(tos & 0x1e) >> 1];
  }
}
