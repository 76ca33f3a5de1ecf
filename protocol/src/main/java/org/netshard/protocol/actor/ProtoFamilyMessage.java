package org.netshard.protocol.actor;

/** What a {@code ProtoFamily} understands. */
public sealed interface ProtoFamilyMessage extends BatonMessage {
  /**
   * Make a sock of this family ({@code net_proto_family.create}).
   *
   * @param call the baton; its {@code create()} holds what is asked
   */
  record Create(Call call) implements ProtoFamilyMessage {}
}
