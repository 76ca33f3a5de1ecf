package org.netshard.namespace.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.net.MachineState;
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
        throw new IllegalStateException("names need no descriptor");
      }
    };
  }

  private String make(int uid, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    return Errno.resultText(names.mknod(caller(uid), bytes, new SocketInode(null)));
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

  @Test
  void directoriesAreNotRemoved() {
    assertThat(unlink(0, "/tmp")).isEqualTo("EISDIR");
    assertThat(unlink(0, "")).isEqualTo("ENOENT");
    assertThat(find(0, "/tmp/")).isEqualTo("0");
  }
}
