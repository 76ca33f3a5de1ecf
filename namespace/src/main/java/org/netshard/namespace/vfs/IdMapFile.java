package org.netshard.namespace.vfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;
import org.netshard.protocol.cred.UserNamespace;

/**
 * An open {@code uid_map}, {@code gid_map} or {@code setgroups} of {@code /proc/PID}: the user
 * namespace is that of the process when it was opened.
 *
 * <p><b>Source:</b> {@code kernel/user_namespace.c}: {@code map_write}, {@code m_show}, {@code
 * uid_m_show}, {@code new_idmap_permitted}, {@code proc_setgroups_write}, {@code
 * proc_setgroups_show}.
 */
public final class IdMapFile extends SeqFile {
  private static final int PAGE_SIZE = 4096;
  private static final int EXTENTS_MAX = 340;
  private static final int SETGROUPS_BYTES_MAX = 8;
  private static final long ID_END = 1L << 32;

  private final Kind kind;
  private final UserNamespace ns;
  private final Cred opener;

  /** Which of the files it is. */
  public enum Kind {
    UID_MAP,
    GID_MAP,
    SETGROUPS
  }

  /**
   * A file.
   *
   * @param ns the user namespace that it describes
   * @param opener who opened it
   */
  public IdMapFile(Kind kind, UserNamespace ns, Cred opener) {
    this.kind = kind;
    this.ns = ns;
    this.opener = opener;
  }

  @Override
  int show(StringBuilder out) {
    if (kind == Kind.SETGROUPS) {
      out.append(ns.setgroupsAllowed() ? "allow\n" : "deny\n");
      return 0;
    }
    UserNamespace parent = ns.parent();
    UserNamespace seenFrom = opener.userNs() == ns && parent != null ? parent : opener.userNs();
    IdMap known = kind == Kind.UID_MAP ? seenFrom.uidMap() : seenFrom.gidMap();
    for (IdMap.Extent extent : present().extents()) {
      long lower = Integer.toUnsignedLong(known.fromKernel((int) extent.lower()));
      out.append(
          String.format(Locale.ROOT, "%10d %10d %10d\n", extent.first(), lower, extent.count()));
    }
    return 0;
  }

  @Override
  boolean seeksFromEnd() {
    return false;
  }

  private IdMap present() {
    return kind == Kind.UID_MAP ? ns.uidMap() : ns.gidMap();
  }

  @Override
  public long write(Task writer, String text) {
    int result = write(writer.cred(), text);
    if (result > 0) {
      setPosition(result);
    }
    return result;
  }

  /**
   * Writes at the present position.
   *
   * <p><b>Errors</b>, in order: for a map EPERM in the initial namespace or for somebody who is
   * neither in the namespace nor in its parent, EINVAL behind the beginning or for a page or more,
   * EPERM if there is a map already or without CAP_SYS_ADMIN, EINVAL for what is no map, EPERM for
   * ids that the opener may not map. For {@code setgroups} EINVAL for all but {@code allow} and
   * {@code deny}, EPERM to allow what was denied or to deny it once there is a map of groups.
   *
   * @return the number of bytes taken, or {@code -errno}
   */
  int write(Cred writer, String text) {
    if (kind == Kind.SETGROUPS) {
      return writeSetgroups(text);
    }
    UserNamespace parent = ns.parent();
    if (parent == null || (opener.userNs() != ns && opener.userNs() != parent)) {
      return Errno.EPERM.negated();
    }
    if (position() != 0 || text.length() >= PAGE_SIZE) {
      return Errno.EINVAL.negated();
    }
    if (!present().isEmpty() || !opener.nsCapable(ns, Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    List<IdMap.Extent> extents = parse(text);
    if (extents.isEmpty()) {
      return Errno.EINVAL.negated();
    }
    IdMap mapped = toKernel(extents, kind == Kind.UID_MAP ? parent.uidMap() : parent.gidMap());
    if (!isPermitted(writer, parent, extents) || mapped.isEmpty()) {
      return Errno.EPERM.negated();
    }
    if (kind == Kind.UID_MAP) {
      ns.setUidMap(mapped);
    } else {
      ns.setGidMap(mapped);
    }
    return text.length();
  }

  /** The ranges of a text; none if one of them is wrong or two overlap. */
  private static List<IdMap.Extent> parse(String text) {
    List<IdMap.Extent> extents = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.isEmpty() && !extents.isEmpty()) {
        continue;
      }
      String[] numbers = line.strip().split("\\s+", -1);
      if (numbers.length != 3 || extents.size() == EXTENTS_MAX) {
        return List.of();
      }
      long first = number(numbers[0]);
      long lower = number(numbers[1]);
      long count = number(numbers[2]);
      boolean bad = first < 0 || lower < 0 || count <= 0;
      bad |= first == ID_END - 1 || lower == ID_END - 1;
      bad |= first + count >= ID_END || lower + count >= ID_END;
      for (IdMap.Extent other : extents) {
        bad |= first < other.first() + other.count() && other.first() < first + count;
        bad |= lower < other.lower() + other.count() && other.lower() < lower + count;
      }
      if (bad) {
        return List.of();
      }
      extents.add(new IdMap.Extent(first, lower, count));
    }
    return extents;
  }

  /** A number of 32 bits, or -1. */
  private static long number(String digits) {
    if (digits.isEmpty() || digits.length() > 10 || !digits.chars().allMatch(Character::isDigit)) {
      return -1;
    }
    long number = Long.parseLong(digits);
    return number < ID_END ? number : -1;
  }

  /** The ranges in numbers of the kernel; empty if the parent does not have all of them. */
  private static IdMap toKernel(List<IdMap.Extent> extents, IdMap parent) {
    List<IdMap.Extent> mapped = new ArrayList<>();
    for (IdMap.Extent extent : extents) {
      long lower = parent.toKernel(extent.lower(), extent.count());
      if (lower == IdMap.INVALID) {
        return IdMap.EMPTY;
      }
      mapped.add(new IdMap.Extent(extent.first(), lower, extent.count()));
    }
    return new IdMap(mapped);
  }

  /** {@code new_idmap_permitted}: one's own id, or what the parent's privileged may map. */
  private boolean isPermitted(Cred writer, UserNamespace parent, List<IdMap.Extent> extents) {
    boolean users = kind == Kind.UID_MAP;
    if (users && mapsRoot(extents) && !mayMapRoot(parent)) {
      return false;
    }
    IdMap.Extent only = extents.get(0);
    if (extents.size() == 1 && only.count() == 1 && ns.ownerUid() == opener.euid()) {
      int own = users ? opener.euid() : opener.egid();
      IdMap map = users ? parent.uidMap() : parent.gidMap();
      if (map.toKernel((int) only.lower()) == own && (users || !ns.setgroupsAllowed())) {
        return true;
      }
    }
    Capability setid = users ? Capability.CAP_SETUID : Capability.CAP_SETGID;
    return writer.nsCapable(parent, setid) && opener.nsCapable(parent, setid);
  }

  private static boolean mapsRoot(List<IdMap.Extent> extents) {
    return extents.stream().anyMatch(extent -> extent.lower() == 0);
  }

  /** {@code verify_root_map}. */
  private boolean mayMapRoot(UserNamespace parent) {
    return opener.userNs() == ns
        ? ns.parentCouldSetfcap()
        : opener.nsCapable(parent, Capability.CAP_SETFCAP);
  }

  private int writeSetgroups(String text) {
    if (position() != 0 || text.length() >= SETGROUPS_BYTES_MAX) {
      return Errno.EINVAL.negated();
    }
    String word = text.stripTrailing();
    if (!word.equals("allow") && !word.equals("deny")) {
      return Errno.EINVAL.negated();
    }
    boolean allow = word.equals("allow");
    if (allow ? !ns.setgroupsAllowed() : !ns.gidMap().isEmpty()) {
      return Errno.EPERM.negated();
    }
    if (!allow) {
      ns.denySetgroups();
    }
    return text.length();
  }
}
