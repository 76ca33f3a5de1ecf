package org.netshard.namespace.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.TestFiles;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.CallingTask;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketFiles;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.ObjCgroup;

/** Names of socket files, by path and by who asks. */
class FileNamesTest {
  private final MachineState machine = Machines.linux();
  private final FileNames names = machine.socketFiles();
  private final Task task = new TestFiles(CgroupVersion.V2).root();

  private Caller caller(int uid) {
    long caps = uid == 0 ? Capability.ALL : 0;
    Cred cred = Cred.of(uid, uid, new int[0], caps, machine.initUserNs());
    return new Caller() {
      @Override
      public Cred cred() {
        return cred;
      }

      @Override
      public int pid() {
        return 1;
      }

      @Override
      public Progress progress() {
        throw new IllegalStateException("names wait for nothing");
      }

      @Override
      public int fileFlags() {
        return 0;
      }

      @Override
      public void accepted(PassedFile file) {
        throw new IllegalStateException("names accept nothing");
      }

      @Override
      public @Nullable ObjCgroup objcg() {
        return null;
      }

      @Override
      public void acceptedSk(Sk sk) {
        throw new IllegalStateException("names accept nothing");
      }

      @Override
      public CallingTask task() {
        return task;
      }
    };
  }

  private String make(int uid, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    return Errno.resultText(names.mknod(caller(uid), bytes, 0777, new SocketInode(null)));
  }

  private String find(int uid, String path) {
    SocketFiles.Found found = names.find(caller(uid), path.getBytes(StandardCharsets.UTF_8));
    return Errno.resultText(found.error());
  }

  private String unlink(int uid, String path) {
    return Errno.resultText(names.unlink(caller(uid), path));
  }

  @ParameterizedTest
  @CsvSource({
    "0, /run/s, 0",
    "0, s, 0",
    "0, ./s, 0",
    "0, /run/../tmp/s, 0",
    "0, /nodir/s, ENOENT",
    "0, /etc/file/s, ENOTDIR",
    "0, /tmp, EEXIST",
    "0, /tmp/., EEXIST",
    "0, /, EEXIST",
    "0, /tmp/s/, ENOENT",
    "1000, /tmp/s, 0",
    "1000, /run/s, EACCES",
    "1000, s, EACCES",
  })
  void fileIsMadeWhereItMayBe(int uid, String path, String result) {
    names.create("/etc/file");
    assertThat(make(uid, path)).isEqualTo(result);
    if (result.equals("0")) {
      assertThat(make(uid, path)).isEqualTo("EEXIST");
      assertThat(find(uid, path)).isEqualTo("0");
      assertThat(unlink(uid, path)).isEqualTo("0");
      assertThat(find(uid, path)).isEqualTo("ENOENT");
    }
  }

  @Test
  void fileOfAnotherCannotBeWrittenOrRemoved() {
    make(0, "/tmp/s");
    assertThat(find(1000, "/tmp/s")).isEqualTo("EACCES");
    assertThat(unlink(1000, "/tmp/s")).isEqualTo("EPERM");
    make(0, "/run/s");
    assertThat(unlink(1000, "/run/s")).isEqualTo("EACCES");
    make(1000, "/tmp/own");
    assertThat(unlink(1001, "/tmp/own")).isEqualTo("EPERM");
    assertThat(unlink(1000, "/tmp/own")).isEqualTo("0");
  }

  private InodeAttr attr(String path) {
    NamedFile file = names.lookup(caller(0).cred(), path).file();
    if (file == null) {
      throw new AssertionError("there is no " + path);
    }
    return file.attr();
  }

  private String rename(int uid, String from, String to, int flags) {
    return Errno.resultText(names.rename(caller(uid), from, to, flags));
  }

  /** Read off Linux 6.18.44. */
  @Test
  void umaskTakesBitsOfTheMode() {
    make(0, "/tmp/usual");
    assertThat(attr("/tmp/usual").mode()).isEqualTo(0755);
    assertThat(task.setUmask(017077)).isEqualTo(022);
    make(0, "/tmp/private");
    assertThat(attr("/tmp/private").mode()).isEqualTo(0700);
    assertThat(task.setUmask(0)).isEqualTo(077);
  }

  /** Read off Linux 6.18.44, as user 1000. */
  @ParameterizedTest
  @CsvSource({
    "700, EACCES, EACCES, EACCES, EACCES, EACCES",
    "755, EACCES, ENOENT, EACCES, EACCES, EACCES",
    "777, EACCES, ENOENT, 0, 0, 0",
    "1777, EACCES, ENOENT, 0, EPERM, EPERM",
  })
  void directoryDecidesWhoFindsMakesAndRemoves(
      String mode, String find, String missing, String make, String unlink, String rename) {
    names.mkdirs("/run/d");
    make(0, "/run/d/g");
    assertThat(attr("/run/d").chmod(caller(0).cred(), Integer.parseInt(mode, 8))).isZero();
    assertThat(find(1000, "/run/d/g")).isEqualTo(find);
    assertThat(find(1000, "/run/d/none")).isEqualTo(missing);
    assertThat(make(1000, "/run/d/h")).isEqualTo(make);
    assertThat(rename(1000, "/run/d/g", "/run/d/i", 0)).isEqualTo(rename);
    assertThat(unlink(1000, rename.equals("0") ? "/run/d/i" : "/run/d/g")).isEqualTo(unlink);
  }

  /** Read off Linux 6.18.44, as root in a directory of its own. */
  @ParameterizedTest
  @CsvSource({
    "a, a2, 0, 0",
    "a, b, 0, 0",
    "a, a, 0, 0",
    "none, x, 0, ENOENT",
    "a, nodir/x, 0, ENOENT",
    "a, dir, 0, EISDIR",
    "dir, a, 0, ENOTDIR",
    "dir, dir2, 0, 0",
    "dir, full, 0, ENOTEMPTY",
    "dir, dir/x, 0, EINVAL",
    "full/g, full, 0, ENOTEMPTY",
    "., q, 0, EBUSY",
    "a, .., 0, EBUSY",
    "a, .., 1, EEXIST",
    "a, q/, 0, ENOTDIR",
    "a/, q, 0, ENOTDIR",
    "none/, q, 0, ENOENT",
    "dir, q/, 0, 0",
    "a, b, 1, EEXIST",
    "a, q, 1, 0",
    "a, b, 2, 0",
    "a, dir, 2, 0",
    "a, none, 2, ENOENT",
  })
  void renameMovesOrTellsWhyNot(String from, String to, int flags, String result) {
    for (String directory : List.of("/run/w/dir", "/run/w/dir2", "/run/w/full")) {
      names.mkdirs(directory);
    }
    make(0, "/run/w/full/g");
    make(0, "/run/w/a");
    make(0, "/run/w/b");
    NamedFile moved = names.lookup(caller(0).cred(), "/run/w/" + from).file();
    assertThat(rename(0, "/run/w/" + from, "/run/w/" + to, flags)).isEqualTo(result);
    if (result.equals("0")) {
      assertThat(names.lookup(caller(0).cred(), "/run/w/" + to).file()).isSameAs(moved);
      String left = from.equals(to) || flags == FileNames.RENAME_EXCHANGE ? "0" : "ENOENT";
      assertThat(find(0, "/run/w/" + from)).isEqualTo(left);
    }
  }

  @Test
  void directoriesAreNotRemoved() {
    assertThat(unlink(0, "/tmp")).isEqualTo("EISDIR");
    assertThat(unlink(0, "")).isEqualTo("ENOENT");
    assertThat(find(0, "/tmp/")).isEqualTo("0");
  }
}
