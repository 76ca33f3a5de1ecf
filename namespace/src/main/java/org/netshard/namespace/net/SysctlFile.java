package org.netshard.namespace.net;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.cred.Cred;

/**
 * An open sysctl file: the namespace is that of the task that opened it, for ever.
 *
 * <p><b>Source:</b> {@code fs/proc/proc_sysctl.c}; {@code kernel/sysctl.c}, {@code
 * proc_first_pos_non_zero_ignore}: with {@code sysctl_writes_strict} a write of numbers behind
 * position 0 changes nothing.
 */
public final class SysctlFile {
  private final NetState net;
  private final String name;
  private long position;

  /** A file that {@link #open} has to allow. */
  public SysctlFile(NetState net, String name) {
    this.net = net;
    this.name = name;
  }

  /** The namespace whose value it is. */
  public NetState net() {
    return net;
  }

  /** Dotted name of the sysctl. */
  public String name() {
    return name;
  }

  /**
   * Checks an {@code open} with this access mode ({@code O_RDONLY} and so on).
   *
   * <p><b>Errors</b>, in order: ENOENT, EACCES.
   *
   * @return 0 or {@code -errno}
   */
  public int open(Cred cred, int accessMode) {
    boolean read = accessMode != Abi.O_WRONLY;
    boolean write = accessMode == Abi.O_WRONLY || accessMode == Abi.O_RDWR;
    return net.openSysctl(name, read, write, cred);
  }

  /**
   * Writes at the present position.
   *
   * <p><b>Errors</b>, in order: EPERM, then the sysctl's own.
   *
   * @return the number of bytes taken, or {@code -errno}
   */
  public int write(Cred cred, String text) {
    long result = net.writeSysctl(name, text, position, cred);
    if (result > 0) {
      position += result;
    }
    return (int) result;
  }
}
