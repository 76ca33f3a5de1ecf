package org.netshard.node.replay;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.files.FileNames;
import org.netshard.namespace.files.NamedFile;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Which calls only the log can answer, as they are about files of the recording machine: those on a
 * {@link RecordedFile}, and those that look for a path which nothing in the log made.
 */
final class RecordedCalls {
  /** Files that are the same on any machine, or as the sysctls beside the log say. */
  private static final Pattern KNOWN_PATH =
      Pattern.compile(
          "/proc/(sys/(net|user)/|(self/)?net/(sockstat6?|protocols|netstat|snmp6?|igmp6?|mcfilter6?)$"
              + "|(self|thread-self|[1-9]\\d{0,8})/(ns/net|ns/user|[ug]id_map|setgroups)$)");

  /** Calls that are not simulated and name a file: which argument is the descriptor, if any. */
  private static final Map<String, Integer> FD_ARGUMENT = new TreeMap<>();

  private static final int NO_FD = -1;

  static {
    for (String name :
        List.of(
            "fstatfs getdents fdatasync flock",
            "fadvise64 pwrite64 preadv pwritev preadv2 pwritev2 fchdir syncfs readahead",
            "statx faccessat faccessat2 openat2 utimensat",
            "inotify_add_watch inotify_rm_watch")) {
      for (String one : name.split(" ", -1)) {
        FD_ARGUMENT.put(one, 0);
      }
    }
    for (String name :
        List.of(
            "access stat lstat statfs truncate",
            "link linkat symlink symlinkat utime utimes chdir getcwd mknod mknodat",
            "inotify_init inotify_init1")) {
      for (String one : name.split(" ", -1)) {
        FD_ARGUMENT.put(one, NO_FD);
      }
    }
  }

  private RecordedCalls() {}

  /** Whether a call that is not simulated is about such a file. */
  static boolean isOfFile(StraceEvent.Call call, LogProcess process, Task task) {
    Integer argument = FD_ARGUMENT.get(call.name());
    if (argument == null) {
      return false;
    }
    String path = path(call);
    if (!path.isEmpty()) {
      return !KNOWN_PATH.matcher(path).lookingAt();
    }
    if (argument == NO_FD) {
      return true;
    }
    return argument < call.arguments().size()
        && call.arguments().get(argument).plain() instanceof StraceValue.IntValue fd
        && fd.value() >= 0
        && is(task.fds().get(process.fds().simulated((int) fd.value())));
  }

  /** The first string among the arguments, which is the path; empty if there is none. */
  private static String path(StraceEvent.Call call) {
    for (StraceValue argument : call.arguments()) {
      if (argument.plain() instanceof StraceValue.Str text) {
        return text.string();
      }
    }
    return "";
  }

  /** Whether only the log can answer a call that is simulated on other files. */
  static boolean isOfFile(StraceEvent.Call recorded, Syscall call, Task task) {
    OpenFile file = task.fds().get(call.intArg(0));
    return switch (call.name()) {
      case OPEN, CREAT -> isOutside(call.mem(0));
      case OPENAT -> isOutside(call.mem(1));
      case MKDIR, MKDIRAT, RMDIR, UNLINKAT -> true;
      case EXECVE -> recorded.result().isError();
      case READ, READV, WRITE, WRITEV, PREAD64, LSEEK, IOCTL -> is(file);
      case TIMERFD_SETTIME, TIMERFD_GETTIME, EPOLL_WAIT, EPOLL_PWAIT -> is(file);
      case FSYNC, FTRUNCATE, FALLOCATE, FSTAT, GETDENTS64, FCHMOD, FCHOWN -> is(file);
      case NEWFSTATAT ->
          text(call.mem(1)).isEmpty()
              ? is(file)
              : isOutside(call.mem(1)) && !isSocket(call.mem(1), task);
      case CHMOD, CHOWN, LCHOWN, RENAME -> !isMade(call.mem(0), task);
      case FCHMODAT, FCHMODAT2, FCHOWNAT ->
          text(call.mem(1)).isEmpty()
              ? call.intArg(0) == Abi.AT_FDCWD || is(file)
              : !isMade(call.mem(1), task);
      case RENAMEAT, RENAMEAT2 -> !isMade(call.mem(1), task);
      case READLINK, READLINKAT -> true;
      case MMAP -> is(task.fds().get(call.intArg(4)));
      case FCNTL -> is(file) && !isOfDescriptor(call.intArg(1), file);
      case SENDFILE -> is(file);
      case SPLICE -> is(task.fds().get(call.intArg(2)));
      case TEE, VMSPLICE -> is(file);
      case EPOLL_CTL ->
          is(file) || (is(task.fds().get(call.intArg(2))) && recorded.result().is(Errno.EPERM));
      case POLL, PPOLL, SELECT, PSELECT6 -> areAll(FdsInMemory.ofPoll(call), task);
      default -> false;
    };
  }

  private static boolean is(@Nullable OpenFile file) {
    return file != null && file.payload() instanceof RecordedFile;
  }

  private static boolean areAll(List<Integer> fds, Task task) {
    return !fds.isEmpty() && fds.stream().allMatch(fd -> is(task.fds().get(fd)));
  }

  /** Whether a command of fcntl is about the descriptor, of which the simulation knows. */
  private static boolean isOfDescriptor(int command, @Nullable OpenFile file) {
    return switch (command) {
      case Abi.F_DUPFD, Abi.F_DUPFD_CLOEXEC, Abi.F_SETFD -> true;
      case Abi.F_GETFD ->
          file != null
              && file.payload() instanceof RecordedFile known
              && !known.origin().equals(RecordedFile.INHERITED);
      default -> false;
    };
  }

  private static boolean isSocket(UserMem name, Task task) {
    FileNames names = task.net().machine().socketFiles();
    NamedFile file = names.lookup(task.cred(), text(name)).file();
    return file != null && file.socket() != null;
  }

  /** Whether a path leads to a file that a call of the log has made, such as that of a socket. */
  private static boolean isMade(UserMem name, Task task) {
    return task.net().machine().socketFiles().hasFile(text(name));
  }

  private static boolean isOutside(UserMem name) {
    return !KNOWN_PATH.matcher(text(name)).lookingAt();
  }

  private static String text(UserMem name) {
    String path = new String(name.content(), StandardCharsets.UTF_8);
    int end = path.indexOf('\0');
    return end < 0 ? path : path.substring(0, end);
  }

  /**
   * Whether a call has looked for the file of a socket, or one to remove, which nothing in the log
   * made, so that the simulation has none, and the log has found one there, or no right to look.
   */
  static boolean isNameFromOutside(StraceEvent.Call recorded, Syscall call, long simulated) {
    StraceEvent.Result wanted = recorded.result();
    if (simulated != Errno.ENOENT.negated() || !wanted.known() || wanted.is(Errno.ENOENT)) {
      return false;
    }
    if (call.name() == SyscallName.UNLINK) {
      return true;
    }
    UserMem name =
        switch (call.name()) {
          case CONNECT -> call.mem(1);
          case SENDTO -> call.mem(4);
          case SENDMSG -> call.mem(1).pointer(0);
          default -> UserMem.NULL;
        };
    return name.accessible(0, 3) && name.getShort(0) == Abi.AF_UNIX && name.getByte(2) != 0;
  }
}
