package org.netshard.protocol.vsock;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * Ports of vsocks.
 *
 * <p><b>Source:</b> {@code net/vmw_vsock/af_vsock.c}, {@code vsock_bind}, {@code __vsock_bind},
 * {@code __vsock_bind_connectible}, {@code vsock_listen}, {@code vsock_connect}; {@code
 * net/vmw_vsock/vsock_addr.c}, {@code vsock_addr_cast}.
 *
 * <p><b>Differs from Linux:</b> two addresses with one port and different contexts conflict, as no
 * context but {@code VMADDR_CID_ANY} is here.
 */
final class VsockBind {
  /** Size of a {@code struct sockaddr_vm}, bytes: family, reserved, port, cid, flags. */
  static final int SOCKADDR_VM_BYTES = 16;

  private static final int PORT_AT = 4;
  private static final int CID_AT = 8;
  private static final int LAST_RESERVED_PORT = 1023;
  private static final int MAX_PORT_RETRIES = 24;

  private VsockBind() {}

  /** {@code vsock_addr_cast}: EFAULT, EAFNOSUPPORT. */
  private static int cast(SockAddr address) {
    if (address.length() < SOCKADDR_VM_BYTES) {
      return Errno.EFAULT.negated();
    }
    return address.family() == Abi.AF_VSOCK ? 0 : Errno.EAFNOSUPPORT.negated();
  }

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a bad address or a sock that has a port, EADDRNOTAVAIL
   * for a context that is not here, EACCES for a privileged port, EADDRINUSE, EADDRNOTAVAIL without
   * a free port.
   */
  static int bind(Sk sk, Cred cred, SockAddr address) {
    VsockOptions options = VsockOptions.of(sk);
    if (cast(address) != 0 || options.localPort != VsockOptions.VMADDR_ANY) {
      return Errno.EINVAL.negated();
    }
    if (address.getInt(CID_AT) != VsockOptions.VMADDR_ANY) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    int port = address.getInt(PORT_AT);
    return port == VsockOptions.VMADDR_ANY ? bindAny(sk) : bindTo(sk, cred, port);
  }

  private static int bindTo(Sk sk, Cred cred, int port) {
    boolean reserved = Integer.compareUnsigned(port, LAST_RESERVED_PORT) <= 0;
    if (reserved && !cred.nsCapable(initial(cred), Capability.CAP_NET_BIND_SERVICE)) {
      return Errno.EACCES.negated();
    }
    return take(sk, port) ? 0 : Errno.EADDRINUSE.negated();
  }

  private static int bindAny(Sk sk) {
    int choices = Integer.MAX_VALUE - LAST_RESERVED_PORT;
    int start = LAST_RESERVED_PORT + 1 + sk.net().machine().randomBelow(choices);
    for (int i = 0; i < MAX_PORT_RETRIES; i++) {
      if (take(sk, start + i)) {
        return 0;
      }
    }
    return Errno.EADDRNOTAVAIL.negated();
  }

  private static boolean take(Sk sk, int port) {
    if (!VsockTable.of(sk.net().machine()).add(sk, port)) {
      return false;
    }
    VsockOptions.forWrite(sk).localPort = port;
    return true;
  }

  private static UserNamespace initial(Cred cred) {
    UserNamespace ns = cred.userNs();
    for (var up = ns.parent(); up != null; up = ns.parent()) {
      ns = up;
    }
    return ns;
  }

  /** {@code listen(2)}: EINVAL for a sock without port. */
  static int listen(Sk sk) {
    if (VsockOptions.of(sk).localPort == VsockOptions.VMADDR_ANY) {
      return Errno.EINVAL.negated();
    }
    sk.setState(Sk.TCP_LISTEN);
    return 0;
  }

  /** {@code connect(2)}: EINVAL for a bad address or a sock that listens. */
  static int connect(Sk sk, SockAddr address) {
    if (sk.state() == Sk.TCP_LISTEN || cast(address) != 0) {
      return Errno.EINVAL.negated();
    }
    return SockNames.leftOut(sk, "a connection of vsock");
  }

  /** Takes the port of a sock back that is closed. */
  static void release(Sk sk) {
    int port = VsockOptions.of(sk).localPort;
    if (port != VsockOptions.VMADDR_ANY) {
      VsockTable.of(sk.net().machine()).remove(sk, port);
    }
  }
}
