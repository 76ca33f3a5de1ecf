package org.netshard.protocol.family;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * How AF_XDP makes sockets: capability, then type, then protocol.
 *
 * <p><b>Errors</b>, in order: EPERM without CAP_NET_RAW, ESOCKTNOSUPPORT for a type without an
 * entry, EPROTONOSUPPORT for a protocol other than 0.
 *
 * <p><b>Source:</b> {@code net/xdp/xsk.c}, {@code xsk_create}.
 */
final class XskCreate implements CreateRules {
  @Override
  public String functionName() {
    return "xsk_create";
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    if (!create.cred().nsCapable(create.net().userNs(), Capability.CAP_NET_RAW)) {
      return Errno.EPERM.negated();
    }
    if (table.entries(create.type()).isEmpty()) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    if (create.protocol() != 0) {
      return Errno.EPROTONOSUPPORT.negated();
    }
    create.choose(table.entries(create.type()).get(0));
    return 0;
  }
}
