package org.netshard.protocol.family;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * How AF_INET and AF_INET6 make sockets: a search of the switch with wild cards on both sides.
 *
 * <p><b>Errors</b>, in order: EINVAL for a protocol out of range, ESOCKTNOSUPPORT for a type
 * without entries, EPROTONOSUPPORT if none of them matches, EPERM for SOCK_RAW without CAP_NET_RAW
 * in the user namespace that owns the network namespace.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_create}; {@code net/ipv6/af_inet6.c},
 * {@code inet6_create}.
 */
final class InetCreate implements CreateRules {
  private final String functionName;

  InetCreate(String functionName) {
    this.functionName = functionName;
  }

  @Override
  public String functionName() {
    return functionName;
  }

  @Override
  public int create(SockCreate create, ProtoswTable table) {
    int protocol = create.protocol();
    if (protocol < 0 || protocol >= Abi.IPPROTO_MAX) {
      return Errno.EINVAL.negated();
    }
    List<Protosw> entries = table.entries(create.type());
    if (entries.isEmpty()) {
      return Errno.ESOCKTNOSUPPORT.negated();
    }
    Protosw answer = search(entries, protocol);
    if (answer == null) {
      return Errno.EPROTONOSUPPORT.negated();
    }
    if (create.type() == Abi.SOCK_RAW
        && !create.kern()
        && !create.cred().nsCapable(create.net().userNs(), Capability.CAP_NET_RAW)) {
      return Errno.EPERM.negated();
    }
    if (protocol == Abi.IPPROTO_IP) {
      create.setProtocol(answer.profile().protocol());
    }
    create.choose(answer);
    return 0;
  }

  /**
   * The first entry that matches: the same protocol, or any for a call with protocol 0, or a
   * wild-card entry for a call with another; 0 does not match a wild card.
   */
  private static @Nullable Protosw search(List<Protosw> entries, int protocol) {
    for (int i = 0; i < entries.size(); i++) {
      int offered = entries.get(i).profile().protocol();
      boolean matches =
          protocol == offered
              ? protocol != Abi.IPPROTO_IP
              : protocol == Abi.IPPROTO_IP || offered == Abi.IPPROTO_IP;
      if (matches) {
        return entries.get(i);
      }
    }
    return null;
  }
}
