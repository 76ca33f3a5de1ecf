package org.netshard.protocol.abi;

/**
 * Signals by their numbers.
 *
 * <p><b>Source:</b> {@code arch/x86/include/uapi/asm/signal.h}; {@code include/linux/signal.h},
 * {@code SIG_KERNEL_IGNORE_MASK} and its like.
 */
public final class Signal {
  public static final int SIGKILL = 9;
  public static final int SIGPIPE = 13;
  public static final int SIGALRM = 14;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGTSTP = 20;
  public static final int SIGTTIN = 21;
  public static final int SIGTTOU = 22;
  public static final int SIGURG = 23;
  public static final int SIGWINCH = 28;

  /** The last one ({@code _NSIG}). */
  public static final int MAX = 64;

  /** {@code sa_handler} of a signal with its default action. */
  public static final long SIG_DFL = 0;

  /** {@code sa_handler} of a signal that is ignored. */
  public static final long SIG_IGN = 1;

  public static final long SA_NOCLDWAIT = 2;
  public static final long SA_RESTART = 0x1000_0000L;
  public static final long SA_NODEFER = 0x4000_0000L;
  public static final long SA_RESETHAND = 0x8000_0000L;

  private Signal() {}

  /** A set with this signal only. */
  public static long bit(int signal) {
    return 1L << (signal - 1);
  }

  /** Whether the default action is to do nothing. */
  public static boolean ignoredByDefault(int signal) {
    return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
  }

  /** Whether the default action is to stop the process. */
  public static boolean stopsByDefault(int signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
  }
}
