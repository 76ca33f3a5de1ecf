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
 * <p><b>Differs from Linux:</b> only user and network namespaces are simulated; the others are
 * checked, make no difference, and are told as left out.
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
   * <p><b>Errors</b>, in order: EPERM for a user namespace whose maker the present one does not
   * map, EPERM without CAP_SYS_ADMIN in the user namespace (the new one, if one is asked for),
   * ENOSPC past {@code user.max_net_namespaces} there or in an ancestor.
   */
  public static int copyNamespaces(Task task, long flags) {
    Cred cred = task.cred();
    if ((flags & Abi.CLONE_NEWUSER) != 0) {
      UserNamespace parent = cred.userNs();
      if (!parent.maps(cred.euid()) || !parent.maps(cred.egid())) {
        return Errno.EPERM.negated();
      }
      cred = cred.inUserNamespace(new UserNamespace(parent, cred.euid()));
    }
    UserNamespace owner = cred.userNs();
    if ((flags & PRIVILEGED) != 0 && !cred.nsCapable(owner, Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    MachineState machine = task.net().machine();
    if ((flags & PRIVILEGED & ~Abi.CLONE_NEWNET) != 0) {
      machine.leftOut(
          "namespaces other than user and network are not simulated: making one has no effect");
    }
    if ((flags & Abi.CLONE_NEWNET) != 0) {
      int result = machine.mayCopyNetNs(cred, owner);
      if (result < 0) {
        return result;
      }
      NetState net = machine.newNetNs(owner, task.net());
      task.setNet(net);
      net.put();
    }
    task.setCred(cred);
    return 0;
  }

  /**
   * {@code setns(fd, nstype)} to a network namespace.
   *
   * <p><b>Errors</b>, in order: EBADF for a descriptor that is not open or only a path, EINVAL for
   * one that is no network namespace, EINVAL for another {@code nstype} than 0 and CLONE_NEWNET,
   * EPERM without CAP_SYS_ADMIN in the user namespace that owns the target, or in the caller's own.
   */
  public static int setns(Task task, int fd, int nstype) {
    OpenFile file = task.fds().get(fd);
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    if (!(file.payload() instanceof NetState target)) {
      return Errno.EINVAL.negated();
    }
    if (nstype != 0 && nstype != Abi.CLONE_NEWNET) {
      return Errno.EINVAL.negated();
    }
    Cred cred = task.cred();
    if (!cred.nsCapable(target.userNs(), Capability.CAP_SYS_ADMIN)
        || !cred.nsCapable(cred.userNs(), Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    task.setNet(target);
    return 0;
  }
}
