package org.netshard.protocol.family;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * How AF_VSOCK makes sockets: the protocol is looked at before the type; a datagram socket needs a
 * transport at once, and there is none.
 *
 * <p><b>Errors</b>, in order: EPROTONOSUPPORT for a protocol other than 0 and PF_VSOCK,
 * ESOCKTNOSUPPORT for a type without an entry, ENODEV for SOCK_DGRAM.
 *
 * <p><b>Source:</b> {@code net/vmw_vsock/af_vsock.c}, {@code vsock_create}, {@code
 * vsock_assign_transport}.
 */
final class VsockCreate implements CreateRules {
  @Override
  public String functionName() {
    return "vsock_create";
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    if (create.protocol() != 0 && create.protocol() != Abi.AF_VSOCK) {
      return Errno.EPROTONOSUPPORT.negated();
    }
    if (table.entries(create.type()).isEmpty()) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    if (create.type() == Abi.SOCK_DGRAM) {
      return Errno.ENODEV.negated();
    }
    create.setProtocol(0);
    create.choose(table.entries(create.type()).get(0));
    return 0;
  }
}
