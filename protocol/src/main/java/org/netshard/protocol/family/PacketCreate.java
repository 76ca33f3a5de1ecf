package org.netshard.protocol.family;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * How AF_PACKET makes sockets: the capability is looked at first, the protocol never. The protocol
 * is the Ethernet type to listen to; {@code SO_PROTOCOL} reports 0.
 *
 * <p><b>Errors</b>, in order: EPERM without CAP_NET_RAW, ESOCKTNOSUPPORT for a type without an
 * entry.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_create}.
 */
final class PacketCreate implements CreateRules {
  @Override
  public String functionName() {
    return "packet_create";
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    if (!create.cred().nsCapable(create.net().userNs(), Capability.CAP_NET_RAW)) {
      return Errno.EPERM.negated();
    }
    if (table.entries(create.type()).isEmpty()) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    create.setNum(create.protocol() & 0xffff);
    create.setProtocol(0);
    create.choose(table.entries(create.type()).get(0));
    return 0;
  }
}
