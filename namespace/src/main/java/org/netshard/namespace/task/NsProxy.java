package org.netshard.namespace.task;

import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The namespaces of a task: {@code unshare}, {@code clone} and {@code setns}.
 *
 * <p><b>Source:</b> {@code kernel/fork.c}, {@code ksys_unshare}; {@code kernel/nsproxy.c}; {@code
 * kernel/user_namespace.c}, {@code create_user_ns}; {@code net/core/net_namespace.c}, {@code
 * netns_install}.
 *
 * <p><b>Differs from Linux:</b> only user and network namespaces are simulated, and of those of
 * pids only how long they last; the others are checked, make no difference, and are told as left
 * out.
 */
public final class NsProxy {
  /** Namespaces whose making needs CAP_SYS_ADMIN. */
  private static final long PRIVILEGED =
      Abi.CLONE_NEWNS
          | Abi.CLONE_NEWCGROUP
          | Abi.CLONE_NEWUTS
          | Abi.CLONE_NEWIPC
          | Abi.CLONE_NEWPID
          | Abi.CLONE_NEWNET
          | Abi.CLONE_NEWTIME;

  /** The flags that ask for namespaces. */
  public static final long NAMESPACES = PRIVILEGED | Abi.CLONE_NEWUSER;

  private static final long SAME_THREAD = Abi.CLONE_THREAD | Abi.CLONE_SIGHAND | Abi.CLONE_VM;

  private static final long UNSHARE =
      PRIVILEGED
          | SAME_THREAD
          | Abi.CLONE_FS
          | Abi.CLONE_FILES
          | Abi.CLONE_SYSVSEM
          | Abi.CLONE_NEWUSER;

  private NsProxy() {}

  /**
   * {@code unshare(flags)}. A call that fails changes nothing.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EINVAL for CLONE_THREAD, CLONE_SIGHAND,
   * CLONE_VM, or CLONE_NEWUSER, which implies them, in a process of several threads; then as {@link
   * #copyNamespaces}.
   *
   * @param singleThreaded whether the process has one thread only
   */
  public static int unshare(Task task, long flags, boolean singleThreaded) {
    if ((flags & ~UNSHARE) != 0) {
      return Errno.EINVAL.negated();
    }
    if ((flags & (SAME_THREAD | Abi.CLONE_NEWUSER)) != 0 && !singleThreaded) {
      return Errno.EINVAL.negated();
    }
    int result = copyNamespaces(task, flags);
    if (result == 0 && (flags & Abi.CLONE_FILES) != 0) {
      task.unshareFds();
    }
    return result;
  }

  /**
   * Gives a task, or a child that is being made, the namespaces that the flags ask for: first the
   * user namespace, so that its capabilities count for the others.
   *
   * <p><b>Errors</b>, in order: ENOSPC for a user namespace that is nested too deep, EPERM for one
   * whose maker the present one does not map, EPERM without CAP_SYS_ADMIN in the user namespace
   * (the new one, if one is asked for), EINVAL for a pid namespace if the children already have
   * another one, ENOSPC past {@code user.max_net_namespaces} there or in an ancestor.
   */
  public static int copyNamespaces(Task task, long flags) {
    Cred cred = task.cred();
    if ((flags & Abi.CLONE_NEWUSER) != 0) {
      UserNamespace parent = cred.userNs();
      if (parent.level() >= UserNamespace.LEVEL_MAX) {
        return Errno.ENOSPC.negated();
      }
      if (!parent.hasUid(cred.euid()) || !parent.hasGid(cred.egid())) {
        return Errno.EPERM.negated();
      }
      boolean setfcap = (cred.effective() & Capability.CAP_SETFCAP.bit()) != 0;
      cred = cred.inUserNamespace(new UserNamespace(parent, cred.euid(), setfcap));
    }
    UserNamespace owner = cred.userNs();
    if ((flags & PRIVILEGED) != 0 && !cred.nsCapable(owner, Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    if ((flags & Abi.CLONE_NEWPID) != 0 && task.hasOtherPidNsForChildren()) {
      return Errno.EINVAL.negated();
    }
    MachineState machine = task.net().machine();
    if ((flags & PRIVILEGED & ~(Abi.CLONE_NEWNET | Abi.CLONE_NEWPID)) != 0) {
      machine.leftOut(
          "namespaces other than user and network are not simulated: making one has no effect");
    }
    if ((flags & Abi.CLONE_NEWNET) != 0) {
      int result = machine.mayCopyNetNs(cred, owner);
      if (result < 0) {
        return result;
      }
      NetState net = machine.newNetNs(owner, cred.euid(), task.net());
      task.setNet(net);
      net.put();
    }
    if ((flags & Abi.CLONE_NEWPID) != 0) {
      task.unsharePidNs();
    }
    if ((flags & Abi.CLONE_NEWUSER) != 0) {
      task.setCred(cred);
    }
    return 0;
  }

  /**
   * {@code setns(fd, nstype)} to a network or user namespace.
   *
   * <p><b>Errors</b>, in order: EBADF for a descriptor that is not open or only a path, EINVAL for
   * one that is no namespace, EINVAL for another {@code nstype} than 0 and that of the namespace;
   * for a network namespace EPERM without CAP_SYS_ADMIN in the user namespace that owns it, or in
   * the caller's own; for a user namespace EINVAL if it is the caller's own, EINVAL in a process of
   * several threads, EPERM without CAP_SYS_ADMIN in it.
   *
   * @param singleThreaded whether the process has one thread only
   */
  public static int setns(Task task, int fd, int nstype, boolean singleThreaded) {
    OpenFile file = task.fds().get(fd);
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    if (file.payload() instanceof NetState target) {
      return isNstype(nstype, Abi.CLONE_NEWNET)
          ? netnsInstall(task, target)
          : Errno.EINVAL.negated();
    }
    if (file.payload() instanceof UserNamespace target) {
      return isNstype(nstype, Abi.CLONE_NEWUSER)
          ? usernsInstall(task, target, singleThreaded)
          : Errno.EINVAL.negated();
    }
    return Errno.EINVAL.negated();
  }

  private static boolean isNstype(int asked, int type) {
    return asked == 0 || asked == type;
  }

  private static int usernsInstall(Task task, UserNamespace target, boolean singleThreaded) {
    Cred cred = task.cred();
    if (target == cred.userNs() || !singleThreaded) {
      return Errno.EINVAL.negated();
    }
    if (!cred.nsCapable(target, Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    task.setCred(cred.inUserNamespace(target));
    return 0;
  }

  private static int netnsInstall(Task task, NetState target) {
    Cred cred = task.cred();
    if (!cred.nsCapable(target.userNs(), Capability.CAP_SYS_ADMIN)
        || !cred.nsCapable(cred.userNs(), Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    task.setNet(target);
    return 0;
  }
}
