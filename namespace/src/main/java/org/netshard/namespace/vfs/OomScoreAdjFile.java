package org.netshard.namespace.vfs;

import java.util.function.BooleanSupplier;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * An open {@code /proc/PID/oom_score_adj}.
 *
 * <p><b>Source:</b> {@code fs/proc/base.c}: {@code oom_score_adj_read}, {@code
 * oom_score_adj_write}, {@code __set_oom_adj}.
 */
final class OomScoreAdjFile extends SeqFile {
  private static final int MIN = -1000;
  private static final int MAX = 1000;

  /** {@code PROC_NUMBUF - 1}: what is written behind this many bytes is not looked at. */
  private static final int BYTES_MAX = 12;

  private final Task task;
  private final BooleanSupplier ended;

  OomScoreAdjFile(Task task, BooleanSupplier ended) {
    this.task = task;
    this.ended = ended;
  }

  @Override
  int show(StringBuilder out) {
    out.append(task.oomScoreAdj()).append('\n');
    return ended.getAsBoolean() ? Errno.ESRCH.negated() : 0;
  }

  @Override
  public long writable(long count) {
    return Math.min(count, BYTES_MAX);
  }

  /**
   * Sets it for the whole process.
   *
   * <p><b>Errors</b>, in order: EINVAL or ERANGE for what is no number, EINVAL for one out of
   * range, ESRCH if the task has ended, EACCES for less than was last set with CAP_SYS_RESOURCE, 0
   * at first, without that capability.
   */
  @Override
  public long write(Task writer, String text) {
    Kstrtox.Parsed adj = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (adj.failed()) {
      return adj.result();
    }
    if (adj.value() < MIN || adj.value() > MAX) {
      return Errno.EINVAL.negated();
    }
    if (ended.getAsBoolean()) {
      return Errno.ESRCH.negated();
    }
    boolean capable =
        writer.cred().nsCapable(task.net().machine().initUserNs(), Capability.CAP_SYS_RESOURCE);
    if (adj.value() < task.memory().oomScoreAdjMin() && !capable) {
      return Errno.EACCES.negated();
    }
    task.memory().setOomScoreAdj((int) adj.value(), capable);
    return text.length();
  }
}
