package org.netshard.node.strace;

import java.util.Arrays;
import java.util.List;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Compares what a log says of a call with what the simulated kernel did.
 *
 * <p>Compared are the result and, if the call succeeded, what it wrote: value and length of {@code
 * getsockopt}, name and length of {@code getsockname}, the descriptors of {@code socketpair}, the
 * what {@code fstat} tells but for times and numbers, old RLIMIT_NOFILE of {@code prlimit64}, the
 * sets of {@code capget}, the owner of a file, what {@code read} has read. Descriptors, pids and
 * ports go through an {@link IdMapping}. Of values that differ from run to run, only the length
 * counts: TCP_INFO, TCP_TIMESTAMP, TCP_QUEUE_SEQ, TCP_CC_INFO, SO_COOKIE, SO_NETNS_COOKIE,
 * SO_INCOMING_CPU, and of MPTCP_INFO the times at its end; names that an AF_UNIX socket got by
 * autobind may be any.
 */
public final class ResultComparison {
  private static final int SOL_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_QUEUE_SEQ = 21;
  private static final int TCP_TIMESTAMP = 24;
  private static final int TCP_CC_INFO = 26;
  private static final int RLIMIT_NOFILE = 7;
  private static final int AUTOBOUND_BYTES = 8;

  /** Where {@code mptcpi_last_data_sent} and the times behind it are in MPTCP_INFO. */
  private static final int MPTCP_INFO_TIMES = 84;

  private static final ResultComparison.Outcome SAME = new Outcome(Verdict.SAME, "");

  private final Call recorded;
  private final Syscall simulated;
  private final IdMapping ids;

  private ResultComparison(Call recorded, Syscall simulated, IdMapping ids) {
    this.recorded = recorded;
    this.simulated = simulated;
    this.ids = ids;
  }

  /** How a comparison ended. */
  public enum Verdict {
    SAME,
    DIFFERENT,
    /** The log does not tell the result. */
    UNKNOWN
  }

  /**
   * The outcome of a comparison.
   *
   * @param verdict how it ended
   * @param difference what differs: {@code what: recorded …, simulated …}; empty if nothing does
   */
  public record Outcome(Verdict verdict, String difference) {
    /** Whether nothing differs. */
    public boolean same() {
      return verdict == Verdict.SAME;
    }
  }

  /**
   * Compares.
   *
   * @param recorded the call in the log
   * @param simulated the simulated call, with its memory as the kernel left it
   * @param result what the simulated call returned: a value or {@code -errno}
   * @param ids which numbers stand for which
   * @throws StraceSyntaxException if the log has a value that cannot be understood
   */
  public static Outcome compare(Call recorded, Syscall simulated, long result, IdMapping ids) {
    try {
      return new ResultComparison(recorded, simulated, ids).compare(result);
    } catch (NotationException wrong) {
      throw new StraceSyntaxException(
          recorded.place().file(),
          recorded.place().endLine(),
          Math.max(0, recorded.text().indexOf(wrong.token())) + 1,
          recorded.name() + ": " + wrong.problem());
    }
  }

  private Outcome compare(long result) {
    Result wanted = recorded.result();
    if (!wanted.known()) {
      return new Outcome(Verdict.UNKNOWN, "");
    }
    boolean failed = Errno.isError(result);
    if (wanted.isError() || failed) {
      return wanted.value() == result
          ? SAME
          : different("result", wanted.text(), CallPrinter.result(simulated, result));
    }
    if (!sameValue(wanted.value(), result)) {
      return different("result", wanted.text(), CallPrinter.result(simulated, result));
    }
    return switch (simulated.name()) {
      case GETSOCKOPT -> getsockopt();
      case GETSOCKNAME, GETPEERNAME, ACCEPT, ACCEPT4 -> getsockname();
      case SOCKETPAIR -> pair(3);
      case PRLIMIT64 -> prlimit64();
      case CAPGET -> capget();
      case WAIT4, WAITID -> child(result);
      case FCNTL -> simulated.intArg(1) == Abi.F_GETOWN_EX ? owner() : SAME;
      case READ, PREAD64, RECVFROM -> data();
      case PIPE, PIPE2 -> pair(0);
      case IOCTL -> ioctl();
      case FSTAT -> stat(1);
      case NEWFSTATAT -> stat(2);
      case RECVMSG,
          RECVMMSG,
          SENDMMSG,
          READV,
          POLL,
          PPOLL,
          SELECT,
          PSELECT6,
          EPOLL_WAIT,
          EPOLL_PWAIT ->
          io(result);
      default -> SAME;
    };
  }

  private boolean sameValue(long wanted, long result) {
    return switch (simulated.name()) {
      case ACCEPT,
          ACCEPT4,
          SOCKET,
          DUP,
          DUP2,
          DUP3,
          OPEN,
          OPENAT,
          CREAT,
          EVENTFD2,
          TIMERFD_CREATE,
          EPOLL_CREATE,
          EPOLL_CREATE1 ->
          ids.sameFd((int) wanted, (int) result);
      case FCNTL -> sameFcntl(wanted, result);
      // Where a mapping comes to lie is chance.
      case MMAP -> true;
      case FORK, VFORK, CLONE, CLONE3, WAIT4, GETPID, GETPPID, GETTID ->
          ids.samePid((int) wanted, (int) result);
      default -> wanted == result;
    };
  }

  private Outcome child(long result) {
    String difference = ChildPrinter.difference(recorded.text(), simulated, result);
    return difference == null ? SAME : different("child", recorded.text(), difference);
  }

  private boolean sameFcntl(long wanted, long result) {
    if (makesFd(simulated)) {
      return ids.sameFd((int) wanted, (int) result);
    }
    return simulated.intArg(1) == Abi.F_GETOWN
        ? ids.samePid((int) wanted, (int) result)
        : wanted == result;
  }

  private static boolean makesFd(Syscall call) {
    int command = call.intArg(1);
    return command == Abi.F_DUPFD || command == Abi.F_DUPFD_CLOEXEC;
  }

  /** Whether the call's result, if it is no error, is a new descriptor. */
  public static boolean returnsFd(Syscall call) {
    return switch (call.name()) {
      case SOCKET, DUP, DUP2, DUP3, OPEN, OPENAT, CREAT -> true;
      case FCNTL -> makesFd(call);
      default -> false;
    };
  }

  /** Whether the value of the option is a new descriptor. */
  public static boolean returnsPidfd(Syscall call) {
    return call.name() == SyscallName.GETSOCKOPT
        && call.intArg(1) == Abi.SOL_SOCKET
        && call.intArg(2) == SoOption.SO_PEERPIDFD;
  }

  /** The descriptor that a log says SO_PEERPIDFD gave, or -1 if it does not tell. */
  public static int recordedPidfd(Call recorded) {
    StraceValue value = recorded.arguments().get(3).after();
    return value.plain() instanceof Array ? (int) Notation.elementAfter(value) : -1;
  }

  /**
   * The name that {@code getsockname}, {@code recvfrom} or {@code recvmsg} gave in a log; empty if
   * it does not tell.
   */
  public static byte[] recordedName(Call recorded) {
    boolean from = recorded.name().equals("recvfrom");
    StraceValue value = recorded.arguments().get(from ? 4 : 1);
    value = (value instanceof Named named ? named.value() : value).after();
    if (recorded.name().equals("recvmsg")) {
      StraceValue name = value.plain() instanceof Struct header ? header.field("msg_name") : null;
      if (name == null) {
        return new byte[0];
      }
      value = name.after();
    }
    return value.plain() instanceof Struct struct && struct.members().size() > 1
        ? SockAddr.bytes(struct, -1)
        : new byte[0];
  }

  /** Which arguments of a call are descriptors, for replacing those of the log. */
  public static List<Integer> descriptorArguments(SyscallName name) {
    return switch (name) {
      case CLOSE,
          DUP,
          FCNTL,
          GETSOCKOPT,
          SETSOCKOPT,
          GETSOCKNAME,
          GETPEERNAME,
          BIND,
          LISTEN,
          CONNECT,
          SETNS,
          READ,
          PREAD64,
          WRITE,
          LSEEK,
          OPENAT,
          MKDIRAT,
          UNLINKAT,
          ACCEPT,
          ACCEPT4,
          SENDTO,
          RECVFROM,
          SENDMSG,
          RECVMSG,
          READV,
          WRITEV,
          VMSPLICE,
          SHUTDOWN,
          IOCTL,
          FSYNC,
          FTRUNCATE,
          FALLOCATE,
          GETDENTS64,
          FSTAT,
          NEWFSTATAT,
          FCHMOD,
          FCHOWN,
          FCHMODAT,
          FCHMODAT2,
          FCHOWNAT,
          READLINKAT,
          EPOLL_CTL,
          EPOLL_WAIT ->
          List.of(0);
      case MMAP -> List.of(4);
      case RENAMEAT, RENAMEAT2, SPLICE -> List.of(0, 2);
      case DUP2, DUP3, TEE -> List.of(0, 1);
      default -> List.of();
    };
  }

  private StraceValue argument(int index) {
    StraceValue value = recorded.arguments().get(index);
    return (value instanceof Named named ? named.value() : value).after();
  }

  private static Outcome different(String what, Object recorded, Object simulated) {
    return new Outcome(
        Verdict.DIFFERENT, what + ": recorded " + recorded + ", simulated " + simulated);
  }

  /** The length that the call returned, or -1 if the log does not tell. */
  private long recordedLength(int index) {
    return argument(index).plain() instanceof Array ? Notation.elementAfter(argument(index)) : -1;
  }

  private Outcome getsockopt() {
    long length = recordedLength(4);
    UserMem mem = simulated.mem(4);
    if (length < 0 || !mem.accessible(0, Integer.BYTES)) {
      return SAME;
    }
    if (length != mem.getInt(0)) {
      return different("length", "[" + length + "]", "[" + mem.getInt(0) + "]");
    }
    StraceValue value = argument(3);
    if (OptionValue.isAddress(value) || Notation.isNull(value) || volatileOption()) {
      return SAME;
    }
    byte[] wanted = OptionValue.bytes(simulated.intArg(1), value);
    if (simulated.intArg(1) == Abi.SOL_SOCKET && simulated.intArg(2) == SoOption.SO_PEERCRED) {
      return peercred(wanted, value);
    }
    if (returnsPidfd(simulated)) {
      return pidfd(value, (int) length);
    }
    if (simulated.intArg(1) == MptcpOption.SOL_MPTCP
        && simulated.intArg(2) == MptcpOption.MPTCP_INFO) {
      wanted = Arrays.copyOf(wanted, Math.min(wanted.length, MPTCP_INFO_TIMES));
    }
    return bytes("value", wanted, simulated.mem(3), value, valueText((int) length));
  }

  /** The descriptor that SO_PEERPIDFD gave; part of its number, if there was no room for more. */
  private Outcome pidfd(StraceValue value, int length) {
    boolean same =
        length < Integer.BYTES
            || ids.sameFd((int) Notation.elementAfter(value), simulated.mem(3).getInt(0));
    return same ? SAME : different("descriptor", value.text(), valueText(length));
  }

  private String valueText(int length) {
    return OptionPrinter.get(
            simulated.intArg(1),
            simulated.intArg(2),
            simulated.mem(3),
            Math.max(length, 1),
            length,
            new Raw("an address"))
        .text();
  }

  private boolean volatileOption() {
    int name = simulated.intArg(2);
    return switch (simulated.intArg(1)) {
      case Abi.SOL_SOCKET ->
          name == SoOption.SO_COOKIE
              || name == SoOption.SO_NETNS_COOKIE
              || name == SoOption.SO_INCOMING_CPU;
      case SOL_TCP ->
          name == TCP_INFO || name == TCP_QUEUE_SEQ || name == TCP_TIMESTAMP || name == TCP_CC_INFO;
      default -> false;
    };
  }

  private Outcome peercred(byte[] wanted, StraceValue shown) {
    UserMem expected = UserMem.of(Arrays.copyOf(wanted, Math.max(wanted.length, 4)));
    UserMem mem = simulated.mem(3);
    if (mem.accessible(0, 4) && ids.samePid(expected.getInt(0), mem.getInt(0))) {
      expected.putInt(0, mem.getInt(0));
    }
    return bytes("value", expected.content(), mem, shown, valueText(wanted.length));
  }

  private static Outcome bytes(
      String what, byte[] wanted, UserMem mem, StraceValue recorded, String simulated) {
    boolean same =
        mem.accessible(0, wanted.length) && Arrays.equals(wanted, mem.get(0, wanted.length));
    return same ? SAME : different(what, recorded.text(), simulated);
  }

  private Outcome getsockname() {
    long length = recordedLength(2);
    UserMem mem = simulated.mem(2);
    if (length < 0 || !mem.accessible(0, Integer.BYTES)) {
      return SAME;
    }
    boolean struct = argument(1).plain() instanceof Struct;
    UserMem name = simulated.mem(1);
    int returned = mem.getInt(0);
    if (struct && autobound((Struct) argument(1).plain(), name, returned)) {
      return SAME;
    }
    if (length != returned) {
      return different("length", "[" + length + "]", "[" + returned + "]");
    }
    return struct ? name((Struct) argument(1).plain(), name, length) : SAME;
  }

  private Outcome name(Struct address, UserMem name, long length) {
    long room = Notation.number(roomOf(recorded.arguments().get(2)));
    int known = (int) Math.min(Math.min(room, length), name.size());
    byte[] wanted = SockAddr.bytes(address, known);
    byte[] got = name.get(0, known);
    byte[] shown = got.clone();
    if (known >= 4 && wanted[0] == got[0] && wanted[1] == got[1]) {
      map(wanted, got);
    }
    if (Arrays.equals(wanted, got)) {
      return SAME;
    }
    String simulatedText = known < 2 ? "nothing" : SockAddr.struct(shown).text();
    return different("name", address.text(), simulatedText);
  }

  private static StraceValue roomOf(StraceValue length) {
    StraceValue plain = length.plain();
    return plain instanceof Array array && array.elements().size() == 1
        ? array.elements().get(0).before()
        : plain;
  }

  /** Makes numbers that stand for each other the same. */
  private void map(byte[] wanted, byte[] got) {
    UserMem one = UserMem.of(wanted);
    UserMem other = UserMem.of(got);
    switch (one.getShort(0)) {
      case Abi.AF_INET, Abi.AF_INET6 -> {
        int port = (wanted[2] & 0xff) << 8 | (wanted[3] & 0xff);
        int gotPort = (got[2] & 0xff) << 8 | (got[3] & 0xff);
        if (ids.samePort(port, gotPort)) {
          System.arraycopy(wanted, 2, got, 2, 2);
        }
      }
      case Abi.AF_NETLINK -> {
        if (wanted.length >= 8 && ids.sameNetlinkPid(one.getInt(4), other.getInt(4))) {
          System.arraycopy(wanted, 4, got, 4, 4);
        }
      }
      default -> {
        // Nothing in other families is chosen by the kernel.
      }
    }
  }

  /**
   * Whether both names are five hexadecimal digits that the kernel chose, of which there was room
   * for the first ones at least.
   */
  private static boolean autobound(Struct address, UserMem name, int length) {
    return address.field("sun_path") instanceof Str path
        && path.abstractName()
        && path.string().matches("[0-9a-f]{1,5}")
        && length == AUTOBOUND_BYTES
        && name.accessible(0, 3 + path.string().length())
        && name.getShort(0) == Abi.AF_UNIX
        && name.getByte(2) == 0
        && Str.of(name.get(3, path.string().length())).string().matches("[0-9a-f]+");
  }

  private Outcome io(long result) {
    IoComparison.Difference found = new IoComparison(recorded, simulated, result, ids).difference();
    return found == null ? SAME : different(found.what(), found.recorded(), found.simulated());
  }

  private Outcome stat(int index) {
    if (!(argument(index).plain() instanceof Struct struct)) {
      return SAME;
    }
    UserMem mem = simulated.mem(index);
    String field = StatNotation.difference(struct, mem);
    return field == null ? SAME : different(field, struct.text(), StatNotation.struct(mem).text());
  }

  private Outcome ioctl() {
    UserMem mem = simulated.mem(2);
    if (recorded.arguments().size() >= 3 && argument(2).plain() instanceof Struct struct) {
      String field = recorded.result().isError() ? null : IfreqNotation.difference(struct, mem);
      return field == null ? SAME : different(field, argument(2).text(), mem);
    }
    if (recorded.arguments().size() < 3
        || !(argument(2).plain() instanceof Array)
        || !mem.accessible(0, Integer.BYTES)) {
      return SAME;
    }
    long wanted = Notation.elementAfter(argument(2));
    return wanted == mem.getInt(0) ? SAME : different("value", wanted, mem.getInt(0));
  }

  /** Two descriptors in the memory of an argument. */
  private Outcome pair(int index) {
    UserMem mem = simulated.mem(index);
    if (!(argument(index).plain() instanceof Array array) || array.elements().size() != 2) {
      return SAME;
    }
    for (int i = 0; i < 2; i++) {
      int fd = Notation.intNumber(array.elements().get(i));
      if (!ids.sameFd(fd, mem.getInt(i * Integer.BYTES))) {
        String got = "[" + mem.getInt(0) + ", " + mem.getInt(4) + "]";
        return different("descriptors", array.text(), got);
      }
    }
    return SAME;
  }

  private Outcome capget() {
    UserMem mem = simulated.mem(1);
    if (!(argument(1).plain() instanceof Struct struct) || !mem.accessible(0, 24)) {
      return SAME;
    }
    String[] sets = {"effective", "permitted", "inheritable"};
    for (int i = 0; i < sets.length; i++) {
      long got = (mem.getInt(4 * i) & 0xffffffffL) | (long) mem.getInt(12 + 4 * i) << 32;
      StraceValue wanted = struct.field(sets[i]);
      if (wanted != null && Notation.capabilities(wanted) != got) {
        return different(sets[i], struct.text(), Long.toHexString(got));
      }
    }
    return SAME;
  }

  private Outcome owner() {
    UserMem mem = simulated.mem(2);
    if (!(argument(2).plain() instanceof Struct struct) || !mem.accessible(0, 8)) {
      return SAME;
    }
    boolean same =
        SockAddr.require(struct, "type") == mem.getInt(0)
            && ids.samePid((int) SockAddr.require(struct, "pid"), mem.getInt(4));
    String got = "{type=" + mem.getInt(0) + ", pid=" + mem.getInt(4) + "}";
    return same ? SAME : different("owner", struct.text(), got);
  }

  /** What was read, as far as the log shows it. */
  private Outcome data() {
    if (!(argument(1).plain() instanceof Str text)) {
      return SAME;
    }
    UserMem mem = simulated.mem(1);
    byte[] wanted = text.bytes();
    int known = Math.min(wanted.length, mem.size());
    if (IoComparison.sameData(wanted, mem.get(0, known), ids.ipHeaderAt())) {
      return SAME;
    }
    return bytes("data", wanted, mem, text, Str.of(mem.get(0, known)).text());
  }

  private Outcome prlimit64() {
    UserMem mem = simulated.mem(3);
    if (!(argument(3).plain() instanceof Struct struct)
        || simulated.intArg(1) != RLIMIT_NOFILE
        || !mem.accessible(0, 16)) {
      return SAME;
    }
    boolean same =
        SockAddr.require(struct, "rlim_cur") == mem.getLong(0)
            && SockAddr.require(struct, "rlim_max") == mem.getLong(8);
    String got = "{rlim_cur=" + mem.getLong(0) + ", rlim_max=" + mem.getLong(8) + "}";
    return same ? SAME : different("limits", struct.text(), got);
  }
}
