package org.netshard.namespace.task;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;
import org.netshard.protocol.cred.SecureBits;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The calls that change who a task is: {@code setresuid}, {@code setresgid}, {@code setuid}, {@code
 * setgid}, {@code setgroups}, {@code prctl}; for {@code capset} see {@link CapsetCall}.
 *
 * <p>Each first computes the new credentials and then puts them in force as a whole; a call that
 * fails changes nothing.
 *
 * <p><b>Source:</b> {@code kernel/sys.c}, {@code kernel/groups.c}, {@code security/commoncap.c}.
 */
public final class CredCalls {
  private static final int UNCHANGED = -1;
  private static final int NGROUPS_MAX = 65536;

  private CredCalls() {}

  /** Makes one of the calls of this class. */
  public static int perform(Task task, Syscall call) {
    return switch (call.name()) {
      case SETRESUID -> setresuid(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case SETRESGID -> setresgid(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case SETUID -> setuid(task, call.intArg(0));
      case SETGID -> setgid(task, call.intArg(0));
      case SETGROUPS -> setgroups(task, call.intArg(0), call.mem(1));
      case CAPSET -> CapsetCall.capset(task, call.mem(0), call.mem(1));
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
    IdMap map = old.userNs().uidMap();
    if (invalid(map, ruid) || invalid(map, euid) || invalid(map, suid)) {
      return Errno.EINVAL.negated();
    }
    int uid = ruid == UNCHANGED ? old.uid() : map.toKernel(ruid);
    int newEuid = euid == UNCHANGED ? old.euid() : map.toKernel(euid);
    int newSuid = suid == UNCHANGED ? old.suid() : map.toKernel(suid);
    boolean foreign = !hasUid(old, uid) || !hasUid(old, newEuid) || !hasUid(old, newSuid);
    if (foreign && !old.nsCapable(old.userNs(), Capability.CAP_SETUID)) {
      return Errno.EPERM.negated();
    }
    task.setCred(fixCaps(old, old.withUids(uid, newEuid, newSuid)));
    return 0;
  }

  /**
   * {@code setuid(uid)}.
   *
   * <p><b>Errors:</b> EINVAL for an id that is not mapped, EPERM without CAP_SETUID for one that is
   * neither the real nor the saved id.
   */
  static int setuid(Task task, int id) {
    Cred old = task.cred();
    int uid = old.userNs().uidMap().toKernel(id);
    if (uid == IdMap.INVALID) {
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
    IdMap map = old.userNs().gidMap();
    if (invalid(map, rgid) || invalid(map, egid) || invalid(map, sgid)) {
      return Errno.EINVAL.negated();
    }
    int gid = rgid == UNCHANGED ? old.gid() : map.toKernel(rgid);
    int newEgid = egid == UNCHANGED ? old.egid() : map.toKernel(egid);
    int newSgid = sgid == UNCHANGED ? old.sgid() : map.toKernel(sgid);
    boolean foreign = !hasGid(old, gid) || !hasGid(old, newEgid) || !hasGid(old, newSgid);
    if (foreign && !old.nsCapable(old.userNs(), Capability.CAP_SETGID)) {
      return Errno.EPERM.negated();
    }
    task.setCred(old.withGids(gid, newEgid, newSgid));
    return 0;
  }

  /** {@code setgid(gid)}; as {@link #setuid}, with CAP_SETGID. */
  static int setgid(Task task, int id) {
    Cred old = task.cred();
    int gid = old.userNs().gidMap().toKernel(id);
    if (gid == IdMap.INVALID) {
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
   * <p><b>Errors:</b> EPERM without CAP_SETGID, or in a user namespace without a map of groups or
   * that denies it; EINVAL for more than 65,536; EFAULT; EINVAL for a group that is not mapped.
   */
  static int setgroups(Task task, int size, UserMem list) {
    Cred old = task.cred();
    UserNamespace ns = old.userNs();
    if (!old.nsCapable(ns, Capability.CAP_SETGID)
        || ns.gidMap().isEmpty()
        || !ns.setgroupsAllowed()) {
      return Errno.EPERM.negated();
    }
    if (size < 0 || size > NGROUPS_MAX) {
      return Errno.EINVAL.negated();
    }
    int[] groups = new int[size];
    for (int i = 0; i < size; i++) {
      if (!list.accessible(i * Integer.BYTES, Integer.BYTES)) {
        return Errno.EFAULT.negated();
      }
      groups[i] = ns.gidMap().toKernel(list.getInt(i * Integer.BYTES));
      if (groups[i] == IdMap.INVALID) {
        return Errno.EINVAL.negated();
      }
    }
    task.setCred(old.withGroups(groups));
    return 0;
  }

  /**
   * What {@code execve} of a program without file capabilities leaves: everything in the bounding
   * set for root unless securebits forbid it, ambient capabilities for others.
   *
   * <p><b>Source:</b> {@code security/commoncap.c}, {@code cap_bprm_creds_from_file}.
   */
  public static Cred execve(Cred old) {
    CapSets caps = old.caps();
    int root = old.userNs().uidMap().toKernel(0);
    boolean privileged = root != IdMap.INVALID && !old.isSecure(SecureBits.NOROOT);
    boolean rootPermits = privileged && (old.euid() == root || old.uid() == root);
    boolean isSetid = old.euid() != old.uid() || old.egid() != old.gid();
    long ambient = isSetid ? 0 : caps.ambient();
    long permitted = (rootPermits ? caps.bounding() | caps.inheritable() : 0) | ambient;
    long effective = privileged && old.euid() == root ? permitted : ambient;
    return old.withUids(old.uid(), old.euid(), old.euid())
        .withGids(old.gid(), old.egid(), old.egid())
        .withCaps(new CapSets(effective, permitted, caps.inheritable(), caps.bounding(), ambient))
        .withSecurebits(old.securebits() & ~SecureBits.KEEP_CAPS);
  }

  /** {@code cap_emulate_setxuid}: capabilities follow the effective user to and from root. */
  private static Cred fixCaps(Cred old, Cred changed) {
    int root = old.userNs().uidMap().toKernel(0);
    if (old.isSecure(SecureBits.NO_SETUID_FIXUP) || root == IdMap.INVALID) {
      return changed;
    }
    CapSets caps = changed.caps();
    if (hasUid(old, root) && !hasUid(changed, root)) {
      boolean keep = old.isSecure(SecureBits.KEEP_CAPS);
      caps = keep ? caps : caps.with(0, 0, caps.inheritable());
      caps = caps.withAmbient(0);
    }
    if (old.euid() == root && changed.euid() != root) {
      caps = caps.with(0, caps.permitted(), caps.inheritable());
    }
    if (old.euid() != root && changed.euid() == root) {
      caps = caps.with(caps.permitted(), caps.permitted(), caps.inheritable());
    }
    return changed.withCaps(caps);
  }

  /** Whether {@code prctl} knows this option; others are EINVAL and deserve a warning. */
  public static boolean simulatesPrctl(int option) {
    return PrctlCall.simulates(option);
  }

  private static boolean invalid(IdMap map, int id) {
    return id != UNCHANGED && map.toKernel(id) == IdMap.INVALID;
  }

  private static boolean hasUid(Cred cred, int uid) {
    return uid == cred.uid() || uid == cred.euid() || uid == cred.suid();
  }

  private static boolean hasGid(Cred cred, int gid) {
    return gid == cred.gid() || gid == cred.egid() || gid == cred.sgid();
  }
}
