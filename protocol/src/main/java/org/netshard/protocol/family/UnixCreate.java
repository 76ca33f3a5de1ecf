package org.netshard.protocol.family;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * How AF_UNIX makes sockets: the protocol is looked at before the type; SOCK_RAW means SOCK_DGRAM.
 *
 * <p><b>Errors</b>, in order: EPROTONOSUPPORT for a protocol other than 0 and PF_UNIX,
 * ESOCKTNOSUPPORT for a type without an entry.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_create}.
 */
final class UnixCreate implements CreateRules {
  @Override
  public String functionName() {
    return "unix_create";
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    if (create.protocol() != 0 && create.protocol() != Abi.AF_UNIX) {
      return Errno.EPROTONOSUPPORT.negated();
    }
    if (create.type() == Abi.SOCK_RAW) {
      create.setType(Abi.SOCK_DGRAM);
    }
    if (table.entries(create.type()).isEmpty()) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    create.setProtocol(0);
    create.choose(table.entries(create.type()).get(0));
    return 0;
  }
}
