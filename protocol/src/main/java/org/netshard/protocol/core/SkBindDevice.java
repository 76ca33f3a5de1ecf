package org.netshard.protocol.core;

import java.nio.charset.StandardCharsets;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Binding a sock to a device.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_setbindtodevice}, {@code
 * sock_bindtoindex_locked}, {@code sock_getbindtodevice}.
 */
final class SkBindDevice {
  /** {@code IFNAMSIZ}: size of a device's name with its end, bytes. */
  static final int IFNAMSIZ = 16;

  private SkBindDevice() {}

  /**
   * {@code SO_BINDTODEVICE}: an empty name unbinds, what is beyond 15 bytes is not read.
   *
   * <p><b>Errors</b>, in order: EFAULT, ENODEV for an unknown name, then those of {@link #bind}.
   */
  static int bindByName(Sk sk, Cred cred, UserMem optval, int optlen) {
    int length = Math.min(optlen, IFNAMSIZ - 1);
    if (!optval.accessible(0, length)) {
      return Errno.EFAULT.negated();
    }
    int end = 0;
    while (end < length && optval.getByte(end) != 0) {
      end++;
    }
    int ifindex = 0;
    if (end > 0) {
      String name = new String(optval.get(0, end), StandardCharsets.ISO_8859_1);
      ifindex = sk.net().ifindex(name);
      if (ifindex == 0) {
        return Errno.ENODEV.negated();
      }
    }
    return bind(sk, cred, ifindex);
  }

  /**
   * {@code SO_BINDTOIFINDEX}: nobody asks whether such a device exists.
   *
   * <p><b>Errors</b>, in order: EPERM if the sock is bound to a device and CAP_NET_RAW is missing,
   * EINVAL for a negative index.
   */
  static int bind(Sk sk, Cred cred, int ifindex) {
    if (sk.boundDevIf() != 0 && !cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW)) {
      return Errno.EPERM.negated();
    }
    if (ifindex < 0) {
      return Errno.EINVAL.negated();
    }
    sk.setBoundDevIf(ifindex);
    sk.setFlag(SockFlag.SK_DST_CACHED, false);
    sk.ops().boundToDevice(sk);
    return 0;
  }

  /**
   * The name of the device, with its end; nothing at all when not bound.
   *
   * <p><b>Errors</b>, in order: EINVAL for room below 16 bytes, ENODEV if it is gone, EFAULT.
   */
  static int get(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (sk.boundDevIf() == 0) {
      return SocketOptions.putLen(optlen, 0);
    }
    if (len < IFNAMSIZ) {
      return Errno.EINVAL.negated();
    }
    String name = sk.net().deviceName(sk.boundDevIf());
    if (name == null) {
      return Errno.ENODEV.negated();
    }
    byte[] text = (name + "\0").getBytes(StandardCharsets.ISO_8859_1);
    return SocketOptions.putValue(optval, optlen, text.length, text);
  }
}
