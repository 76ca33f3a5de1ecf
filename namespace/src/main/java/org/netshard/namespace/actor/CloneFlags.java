package org.netshard.namespace.actor;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * The flags of {@code clone} and {@code clone3}.
 *
 * <p><b>Source:</b> {@code kernel/fork.c}: {@code copy_clone_args_from_user}, {@code
 * clone3_args_valid}, {@code copy_process}.
 *
 * <p><b>Differs from Linux:</b> stacks, chosen pids and cgroups of {@code clone3} are not looked
 * at.
 */
final class CloneFlags {
  private static final long LEGACY = 0xffffffffL;
  private static final long CSIGNAL = 0xff;
  private static final long CLONE_DETACHED = 0x400000;
  private static final long CLONE_CLEAR_SIGHAND = 1L << 32;
  private static final long CLONE_INTO_CGROUP = 1L << 33;
  private static final int ARGS_BYTES_MIN = 64;
  private static final int ARGS_BYTES = 88;
  private static final int ARGS_BYTES_MAX = 4096;
  private static final int EXIT_SIGNAL = 32;
  private static final int NSIG = 64;

  private CloneFlags() {}

  /**
   * The flags that a call asks for.
   *
   * <p><b>Errors:</b> for clone3 E2BIG, EINVAL and EFAULT for its arguments, E2BIG if they say more
   * than is known, EINVAL; then EINVAL for flags that contradict each other.
   */
  static long of(Syscall call) {
    long flags = 0;
    if (call.name() == SyscallName.CLONE) {
      flags = call.arg(0) & LEGACY & ~CSIGNAL;
    } else if (call.name() == SyscallName.CLONE3) {
      flags = clone3(call.mem(0), call.arg(1));
    }
    return flags >= 0 && contradictory(flags) ? Errno.EINVAL.negated() : flags;
  }

  /**
   * The signal that tells the parent of the child's end, or -1 if the child is to have the same
   * parent; the flags are as {@link #of} has them.
   */
  static int exitSignal(Syscall call, long flags) {
    if (has(flags, Abi.CLONE_THREAD)) {
      return 0;
    }
    if (has(flags, Abi.CLONE_PARENT)) {
      return -1;
    }
    return switch (call.name()) {
      case CLONE -> (int) (call.arg(0) & CSIGNAL);
      case CLONE3 -> (int) call.mem(0).getLong(EXIT_SIGNAL);
      default -> Signal.SIGCHLD;
    };
  }

  private static long clone3(UserMem args, long size) {
    if (size < ARGS_BYTES_MIN || size > ARGS_BYTES_MAX) {
      return (size < ARGS_BYTES_MIN && size >= 0 ? Errno.EINVAL : Errno.E2BIG).negated();
    }
    if (!args.accessible(0, (int) size)) {
      return Errno.EFAULT.negated();
    }
    for (int i = ARGS_BYTES; i < size; i++) {
      if (args.getByte(i) != 0) {
        return Errno.E2BIG.negated();
      }
    }
    long flags = args.getLong(0);
    long signal = args.getLong(EXIT_SIGNAL);
    boolean unknown =
        (flags & ~(LEGACY | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP)) != 0
            || (flags & (CLONE_DETACHED | (CSIGNAL & ~Abi.CLONE_NEWTIME))) != 0;
    boolean handlers = has(flags, Abi.CLONE_SIGHAND) && has(flags, CLONE_CLEAR_SIGHAND);
    boolean signals = signal < 0 || signal > NSIG;
    boolean nobody = signal != 0 && (flags & (Abi.CLONE_THREAD | Abi.CLONE_PARENT)) != 0;
    return unknown || handlers || signals || nobody ? Errno.EINVAL.negated() : flags;
  }

  private static boolean contradictory(long flags) {
    boolean thread = has(flags, Abi.CLONE_THREAD);
    boolean sighand = has(flags, Abi.CLONE_SIGHAND);
    return (has(flags, Abi.CLONE_FS) && (flags & (Abi.CLONE_NEWNS | Abi.CLONE_NEWUSER)) != 0)
        || (thread && !sighand)
        || (sighand && !has(flags, Abi.CLONE_VM))
        || (thread && (flags & (Abi.CLONE_NEWUSER | Abi.CLONE_NEWPID)) != 0);
  }

  /** Whether a new namespace of semaphores shall share what only an old one can. */
  static boolean sharesSemaphores(long flags) {
    return has(flags, Abi.CLONE_NEWIPC) && has(flags, Abi.CLONE_SYSVSEM);
  }

  private static boolean has(long flags, long flag) {
    return (flags & flag) != 0;
  }
}
