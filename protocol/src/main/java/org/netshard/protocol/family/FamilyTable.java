package org.netshard.protocol.family;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/**
 * The address families of a running kernel, and its kinds of sock.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code net_families[]}, {@code sock_register}, {@code
 * sock_unregister}; {@code net/core/sock.c}: {@code proto_register}.
 */
public final class FamilyTable {
  private @Nullable NetProtoFamily[] families;
  private List<Proto> protos;
  private boolean shared;
  private final OpsLookup opsLookup;

  /** Finds the calls of a kind of sock. */
  @FunctionalInterface
  public interface OpsLookup {
    /** The calls of this proto in this family, or null if there are none for it. */
    @Nullable SockOps find(int family, String prot);
  }

  /** An empty table. */
  public FamilyTable(OpsLookup opsLookup) {
    this.opsLookup = opsLookup;
    this.families = new @Nullable NetProtoFamily[Abi.NPROTO];
    this.protos = new ArrayList<>();
  }

  private FamilyTable(FamilyTable image) {
    this.opsLookup = image.opsLookup;
    this.families = image.families;
    this.protos = image.protos;
    this.shared = true;
  }

  /**
   * A table with the same content, which it shares with this one until it is changed. This one must
   * not be changed any more.
   */
  public FamilyTable share() {
    return new FamilyTable(this);
  }

  private void own() {
    if (shared) {
      families = families.clone();
      protos = new ArrayList<>(protos);
      shared = false;
    }
  }

  /** Adds a kind of sock ({@code proto_register}); a name that is there already keeps its sizes. */
  public Proto protoRegister(ProtoProfile profile) {
    Proto known = proto(profile.name());
    if (known != null) {
      return known;
    }
    own();
    Proto proto = new Proto(profile, protos.size());
    protos.add(proto);
    return proto;
  }

  /** The kind of sock with this name, or null. */
  public @Nullable Proto proto(String name) {
    for (Proto proto : protos) {
      if (proto.name().equals(name)) {
        return proto;
      }
    }
    return null;
  }

  /** All kinds of sock, by index. */
  public List<Proto> protos() {
    return protos;
  }

  /**
   * Adds a family with its protocols.
   *
   * <p><b>Errors:</b> ENOBUFS for a number out of range, EEXIST if the kernel has the family.
   *
   * @return 0 or {@code -errno}
   * @throws IllegalArgumentException if the profile names rules or protos that are not there
   */
  public int sockRegister(FamilyProfile profile) {
    if (profile.family() < 0 || profile.family() >= Abi.NPROTO) {
      return Errno.ENOBUFS.negated();
    }
    if (families[profile.family()] != null) {
      return Errno.EEXIST.negated();
    }
    CreateRules rules = CreateRules.byFunctionName(profile.create());
    if (rules == null) {
      throw new IllegalArgumentException(
          profile.name() + ": no create function '" + profile.create() + "'");
    }
    NetProtoFamily added = new NetProtoFamily(profile, rules);
    for (ProtoswProfile entry : profile.protosw()) {
      int result = added.table().register(protosw(profile.family(), entry));
      if (result < 0) {
        throw new IllegalArgumentException(
            profile.name() + ": " + entry + ": " + Errno.resultText(result));
      }
    }
    own();
    families[profile.family()] = added;
    return 0;
  }

  /** Takes a family out; its sockets live on. */
  public void sockUnregister(int family) {
    own();
    families[family] = null;
  }

  /**
   * Adds a protocol to a family ({@code inet_register_protosw}).
   *
   * @return 0 or {@code -errno}: EAFNOSUPPORT if the family is not there, else as {@link
   *     ProtoswTable#register}
   */
  public int registerProtosw(int family, ProtoswProfile entry) {
    return change(family, table -> table.register(protosw(family, entry)));
  }

  /** Changes a copy of a family's switch, and puts it in force if that went well. */
  private int change(int family, ToIntFunction<ProtoswTable> change) {
    NetProtoFamily found = family(family);
    if (found == null) {
      return Errno.EAFNOSUPPORT.negated();
    }
    NetProtoFamily changed = found.copy();
    int result = change.applyAsInt(changed.table());
    if (result == 0) {
      own();
      families[family] = changed;
    }
    return result;
  }

  /**
   * Takes a protocol out of a family ({@code inet_unregister_protosw}).
   *
   * @return 0 or {@code -errno}: EAFNOSUPPORT if the family is not there, else as {@link
   *     ProtoswTable#unregister}
   */
  public int unregisterProtosw(int family, int type, int protocol) {
    return change(family, table -> table.unregister(type, protocol));
  }

  /** The family with this number, or null; the number must be in range. */
  public @Nullable NetProtoFamily family(int family) {
    return families[family];
  }

  private Protosw protosw(int family, ProtoswProfile entry) {
    Proto proto = proto(entry.prot());
    if (proto == null) {
      throw new IllegalArgumentException("no proto '" + entry.prot() + "' for " + entry);
    }
    SockOps ops = opsLookup.find(family, entry.prot());
    if (ops == null) {
      throw new IllegalArgumentException(
          "no calls for proto '" + entry.prot() + "' in family " + family);
    }
    return new Protosw(entry, proto, ops);
  }
}
