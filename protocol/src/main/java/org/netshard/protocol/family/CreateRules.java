package org.netshard.protocol.family;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a family makes sockets: the checks of its {@code create} function up to the
 * allocation of the sock.
 */
public interface CreateRules {
  /**
   * Checks in the family's own order, and chooses a protosw.
   *
   * @param create what is asked; on success the choice, the type and the protocol stand in it
   * @param table the family's switch
   * @return 0 or {@code -errno}
   */
  int create(SockCreate create, ProtoswTable table);

  /** Name of the kernel function. */
  String functionName();

  /** All rules, in the order in which their names are listed for users. */
  List<CreateRules> ALL =
      List.of(
          new UnixCreate(),
          new InetCreate("inet_create"),
          new InetCreate("inet6_create"),
          new NetlinkCreate(),
          new PacketCreate(),
          new VsockCreate(),
          new XskCreate());

  /** The rules of this kernel function, or null. */
  static @Nullable CreateRules byFunctionName(String name) {
    for (CreateRules rules : ALL) {
      if (rules.functionName().equals(name)) {
        return rules;
      }
    }
    return null;
  }
}
