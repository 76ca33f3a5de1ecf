package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;

/** Compares what calls that move data or wait for it have written, as far as a log shows it. */
final class IoComparison {
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int IOVEC_BYTES = 16;
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int ETHERNET_BYTES = 14;
  private static final int ETHERTYPE_AT = 12;
  private static final int IPV4 = 0x40;
  private static final int IPV6 = 0x60;
  private static final int FLOWLABEL_LAST = 3;
  private static final int IP_ID = 4;
  private static final int IP_CHECKSUM = 10;

  private final Call recorded;
  private final Syscall simulated;
  private final long result;
  private final IdMapping ids;

  /** What differs. */
  record Difference(String what, String recorded, String simulated) {}

  IoComparison(Call recorded, Syscall simulated, long result, IdMapping ids) {
    this.ids = ids;
    this.recorded = recorded;
    this.simulated = simulated;
    this.result = result;
  }

  /** The first difference, or null. */
  @Nullable Difference difference() {
    return switch (simulated.name()) {
      case RECVMSG -> header(argument(1), simulated.mem(1));
      case RECVMMSG, SENDMMSG -> headers();
      case READV -> vector(argument(1), simulated.mem(1));
      case POLL, PPOLL -> poll();
      case SELECT, PSELECT6 -> select();
      case EPOLL_WAIT, EPOLL_PWAIT -> events();
      default -> null;
    };
  }

  private StraceValue argument(int index) {
    StraceValue value = recorded.arguments().get(index);
    return (value instanceof Named named ? named.value() : value).after();
  }

  /** Of each message, how much was moved, and what was received. */
  private @Nullable Difference headers() {
    if (!(argument(1).plain() instanceof Array array)) {
      return null;
    }
    UserMem vector = simulated.mem(1);
    for (int i = 0; i < Math.min(result, array.elements().size()); i++) {
      int at = i * Msg.ENTRY_BYTES;
      UserMem header = vector.part(at, Msg.HEADER_BYTES);
      if (!(array.elements().get(i).plain() instanceof Struct entry)
          || !header.accessible(0, Msg.HEADER_BYTES)) {
        continue;
      }
      Difference difference = number(entry, "msg_len", vector.getInt(at + Msg.HEADER_BYTES));
      StraceValue recordedHeader = entry.field("msg_hdr");
      if (difference == null
          && recordedHeader != null
          && simulated.name() == SyscallName.RECVMMSG) {
        difference = header(recordedHeader, header);
      }
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private @Nullable Difference header(StraceValue value, UserMem header) {
    if (!(value.plain() instanceof Struct struct)
        || !header.accessible(0, Msg.HEADER_BYTES)
        || struct.field("msg_iov") == null) {
      return null;
    }
    Difference difference = number(struct, "msg_flags", header.getInt(48));
    if (difference == null) {
      difference = number(struct, "msg_controllen", header.getLong(40));
    }
    if (difference == null) {
      difference = control(struct, header);
    }
    StraceValue iov = struct.field("msg_iov");
    return difference == null && iov != null ? vector(iov, header.pointer(16)) : difference;
  }

  /** Control messages: their kinds, and those contents that are no times, files or processes. */
  private static @Nullable Difference control(Struct struct, UserMem header) {
    StraceValue value = struct.field("msg_control");
    UserMem got = header.pointer(32);
    int length = (int) Math.min(header.getLong(40), got.size());
    if (value == null || !(value.after().plain() instanceof Array array)) {
      return null;
    }
    byte[] wanted = IoDecoder.cmsgs(array, length).content();
    for (int at = 0; at + CMSG_HEADER_BYTES <= length; ) {
      UserMem one = UserMem.of(wanted);
      int size = (int) Math.max(CMSG_HEADER_BYTES, Math.min(got.getLong(at), length - at));
      boolean varies = one.getInt(at + 8) == Abi.SOL_SOCKET || !IoDecoder.isWhole(array, at);
      int compared = varies ? CMSG_HEADER_BYTES : size;
      if (!Arrays.equals(one.get(at, compared), got.get(at, compared))) {
        return new Difference("msg_control", value.after().text(), hex(got.get(at, size)));
      }
      at += (size + 7) & -8;
    }
    return null;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static @Nullable Difference number(Struct struct, String field, long simulated) {
    StraceValue value = struct.field(field);
    if (value == null) {
      return null;
    }
    long wanted = Notation.number(value.after());
    if (wanted == simulated) {
      return null;
    }
    String shown =
        field.equals("msg_flags")
            ? Notation.flags(simulated & 0xffffffffL, "MSG_???", Table.MSG).text()
            : Long.toString(simulated);
    return new Difference(field, value.after().text(), shown);
  }

  private @Nullable Difference vector(StraceValue recordedVector, UserMem vector) {
    if (!(recordedVector.plain() instanceof Array array)) {
      return null;
    }
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (element.plain() instanceof Struct piece
          && piece.field("iov_base") instanceof Str wanted
          && vector.accessible(at, IOVEC_BYTES)) {
        UserMem base = vector.pointer(at);
        byte[] bytes = wanted.bytes();
        byte[] got = base.get(0, Math.min(bytes.length, base.size()));
        if (!sameData(bytes, got, at == 0 ? ipHeaderAt(bytes) : -1)) {
          return new Difference("data", wanted.text(), Str.of(got).text());
        }
      }
      Difference sockets =
          vector.accessible(at, IOVEC_BYTES) ? sockets(element, vector.pointer(at)) : null;
      if (sockets != null) {
        return sockets;
      }
      at += IOVEC_BYTES;
    }
    return null;
  }

  /** What an answer about sockets tells of them. */
  private @Nullable Difference sockets(StraceValue element, UserMem base) {
    StraceValue recorded = element.plain() instanceof Struct piece ? piece.field("iov_base") : null;
    if (recorded == null || simulated.name() != SyscallName.RECVMSG) {
      return null;
    }
    DiagComparison.Told told = DiagComparison.recorded(recorded);
    List<String> wanted = told.lines();
    if (wanted.isEmpty()) {
      return null;
    }
    List<String> got = DiagComparison.simulated(base.get(0, base.size()), told.detailed());
    return wanted.equals(got) ? null : new Difference("sockets", wanted.toString(), got.toString());
  }

  /** Where an IP header begins: error queues have whole frames, of packets that were stamped. */
  private int ipHeaderAt(byte[] wanted) {
    boolean stamp =
        simulated.name() == SyscallName.RECVMSG
            && (simulated.intArg(2) & Abi.MSG_ERRQUEUE) != 0
            && wanted.length > ETHERNET_BYTES
            && (wanted[ETHERTYPE_AT] == 0x08 || wanted[ETHERTYPE_AT] == (byte) 0x86);
    return stamp ? ETHERNET_BYTES : ids.ipHeaderAt();
  }

  /**
   * Whether data are the same as far as the log tells: where it cut short what was sent, zeros were
   * sent in the simulation.
   *
   * @param header where an IP header begins, below 0 if there is none
   */
  static boolean sameData(byte[] wanted, byte[] got, int header) {
    boolean same = wanted.length == got.length;
    for (int i = 0; i < wanted.length && same; i++) {
      same =
          wanted[i] == got[i]
              || got[i] == 0
              || (header >= 0 && isDrawn(i - header, wanted, header));
    }
    return same;
  }

  /** Whether a byte is of the identification or checksum of IPv4, or of the flow label of IPv6. */
  private static boolean isDrawn(int position, byte[] wanted, int header) {
    int version = header < wanted.length ? wanted[header] & 0xf0 : 0;
    if (version == IPV6) {
      return position >= 1 && position <= FLOWLABEL_LAST;
    }
    return version == IPV4
        && (position == IP_ID
            || position == IP_ID + 1
            || position == IP_CHECKSUM
            || position == IP_CHECKSUM + 1);
  }

  /** {@code (in [3], out [4 5], left {…})}, behind the result. */
  private @Nullable Difference select() {
    String[] names = {"in", "out", "except"};
    for (int i = 0; i < names.length; i++) {
      UserMem set = simulated.mem(i + 1);
      Set<Integer> wanted = new TreeSet<>();
      for (int fd : recordedSet(recorded, names[i])) {
        wanted.add(ids.simulatedFd(fd));
      }
      Set<Integer> got = simulatedSet(simulated, i);
      if (set.size() > 0 && !wanted.equals(got)) {
        return new Difference(names[i], recorded.result().note(), names[i] + " " + got);
      }
    }
    return null;
  }

  /** The descriptors of one set that a log tells as ready. */
  static List<Integer> recordedSet(Call recorded, String name) {
    List<Integer> fds = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("\\b" + name + " \\[([\\d ]*)\\]").matcher(recorded.result().note());
    if (matcher.find()) {
      for (String fd : matcher.group(1).strip().split(" ")) {
        fds.add(Integer.parseInt(fd));
      }
    }
    return fds;
  }

  /** The descriptors of one set that the simulation tells as ready. */
  static Set<Integer> simulatedSet(Syscall call, int index) {
    Set<Integer> fds = new TreeSet<>();
    UserMem set = call.mem(index + 1);
    for (int fd = 0; fd < call.intArg(0) && set.accessible(fd >> 3, 1); fd++) {
      if ((set.getByte(fd >> 3) >> (fd & 7) & 1) != 0) {
        fds.add(fd);
      }
    }
    return fds;
  }

  /** {@code [{fd=6, revents=POLLIN}]}, in parentheses behind the result. */
  private @Nullable Difference poll() {
    String wanted = recorded.result().note().replaceFirst("], left .*", "]");
    if (!wanted.startsWith("[") || !(recorded.arguments().get(0).plain() instanceof Array array)) {
      return null;
    }
    List<StraceValue> ready = new ArrayList<>();
    UserMem mem = simulated.mem(0);
    int at = 0;
    for (StraceValue element : array.elements()) {
      int revents = mem.getShort(at + 6);
      if (revents != 0 && element.plain() instanceof Struct pollfd) {
        StraceValue fd = pollfd.field("fd");
        ready.add(
            new Struct(
                List.of(
                    new Named("fd", fd == null ? IntValue.of(-1) : fd),
                    new Named("revents", Notation.flags(revents, "POLL???", Table.POLL)))));
      }
      at += POLLFD_BYTES;
    }
    String got = new Array(ready, false).text();
    return got.equals(wanted) ? null : new Difference("ready", wanted, got);
  }

  private @Nullable Difference events() {
    if (!(argument(1).plain() instanceof Array array)) {
      return null;
    }
    UserMem mem = simulated.mem(1);
    for (int i = 0; i < Math.min(result, array.elements().size()); i++) {
      if (!(array.elements().get(i).plain() instanceof Struct event)
          || !(event.field("data") instanceof Struct data)) {
        continue;
      }
      int at = i * EPOLL_EVENT_BYTES;
      long events = SockAddr.require(event, "events");
      boolean same =
          events == (mem.getInt(at) & 0xffffffffL)
              && SockAddr.optional(data, "u64") == mem.getLong(at + Integer.BYTES);
      if (!same) {
        String got = IoPrinter.event(mem, at, IntValue.of(0)).text();
        return new Difference("event", event.text(), got);
      }
    }
    return null;
  }
}
