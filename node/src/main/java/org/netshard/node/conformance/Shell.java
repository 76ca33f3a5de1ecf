package org.netshard.node.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** A process of a table's program that reads and writes files, as the probes did. */
final class Shell {
  private static final int READ_BYTES = 65_536;
  private static final int MODE = 0777;

  private final TableProgram program;
  private final int pid;

  Shell(TableProgram program, int pid) {
    this.program = program;
    this.pid = pid;
  }

  int pid() {
    return pid;
  }

  /** Reads a file; what comes is its text without the newline at the end, or an error's name. */
  void cat(String path, Consumer<String> then) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    program.call(
        pid,
        open(path, Abi.O_RDONLY),
        (fd, opened) -> {
          if (Errno.isError(fd)) {
            then.accept(Errno.resultText(fd));
          } else {
            read((int) fd, text, then);
          }
        });
  }

  private void read(int fd, ByteArrayOutputStream text, Consumer<String> then) {
    program.call(
        pid,
        Syscall.of(SyscallName.READ, fd, UserMem.zeroed(READ_BYTES), READ_BYTES),
        (count, call) -> {
          if (count > 0) {
            text.writeBytes(call.mem(1).get(0, (int) count));
            read(fd, text, then);
            return;
          }
          String all = text.toString(StandardCharsets.UTF_8).strip();
          String shown = count < 0 ? Errno.resultText(count) : all;
          program.call(pid, Syscall.close(fd), (closed, made) -> then.accept(shown));
        });
  }

  /** Writes a text to a file; what comes is OK or the name of the error. */
  void echo(String path, String text, Consumer<String> then) {
    program.call(
        pid,
        open(path, Abi.O_WRONLY | Abi.O_CREAT | Abi.O_TRUNC),
        (fd, opened) -> {
          if (Errno.isError(fd)) {
            then.accept(Errno.resultText(fd));
            return;
          }
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          program.call(
              pid,
              Syscall.of(SyscallName.WRITE, fd, UserMem.of(bytes), bytes.length),
              (written, call) ->
                  program.call(
                      pid,
                      Syscall.close((int) fd),
                      (closed, made) -> then.accept(TableProgram.okOrErrno(written))));
        });
  }

  /** Writes a text to a file that takes it. */
  void echo(String path, String text) {
    echo(
        path,
        text,
        result -> {
          if (!result.equals("OK")) {
            throw new IllegalStateException("echo " + text + " > " + path + ": " + result);
          }
        });
  }

  /** Waits. */
  void sleep(int milliseconds) {
    program.call(pid, Syscall.of(SyscallName.POLL, UserMem.NULL, 0, milliseconds));
  }

  void mkdir(String path) {
    program.call(
        pid,
        Syscall.of(SyscallName.MKDIR, path(path), MODE),
        (result, call) -> {
          if (result < 0) {
            throw new IllegalStateException("mkdir " + path + ": " + Errno.resultText(result));
          }
        });
  }

  /** Removes a directory; what comes is OK or the name of the error. */
  void rmdir(String path, Consumer<String> then) {
    program.call(
        pid,
        Syscall.of(SyscallName.RMDIR, path(path)),
        (result, call) -> then.accept(TableProgram.okOrErrno(result)));
  }

  private static Syscall open(String path, int flags) {
    return Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, path(path), flags, 0666);
  }

  private static UserMem path(String path) {
    return UserMem.of((path + "\0").getBytes(StandardCharsets.UTF_8));
  }
}
