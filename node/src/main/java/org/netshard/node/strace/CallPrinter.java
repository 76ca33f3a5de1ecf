package org.netshard.node.strace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Writes a call and its result as {@code strace -v -s 256} of version 6.1 does.
 *
 * <p><b>Differs from strace:</b> memory has no address here, so that every good one is printed as
 * {@value #GOOD_ADDRESS} and every bad one as {@value #BAD_ADDRESS}; instructions of a filter are
 * printed as numbers; no column is aligned.
 */
public final class CallPrinter {
  /** The address that memory is printed with where {@code strace} prints no content. */
  public static final long GOOD_ADDRESS = 0x7ffd00000000L;

  /** The address that a bad pointer is printed with. */
  public static final long BAD_ADDRESS = 0xbad000L;

  static final int STRING_BYTES_MAX = 256;

  private final Syscall entry;
  private final Syscall after;
  private final long result;

  private CallPrinter(Syscall entry, Syscall after, long result) {
    this.entry = entry;
    this.after = after;
    this.result = result;
  }

  /**
   * The whole line, such as {@code close(3) = 0}.
   *
   * @param entry the call with its memory as it was on entry
   * @param after the call with its memory as the kernel left it
   * @param result what it returned: a value or {@code -errno}
   */
  public static String line(Syscall entry, Syscall after, long result) {
    return call(entry, after, result) + " = " + result(after, result);
  }

  /** The call without its result, such as {@code close(3)}. */
  public static String call(Syscall entry, Syscall after, long result) {
    StringBuilder text = new StringBuilder(entry.callName()).append('(');
    List<StraceValue> arguments = new CallPrinter(entry, after, result).arguments();
    for (int i = 0; i < arguments.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(arguments.get(i).text());
    }
    return text.append(')').toString();
  }

  /** The result of a call, such as {@code -1 EPERM (Operation not permitted)}. */
  public static String result(Syscall call, long result) {
    if (call.name() == SyscallName.EXIT || call.name() == SyscallName.EXIT_GROUP) {
      return "?";
    }
    if (call.name() == SyscallName.FCNTL && result >= 0) {
      int command = call.intArg(1);
      if (command == Abi.F_GETFL) {
        return Notation.hex(result).text() + " (flags " + openFlags(result).text() + ")";
      }
      if (command == Abi.F_GETFD && result != 0) {
        return Notation.hex(result).text() + " (flags FD_CLOEXEC)";
      }
    }
    if (call.name() == SyscallName.UMASK) {
      return ValuePrinter.octal(result);
    }
    if (call.name() == SyscallName.MMAP && !Errno.isError(result)) {
      return Notation.hex(result).text();
    }
    if (WaitPrinter.isSelect(call) && result >= 0) {
      return result + WaitPrinter.ready(call, result);
    }
    boolean polls = call.name() == SyscallName.POLL || call.name() == SyscallName.PPOLL;
    if (polls && result >= 0) {
      return result + (result == 0 ? " (Timeout)" : " (" + IoPrinter.ready(call).text() + ")");
    }
    return Result.of(result).text();
  }

  private boolean failed() {
    return Errno.isError(result);
  }

  private List<StraceValue> arguments() {
    return switch (entry.name()) {
      case CLOSE, DUP, EXIT, EXIT_GROUP, SETUID, SETGID -> numbers(1);
      case DUP2, LISTEN -> numbers(2);
      case SETRESUID, SETRESGID -> numbers(3);
      case DUP3 -> List.of(number(0), number(1), Notation.flags(arg(2), "O_???", Table.OPEN_FLAG));
      case FORK, VFORK, GETPID, GETPPID, GETTID -> List.of();
      case SOCKET ->
          List.of(family(), Notation.socketType(arg(1)), Notation.protocol(arg(0), arg(2)));
      case SOCKETPAIR ->
          List.of(family(), Notation.socketType(arg(1)), IntValue.of(arg(2) & 0xffffffffL), pair());
      case FCNTL -> fcntl();
      case GETSOCKOPT -> getsockopt();
      case SETSOCKOPT -> setsockopt();
      case GETSOCKNAME, GETPEERNAME, ACCEPT -> getsockname();
      case ACCEPT4 -> {
        List<StraceValue> arguments = new ArrayList<>(getsockname());
        arguments.add(Notation.flags(arg(3) & 0xffffffffL, "SOCK_???", Table.TYPE_FLAG));
        yield arguments;
      }
      case BIND, CONNECT -> List.of(number(0), sockAddr(), number(2));
      case UNLINK -> List.of(path(0));
      case UNSHARE ->
          List.of(Notation.flags(arg(0) & 0xffffffffL, "CLONE_???", Table.CLONE, Table.SETNS));
      case SETNS ->
          List.of(number(0), Notation.flags(arg(1) & 0xffffffffL, "CLONE_???", Table.SETNS));
      case CLOSE_RANGE ->
          List.of(
              IntValue.of(arg(0) & 0xffffffffL),
              IntValue.of(arg(1) & 0xffffffffL),
              Notation.flags(arg(2) & 0xffffffffL, "CLOSE_RANGE_???", Table.CLOSE_RANGE));
      case SETGROUPS, PRCTL, CAPSET, CAPGET, PRLIMIT64, CLONE, CLONE3, EXECVE ->
          new ProcessPrinter(this, entry, after, failed()).arguments();
      case OPENAT -> openat();
      case OPEN -> open(path(0), arg(1), arg(2));
      case CREAT, MKDIR -> List.of(path(0), mode(arg(1)));
      case MKDIRAT -> List.of(directory(), path(1), mode(arg(2)));
      case RMDIR -> List.of(path(0));
      case UNLINKAT ->
          List.of(directory(), path(1), Notation.flags(arg(2), "AT_???", Table.UNLINKAT));
      case LSEEK -> List.of(number(0), IntValue.of(arg(1)), whence());
      case FSYNC, FTRUNCATE, FALLOCATE, GETDENTS64, FSTAT, NEWFSTATAT, MMAP ->
          new FilePrinter(this, entry, after, failed()).arguments();
      case FCHMOD,
          FCHOWN,
          CHMOD,
          CHOWN,
          LCHOWN,
          FCHMODAT,
          FCHMODAT2,
          FCHOWNAT,
          RENAME,
          RENAMEAT,
          RENAMEAT2,
          UMASK ->
          new FilePrinter(this, entry, after, failed()).attributes();
      case READLINK -> List.of(path(0), linkText(1), IntValue.of(arg(2)));
      case READLINKAT -> List.of(directory(), path(1), linkText(2), IntValue.of(arg(3)));
      case SHUTDOWN -> List.of(number(0), Notation.xval(arg(1), "SHUT_???", Table.SHUT));
      case EVENTFD2 ->
          List.of(IntValue.of(arg(0) & 0xffffffffL), Notation.flags(arg(1), "EFD_???", Table.EFD));
      case EPOLL_CREATE -> numbers(1);
      case IOCTL ->
          List.of(
              number(0),
              Notation.xval(arg(1) & 0xffffffffL, "_IOC(???)", Table.IOCTL),
              ints(failed() ? entry.mem(2) : after.mem(2), 1, address(2), false));
      case EPOLL_CREATE1 -> List.of(Notation.flags(arg(0), "EPOLL_???", Table.EPOLL_CREATE));
      case SENDTO,
          RECVFROM,
          SENDMSG,
          RECVMSG,
          READV,
          WRITEV,
          VMSPLICE,
          PIPE,
          PIPE2,
          POLL,
          EPOLL_CTL,
          EPOLL_WAIT ->
          new IoPrinter(this, entry, after, result, failed()).arguments();
      case PPOLL, EPOLL_PWAIT, SENDMMSG, RECVMMSG ->
          new IoPrinter(this, entry, after, result, failed()).arguments();
      case SELECT,
          PSELECT6,
          TIMERFD_CREATE,
          TIMERFD_SETTIME,
          TIMERFD_GETTIME,
          SENDFILE,
          SPLICE,
          TEE,
          RT_SIGACTION,
          RT_SIGPROCMASK,
          KILL,
          TKILL,
          TGKILL,
          ALARM,
          SETITIMER,
          WAIT4,
          WAITID ->
          new WaitPrinter(this, entry, after, result, failed()).arguments();
      case READ -> List.of(number(0), readText(), IntValue.of(arg(2)));
      case PREAD64 -> List.of(number(0), readText(), IntValue.of(arg(2)), IntValue.of(arg(3)));
      case WRITE ->
          List.of(
              number(0),
              OptionPrinter.string(entry.mem(1), arg(2), address(1)),
              IntValue.of(arg(2)));
      case NI_SYSCALL -> notSimulated();
    };
  }

  /** Numbers, and the texts that {@link CallDecoder} keeps of all else. */
  private List<StraceValue> notSimulated() {
    List<StraceValue> arguments = new ArrayList<>();
    for (int i = 0; i < entry.argCount(); i++) {
      UserMem mem = entry.mem(i);
      arguments.add(
          !entry.isPointer(i)
              ? IntValue.of(arg(i))
              : mem.isNull()
                  ? address(i)
                  : new Raw(new String(mem.content(), StandardCharsets.UTF_8)));
    }
    return arguments;
  }

  // Parts.

  private long arg(int index) {
    return entry.arg(index);
  }

  IntValue number(int index) {
    return IntValue.of(entry.intArg(index));
  }

  private List<StraceValue> numbers(int count) {
    List<StraceValue> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(number(i));
    }
    return numbers;
  }

  private StraceValue family() {
    return Notation.xval(arg(0) & 0xffffffffL, "AF_???", Table.FAMILY);
  }

  static StraceValue pointer(long address) {
    return address == 0 ? new Symbol("NULL") : IntValue.hex(address);
  }

  /** What is printed for a pointer whose target is not. */
  StraceValue address(int index) {
    UserMem mem = entry.mem(index);
    if (mem.isNull()) {
      return new Symbol("NULL");
    }
    if (!entry.isPointer(index)) {
      return pointer(arg(index));
    }
    return IntValue.hex(mem == UserMem.BAD ? BAD_ADDRESS : GOOD_ADDRESS);
  }

  StraceValue path(int index) {
    UserMem mem = entry.mem(index);
    if (mem.size() == 0) {
      return address(index);
    }
    int end = 0;
    while (end < mem.size() && mem.getByte(end) != 0) {
      end++;
    }
    return Str.of(mem.get(0, end));
  }

  static StraceValue ints(UserMem mem, int count, StraceValue address, boolean unsigned) {
    if (!mem.accessible(0, count * Integer.BYTES)) {
      return address;
    }
    List<StraceValue> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = mem.getInt(i * Integer.BYTES);
      numbers.add(IntValue.of(unsigned ? number & 0xffffffffL : number));
    }
    return new Array(numbers, false);
  }

  private StraceValue pair() {
    return failed() ? address(3) : ints(after.mem(3), 2, address(3), false);
  }

  private List<StraceValue> fcntl() {
    StraceValue command = Notation.xval(arg(1) & 0xffffffffL, "F_???", Table.FCNTL);
    return switch (entry.intArg(1)) {
      case Abi.F_GETFD, Abi.F_GETFL -> List.of(number(0), command);
      case Abi.F_SETFD ->
          List.of(
              number(0),
              command,
              arg(2) == Abi.FD_CLOEXEC ? new Symbol("FD_CLOEXEC") : Notation.hex(arg(2)));
      case Abi.F_SETFL -> List.of(number(0), command, openFlags(arg(2)));
      case Abi.F_GETOWN, Abi.F_GETSIG, Abi.F_GETLEASE, Abi.F_GETPIPE_SZ ->
          List.of(number(0), command);
      case Abi.F_GETOWN_EX -> List.of(number(0), command, failed() ? address(2) : owner(after));
      case Abi.F_SETOWN_EX -> List.of(number(0), command, owner(entry));
      case Abi.F_DUPFD, Abi.F_DUPFD_CLOEXEC, Abi.F_SETOWN, Abi.F_SETPIPE_SZ ->
          List.of(number(0), command, number(2));
      case Abi.F_SETSIG -> {
        String signal = Constants.name(Table.SIGNAL, arg(2));
        yield List.of(number(0), command, signal == null ? number(2) : new Symbol(signal));
      }
      default ->
          List.of(number(0), command, entry.isPointer(2) ? address(2) : Notation.hex(arg(2)));
    };
  }

  /** A {@code struct f_owner_ex}. */
  private StraceValue owner(Syscall call) {
    UserMem mem = call.mem(2);
    if (!mem.accessible(0, Long.BYTES)) {
      return address(2);
    }
    return new Struct(
        List.of(
            new Named("type", Notation.xval(mem.getInt(0), "F_OWNER_???", Table.OWNER)),
            new Named("pid", IntValue.of(mem.getInt(Integer.BYTES)))));
  }

  /** {@code tprint_open_modes}: the access mode, then flags. */
  static StraceValue openFlags(long flags) {
    List<StraceValue> members = new ArrayList<>();
    members.add(Notation.xval(flags & 3, "O_???", Table.ACCESS_MODE));
    long rest = Notation.addFlags(flags & 0xfffffffcL, members, Table.OPEN_FLAG);
    if (rest != 0) {
      members.add(Notation.hex(rest));
    }
    return Notation.joined(members);
  }

  private List<StraceValue> openat() {
    List<StraceValue> list = new ArrayList<>(open(path(1), arg(2), arg(3)));
    list.add(0, directory());
    return list;
  }

  private static List<StraceValue> open(StraceValue path, long flags, long mode) {
    boolean creates = (flags & Abi.O_CREAT) != 0;
    return creates ? List.of(path, openFlags(flags), mode(mode)) : List.of(path, openFlags(flags));
  }

  StraceValue directory() {
    return directory(0);
  }

  StraceValue directory(int index) {
    return entry.intArg(index) == Abi.AT_FDCWD ? new Symbol("AT_FDCWD") : number(index);
  }

  static StraceValue mode(long mode) {
    return new IntValue(mode & 0xffffL, StraceValue.Radix.OCTAL);
  }

  private StraceValue whence() {
    return Notation.xval(arg(2) & 0xffffffffL, "SEEK_???", Table.WHENCE);
  }

  private StraceValue linkText(int index) {
    return failed()
        ? address(index)
        : OptionPrinter.string(after.mem(index), result, address(index));
  }

  /** What a read has read. */
  private StraceValue readText() {
    return failed() ? address(1) : OptionPrinter.string(after.mem(1), result, address(1));
  }

  private List<StraceValue> setsockopt() {
    int level = entry.intArg(1);
    int name = entry.intArg(2);
    StraceValue value = OptionPrinter.set(level, name, entry.mem(3), entry.intArg(4), address(3));
    return List.of(
        number(0), Notation.level(level), Notation.option(level, name, false), value, number(4));
  }

  private List<StraceValue> getsockopt() {
    int level = entry.intArg(1);
    int name = entry.intArg(2);
    UserMem length = entry.mem(4);
    StraceValue value = address(3);
    StraceValue shown = address(4);
    if (length.accessible(0, Integer.BYTES)) {
      int room = length.getInt(0);
      int returned = failed() ? room : after.mem(4).getInt(0);
      shown = length(room, returned);
      if (!failed()) {
        value = OptionPrinter.get(level, name, after.mem(3), room, returned, value);
      }
    }
    return List.of(
        number(0), Notation.level(level), Notation.option(level, name, true), value, shown);
  }

  private static StraceValue length(int room, int returned) {
    IntValue was = IntValue.of(room);
    return new Array(
        List.of(room == returned ? was : new Change(was, IntValue.of(returned))), false);
  }

  private StraceValue sockAddr() {
    int length = Math.min(entry.intArg(2), org.netshard.protocol.abi.SockAddr.STORAGE_BYTES);
    UserMem mem = entry.mem(1);
    return length < 2 || !mem.accessible(0, length)
        ? address(1)
        : SockAddr.struct(mem.get(0, length));
  }

  private List<StraceValue> getsockname() {
    UserMem mem = after.mem(1);
    UserMem length = entry.mem(2);
    if (entry.mem(1).isNull() || !length.accessible(0, Integer.BYTES)) {
      return List.of(number(0), address(1), address(2));
    }
    int room = length.getInt(0);
    int returned = failed() ? room : after.mem(2).getInt(0);
    int known = Math.min(Math.min(room, returned), mem.size());
    StraceValue name = failed() || known < 2 ? address(1) : SockAddr.struct(mem.get(0, known));
    return List.of(number(0), name, length(room, returned));
  }
}
