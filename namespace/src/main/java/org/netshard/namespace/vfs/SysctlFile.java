package org.netshard.namespace.vfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;

/**
 * An open sysctl file: the namespace is that of the task that opened it, for ever.
 *
 * <p>Numbers are read from position 0 only, text from any; a write of numbers behind position 0
 * changes nothing.
 *
 * <p><b>Source:</b> {@code fs/proc/proc_sysctl.c}, {@code proc_sys_call_handler}; {@code
 * kernel/sysctl.c}: {@code do_proc_dointvec}, {@code _proc_do_string}, {@code
 * proc_first_pos_non_zero_ignore}.
 */
public final class SysctlFile extends FileHandle {
  private final NetState net;
  private final String name;
  private byte @Nullable [] text;

  /** A file whose {@code open} is allowed. */
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

  @Override
  public boolean hasSpliceRead() {
    return true;
  }

  /**
   * <b>Errors</b>, in order: EPERM if the reader may not read it, EIO for a secret without value.
   */
  @Override
  long load(Task task, long from) {
    if (net.openSysctl(name, true, false, task.cred()) < 0) {
      return Errno.EPERM.negated();
    }
    String value = net.readSysctl(name, task.cred());
    if (value == null) {
      return Errno.EIO.negated();
    }
    boolean fromHere = from == 0 || (net.sysctls().table().isText(name) && from <= value.length());
    byte[] bytes = (value + "\n").getBytes(StandardCharsets.UTF_8);
    text = bytes;
    return fromHere ? bytes.length - from : 0;
  }

  @Override
  byte[] slice(long from, int count) {
    byte[] bytes = text;
    if (bytes == null) {
      throw new IllegalStateException(name + " was not read");
    }
    return Arrays.copyOfRange(bytes, (int) from, (int) from + count);
  }

  /**
   * Writes at the present position, and moves it.
   *
   * <p><b>Errors</b>, in order: EPERM, then the sysctl's own.
   */
  @Override
  public long write(Task task, String written) {
    long result = net.writeSysctl(name, written, position(), task.cred());
    if (result > 0) {
      setPosition(position() + result);
    }
    return result;
  }
}
