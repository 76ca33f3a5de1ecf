package org.netshard.node.strace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.abi.XdpOption;

/**
 * Makes the call that a program made out of what a log says of it.
 *
 * <p>What a log does not tell is filled in thus:
 *
 * <ul>
 *   <li>An address in place of a value is a bad one if the call failed with EFAULT and no other
 *       argument explains that; else it is good memory, zeroed, of the length that the call says.
 *   <li>What follows a truncated string, up to the length that the call says, is zeros.
 *   <li>A buffer for results has at least {@value #OUTPUT_BYTES_MIN} bytes, and what the call
 *       returned, even where the call says fewer, since in a real program something lies behind it.
 *   <li>An area of memory for AF_XDP, if the call met a bad address, is at address 0.
 *   <li>A filter of which only the length is known lets everything pass, if it could be read.
 *   <li>{@code execve} has its arguments one after another, each with its NUL, in place of an array
 *       of pointers. {@code clone} has its flags first, as in the register.
 * </ul>
 */
public final class CallDecoder {
  static final int OUTPUT_BYTES_MIN = 64;
  private static final int MEMORY_BYTES_MAX = 1 << 24;
  private static final int FLOCK_BYTES = 32;
  private static final int OWNER_BYTES = 8;
  private static final int SIOCGSTAMP = 0x8906;
  private static final int SIOCGSTAMPNS = 0x8907;
  private static final int TIMESPEC_BYTES = 16;
  private static final int USUAL_ROOM = 128;

  private final Call call;
  private final Result result;
  private final boolean complete;

  private CallDecoder(Call call, boolean complete) {
    this.call = call;
    this.result = call.result();
    this.complete = complete;
  }

  /**
   * The call that was made.
   *
   * @throws StraceSyntaxException if an argument cannot be understood
   * @throws IllegalArgumentException if the call is not one of {@link SyscallName}
   */
  public static Syscall decode(Call call) {
    SyscallName name = SyscallName.byKernelName(call.name());
    if (name == null) {
      throw new IllegalArgumentException(call.name() + " is not simulated");
    }
    try {
      return new CallDecoder(call, call.result().known()).decode(name);
    } catch (NotationException wrong) {
      int column = Math.max(0, call.text().indexOf(wrong.token())) + 1;
      throw new StraceSyntaxException(
          call.place().file(),
          call.place().startLine(),
          column,
          call.name() + ": " + wrong.problem());
    }
  }

  /**
   * Decodes a call that must be complete, and leaves it to the caller to say where it is wrong. Of
   * a call that is not simulated nothing is known but that it has at most {@value Syscall#ARGS_MAX}
   * arguments: what is no number is kept as text.
   */
  static Syscall decodeOrThrow(Call call) {
    SyscallName name = SyscallName.byKernelName(call.name());
    CallDecoder decoder = new CallDecoder(call, true);
    if (name == null) {
      return decoder.notSimulated();
    }
    // Of clone, strace prints as many as the flags ask for, each with its name.
    if (name != SyscallName.CLONE) {
      decoder.checkCount(name.argCount());
    }
    return decoder.decode(name);
  }

  private Syscall notSimulated() {
    checkCount(Syscall.ARGS_MAX);
    Object[] arguments = new Object[call.arguments().size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = numberOrText(argument(i));
    }
    return Syscall.notSimulated(call.name(), arguments);
  }

  private void checkCount(int max) {
    int count = call.arguments().size();
    if (count > max) {
      throw new NotationException(
          call.name(), "takes at most " + max + " arguments, found " + count);
    }
  }

  private static Object numberOrText(StraceValue value) {
    if (Notation.isNull(value)) {
      return UserMem.NULL;
    }
    try {
      return Notation.number(value);
    } catch (NotationException noNumber) {
      return UserMem.of(value.text().getBytes(StandardCharsets.UTF_8));
    }
  }

  private Syscall decode(SyscallName name) {
    return switch (name) {
      case FORK, VFORK, GETPID, GETPPID, GETTID -> Syscall.of(name);
      case CLOSE, DUP, UNSHARE, SETUID, SETGID, EXIT, EXIT_GROUP -> numbers(name, 1);
      case DUP2, SETNS, LISTEN -> numbers(name, 2);
      case SOCKET, DUP3, SETRESUID, SETRESGID, CLOSE_RANGE -> numbers(name, 3);
      case FCNTL -> fcntl(name);
      case SOCKETPAIR ->
          Syscall.of(name, number(0), number(1), number(2), output(argument(3), Long.BYTES));
      case GETSOCKOPT -> getsockopt(name);
      case SETSOCKOPT -> setsockopt(name);
      case GETSOCKNAME, GETPEERNAME -> getsockname(name);
      case BIND, CONNECT -> Syscall.of(name, number(0), sockAddr(), number(2));
      case UNLINK -> Syscall.of(name, text(argument(0)));
      case SETGROUPS, PRCTL, CAPSET, CAPGET, PRLIMIT64, CLONE, CLONE3, EXECVE ->
          new ProcessDecoder(this).decode(name);
      case OPENAT -> openat(name);
      case OPEN -> Syscall.of(name, text(argument(0)), number(1), optionalNumber(2, 0));
      case CREAT, MKDIR -> Syscall.of(name, text(argument(0)), number(1));
      case MKDIRAT, UNLINKAT -> Syscall.of(name, number(0), text(argument(1)), number(2));
      case RMDIR -> Syscall.of(name, text(argument(0)));
      case LSEEK -> numbers(name, 3);
      case FSYNC -> numbers(name, 1);
      case FTRUNCATE -> numbers(name, 2);
      case FALLOCATE -> numbers(name, 4);
      case GETDENTS64 -> Syscall.of(name, number(0), output(argument(1), number(2)), number(2));
      case FSTAT -> Syscall.of(name, number(0), output(argument(1), Kstat.STAT_BYTES));
      case NEWFSTATAT ->
          Syscall.of(
              name, number(0), text(argument(1)), output(argument(2), Kstat.STAT_BYTES), number(3));
      case MMAP -> numbers(name, 6);
      case FCHMOD -> numbers(name, 2);
      case FCHOWN -> numbers(name, 3);
      case UMASK -> numbers(name, 1);
      case CHMOD -> Syscall.of(name, text(argument(0)), number(1));
      case CHOWN, LCHOWN -> Syscall.of(name, text(argument(0)), number(1), number(2));
      case FCHMODAT -> Syscall.of(name, number(0), text(argument(1)), number(2));
      case FCHMODAT2 -> Syscall.of(name, number(0), text(argument(1)), number(2), number(3));
      case FCHOWNAT ->
          Syscall.of(name, number(0), text(argument(1)), number(2), number(3), number(4));
      case RENAME -> Syscall.of(name, text(argument(0)), text(argument(1)));
      case RENAMEAT -> Syscall.of(name, number(0), text(argument(1)), number(2), text(argument(3)));
      case RENAMEAT2 ->
          Syscall.of(name, number(0), text(argument(1)), number(2), text(argument(3)), number(4));
      case READLINK ->
          Syscall.of(name, text(argument(0)), output(argument(1), number(2)), number(2));
      case READLINKAT ->
          Syscall.of(name, number(0), text(argument(1)), output(argument(2), number(3)), number(3));
      case IOCTL -> ioctl(name);
      case ACCEPT -> Syscall.of(name, number(0), room(1), length(argument(2)));
      case ACCEPT4 -> Syscall.of(name, number(0), room(1), length(argument(2)), number(3));
      case SHUTDOWN, EVENTFD2 -> numbers(name, 2);
      case EPOLL_CREATE, EPOLL_CREATE1 -> numbers(name, 1);
      case SENDTO,
          RECVFROM,
          SENDMSG,
          RECVMSG,
          READV,
          VMSPLICE,
          WRITEV,
          PIPE,
          PIPE2,
          POLL,
          EPOLL_CTL,
          EPOLL_WAIT ->
          new IoDecoder(this).decode(name);
      case SENDMMSG, RECVMMSG -> new IoDecoder(this).decode(name);
      case PPOLL,
          SELECT,
          PSELECT6,
          EPOLL_PWAIT,
          TIMERFD_CREATE,
          TIMERFD_SETTIME,
          TIMERFD_GETTIME,
          RT_SIGACTION,
          RT_SIGPROCMASK,
          SETITIMER,
          WAIT4,
          WAITID ->
          new WaitDecoder(this).decode(name);
      case SENDFILE -> Syscall.of(name, number(0), number(1), offset(2), number(3));
      case SPLICE ->
          Syscall.of(name, number(0), offset(1), number(2), offset(3), number(4), number(5));
      case TEE -> numbers(name, 4);
      case ALARM -> numbers(name, 1);
      case KILL, TKILL -> numbers(name, 2);
      case TGKILL -> numbers(name, 3);
      case READ -> Syscall.of(name, number(0), output(argument(1), number(2)), number(2));
      case PREAD64 ->
          Syscall.of(name, number(0), output(argument(1), number(2)), number(2), number(3));
      case WRITE -> Syscall.of(name, number(0), written(), number(2));
      case NI_SYSCALL -> notSimulated();
    };
  }

  // Arguments.

  @Nullable StraceValue optional(int index) {
    if (index >= call.arguments().size()) {
      return null;
    }
    StraceValue value = call.arguments().get(index);
    return value instanceof Named named ? named.value() : value;
  }

  StraceValue argument(int index) {
    StraceValue value = optional(index);
    if (value == null) {
      if (complete) {
        throw new NotationException(call.name(), "too few arguments, " + call.arguments().size());
      }
      return StraceValue.IntValue.of(0);
    }
    return value;
  }

  long number(int index) {
    return Notation.number(argument(index));
  }

  long optionalNumber(int index, long otherwise) {
    StraceValue value = optional(index);
    return value == null ? otherwise : Notation.number(value);
  }

  long named(String name) {
    for (StraceValue value : call.arguments()) {
      if (value instanceof Named named && named.name().equals(name)) {
        return Notation.number(named.value());
      }
    }
    return 0;
  }

  private Syscall numbers(SyscallName name, int count) {
    checkCount(count);
    Object[] numbers = new Object[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = number(i);
    }
    return Syscall.of(name, numbers);
  }

  // Memory.

  /** Whether the call failed with this error. */
  boolean failedWith(Errno errno) {
    return result.is(errno);
  }

  boolean fault() {
    return result.is(Errno.EFAULT);
  }

  static int size(long length) {
    return (int) Math.max(0, Math.min(length, MEMORY_BYTES_MAX));
  }

  /** A buffer for results. */
  UserMem output(StraceValue value, long length) {
    return output(value, length, fault());
  }

  static UserMem output(StraceValue value, long length, boolean bad) {
    if (Notation.isNull(value)) {
      return UserMem.NULL;
    }
    boolean address = OptionValue.isAddress(value);
    return address && bad ? UserMem.BAD : UserMem.zeroed(Math.max(size(length), OUTPUT_BYTES_MIN));
  }

  /** Memory of which only the address is known, or NULL. */
  UserMem unknown(StraceValue value, long length) {
    if (Notation.isNull(value)) {
      return UserMem.NULL;
    }
    return fault() ? UserMem.BAD : UserMem.zeroed(size(length));
  }

  static UserMem padded(byte[] bytes, long length) {
    return UserMem.of(Arrays.copyOf(bytes, Math.max(bytes.length, size(length))));
  }

  UserMem text(StraceValue value) {
    if (value.plain() instanceof Str string) {
      byte[] bytes = string.bytes();
      return UserMem.of(Arrays.copyOf(bytes, bytes.length + 1));
    }
    return unknown(value, 1);
  }

  /** The length behind a pointer, {@code [128 => 16]}, on entry. */
  static UserMem length(StraceValue value) {
    if (Notation.isNull(value)) {
      return UserMem.NULL;
    }
    return value.plain() instanceof Array
        ? UserMem.ofInt((int) Notation.element(value))
        : UserMem.BAD;
  }

  /** The longer of both lengths behind a pointer, {@code [128 => 16]}. */
  private static long returnedLength(StraceValue value) {
    return Math.max(Notation.element(value), Notation.elementAfter(value));
  }

  // Calls.

  private Syscall fcntl(SyscallName name) {
    StraceValue argument = optional(2);
    int command = (int) number(1);
    Object third;
    if (argument != null && argument.before().plain() instanceof Struct struct) {
      third = struct.field("pid") == null ? UserMem.zeroed(FLOCK_BYTES) : owner(struct);
    } else if (argument != null && pointsToOwner(command)) {
      third = unknown(argument, OWNER_BYTES);
    } else {
      third = optionalNumber(2, 0);
    }
    return Syscall.of(name, number(0), command, third);
  }

  private static boolean pointsToOwner(int command) {
    return command == Abi.F_GETOWN_EX
        || command == Abi.F_SETOWN_EX
        || command == Abi.F_GETOWNER_UIDS;
  }

  private static UserMem owner(Struct struct) {
    return UserMem.ofInts(
        (int) SockAddr.require(struct, "type"), (int) SockAddr.require(struct, "pid"));
  }

  private Syscall getsockopt(SyscallName name) {
    StraceValue value = argument(3);
    UserMem length = length(argument(4));
    long room = length.accessible(0, Integer.BYTES) ? returnedLength(argument(4)) : 0;
    boolean bad = fault() && length.accessible(0, Integer.BYTES);
    return Syscall.of(name, number(0), number(1), number(2), output(value, room, bad), length);
  }

  private Syscall setsockopt(SyscallName name) {
    StraceValue value = argument(3);
    long length = (int) number(4);
    int level = (int) number(1);
    UserMem memory =
        Notation.isNull(value) || OptionValue.isAddress(value)
            ? unknown(value, length)
            : padded(OptionValue.bytes(level, value, fault()), length);
    if (level == Abi.SOL_XDP && number(2) == XdpOption.XDP_UMEM_REG && fault()) {
      unmap(memory);
    }
    return Syscall.of(name, number(0), number(1), number(2), memory, length);
  }

  /** Makes an area of memory that could be read begin where nothing is mapped. */
  private static void unmap(UserMem area) {
    if (area.accessible(0, Long.BYTES)) {
      area.putLong(0, 0);
    }
  }

  /**
   * Whether a log does not show all that a call read from memory, so that what came of it cannot be
   * told: {@code strace} prints only an address for lengths that it does not expect, only the
   * beginning of long values and of {@code struct ip_mreqn}, and nothing that {@code getsockopt}
   * was given.
   */
  public static boolean hidesValue(Call call) {
    if (call.arguments().size() != 5 || call.result().is(Errno.EFAULT)) {
      return false;
    }
    StraceValue value = call.arguments().get(3);
    if (call.name().equals(SyscallName.GETSOCKOPT.kernelName())) {
      return HiddenInput.ofGetsockopt(call.arguments());
    }
    boolean cut = value.plain() instanceof Str string && string.truncated();
    return call.name().equals(SyscallName.SETSOCKOPT.kernelName())
        && (cut || OptionValue.isAddress(value) || HiddenInput.ofSetsockopt(call.arguments()));
  }

  /**
   * {@code getsockname}, {@code getpeername}: with a NULL address, {@code strace} prints the length
   * as an address too, so that only the result tells of what kind it was.
   */
  private Syscall getsockname(SyscallName name) {
    StraceValue address = argument(1);
    StraceValue room = argument(2);
    if (Notation.isNull(address) && !Notation.isNull(room) && OptionValue.isAddress(room)) {
      int length = result.is(Errno.EINVAL) ? -1 : fault() ? USUAL_ROOM : 0;
      return Syscall.of(name, number(0), UserMem.NULL, UserMem.ofInt(length));
    }
    UserMem length = length(room);
    boolean known = length.accessible(0, Integer.BYTES);
    UserMem memory = output(address, known ? length.getInt(0) : 0, fault() && known);
    return Syscall.of(name, number(0), memory, length);
  }

  /** The address that a call is given; of one that is not shown, only the length counts. */
  private UserMem sockAddr() {
    StraceValue value = argument(1);
    long length = (int) number(2);
    return value.plain() instanceof Struct struct
        ? UserMem.of(SockAddr.bytes(struct, size(length)))
        : unknown(value, length);
  }

  private Syscall openat(SyscallName name) {
    return Syscall.of(name, number(0), text(argument(1)), number(2), optionalNumber(3, 0));
  }

  private UserMem written() {
    return bytes(argument(1), number(2));
  }

  private Syscall ioctl(SyscallName name) {
    long request = request(argument(1));
    StraceValue value = optional(2);
    Object third;
    if (value == null) {
      third = 0L;
    } else if (value.before().plain() instanceof Array) {
      third = UserMem.ofInt((int) Notation.element(value));
    } else if (value.before().plain() instanceof Struct struct) {
      third = IfreqNotation.decode(struct);
    } else {
      third = OptionValue.isAddress(value) ? unknown(value, output(request)) : (Object) number(2);
    }
    return Syscall.of(name, number(0), request, third);
  }

  /** Bytes that a request writes: a time for {@code SIOCGSTAMP}, else an int. */
  private static int output(long request) {
    int number = (int) request & 0xffff;
    return number == SIOCGSTAMP || number == SIOCGSTAMPNS ? TIMESPEC_BYTES : Integer.BYTES;
  }

  /** A request by its name, its number, or its parts: {@code _IOC(_IOC_NONE, 0x12, 0x34, 0)}. */
  private static long request(StraceValue value) {
    if (!(value.plain() instanceof StraceValue.Function function)
        || function.arguments().size() != 4) {
      return Notation.number(value);
    }
    String direction = function.arguments().get(0).text();
    long bits = direction.contains("_IOC_WRITE") ? 1 : 0;
    bits |= direction.contains("_IOC_READ") ? 2 : 0;
    return bits << 30
        | Notation.number(function.arguments().get(3)) << 16
        | Notation.number(function.arguments().get(1)) << 8
        | Notation.number(function.arguments().get(2));
  }

  /** {@code [0] => [6]}: a position in a file, on entry. */
  private UserMem offset(int index) {
    StraceValue value = argument(index).before();
    if (!(value.plain() instanceof Array)) {
      // Of memory that can be read, strace shows what it says.
      return Notation.isNull(value) ? UserMem.NULL : UserMem.BAD;
    }
    UserMem mem = UserMem.zeroed(Long.BYTES);
    mem.putLong(0, Notation.element(value));
    return mem;
  }

  /** Room for an address. */
  private UserMem room(int index) {
    return output(argument(index), USUAL_ROOM);
  }

  /** What a program writes. */
  UserMem bytes(StraceValue value, long count) {
    if (NetlinkNotation.isMessage(value)) {
      return UserMem.of(NetlinkNotation.bytes(value, count));
    }
    return value.plain() instanceof Str string
        ? padded(string.bytes(), count)
        : unknown(value, count);
  }
}
