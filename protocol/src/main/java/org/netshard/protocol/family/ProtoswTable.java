package org.netshard.protocol.family;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * The switch of one family: for each type the protocols that answer, in order of search.
 *
 * <p><b>Source:</b> {@code inetsw[]}; {@code inet_register_protosw} of {@code net/ipv4/af_inet.c}
 * and {@code inet6_register_protosw} of {@code net/ipv6/af_inet6.c}.
 */
public final class ProtoswTable {
  private final @Nullable List<Protosw>[] byType = newTable();

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable List<Protosw>[] newTable() {
    return new List[Abi.SOCK_MAX];
  }

  /** A table with the same entries. */
  ProtoswTable copy() {
    ProtoswTable copy = new ProtoswTable();
    for (int type = 0; type < byType.length; type++) {
      List<Protosw> entries = byType[type];
      copy.byType[type] = entries == null ? null : new ArrayList<>(entries);
    }
    return copy;
  }

  /**
   * Adds an entry behind the permanent ones of its type, so that it comes before every other that
   * is not permanent and overrides it.
   *
   * <p><b>Errors:</b> EINVAL for a type out of range, EPERM if a permanent entry has the protocol.
   *
   * <p><b>Differs from Linux:</b> AF_INET's function returns nothing and logs these errors; the
   * numbers are those that AF_INET6's function returns.
   *
   * @return 0 or {@code -errno}
   */
  public int register(Protosw entry) {
    int type = entry.profile().type();
    if (type < 0 || type >= Abi.SOCK_MAX) {
      return Errno.EINVAL.negated();
    }
    List<Protosw> entries = byType[type];
    if (entries == null) {
      entries = new ArrayList<>(2);
      byType[type] = entries;
    }
    int position = 0;
    while (position < entries.size() && entries.get(position).profile().permanent()) {
      if (entries.get(position).profile().protocol() == entry.profile().protocol()) {
        return Errno.EPERM.negated();
      }
      position++;
    }
    entries.add(position, entry);
    return 0;
  }

  /**
   * Takes the first entry with this type and protocol out.
   *
   * <p><b>Errors:</b> EINVAL for a type out of range, EPERM for a permanent entry, ENOENT if there
   * is none.
   *
   * @return 0 or {@code -errno}
   */
  public int unregister(int type, int protocol) {
    if (type < 0 || type >= Abi.SOCK_MAX) {
      return Errno.EINVAL.negated();
    }
    List<Protosw> entries = entries(type);
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).profile().protocol() == protocol) {
        if (entries.get(i).profile().permanent()) {
          return Errno.EPERM.negated();
        }
        entries.remove(i);
        return 0;
      }
    }
    return Errno.ENOENT.negated();
  }

  /** The entries of a type, in order of search. */
  public List<Protosw> entries(int type) {
    List<Protosw> entries = byType[type];
    return entries == null ? List.of() : entries;
  }
}
