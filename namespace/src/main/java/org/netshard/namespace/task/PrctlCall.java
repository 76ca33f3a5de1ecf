package org.netshard.namespace.task;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.SecureBits;

/**
 * {@code prctl(option, …)}: the options that concern credentials, and those that change nothing
 * that is simulated.
 *
 * <p><b>Source:</b> {@code kernel/sys.c}; {@code security/commoncap.c}, {@code cap_task_prctl}.
 *
 * <p><b>Differs from Linux:</b> options that are not listed here are EINVAL, as unknown ones are,
 * and are told as left out.
 */
final class PrctlCall {
  static final int PR_SET_PDEATHSIG = 1;
  static final int PR_GET_PDEATHSIG = 2;
  static final int PR_GET_DUMPABLE = 3;
  static final int PR_SET_DUMPABLE = 4;
  static final int PR_GET_KEEPCAPS = 7;
  static final int PR_SET_KEEPCAPS = 8;
  static final int PR_SET_NAME = 15;
  static final int PR_GET_NAME = 16;
  static final int PR_CAPBSET_READ = 23;
  static final int PR_CAPBSET_DROP = 24;
  static final int PR_GET_SECUREBITS = 27;
  static final int PR_SET_SECUREBITS = 28;
  static final int PR_SET_NO_NEW_PRIVS = 38;
  static final int PR_GET_NO_NEW_PRIVS = 39;
  static final int PR_CAP_AMBIENT = 47;
  private static final int PR_CAP_AMBIENT_IS_SET = 1;
  private static final int PR_CAP_AMBIENT_RAISE = 2;
  private static final int PR_CAP_AMBIENT_LOWER = 3;
  private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
  private static final int TASK_COMM_LEN = 16;
  private static final int NSIG = 64;

  /** Linux numbers its options up to this, but for two. */
  private static final int OPTION_MAX = 80;

  private static final int PR_SET_VMA = 0x53564d41;
  private static final int PR_SET_PTRACER = 0x59616d61;

  private PrctlCall() {}

  /** Whether the model knows the option; one that it does not know is EINVAL. */
  static boolean simulates(int option) {
    return switch (option) {
      case PR_SET_PDEATHSIG,
          PR_GET_PDEATHSIG,
          PR_GET_DUMPABLE,
          PR_SET_DUMPABLE,
          PR_GET_KEEPCAPS,
          PR_SET_KEEPCAPS,
          PR_SET_NAME,
          PR_GET_NAME,
          PR_CAPBSET_READ,
          PR_CAPBSET_DROP,
          PR_GET_SECUREBITS,
          PR_SET_SECUREBITS,
          PR_SET_NO_NEW_PRIVS,
          PR_GET_NO_NEW_PRIVS,
          PR_CAP_AMBIENT ->
          true;
      default -> false;
    };
  }

  static int perform(Task task, Syscall call) {
    Cred cred = task.cred();
    long arg = call.arg(1);
    return switch (call.intArg(0)) {
      case PR_SET_KEEPCAPS -> setKeepCaps(task, arg);
      case PR_GET_KEEPCAPS -> cred.isSecure(SecureBits.KEEP_CAPS) ? 1 : 0;
      case PR_GET_SECUREBITS -> cred.securebits();
      case PR_SET_SECUREBITS -> setSecurebits(task, arg);
      case PR_CAPBSET_READ ->
          validCap(arg) ? bit(cred.caps().bounding(), arg) : Errno.EINVAL.negated();
      case PR_CAPBSET_DROP -> dropBounding(task, arg);
      case PR_SET_PDEATHSIG -> setDeathSignal(task, arg);
      case PR_GET_PDEATHSIG -> getDeathSignal(task, call.mem(1));
      case PR_GET_DUMPABLE -> task.dumpable();
      case PR_SET_DUMPABLE -> setDumpable(task, arg);
      case PR_SET_NAME -> setName(task, call.mem(1));
      case PR_GET_NAME -> getName(task, call.mem(1));
      case PR_SET_NO_NEW_PRIVS -> setNoNewPrivs(task, arg, others(call, 2));
      case PR_GET_NO_NEW_PRIVS ->
          arg == 0 && !others(call, 2) ? bit(task.noNewPrivs() ? 1 : 0, 0) : Errno.EINVAL.negated();
      case PR_CAP_AMBIENT -> ambient(task, arg, call);
      default -> unknown(task, call.intArg(0));
    };
  }

  private static int unknown(Task task, int option) {
    boolean known = option > 0 && option <= OPTION_MAX;
    if (known || option == PR_SET_VMA || option == PR_SET_PTRACER) {
      task.net()
          .machine()
          .leftOut("prctl option " + option + " is not simulated: it fails with EINVAL");
    }
    return Errno.EINVAL.negated();
  }

  /** Whether one of the arguments from this one on is not 0. */
  private static boolean others(Syscall call, int from) {
    for (int i = from; i < 5; i++) {
      if (call.arg(i) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Ambient capabilities: EINVAL, EPERM to raise one that is not permitted and inheritable. */
  private static int ambient(Task task, long operation, Syscall call) {
    Cred cred = task.cred();
    CapSets caps = cred.caps();
    long number = call.arg(2);
    if (operation == PR_CAP_AMBIENT_CLEAR_ALL) {
      if (others(call, 2)) {
        return Errno.EINVAL.negated();
      }
      task.setCred(cred.withCaps(caps.withAmbient(0)));
      return 0;
    }
    if (others(call, 3) || !validCap(number)) {
      return Errno.EINVAL.negated();
    }
    if (operation == PR_CAP_AMBIENT_IS_SET) {
      return bit(caps.ambient(), number);
    }
    if (operation != PR_CAP_AMBIENT_RAISE && operation != PR_CAP_AMBIENT_LOWER) {
      return Errno.EINVAL.negated();
    }
    boolean raise = operation == PR_CAP_AMBIENT_RAISE;
    boolean may =
        bit(caps.permitted() & caps.inheritable(), number) == 1
            && !cred.isSecure(SecureBits.NO_CAP_AMBIENT_RAISE);
    if (raise && !may) {
      return Errno.EPERM.negated();
    }
    long cap = 1L << number;
    long ambient = raise ? caps.ambient() | cap : caps.ambient() & ~cap;
    task.setCred(cred.withCaps(caps.withAmbient(ambient)));
    return 0;
  }

  /** EPERM to change what is locked, to unlock, for unknown bits, or without CAP_SETPCAP. */
  private static int setSecurebits(Task task, long bits) {
    Cred cred = task.cred();
    int old = cred.securebits();
    long changed = old ^ bits;
    int locks = old & SecureBits.LOCKS;
    boolean locked = (locks >> 1 & changed) != 0 || (locks & ~bits) != 0;
    boolean capable = cred.nsCapable(cred.userNs(), Capability.CAP_SETPCAP);
    boolean may = capable || (changed != 0 && (changed & ~SecureBits.UNPRIVILEGED) == 0);
    if (locked || (bits & ~SecureBits.ALL) != 0 || !may) {
      return Errno.EPERM.negated();
    }
    task.setCred(cred.withSecurebits((int) bits));
    return 0;
  }

  private static int setNoNewPrivs(Task task, long arg, boolean more) {
    if (arg != 1 || more) {
      return Errno.EINVAL.negated();
    }
    task.setNoNewPrivs();
    return 0;
  }

  private static int setDeathSignal(Task task, long signal) {
    if (signal < 0 || signal > NSIG) {
      return Errno.EINVAL.negated();
    }
    task.setDeathSignal((int) signal);
    return 0;
  }

  private static int getDeathSignal(Task task, UserMem to) {
    if (!to.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    to.putInt(0, task.deathSignal());
    return 0;
  }

  private static int setKeepCaps(Task task, long arg) {
    if (arg < 0 || arg > 1) {
      return Errno.EINVAL.negated();
    }
    Cred cred = task.cred();
    if (cred.isSecure(SecureBits.lock(SecureBits.KEEP_CAPS))) {
      return Errno.EPERM.negated();
    }
    int rest = cred.securebits() & ~SecureBits.KEEP_CAPS;
    task.setCred(cred.withSecurebits(arg == 1 ? rest | SecureBits.KEEP_CAPS : rest));
    return 0;
  }

  private static int dropBounding(Task task, long arg) {
    Cred cred = task.cred();
    if (!cred.nsCapable(cred.userNs(), Capability.CAP_SETPCAP)) {
      return Errno.EPERM.negated();
    }
    if (!validCap(arg)) {
      return Errno.EINVAL.negated();
    }
    CapSets caps = cred.caps();
    task.setCred(cred.withCaps(caps.withBounding(caps.bounding() & ~(1L << arg))));
    return 0;
  }

  private static int setDumpable(Task task, long arg) {
    if (arg != 0 && arg != 1) {
      return Errno.EINVAL.negated();
    }
    task.setDumpable((int) arg);
    return 0;
  }

  /** Copies up to 15 bytes; memory that ends before a NUL is a fault. */
  private static int setName(Task task, UserMem name) {
    byte[] comm = new byte[TASK_COMM_LEN];
    for (int i = 0; i < TASK_COMM_LEN - 1; i++) {
      if (!name.accessible(i, 1)) {
        return Errno.EFAULT.negated();
      }
      comm[i] = (byte) name.getByte(i);
      if (comm[i] == 0) {
        break;
      }
    }
    task.setComm(comm);
    return 0;
  }

  private static int getName(Task task, UserMem to) {
    if (!to.accessible(0, TASK_COMM_LEN)) {
      return Errno.EFAULT.negated();
    }
    to.put(0, task.comm(), TASK_COMM_LEN);
    return 0;
  }

  private static boolean validCap(long number) {
    return number >= 0 && number < Long.SIZE && (1L << number & Capability.ALL) != 0;
  }

  private static int bit(long set, long number) {
    return (int) (set >>> number & 1);
  }
}
