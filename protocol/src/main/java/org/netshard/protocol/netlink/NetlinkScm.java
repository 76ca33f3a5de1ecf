package org.netshard.protocol.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * Credentials that go with a netlink message: always those of the sender.
 *
 * <p><b>Source:</b> {@code net/core/scm.c}: {@code __scm_send}, {@code scm_check_creds}, {@code
 * scm_recv}.
 */
final class NetlinkScm {
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int UCRED_BYTES = 12;

  private int pid;
  private Cred cred;

  NetlinkScm(Caller caller) {
    pid = caller.pid();
    cred = caller.cred();
  }

  /** Who sends, by a port and to a group. */
  NetlinkFrom from(int portid, int group) {
    return new NetlinkFrom(portid, group, pid, cred);
  }

  /**
   * Reads the control messages of a send; files cannot be passed.
   *
   * <p><b>Errors:</b> ENOBUFS, EFAULT, EINVAL, EPERM for credentials of somebody else.
   */
  int send(Sk sk, Caller caller, Msg msg) {
    UserMem control = msg.control();
    long length = msg.controlLength();
    if (length > Integer.MAX_VALUE) {
      return Errno.ENOBUFS.negated();
    }
    if (length > 0 && !control.accessible(0, (int) length)) {
      return Errno.EFAULT.negated();
    }
    int at = 0;
    while (at + CMSG_HEADER_BYTES <= length) {
      long cmsgLength = control.getLong(at);
      if (cmsgLength < CMSG_HEADER_BYTES || cmsgLength > length - at) {
        return Errno.EINVAL.negated();
      }
      if (control.getInt(at + Long.BYTES) == Abi.SOL_SOCKET) {
        int type = control.getInt(at + Long.BYTES + Integer.BYTES);
        boolean creds =
            type == Abi.SCM_CREDENTIALS && cmsgLength == CMSG_HEADER_BYTES + UCRED_BYTES;
        int error =
            creds ? take(sk, caller, control, at + CMSG_HEADER_BYTES) : Errno.EINVAL.negated();
        if (error != 0) {
          return error;
        }
      }
      at += (int) ((cmsgLength + 7) & -8);
    }
    return 0;
  }

  private int take(Sk sk, Caller caller, UserMem control, int at) {
    int newPid = control.getInt(at);
    Cred current = caller.cred();
    UserNamespace ns = current.userNs();
    int uid = ns.uidMap().toKernel(control.getInt(at + Integer.BYTES));
    int gid = ns.gidMap().toKernel(control.getInt(at + 2 * Integer.BYTES));
    if (uid == -1 || gid == -1) {
      return Errno.EINVAL.negated();
    }
    boolean allowed =
        (newPid == caller.pid() || current.nsCapable(sk.net().userNs(), Capability.CAP_SYS_ADMIN))
            && (uid == current.uid()
                || uid == current.euid()
                || uid == current.suid()
                || current.nsCapable(ns, Capability.CAP_SETUID))
            && (gid == current.gid()
                || gid == current.egid()
                || gid == current.sgid()
                || current.nsCapable(ns, Capability.CAP_SETGID));
    if (!allowed) {
      return Errno.EPERM.negated();
    }
    pid = newPid;
    cred = current.withUids(uid, uid, uid).withGids(gid, gid, gid);
    return 0;
  }

  /** Tells a receiver that asked for it who sent a message ({@code scm_recv}). */
  static void receive(Sk sk, Caller caller, Msg msg, NetlinkFrom from) {
    if (!sk.flag(SockFlag.SK_SCM_CREDENTIALS)) {
      return;
    }
    if (msg.control().isNull()) {
      msg.addOutFlags(Abi.MSG_CTRUNC);
      return;
    }
    UserNamespace reader = caller.cred().userNs();
    Cred sender = from.cred();
    ByteBuffer bytes = ByteBuffer.allocate(UCRED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(from.pid());
    bytes.putInt(sender == null ? reader.seenUid(0) : reader.seenUid(sender.euid()));
    bytes.putInt(sender == null ? reader.seenGid(0) : reader.seenGid(sender.egid()));
    msg.putCmsg(Abi.SOL_SOCKET, Abi.SCM_CREDENTIALS, bytes.array());
  }
}
