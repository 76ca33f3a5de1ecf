package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;

/**
 * What IPv4 keeps of a device: its addresses.
 *
 * <p><b>Source:</b> {@code include/linux/inetdevice.h}, {@code struct in_device}.
 */
public final class InDevice {
  private final NetDevice dev;
  private final List<InIfaddr> addresses = new ArrayList<>(1);

  InDevice(NetDevice dev) {
    this.dev = dev;
  }

  /** The device. */
  public NetDevice dev() {
    return dev;
  }

  /** Its addresses, primary ones first ({@code ifa_list}). */
  public List<InIfaddr> addresses() {
    return Collections.unmodifiableList(addresses);
  }

  List<InIfaddr> list() {
    return addresses;
  }

  /** The primary address of a network ({@code inet_ifa_byprefix}), or null. */
  @Nullable InIfaddr byPrefix(int prefix, int mask) {
    for (InIfaddr ifa : addresses) {
      if (ifa.mask() == mask && ifa.matches(prefix)) {
        return ifa;
      }
    }
    return null;
  }
}
