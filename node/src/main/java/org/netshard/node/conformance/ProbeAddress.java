package org.netshard.node.conformance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;

/** Socket addresses as the probes of the tables make them. */
final class ProbeAddress {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private ProbeAddress() {}

  /** {@code 127.0.0.1} or {@code ::1} with a port. */
  static UserMem loopback(int family, int port) {
    byte[] six = new byte[16];
    six[15] = 1;
    return inet(family, LOOPBACK, six, port);
  }

  /** The one or the other address, by the family. */
  static UserMem inet(int family, byte[] four, byte[] six, int port) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    int length =
        family == Abi.AF_INET
            ? SockAddr.putIn(
                storage, ByteBuffer.wrap(four).order(ByteOrder.LITTLE_ENDIAN).getInt(), port)
            : SockAddr.putIn6(storage, six, port, 0);
    return UserMem.of(Arrays.copyOf(storage, length));
  }

  /** An address as text: IPv6 if it has a colon. */
  static UserMem text(String text, int port, int scopeId) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    boolean six = text.indexOf(':') >= 0;
    byte[] address = literal(text, six);
    int length =
        six
            ? SockAddr.putIn6(storage, address, port, scopeId)
            : SockAddr.putIn(
                storage, ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN).getInt(), port);
    return UserMem.of(Arrays.copyOf(storage, length));
  }

  private static byte[] literal(String text, boolean six) {
    if (!text.matches("[0-9a-f:]*:[0-9a-f:.]*|[0-9]+([.][0-9]+){3}")) {
      throw new IllegalArgumentException("'" + text + "' is no address");
    }
    byte[] address;
    try {
      address = InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + text + "' is no address", e);
    }
    if (!six || address.length == 16) {
      return address;
    }
    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    System.arraycopy(address, 0, mapped, 12, 4);
    return mapped;
  }

  /** An abstract name of AF_UNIX. */
  static UserMem unix(String name) {
    return UserMem.of(("\1\0\0" + name).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A path of AF_UNIX, with the bytes that it has. */
  static UserMem path(String path) {
    return UserMem.of(("\1\0" + path).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The kernel, for AF_NETLINK. */
  static UserMem netlink() {
    return of(12, Abi.AF_NETLINK);
  }

  /** All protocols on {@code lo}, for AF_PACKET. */
  static UserMem packet() {
    UserMem address = of(20, Abi.AF_PACKET);
    address.putByte(3, 3);
    address.putInt(4, 1);
    return address;
  }

  /** A port of this machine, for AF_VSOCK. */
  static UserMem vsock() {
    return vsock(0x7abc0000);
  }

  /** A port of this machine, for AF_VSOCK. */
  static UserMem vsock(int port) {
    UserMem address = of(16, Abi.AF_VSOCK);
    address.putInt(4, port);
    address.putInt(8, -1);
    return address;
  }

  private static UserMem of(int length, int family) {
    UserMem address = UserMem.zeroed(length);
    address.putByte(0, family);
    return address;
  }

  /** The same address followed by zeros. */
  static UserMem padded(UserMem address, int length) {
    return UserMem.of(Arrays.copyOf(address.content(), length));
  }

  /** The same address with another family. */
  static UserMem withFamily(UserMem address, int family) {
    UserMem changed = address.copy();
    changed.putByte(0, family);
    changed.putByte(1, 0);
    return changed;
  }
}
