package org.netshard.protocol.fib6;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;

/**
 * What IPv6 keeps of a device: its addresses.
 *
 * <p><b>Source:</b> {@code include/net/if_inet6.h}, {@code struct inet6_dev}.
 */
public final class Inet6Dev {
  private final NetDevice dev;
  private final List<Inet6Ifaddr> addresses = new ArrayList<>(1);

  private boolean ready;
  private int mtu6;

  Inet6Dev(NetDevice dev) {
    this.dev = dev;
    this.mtu6 = dev.mtu();
  }

  /** The device. */
  public NetDevice dev() {
    return dev;
  }

  /** {@code IF_READY}: whether it is up for IPv6. */
  public boolean isReady() {
    return ready;
  }

  void setReady(boolean nowReady) {
    ready = nowReady;
  }

  /** {@code mtu6}: the longest packet of IPv6, bytes. */
  public int mtu6() {
    return mtu6;
  }

  void setMtu6(int bytes) {
    mtu6 = bytes;
  }

  /** Its addresses, those of the widest scope first, of these the newest first. */
  public List<Inet6Ifaddr> addresses() {
    return Collections.unmodifiableList(addresses);
  }

  List<Inet6Ifaddr> list() {
    return addresses;
  }

  /** {@code ipv6_link_dev_addr}. */
  void link(Inet6Ifaddr ifp) {
    int at = 0;
    while (at < addresses.size() && rank(addresses.get(at)) > rank(ifp)) {
      at++;
    }
    addresses.add(at, ifp);
  }

  private static int rank(Inet6Ifaddr ifp) {
    return switch (ifp.scope()) {
      case 0 -> 3;
      case In6.SCOPE_SITELOCAL -> 2;
      case In6.SCOPE_LINKLOCAL -> 1;
      default -> 0;
    };
  }

  /** Its address of these bytes, or null. */
  public @Nullable Inet6Ifaddr find(byte[] address) {
    for (Inet6Ifaddr ifp : addresses) {
      if (Arrays.equals(ifp.address(), address)) {
        return ifp;
      }
    }
    return null;
  }
}
