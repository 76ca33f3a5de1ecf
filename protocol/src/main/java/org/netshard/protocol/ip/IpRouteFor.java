package org.netshard.protocol.ip;

import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpRoute;

/**
 * The way of a packet that a sock sends, with the devices and addresses that the sock prefers.
 *
 * <p><b>Source:</b> the middle of {@code udp_sendmsg}, {@code raw_sendmsg} and {@code
 * ping_v4_sendmsg}, which is the same in all.
 */
public final class IpRouteFor {
  private IpRouteFor() {}

  /** The way to an address. */
  public static IpRoute.Result sock(Sk sk, Ipcm ipc, int daddr) {
    InetOptions inet = InetOptions.of(sk);
    int saddr = ipc.addr;
    int oif = ipc.oif;
    if (InetAddress4.isMulticast(daddr)) {
      oif = oif == 0 ? inet.mcIndex() : oif;
      saddr = saddr == 0 ? inet.mcAddr() : saddr;
    } else if (oif == 0) {
      oif = inet.ucIndex();
    } else if (daddr == InetAddress4.BROADCAST && inet.ucIndex() != 0) {
      oif = inet.ucIndex();
    }
    return IpRoute.output(sk.net(), daddr, saddr, oif);
  }
}
