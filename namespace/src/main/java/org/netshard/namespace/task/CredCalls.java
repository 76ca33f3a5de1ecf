package org.netshard.namespace.task;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The calls that change who a task is: {@code setresuid}, {@code setresgid}, {@code setuid}, {@code
 * setgid}, {@code setgroups}, {@code capset}, {@code prctl}.
 *
 * <p>Each first computes the new credentials and then puts them in force as a whole; a call that
 * fails changes nothing.
 *
 * <p><b>Source:</b> {@code kernel/sys.c}, {@code kernel/groups.c}, {@code kernel/capability.c},
 * {@code security/commoncap.c}.
 *
 * <p><b>Differs from Linux:</b> ambient capabilities and securebits other than keep-caps are not
 * simulated.
 */
public final class CredCalls {
  private static final int UNCHANGED = -1;
  private static final int NGROUPS_MAX = 65536;
  private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  private static final int LINUX_CAPABILITY_VERSION_2 = 0x20071026;
  private static final int LINUX_CAPABILITY_VERSION_1 = 0x19980330;
  private static final int CAP_DATA_BYTES = 12;

  private CredCalls() {}

  /** Makes one of the calls of this class. */
  public static int perform(Task task, Syscall call) {
    return switch (call.name()) {
      case SETRESUID -> setresuid(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case SETRESGID -> setresgid(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case SETUID -> setuid(task, call.intArg(0));
      case SETGID -> setgid(task, call.intArg(0));
      case SETGROUPS -> setgroups(task, call.intArg(0), call.mem(1));
      case CAPSET -> capset(task, call.mem(0), call.mem(1));
      case PRCTL -> PrctlCall.perform(task, call);
      default -> throw new IllegalStateException("not a call on credentials: " + call);
    };
  }

  /**
   * {@code setresuid(ruid, euid, suid)}; -1 leaves an id.
   *
   * <p><b>Errors:</b> EINVAL for an id that the user namespace does not map, EPERM without
   * CAP_SETUID for an id that the task does not have already.
   */
  static int setresuid(Task task, int ruid, int euid, int suid) {
    Cred old = task.cred();
    if (unmapped(old, ruid) || unmapped(old, euid) || unmapped(old, suid)) {
      return Errno.EINVAL.negated();
    }
    if (!old.nsCapable(old.userNs(), Capability.CAP_SETUID)
        && (foreignUid(old, ruid) || foreignUid(old, euid) || foreignUid(old, suid))) {
      return Errno.EPERM.negated();
    }
    Cred changed =
        old.withUids(
            ruid == UNCHANGED ? old.uid() : ruid,
            euid == UNCHANGED ? old.euid() : euid,
            suid == UNCHANGED ? old.suid() : suid);
    task.setCred(fixCaps(old, changed));
    return 0;
  }

  /**
   * {@code setuid(uid)}.
   *
   * <p><b>Errors:</b> EINVAL for an id that is not mapped, EPERM without CAP_SETUID for one that is
   * neither the real nor the saved id.
   */
  static int setuid(Task task, int uid) {
    Cred old = task.cred();
    if (!old.userNs().maps(uid)) {
      return Errno.EINVAL.negated();
    }
    Cred changed;
    if (old.nsCapable(old.userNs(), Capability.CAP_SETUID)) {
      changed = old.withUids(uid, uid, uid);
    } else if (uid == old.uid() || uid == old.suid()) {
      changed = old.withUids(old.uid(), uid, old.suid());
    } else {
      return Errno.EPERM.negated();
    }
    task.setCred(fixCaps(old, changed));
    return 0;
  }

  /** {@code setresgid(rgid, egid, sgid)}; as {@link #setresuid}, with CAP_SETGID. */
  static int setresgid(Task task, int rgid, int egid, int sgid) {
    Cred old = task.cred();
    if (unmapped(old, rgid) || unmapped(old, egid) || unmapped(old, sgid)) {
      return Errno.EINVAL.negated();
    }
    if (!old.nsCapable(old.userNs(), Capability.CAP_SETGID)
        && (foreignGid(old, rgid) || foreignGid(old, egid) || foreignGid(old, sgid))) {
      return Errno.EPERM.negated();
    }
    task.setCred(
        old.withGids(
            rgid == UNCHANGED ? old.gid() : rgid,
            egid == UNCHANGED ? old.egid() : egid,
            sgid == UNCHANGED ? old.sgid() : sgid));
    return 0;
  }

  /** {@code setgid(gid)}; as {@link #setuid}, with CAP_SETGID. */
  static int setgid(Task task, int gid) {
    Cred old = task.cred();
    if (!old.userNs().maps(gid)) {
      return Errno.EINVAL.negated();
    }
    if (old.nsCapable(old.userNs(), Capability.CAP_SETGID)) {
      task.setCred(old.withGids(gid, gid, gid));
    } else if (gid == old.gid() || gid == old.sgid()) {
      task.setCred(old.withGids(old.gid(), gid, old.sgid()));
    } else {
      return Errno.EPERM.negated();
    }
    return 0;
  }

  /**
   * {@code setgroups(size, list)}.
   *
   * <p><b>Errors:</b> EPERM without CAP_SETGID, or in a user namespace without a map of groups;
   * EINVAL for more than 65,536; EFAULT; EINVAL for a group that is not mapped.
   */
  static int setgroups(Task task, int size, UserMem list) {
    Cred old = task.cred();
    if (!old.nsCapable(old.userNs(), Capability.CAP_SETGID) || old.userNs().parent() != null) {
      return Errno.EPERM.negated();
    }
    if (size < 0 || size > NGROUPS_MAX) {
      return Errno.EINVAL.negated();
    }
    if (!list.accessible(0, size * Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int[] groups = new int[size];
    for (int i = 0; i < size; i++) {
      groups[i] = list.getInt(i * Integer.BYTES);
      if (!old.userNs().maps(groups[i])) {
        return Errno.EINVAL.negated();
      }
    }
    task.setCred(old.withGroups(groups));
    return 0;
  }

  /**
   * {@code capset(header, data)}.
   *
   * <p><b>Errors:</b> EFAULT for the header, EINVAL for an unknown version, EPERM for another
   * process, EFAULT for the data, EPERM for inheritable capabilities that the task may not add,
   * permitted ones that it does not have, or effective ones that are not permitted.
   *
   * <p><b>Source:</b> {@code kernel/capability.c}; {@code security/commoncap.c}, {@code
   * cap_capset}.
   */
  static int capset(Task task, UserMem header, UserMem data) {
    if (!header.accessible(0, 2 * Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int words = words(header.getInt(0));
    if (words == 0) {
      header.putInt(0, LINUX_CAPABILITY_VERSION_3);
      return Errno.EINVAL.negated();
    }
    int pid = header.getInt(Integer.BYTES);
    if (pid != 0 && pid != task.pid()) {
      return Errno.EPERM.negated();
    }
    if (!data.accessible(0, words * CAP_DATA_BYTES)) {
      return Errno.EFAULT.negated();
    }
    long effective = set(data, 0, words);
    long permitted = set(data, Integer.BYTES, words);
    long inheritable = set(data, 2 * Integer.BYTES, words);
    Cred old = task.cred();
    boolean capped = !old.nsCapable(old.userNs(), Capability.CAP_SETPCAP);
    if ((capped && !subset(inheritable, old.inheritable() | old.permitted()))
        || !subset(inheritable, old.inheritable() | old.bounding())
        || !subset(permitted, old.permitted())
        || !subset(effective, permitted)) {
      return Errno.EPERM.negated();
    }
    task.setCred(old.withCaps(effective, permitted, inheritable));
    return 0;
  }

  private static int words(int version) {
    return switch (version) {
      case LINUX_CAPABILITY_VERSION_1 -> 1;
      case LINUX_CAPABILITY_VERSION_2, LINUX_CAPABILITY_VERSION_3 -> 2;
      default -> 0;
    };
  }

  private static long set(UserMem data, int offset, int words) {
    long low = data.getInt(offset) & 0xffffffffL;
    long high = words == 1 ? 0 : (long) data.getInt(CAP_DATA_BYTES + offset) << 32;
    return (low | high) & Capability.ALL;
  }

  private static boolean subset(long part, long whole) {
    return (part & ~whole) == 0;
  }

  /**
   * What {@code execve} of a program without file capabilities leaves: everything in the bounding
   * set for root, nothing for others.
   *
   * <p><b>Source:</b> {@code security/commoncap.c}, {@code cap_bprm_creds_from_file}.
   */
  public static Cred execve(Cred old) {
    boolean root = old.euid() == 0 && old.userNs().maps(0);
    boolean realRoot = old.uid() == 0 && old.userNs().maps(0);
    long permitted = root || realRoot ? old.bounding() | old.inheritable() : 0;
    return old.withUids(old.uid(), old.euid(), old.euid())
        .withGids(old.gid(), old.egid(), old.egid())
        .withCaps(root ? permitted : 0, permitted, old.inheritable())
        .withKeepCaps(false);
  }

  /** {@code cap_emulate_setxuid}: capabilities follow the effective user to and from root. */
  private static Cred fixCaps(Cred old, Cred changed) {
    UserNamespace ns = old.userNs();
    if (ns.parent() != null) {
      return changed;
    }
    long effective = changed.effective();
    long permitted = changed.permitted();
    boolean wasRoot = old.uid() == 0 || old.euid() == 0 || old.suid() == 0;
    boolean isRoot = changed.uid() == 0 || changed.euid() == 0 || changed.suid() == 0;
    if (wasRoot && !isRoot && !old.keepCaps()) {
      permitted = 0;
      effective = 0;
    }
    if (old.euid() == 0 && changed.euid() != 0) {
      effective = 0;
    }
    if (old.euid() != 0 && changed.euid() == 0) {
      effective = permitted;
    }
    return changed.withCaps(effective, permitted, changed.inheritable());
  }

  /** Whether {@code prctl} knows this option; others are EINVAL and deserve a warning. */
  public static boolean simulatesPrctl(int option) {
    return PrctlCall.simulates(option);
  }

  private static boolean unmapped(Cred cred, int id) {
    return id != UNCHANGED && !cred.userNs().maps(id);
  }

  private static boolean foreignUid(Cred cred, int id) {
    return id != UNCHANGED && id != cred.uid() && id != cred.euid() && id != cred.suid();
  }

  private static boolean foreignGid(Cred cred, int id) {
    return id != UNCHANGED && id != cred.gid() && id != cred.egid() && id != cred.sgid();
  }
}
