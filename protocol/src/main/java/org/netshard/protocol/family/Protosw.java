package org.netshard.protocol.family;

import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.profile.ProtoswProfile;

/**
 * An entry of a family's switch: what answers to a type and protocol.
 *
 * @param profile type, protocol and flags
 * @param proto the kind of sock that it makes
 * @param ops the calls of that kind
 */
public record Protosw(ProtoswProfile profile, Proto proto, SockOps ops) {
  /** Name of the actor that stands for this entry: proto, type and protocol. */
  public String actorName() {
    return proto.name() + "-" + profile.type() + "-" + profile.protocol();
  }
}
