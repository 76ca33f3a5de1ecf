package org.netshard.protocol.unix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.memcg.Charged;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Kmalloc;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * What goes with the data of a UNIX sock: files, and who sends.
 *
 * <p>Files that were sent and are not received yet are held by the message; each holder gives its
 * references back by {@link Machine#fput}.
 *
 * <p><b>Source:</b> {@code net/core/scm.c}: {@code __scm_send}, {@code scm_fp_copy}, {@code
 * scm_check_creds}, {@code scm_detach_fds}, {@code scm_recv_unix}; {@code net/unix/af_unix.c}:
 * {@code unix_scm_to_skb}, {@code unix_maybe_add_creds}.
 */
final class UnixScm implements Progress.Kept {
  /** {@code SCM_MAX_FD}. */
  static final int FDS_MAX = 253;

  private static final int HEADER_BYTES = 16;
  private static final int UCRED_BYTES = 12;

  private final List<PassedFile> files = new ArrayList<>(0);
  private @Nullable ObjCgroup listPayer;
  private boolean listed;
  private int pid;
  private @Nullable Cred cred;
  private boolean credSet;

  /**
   * Reads the control messages of a message that is sent.
   *
   * <p><b>Errors</b>, in order of the messages: EINVAL for a bad length or an unknown kind; for
   * files EINVAL for too many, ENOMEM without room for the list, EINVAL for too many with those
   * before, EBADF; EPERM for credentials of somebody else. Of an error, nothing is kept.
   *
   * @return 0 or {@code -errno}
   */
  int send(Sk sk, Caller caller, Msg msg) {
    int result = parse(sk, caller, msg);
    if (result < 0) {
      destroy(sk.net().machine());
    }
    return result;
  }

  private int parse(Sk sk, Caller caller, Msg msg) {
    UserMem control = msg.control();
    long length = msg.controlLength();
    if (length > Integer.MAX_VALUE) {
      return Errno.ENOBUFS.negated();
    }
    if (length > 0 && !control.accessible(0, (int) length)) {
      return Errno.EFAULT.negated();
    }
    int at = 0;
    while (at + HEADER_BYTES <= length) {
      long cmsgLength = control.getLong(at);
      if (cmsgLength < HEADER_BYTES || cmsgLength > length - at) {
        return Errno.EINVAL.negated();
      }
      int level = control.getInt(at + Long.BYTES);
      int type = control.getInt(at + Long.BYTES + Integer.BYTES);
      if (level == Abi.SOL_SOCKET) {
        int content = (int) cmsgLength - HEADER_BYTES;
        int result =
            switch (type) {
              case Abi.SCM_RIGHTS -> takeFiles(caller, control, at + HEADER_BYTES, content);
              case Abi.SCM_CREDENTIALS -> takeCred(sk, caller, control, at + HEADER_BYTES, content);
              default -> Errno.EINVAL.negated();
            };
        if (result < 0) {
          return result;
        }
      }
      at += (int) ((cmsgLength + 7) & -8);
    }
    return 0;
  }

  private int takeFiles(Caller caller, UserMem control, int at, int bytes) {
    int count = bytes / Integer.BYTES;
    if (count == 0) {
      return 0;
    }
    if (count > FDS_MAX) {
      return Errno.EINVAL.negated();
    }
    if (!listed && !chargeList(caller.objcg())) {
      return Errno.ENOMEM.negated();
    }
    if (files.size() + count > FDS_MAX) {
      return Errno.EINVAL.negated();
    }
    for (int i = 0; i < count; i++) {
      int fd = control.getInt(at + i * Integer.BYTES);
      PassedFile file = fd < 0 ? null : caller.task().fget(fd);
      if (file == null) {
        return Errno.EBADF.negated();
      }
      files.add(file);
    }
    return 0;
  }

  private boolean chargeList(@Nullable ObjCgroup payer) {
    if (payer != null && !Kmalloc.charge(payer, UnixSkb.FP_LIST_BYTES, Gfp.KERNEL)) {
      return false;
    }
    listed = true;
    listPayer = payer;
    return true;
  }

  private int takeCred(Sk sk, Caller caller, UserMem control, int at, int bytes) {
    if (bytes != UCRED_BYTES) {
      return Errno.EINVAL.negated();
    }
    int newPid = control.getInt(at);
    Cred current = caller.cred();
    UserNamespace ns = current.userNs();
    int uid = ns.uidMap().toKernel(control.getInt(at + Integer.BYTES));
    int gid = ns.gidMap().toKernel(control.getInt(at + 2 * Integer.BYTES));
    if (uid == -1 || gid == -1) {
      return Errno.EINVAL.negated();
    }
    boolean pidAllowed =
        newPid == caller.pid() || current.nsCapable(sk.net().userNs(), Capability.CAP_SYS_ADMIN);
    boolean uidAllowed =
        uid == current.uid()
            || uid == current.euid()
            || uid == current.suid()
            || current.nsCapable(ns, Capability.CAP_SETUID);
    boolean gidAllowed =
        gid == current.gid()
            || gid == current.egid()
            || gid == current.sgid()
            || current.nsCapable(ns, Capability.CAP_SETGID);
    if (!pidAllowed || !uidAllowed || !gidAllowed) {
      return Errno.EPERM.negated();
    }
    setCred(newPid, current.withUids(uid, uid, uid).withGids(gid, gid, gid));
    return 0;
  }

  private void setCred(int newPid, Cred newCred) {
    pid = newPid;
    cred = newCred;
    credSet = true;
  }

  /** Whether there are files. */
  boolean hasFiles() {
    return !files.isEmpty();
  }

  /**
   * Puts all of it into a buffer; the references of the files go over ({@code unix_scm_to_skb}).
   *
   * <p><b>Errors:</b> ENOMEM without room for what the files are in flight.
   *
   * @return 0 or {@code -errno}
   */
  int toSkb(UnixSkb skb) {
    if (credSet && cred != null) {
      skb.setSender(pid, cred);
    }
    if (files.isEmpty()) {
      return 0;
    }
    if (!skb.attach(listPayer, UnixGc.sockets(files))) {
      return Errno.ENOMEM.negated();
    }
    skb.setFiles(List.copyOf(files));
    files.clear();
    forgetList();
    return 0;
  }

  private void forgetList() {
    listed = false;
    listPayer = null;
  }

  /** Says in a buffer who sends it, if either end asks for that ({@code unix_maybe_add_creds}). */
  static void maybeAddCreds(Skb skb, Sk sk, Sk other, Caller caller) {
    if (skb.cred() == null && (mayPassCred(sk) || mayPassCred(other))) {
      Cred current = caller.cred();
      skb.setSender(
          caller.pid(),
          current
              .withUids(current.uid(), current.uid(), current.uid())
              .withGids(current.gid(), current.gid(), current.gid()));
    }
  }

  /** Whether a sock wants to know who sends ({@code unix_may_passcred}). */
  static boolean mayPassCred(Sk sk) {
    return sk.flag(SockFlag.SK_SCM_CREDENTIALS) || sk.flag(SockFlag.SK_SCM_PIDFD);
  }

  /** Takes the credentials over that a buffer has. */
  void takeCredOf(Skb skb) {
    pid = skb.pid();
    cred = skb.cred();
    credSet = true;
  }

  /** Whether a buffer is of the same sender ({@code unix_skb_scm_eq}). */
  boolean isOf(Skb skb) {
    Cred mine = cred;
    Cred his = skb.cred();
    if (mine == null || his == null) {
      return mine == null && his == null;
    }
    return pid == skb.pid() && mine.euid() == his.euid() && mine.egid() == his.egid();
  }

  /** Takes the files out of a buffer ({@code unix_detach_fds}). */
  void detach(Skb skb, Machine machine) {
    if (!skb.files().isEmpty()) {
      UnixGc.of(machine).remove(skb.files());
      files.addAll(skb.files());
      skb.setFiles(List.of());
      ((UnixSkb) skb).detach();
    }
  }

  /** Takes one more reference of the files of a buffer ({@code unix_peek_fds}). */
  void peek(Skb skb) {
    for (PassedFile file : skb.files()) {
      file.get();
      files.add(file);
    }
  }

  /**
   * Gives to a program what goes with the data that it receives ({@code scm_recv_unix}).
   *
   * @param msg where to
   */
  void receive(Sk sk, Caller caller, Msg msg) {
    Machine machine = sk.net().machine();
    if (msg.control().isNull()) {
      if (mayPassCred(sk) || !files.isEmpty()) {
        msg.addOutFlags(Abi.MSG_CTRUNC);
      }
      destroy(machine);
      return;
    }
    if (sk.flag(SockFlag.SK_SCM_CREDENTIALS)) {
      msg.putCmsg(Abi.SOL_SOCKET, Abi.SCM_CREDENTIALS, ucred(caller.cred().userNs()));
    }
    if (!files.isEmpty()) {
      detachFds(caller, msg, machine);
    }
    if (sk.flag(SockFlag.SK_SCM_PIDFD)) {
      receivePidfd(caller, msg);
    }
  }

  /** {@code scm_pidfd_recv}: a descriptor of the sender, or why there is none. */
  private void receivePidfd(Caller caller, Msg msg) {
    if (msg.controlRoom() < Integer.BYTES) {
      msg.addOutFlags(Abi.MSG_CTRUNC);
      return;
    }
    if (pid == 0) {
      return;
    }
    ByteBuffer fd = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fd.putInt(caller.task().receivePidfd(pid));
    msg.putCmsg(Abi.SOL_SOCKET, Abi.SCM_PIDFD, fd.array());
  }

  private byte[] ucred(UserNamespace reader) {
    Cred sender = cred;
    ByteBuffer bytes = ByteBuffer.allocate(UCRED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(pid);
    bytes.putInt(sender == null ? UserNamespace.OVERFLOW_ID : reader.seenUid(sender.euid()));
    bytes.putInt(sender == null ? UserNamespace.OVERFLOW_ID : reader.seenGid(sender.egid()));
    return bytes.array();
  }

  /** {@code scm_detach_fds}: as many descriptors as there is room for. */
  private void detachFds(Caller caller, Msg msg, Machine machine) {
    int room = Math.min(Math.max(0, msg.controlRoom()) / Integer.BYTES, files.size());
    boolean cloexec = msg.has(Abi.MSG_CMSG_CLOEXEC);
    ByteBuffer fds = ByteBuffer.allocate(room * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int given = 0;
    while (given < room) {
      int fd = caller.task().receiveFd(files.get(given), cloexec);
      if (fd < 0) {
        break;
      }
      fds.putInt(fd);
      given++;
    }
    if (given > 0) {
      byte[] content = new byte[given * Integer.BYTES];
      System.arraycopy(fds.array(), 0, content, 0, content.length);
      msg.putCmsg(Abi.SOL_SOCKET, Abi.SCM_RIGHTS, content);
    }
    if (given < files.size()) {
      msg.addOutFlags(Abi.MSG_CTRUNC);
    }
    destroy(machine);
  }

  /** Gives back what is left ({@code scm_destroy}). */
  void destroy(Machine machine) {
    files.forEach(machine::fput);
    files.clear();
    if (listPayer != null) {
      Kmalloc.uncharge(listPayer, UnixSkb.FP_LIST_BYTES);
    }
    forgetList();
  }

  @Override
  public void drop(Machine machine) {
    destroy(machine);
  }

  @Override
  public List<PassedFile> files() {
    return files;
  }

  @Override
  public void tell(Charged charged) {
    if (listPayer != null) {
      Kmalloc.tell(charged, listPayer, UnixSkb.FP_LIST_BYTES);
    }
  }
}
