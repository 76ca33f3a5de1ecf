package org.netshard.protocol.profile;

import java.util.List;

/**
 * A {@code struct net_proto_family}: an address family that a kernel has.
 *
 * @param family its number, below {@code NPROTO}
 * @param name its name, {@code AF_INET} and so on
 * @param create name of the kernel function that makes its sockets ({@code inet_create}); it
 *     selects the rules
 * @param allocErrno positive errno when the sock cannot be allocated
 * @param protosw its types and protocols, in the order in which the kernel registers them
 */
public record FamilyProfile(
    int family, String name, String create, int allocErrno, List<ProtoswProfile> protosw) {
  public FamilyProfile {
    protosw = List.copyOf(protosw);
  }

  /** The same family with other types and protocols. */
  public FamilyProfile withProtosw(List<ProtoswProfile> entries) {
    return new FamilyProfile(family, name, create, allocErrno, entries);
  }
}
