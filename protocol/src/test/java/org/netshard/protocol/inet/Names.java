package org.netshard.protocol.inet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.TestCaller;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet6.Ipv6Address;

/** The calls about addresses of a sock, for tests: addresses as text, results as errno names. */
public final class Names {

  private final Cred cred;

  /** The calls of a task with these credentials. */
  public Names(Cred cred) {
    this.cred = cred;
  }

  /** The task. */
  public Caller caller() {
    return new TestCaller(cred);
  }

  /** {@code 127.0.0.1:80}, {@code [::1]:80}, {@code @abstract}, {@code /path}. */
  public static UserMem address(String text) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    if (text.startsWith("@") || text.startsWith("/")) {
      String path = text.startsWith("@") ? '\0' + text.substring(1) : text + '\0';
      return UserMem.of(("\1\0" + path).getBytes(StandardCharsets.ISO_8859_1));
    }
    int colon = text.lastIndexOf(':');
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    byte[] octets = octets(host.replaceAll("[\\[\\]]", ""), host.startsWith("["));
    int length =
        host.startsWith("[")
            ? SockAddr.putIn6(storage, octets, port, 0)
            : SockAddr.putIn(
                storage, ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).getInt(), port);
    return UserMem.of(Arrays.copyOf(storage, length));
  }

  private static byte[] octets(String host, boolean v6) {
    try {
      byte[] octets = InetAddress.getByName(host).getAddress();
      boolean mapped = v6 && octets.length == Integer.BYTES;
      return mapped
          ? Ipv6Address.mapped(ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).getInt())
          : octets;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(host, e);
    }
  }

  /** {@code bind}. */
  public String bind(Sk sk, String address) {
    UserMem memory = address(address);
    return Errno.resultText(SockNames.bind(sk, caller(), memory, memory.size()));
  }

  /** {@code connect}. */
  public String connect(Sk sk, String address) {
    UserMem memory = address(address);
    return Errno.resultText(SockNames.connect(sk, caller(), memory, memory.size()));
  }

  /** {@code connect} to AF_UNSPEC. */
  public String disconnect(Sk sk) {
    return Errno.resultText(SockNames.connect(sk, caller(), UserMem.zeroed(16), 16));
  }

  /** {@code listen}. */
  public String listen(Sk sk) {
    return Errno.resultText(SockNames.listen(sk, caller(), 5));
  }

  /** {@code getsockname}, as {@link #address} takes it. */
  public String name(Sk sk) {
    return name(sk, SockNames.OWN);
  }

  /** {@code getpeername}, as {@link #address} takes it. */
  public String peer(Sk sk) {
    return name(sk, SockNames.PEER);
  }

  private String name(Sk sk, int which) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    int length = sk.ops().getname(sk, storage, which);
    if (length < 0) {
      return Errno.resultText(length);
    }
    SockAddr address = SockAddr.of(UserMem.of(storage), length);
    try {
      return switch (address.family()) {
        case Abi.AF_INET ->
            InetAddress.getByAddress(address.get(4, 4)).getHostAddress() + ":" + address.port();
        case Abi.AF_INET6 -> "[" + v6(address.in6Addr()) + "]:" + address.port();
        default -> new String(storage, 2, length - 2, StandardCharsets.ISO_8859_1);
      };
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String v6(byte[] address) throws UnknownHostException {
    String text = InetAddress.getByAddress(address).getHostAddress();
    return text.contains(".") ? "::ffff:" + text : text.replaceFirst("^(0:)+", "::");
  }
}
