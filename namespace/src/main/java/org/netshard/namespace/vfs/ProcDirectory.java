package org.netshard.namespace.vfs;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.ProcSlab;
import org.netshard.namespace.task.Task;

/**
 * {@code /proc}: tasks by their numbers, {@code self}, {@code thread-self}, {@code net} and {@code
 * sys}.
 *
 * <p><b>Source:</b> {@code fs/proc/root.c}, {@code fs/proc/self.c}, {@code fs/proc/thread_self.c}.
 */
final class ProcDirectory extends Directory {
  private final IntFunction<@Nullable Task> tasks;
  private final Directory sys = new SysctlDirectory("");

  ProcDirectory(IntFunction<@Nullable Task> tasks) {
    this.tasks = tasks;
  }

  @Override
  @Nullable Inode lookup(String name, Task task) {
    return switch (name) {
      case "sys" -> sys;
      case "self" -> link(Integer.toString(task.tgid()));
      case "thread-self" -> link(task.tgid() + "/task/" + task.pid());
      case "net" -> link("self/net");
      case "slabinfo" -> new SlabInfo(task.net().machine());
      default -> {
        Task found = find(name, tasks);
        yield found == null ? null : new ProcTaskDirectory(found, tasks, true);
      }
    };
  }

  /** The task whose number this is, or null ({@code name_to_int}). */
  static @Nullable Task find(String name, IntFunction<@Nullable Task> tasks) {
    return isNumber(name) ? tasks.apply(Integer.parseInt(name)) : null;
  }

  static boolean isNumber(String name) {
    return name.matches("0|[1-9][0-9]{0,8}");
  }

  /** {@code slabinfo}, which only root may read. */
  private static final class SlabInfo extends RegularFile {
    private final MachineState machine;

    SlabInfo(MachineState machine) {
      this.machine = machine;
    }

    @Override
    public int mode() {
      return 0400;
    }

    @Override
    Object open(Task opener, int flags) {
      return new SeqFile() {
        @Override
        int show(StringBuilder out) {
          out.append(ProcSlab.text(machine));
          return 0;
        }

        @Override
        boolean seeksFromEnd() {
          return false;
        }
      };
    }
  }

  private static Link link(String path) {
    return new Link() {
      @Override
      String path(Task task) {
        return path;
      }
    };
  }

  @Override
  boolean leavesOut(String name) {
    return !isNumber(name);
  }
}
