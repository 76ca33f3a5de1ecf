package org.netshard.namespace.task;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * {@code capset} and {@code capget}.
 *
 * <p><b>Source:</b> {@code kernel/capability.c}; {@code security/commoncap.c}, {@code cap_capset}.
 */
public final class CapsetCall {
  private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  private static final int LINUX_CAPABILITY_VERSION_2 = 0x20071026;
  private static final int LINUX_CAPABILITY_VERSION_1 = 0x19980330;
  private static final int CAP_DATA_BYTES = 12;

  private CapsetCall() {}

  /**
   * {@code capset(header, data)}.
   *
   * <p><b>Errors:</b> EFAULT for the header, EINVAL for an unknown version, EPERM for another
   * process, EFAULT for the data, EPERM for inheritable capabilities that the task may not add,
   * permitted ones that it does not have, or effective ones that are not permitted.
   */
  static int capset(Task task, UserMem header, UserMem data) {
    int words = words(header);
    if (words <= 0) {
      return words < 0 ? words : Errno.EINVAL.negated();
    }
    if (!header.accessible(Integer.BYTES, Integer.BYTES)) {
      return Errno.EFAULT.negated();
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
    CapSets caps = old.caps();
    boolean capped = !old.nsCapable(old.userNs(), Capability.CAP_SETPCAP);
    if ((capped && !subset(inheritable, caps.inheritable() | caps.permitted()))
        || !subset(inheritable, caps.inheritable() | caps.bounding())
        || !subset(permitted, caps.permitted())
        || !subset(effective, permitted)) {
      return Errno.EPERM.negated();
    }
    task.setCred(old.withCaps(effective, permitted, inheritable));
    return 0;
  }

  /**
   * {@code capget(header, data)}; with no data it asks whether the version is known.
   *
   * <p><b>Errors:</b> EFAULT for the header, EINVAL for an unknown version, unless that was asked;
   * EINVAL for a negative process, ESRCH for one that is not there, EFAULT for the data.
   *
   * @param tasks the task with a pid, or null
   */
  public static int capget(
      Task task, UserMem header, UserMem data, IntFunction<@Nullable Task> tasks) {
    int words = words(header);
    if (data.isNull() || words <= 0) {
      return data.isNull() ? Math.min(words, 0) : words < 0 ? words : Errno.EINVAL.negated();
    }
    if (!header.accessible(Integer.BYTES, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int pid = header.getInt(Integer.BYTES);
    Task target = pid == 0 ? task : pid < 0 ? null : tasks.apply(pid);
    if (target == null) {
      return (pid < 0 ? Errno.EINVAL : Errno.ESRCH).negated();
    }
    if (!data.accessible(0, words * CAP_DATA_BYTES)) {
      return Errno.EFAULT.negated();
    }
    CapSets caps = target.cred().caps();
    for (int word = 0; word < words; word++) {
      int at = word * CAP_DATA_BYTES;
      data.putInt(at, (int) (caps.effective() >>> (Integer.SIZE * word)));
      data.putInt(at + 4, (int) (caps.permitted() >>> (Integer.SIZE * word)));
      data.putInt(at + 8, (int) (caps.inheritable() >>> (Integer.SIZE * word)));
    }
    return 0;
  }

  /** The words of a version; 0 for an unknown one, which the known one replaces; or EFAULT. */
  private static int words(UserMem header) {
    if (!header.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    return switch (header.getInt(0)) {
      case LINUX_CAPABILITY_VERSION_1 -> 1;
      case LINUX_CAPABILITY_VERSION_2, LINUX_CAPABILITY_VERSION_3 -> 2;
      default -> {
        header.putInt(0, LINUX_CAPABILITY_VERSION_3);
        yield 0;
      }
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
}
