package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.Vfs;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.profile.KernelProfile;

/**
 * Anything written to any control file, in any order, while sockets come and go: no file breaks,
 * what a read gives is text of whole lines, and every counter stays what all objects sum up to.
 */
class ControlFilesProperties {
  private static final List<KernelProfile> PROFILES =
      List.of(
          MemMachine.profile("version = 2"),
          MemMachine.profile("version = 2, charge-cpus = 2"),
          MemMachine.profile("version = 1"));

  private static final String[] TEXTS = {
    "0",
    "1",
    "2",
    "-1",
    "max",
    "4M",
    "64K",
    "4096",
    "40960",
    "1G",
    "abc",
    "",
    "+memory",
    "-memory",
    "+memory -memory",
    "+cpu",
    "1 2",
    "some 1 2000000",
    "4096 swappiness=10",
    "\0",
    "  5\n",
    "0x7f",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "threaded",
    "1\0002",
  };

  @Property(tries = 500)
  void noFileBreaksAndTheLedgerHolds(
      @ForAll @IntRange(max = 2) int profile,
      @ForAll @Size(min = 5, max = 60) List<@IntRange(max = 2_000_000_000) Integer> steps) {
    Walk walk = new Walk(PROFILES.get(profile));
    steps.forEach(walk::step);
  }

  /** One random user. */
  private static final class Walk {
    private final MemMachine machine;
    private final Task shell;
    private final String mount;
    private final List<String> names;
    private long random;

    Walk(KernelProfile profile) {
      machine = new MemMachine(profile);
      CgroupVersion version = machine.control.version();
      mount = version.mountPoint();
      names = new ArrayList<>(CgroupFiles.of(version).keySet());
      names.add("memory.nothing");
      shell = machine.task("/");
      machine.mkdir("/a/b");
      machine.mkdir("/c");
      machine.task("/a/b");
      machine.task("/c");
    }

    private int take(int below) {
      random = random * 6364136223846793005L + 1442695040888963407L;
      return (int) ((random >>> 33) % below);
    }

    private <T> T any(List<T> list) {
      return list.get(take(list.size()));
    }

    void step(int seed) {
      random = seed;
      int what = take(16);
      Cgroup cgroup = any(machine.tree.all());
      Task task = any(List.copyOf(machine.model.tasks().values()));
      machine.begin(task.pid());
      String did;
      if (what < 8) {
        did = echo(cgroup);
      } else if (what < 11) {
        did = cat(cgroup);
      } else if (what < 14) {
        did = "socket = " + machine.socket(task, take(2) == 0 ? "TCP" : "UNIX-STREAM");
      } else if (what == 14) {
        did = "mkdir = " + machine.mkdirIn(cgroup, take(2) == 0 ? "x" : "y");
      } else {
        did = "rmdir " + cgroup + " = " + machine.tree.rmdir(cgroup);
      }
      machine.control.takeThrottleNs(task.memcg());
      machine.tree.kills().remove(shell.tgid());
      machine.kill();
      try {
        machine.check();
      } catch (AssertionError mismatch) {
        throw new AssertionError("after " + did + ": " + mismatch.getMessage(), mismatch);
      }
    }

    private Vfs.Opened open(Cgroup cgroup, String name, int flags) {
      String folder = mount + (cgroup.path().equals("/") ? "" : cgroup.path());
      Vfs vfs = machine.model.vfs();
      return vfs.open(shell, vfs.workingDirectory(), folder + "/" + name, flags);
    }

    private String echo(Cgroup cgroup) {
      String name = any(names);
      boolean pid = name.endsWith("procs") || name.equals("tasks") || take(8) == 0;
      String text =
          pid && take(4) > 0
              ? any(List.copyOf(machine.model.tasks().keySet())).toString()
              : TEXTS[take(TEXTS.length)];
      String did = "echo " + text + " > " + cgroup + "/" + name;
      if (open(cgroup, name, Abi.O_WRONLY).file() instanceof FileHandle file) {
        long result = file.write(shell, text);
        assertThat(result).as(did).isLessThanOrEqualTo(text.length());
        assertThat(result >= 0 || Errno.isError(result)).as(did).isTrue();
        file.release();
        return did + " = " + result;
      }
      return did;
    }

    private String cat(Cgroup cgroup) {
      String name = any(names);
      String did = "cat " + cgroup + "/" + name;
      if (open(cgroup, name, Abi.O_RDONLY).file() instanceof FileHandle file) {
        long result = file.read(shell, 0, 65_536);
        String text = new String(file.loaded(), StandardCharsets.UTF_8);
        // Root may open what can only be written.
        assertThat(result).as(did).isIn((long) text.length(), (long) Errno.EINVAL.negated());
        assertThat(text.isEmpty() || text.endsWith("\n")).as(did).isTrue();
        file.release();
      }
      return did;
    }
  }
}
