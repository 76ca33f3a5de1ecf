package org.netshard.protocol.core;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * The calls that move data through a socket, and the end of its directions.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code __sys_sendto}, {@code ___sys_sendmsg}, {@code
 * __sys_recvfrom}, {@code ___sys_recvmsg}, {@code sock_read_iter}, {@code sock_write_iter}, {@code
 * __sys_shutdown}, {@code move_addr_to_user}.
 */
public final class SocketIo {
  private static final int ADDRESS_BYTES_MAX = 128;

  /** Flags that only the kernel itself may set ({@code MSG_INTERNAL_SENDMSG_FLAGS}). */
  private static final int INTERNAL_FLAGS = 0x0008_0000 | 0x0010_0000 | 0x0800_0000;

  private SocketIo() {}

  /** Whether it is one of these calls. */
  private static boolean isOne(Syscall call) {
    return switch (call.name()) {
      case SENDTO,
          SENDMSG,
          SENDMMSG,
          RECVFROM,
          RECVMSG,
          RECVMMSG,
          READ,
          READV,
          WRITE,
          WRITEV,
          SHUTDOWN ->
          true;
      default -> false;
    };
  }

  /** Makes one of these calls: its result, {@code -errno}, or {@link Progress#WAIT}. */
  public static int perform(Sk sk, Caller caller, Syscall call) {
    if (isOne(call) && !sk.ops().movesData(sk)) {
      return SockNames.leftOut(sk, call.callName() + " of a " + sk.proto() + " socket");
    }
    return switch (call.name()) {
      case SENDTO -> sendto(sk, caller, call);
      case SENDMSG -> sendmsg(sk, caller, call.mem(1), call.intArg(2));
      case SENDMMSG -> MmsgIo.sendmmsg(sk, caller, call);
      case RECVMMSG -> MmsgIo.recvmmsg(sk, caller, call);
      case RECVFROM -> recvfrom(sk, caller, call);
      case RECVMSG -> recvmsg(sk, caller, call.mem(1), call.intArg(2));
      case READ -> read(sk, caller, Msg.of(call.mem(1), call.arg(2), flags(caller, 0)));
      case WRITE ->
          sk.ops().sendmsg(sk, caller, Msg.of(call.mem(1), call.arg(2), write(sk, caller)));
      case READV, WRITEV -> vector(sk, caller, call);
      case SHUTDOWN -> shutdown(sk, call.intArg(1));
      default -> throw new IllegalStateException("not a call that moves data: " + call);
    };
  }

  private static int flags(Caller caller, int given) {
    return (caller.fileFlags() & Abi.O_NONBLOCK) != 0 ? given | Abi.MSG_DONTWAIT : given;
  }

  private static int write(Sk sk, Caller caller) {
    return flags(caller, sk.type() == Abi.SOCK_SEQPACKET ? Abi.MSG_EOR : 0);
  }

  /**
   * {@code sendto(fd, buf, len, flags, addr, addrlen)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for the length of the address, EFAULT for the address; those
   * of the kind.
   */
  private static int sendto(Sk sk, Caller caller, Syscall call) {
    UserMem address = call.mem(4);
    int length = call.intArg(5);
    if (!address.isNull()) {
      if (length < 0 || length > ADDRESS_BYTES_MAX) {
        return Errno.EINVAL.negated();
      }
      if (!address.accessible(0, length)) {
        return Errno.EFAULT.negated();
      }
    }
    int given = call.intArg(3) & ~INTERNAL_FLAGS;
    Msg msg = Msg.of(call.mem(1), call.arg(2), flags(caller, given));
    return sk.ops().sendmsg(sk, caller, msg.withName(address, length));
  }

  /**
   * {@code sendmsg(fd, msg, flags)}.
   *
   * <p><b>Errors</b>, in order: those of {@link Msg#check}, EFAULT for the address, those of {@link
   * Msg#checkControl}; those of the kind.
   */
  static int sendmsg(Sk sk, Caller caller, UserMem header, int wanted) {
    int checked = Msg.check(header);
    if (checked < 0) {
      return checked;
    }
    int given = wanted & ~INTERNAL_FLAGS;
    Msg msg = Msg.ofHeader(header, flags(caller, given));
    if (!msg.name().accessible(0, msg.nameLength())) {
      return Errno.EFAULT.negated();
    }
    int control = msg.checkControl(sk.net().sysctl(Sysctl.CORE_OPTMEM_MAX));
    return control < 0 ? control : sk.ops().sendmsg(sk, caller, msg);
  }

  /**
   * {@code recvfrom(fd, buf, len, flags, addr, addrlen)}.
   *
   * <p><b>Errors</b>, in order: those of the kind; EFAULT and EINVAL for the address, when the data
   * are read already.
   */
  private static int recvfrom(Sk sk, Caller caller, Syscall call) {
    UserMem address = call.mem(4);
    Msg msg = Msg.of(call.mem(1), call.arg(2), flags(caller, call.intArg(3)));
    msg.withName(address, ADDRESS_BYTES_MAX);
    int result = sk.ops().recvmsg(sk, caller, msg);
    if (result < 0 || address.isNull()) {
      return result;
    }
    int moved = SockNames.moveAddrToUser(msg.address(), msg.address().length, address, call.mem(5));
    return moved < 0 ? moved : result;
  }

  /**
   * {@code recvmsg(fd, msg, flags)}.
   *
   * <p><b>Errors</b>, in order: those of {@link Msg#check}; those of the kind.
   */
  static int recvmsg(Sk sk, Caller caller, UserMem header, int wanted) {
    int checked = Msg.check(header);
    if (checked < 0) {
      return checked;
    }
    Msg msg = Msg.ofHeader(header, flags(caller, wanted));
    int result = sk.ops().recvmsg(sk, caller, msg);
    if (result < 0) {
      return result;
    }
    int finished = msg.finish();
    return finished < 0 ? finished : result;
  }

  /** {@code sock_read_iter}: nothing asked for is nothing read. */
  private static int read(Sk sk, Caller caller, Msg msg) {
    return msg.size() == 0 ? 0 : sk.ops().recvmsg(sk, caller, msg);
  }

  private static int vector(Sk sk, Caller caller, Syscall call) {
    int checked = Msg.checkVector(call.mem(1), call.arg(2), Errno.EINVAL);
    if (checked < 0) {
      return checked;
    }
    return switch (call.name()) {
      case READV -> read(sk, caller, Msg.ofVector(call.mem(1), call.arg(2), flags(caller, 0)));
      default ->
          sk.ops().sendmsg(sk, caller, Msg.ofVector(call.mem(1), call.arg(2), write(sk, caller)));
    };
  }

  private static int shutdown(Sk sk, int how) {
    return sk.ops().shutdown(sk, how);
  }
}
