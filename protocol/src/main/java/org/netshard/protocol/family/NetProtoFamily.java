package org.netshard.protocol.family;

import org.netshard.protocol.profile.FamilyProfile;

/**
 * An address family of a running kernel.
 *
 * <p><b>Source:</b> {@code include/linux/net.h}, {@code struct net_proto_family}.
 */
public final class NetProtoFamily {
  private final FamilyProfile profile;
  private final CreateRules rules;
  private final ProtoswTable table;

  NetProtoFamily(FamilyProfile profile, CreateRules rules) {
    this(profile, rules, new ProtoswTable());
  }

  private NetProtoFamily(FamilyProfile profile, CreateRules rules, ProtoswTable table) {
    this.profile = profile;
    this.rules = rules;
    this.table = table;
  }

  /** The same family with a switch of its own. */
  NetProtoFamily copy() {
    return new NetProtoFamily(profile, rules, table.copy());
  }

  /** Its number. */
  public int family() {
    return profile.family();
  }

  /** Its name, {@code AF_INET} and so on. */
  public String name() {
    return profile.name();
  }

  /** Positive errno when a sock of it cannot be allocated. */
  public int allocErrno() {
    return profile.allocErrno();
  }

  /** The rules by which it makes sockets. */
  public CreateRules rules() {
    return rules;
  }

  /** Its types and protocols. */
  public ProtoswTable table() {
    return table;
  }
}
