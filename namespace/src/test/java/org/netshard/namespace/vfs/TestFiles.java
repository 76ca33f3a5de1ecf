package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTasks;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Cred;

/** A tree of files with tasks, without actors: a shell, so to speak. */
public final class TestFiles implements CgroupTasks {
  public final MachineState machine = Machines.linux();
  public final CgroupTree cgroups;
  public final Vfs vfs;
  private final Map<Integer, Task> tasks = new TreeMap<>();

  public TestFiles(CgroupVersion version) {
    cgroups = new CgroupTree(version, 0);
    cgroups.setTasks(this);
    vfs = new Vfs(cgroups, tasks::get, name -> null);
  }

  /** Adds a task of the root cgroup. */
  public Task task(int pid, int tgid, Cred cred) {
    Task task =
        new Task(pid, tgid, "t" + pid, cgroups.root(), cred, machine.initNet(), new FdTable(), 64);
    tasks.put(pid, task);
    cgroups.fork(task.cgroup(), task);
    return task;
  }

  /** Root, with pid 1. */
  public Task root() {
    return task(1, 1, Machines.root(machine));
  }

  /** Ends a task. */
  public void end(Task task) {
    tasks.remove(task.pid());
    cgroups.exit(task.cgroup(), task);
    task.leave();
  }

  @Override
  public @Nullable Task find(int pid) {
    return tasks.get(pid);
  }

  @Override
  public List<Task> threadGroup(int tgid) {
    List<Task> threads = new ArrayList<>();
    tasks.values().stream().filter(task -> task.tgid() == tgid).forEach(threads::add);
    return threads;
  }

  /** Opens a file that must be there. */
  public FileHandle open(Task task, String path, int flags) {
    Vfs.Opened opened = vfs.open(task, vfs.workingDirectory(), path, flags);
    assertThat(Errno.resultText(opened.result())).as("open " + path).isEqualTo("0");
    if (opened.file() instanceof FileHandle handle) {
      return handle;
    }
    throw new AssertionError(path + " is " + opened.file());
  }

  /** What {@code cat} prints, or the error of {@code read} or {@code open}. */
  public String cat(Task task, String path) {
    Vfs.Opened opened = vfs.open(task, vfs.workingDirectory(), path, Abi.O_RDONLY);
    if (opened.result() < 0 || !(opened.file() instanceof FileHandle handle)) {
      return Errno.resultText(opened.result());
    }
    long read = handle.read(task, 0, 1 << 20);
    String text = new String(handle.loaded(), StandardCharsets.UTF_8);
    handle.release();
    return read < 0 ? Errno.resultText(read) : text;
  }

  /** What {@code printf %s text > path} comes to: OK or an error. */
  public String echo(Task task, String text, String path) {
    Vfs.Opened opened =
        vfs.open(task, vfs.workingDirectory(), path, Abi.O_WRONLY | Abi.O_CREAT | Abi.O_TRUNC);
    if (opened.result() < 0 || !(opened.file() instanceof FileHandle handle)) {
      return Errno.resultText(opened.result());
    }
    cgroups.memcontrol().begin(machine.nowNs(), 0, false);
    long written = handle.write(task, text);
    handle.release();
    return written < 0 ? Errno.resultText(written) : "OK";
  }

  /** Makes a cgroup that can be made. */
  public Cgroup mkdir(Task task, String path) {
    Vfs.Place place = vfs.toCreate(task, vfs.workingDirectory(), path);
    assertThat(Errno.resultText(place.result())).as("mkdir " + path).isEqualTo("0");
    if (!(place.directory() instanceof CgroupDirectory directory)) {
      throw new AssertionError(path);
    }
    Cgroup parent = directory.cgroup();
    Cgroup.Owner owner = new Cgroup.Owner(task.cred().euid(), task.cred().egid(), 0755);
    assertThat(cgroups.mkdir(parent, place.name(), owner)).isZero();
    Cgroup made = parent.children().get(place.name());
    if (made == null) {
      throw new AssertionError(path);
    }
    return made;
  }
}
