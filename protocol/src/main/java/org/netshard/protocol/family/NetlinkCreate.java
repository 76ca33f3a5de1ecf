package org.netshard.protocol.family;

import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * How AF_NETLINK makes sockets: the type is looked at before the protocol, and a protocol is there
 * when a subsystem has registered it.
 *
 * <p><b>Errors</b>, in order: ESOCKTNOSUPPORT for a type other than SOCK_RAW and SOCK_DGRAM,
 * EPROTONOSUPPORT for a protocol out of range or not registered.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code netlink_create}. The registered
 * protocols are the entries of SOCK_RAW; both types answer alike.
 */
final class NetlinkCreate implements CreateRules {
  @Override
  public String functionName() {
    return "netlink_create";
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    if (create.type() != Abi.SOCK_RAW && create.type() != Abi.SOCK_DGRAM) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    List<Protosw> registered = table.entries(Abi.SOCK_RAW);
    for (int i = 0; i < registered.size(); i++) {
      if (registered.get(i).profile().protocol() == create.protocol()) {
        create.choose(registered.get(i));
        return 0;
      }
    }
    return Errno.EPROTONOSUPPORT.negated();
  }
}
