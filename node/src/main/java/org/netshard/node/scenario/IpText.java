package org.netshard.node.scenario;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as texts. */
public final class IpText {
  private static final Pattern V4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final int MAPPED_BYTES = 16;

  private IpText() {}

  /** The 4 or 16 bytes of an address, or null if it is none; no name is looked up. */
  public static byte @Nullable [] parse(String text) {
    boolean v6 = V6.matcher(text).matches();
    if (!v6 && !V4.matcher(text).matches()) {
      return null;
    }
    try {
      byte[] address = InetAddress.getByName(text).getAddress();
      return v6 && address.length != MAPPED_BYTES ? mapped(address) : address;
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Java makes an IPv4 address of {@code ::ffff:1.2.3.4}. */
  private static byte[] mapped(byte[] v4) {
    byte[] address = new byte[MAPPED_BYTES];
    address[10] = -1;
    address[11] = -1;
    System.arraycopy(v4, 0, address, 12, v4.length);
    return address;
  }
}
