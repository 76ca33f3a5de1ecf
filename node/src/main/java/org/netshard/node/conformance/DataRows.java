package org.netshard.node.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;

/** The rows of the table of errors that are about data, options and requests. */
final class DataRows {
  private static final int IOVEC_BYTES = 16;
  private static final int CMSG_LENGTH = 16;
  private static final int POLL_EVENTS = Poll.IN | Poll.PRI | Poll.OUT | Poll.RDHUP;
  private static final int ROOM = 512;
  private static final int DIRENT_ROOM = 64;
  private static final int UP_LOOPBACK_RUNNING = 0x49;
  private static final int MAP_BYTES = 4096;
  private static final int MAP_PRIVATE = 2;
  private static final int SO_PEERCRED_BYTES = 12;
  private static final Map<String, Setting> SETTINGS = load();
  private static final Pattern SOCKETPAIR =
      Pattern.compile("family (\\d+) type 0x([0-9a-f]+) protocol (\\d+)");

  private final SyscallErrorsTable table;
  private final RowTargets targets;

  /** An option that is set. */
  private record Setting(int level, int option, byte[] value, int length) {}

  /** What a row says of a result besides the error. */
  @FunctionalInterface
  interface Detail {
    String of(long result, Syscall after);
  }

  /** What is asked of the file and not of the kind of socket. */
  static boolean isAboutFile(String operation) {
    return switch (operation) {
      case "ftruncate",
          "fsync",
          "fallocate",
          "getdents64",
          "mmap",
          "fstat mode",
          "lseek",
          "pread" ->
          true;
      default -> operation.contains("sockopt");
    };
  }

  private static final Detail NONE = (result, after) -> "-";

  DataRows(SyscallErrorsTable table, RowTargets targets) {
    this.table = table;
    this.targets = targets;
  }

  private static Map<String, Setting> load() {
    Map<String, Setting> settings = new TreeMap<>();
    try (InputStream stream =
            Objects.requireNonNull(
                DataRows.class.getResourceAsStream("setsockopts.tsv"), "setsockopts.tsv");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      String line;
      while ((line = reader.readLine()) != null) {
        if (!line.startsWith("#")) {
          String[] cells = line.split("\t");
          byte[] value = HexFormat.of().parseHex(cells[3].equals("-") ? "" : cells[3]);
          int level = Integer.parseInt(cells[1]);
          int option = Integer.parseInt(cells[2]);
          settings.put(cells[0], new Setting(level, option, value, Integer.parseInt(cells[4])));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings;
  }

  /**
   * Plans the call of a row.
   *
   * @return false if the row is about something else
   */
  boolean plan(TableRow row, Kind kind, int fd) {
    String operation = row.cell(SyscallErrorsTable.OPERATION);
    if (operation.startsWith("send") || operation.startsWith("write(")) {
      return send(row, kind, fd, operation);
    }
    if (operation.startsWith("recv") || operation.startsWith("read(")) {
      return finish(row, receive(fd, operation), NONE);
    }
    if (operation.startsWith("accept4")) {
      return finish(row, accept(fd, operation), NONE);
    }
    if (operation.startsWith("getsockopt")) {
      return getsockopt(row, fd, operation);
    }
    if (operation.startsWith("setsockopt")) {
      return finish(row, setsockopt(fd, operation), NONE);
    }
    if (operation.startsWith("ioctl")) {
      return ioctl(row, fd, operation);
    }
    return plain(row, fd, operation);
  }

  private boolean plain(TableRow row, int fd, String operation) {
    int paren = operation.indexOf('(');
    String argument = paren < 0 ? "" : operation.substring(paren + 1, operation.length() - 1);
    switch (paren < 0 ? operation : operation.substring(0, paren)) {
      case "shutdown" -> {
        int how =
            switch (argument) {
              case "SHUT_RD", "" -> 0;
              case "SHUT_WR" -> 1;
              case "SHUT_RDWR" -> 2;
              default -> Integer.parseInt(argument);
            };
        return finish(row, Syscall.of(SyscallName.SHUTDOWN, fd, how), NONE);
      }
      case "poll" -> {
        UserMem pollfd = UserMem.zeroed(Long.BYTES);
        pollfd.putInt(0, fd);
        pollfd.putShort(Integer.BYTES, POLL_EVENTS);
        return finish(row, Syscall.of(SyscallName.POLL, pollfd, 1, 0), DataRows::ready);
      }
      case "lseek" -> {
        return finish(row, Syscall.of(SyscallName.LSEEK, fd, 0, 0), NONE);
      }
      case "pread" -> {
        UserMem room = UserMem.zeroed(4);
        return finish(row, Syscall.of(SyscallName.PREAD64, fd, room, 4, 0), NONE);
      }
      case "ftruncate" -> {
        return finish(row, Syscall.of(SyscallName.FTRUNCATE, fd, 0), NONE);
      }
      case "fsync" -> {
        return finish(row, Syscall.of(SyscallName.FSYNC, fd), NONE);
      }
      case "fallocate" -> {
        return finish(row, Syscall.of(SyscallName.FALLOCATE, fd, 0, 0, 1), NONE);
      }
      case "getdents64" -> {
        UserMem room = UserMem.zeroed(DIRENT_ROOM);
        return finish(row, Syscall.of(SyscallName.GETDENTS64, fd, room, DIRENT_ROOM), NONE);
      }
      case "mmap" -> {
        Object[] arguments = {0, MAP_BYTES, Abi.PROT_READ, MAP_PRIVATE, fd, 0};
        return finish(row, Syscall.of(SyscallName.MMAP, arguments), NONE);
      }
      case "fstat mode" -> {
        UserMem stat = UserMem.zeroed(Kstat.STAT_BYTES);
        Detail mode =
            (result, after) -> "0o" + Integer.toOctalString(after.mem(1).getInt(Kstat.MODE_AT));
        return finish(row, Syscall.of(SyscallName.FSTAT, fd, stat), mode);
      }
      default -> {
        return false;
      }
    }
  }

  /** What {@code poll} tells, as the probe names it. */
  static String ready(long result, Syscall after) {
    int mask = after.mem(0).getShort(6);
    StringBuilder text = new StringBuilder();
    int[] bits = {Poll.IN, Poll.PRI, Poll.OUT, Poll.ERR, Poll.HUP, Poll.NVAL, Poll.RDHUP};
    String[] names = {"IN", "PRI", "OUT", "ERR", "HUP", "NVAL", "RDHUP"};
    for (int i = 0; i < bits.length; i++) {
      if ((mask & bits[i]) != 0) {
        text.append(text.isEmpty() ? "" : "|").append(names[i]);
      }
    }
    return result == 0 ? "none" : text.toString();
  }

  // Sending.

  private boolean send(TableRow row, Kind kind, int fd, String operation) {
    if (operation.startsWith("sendto(")) {
      return targets.find(
          kind,
          fd,
          operation.substring("sendto".length()),
          (address, length) -> finish(row, sendto(fd, address, length), NONE));
    }
    if (operation.startsWith("sendmsg")) {
      return finish(row, sendmsg(fd, operation), NONE);
    }
    if (operation.equals("write(1 byte)")) {
      return finish(row, Syscall.of(SyscallName.WRITE, fd, UserMem.of((byte) 'x'), 1), NONE);
    }
    int size = operation.contains("0 bytes") ? 0 : 1;
    size = operation.contains("70000") ? 70_000 : size;
    int flags = Abi.MSG_NOSIGNAL;
    flags |= operation.contains("MSG_OOB") ? Abi.MSG_OOB : 0;
    flags |= operation.contains("MSG_ERRQUEUE") ? Abi.MSG_ERRQUEUE : 0;
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) 'x');
    UserMem data = operation.contains("NULL") ? UserMem.NULL : UserMem.of(bytes);
    Object[] arguments = {fd, data, size, flags, UserMem.NULL, 0};
    return finish(row, Syscall.of(SyscallName.SENDTO, arguments), NONE);
  }

  private static Syscall sendto(int fd, UserMem address, int length) {
    UserMem data = UserMem.of((byte) 'x');
    return Syscall.of(SyscallName.SENDTO, fd, data, 1, Abi.MSG_NOSIGNAL, address, length);
  }

  private static Syscall sendmsg(int fd, String operation) {
    UserMem header = UserMem.NULL;
    if (!operation.contains("NULL")) {
      int pieces = operation.contains("1025") ? 1025 : operation.contains("(0 ") ? 0 : 1;
      header = header(pieces);
      UserMem control = control(operation);
      if (!control.isNull()) {
        header.putPointer(32, control);
        header.putLong(40, control.size());
      }
    }
    return Syscall.of(SyscallName.SENDMSG, fd, header, Abi.MSG_NOSIGNAL);
  }

  /** A message of pieces of one byte. */
  private static UserMem header(int pieces) {
    UserMem vector = UserMem.zeroed(Math.max(1, pieces) * IOVEC_BYTES);
    UserMem buffer = UserMem.zeroed(9);
    for (int i = 0; i < pieces; i++) {
      vector.putPointer(i * IOVEC_BYTES, buffer);
      vector.putLong(i * IOVEC_BYTES + 8, 1);
    }
    UserMem header = UserMem.zeroed(Msg.HEADER_BYTES);
    header.putPointer(16, vector);
    header.putLong(24, pieces);
    return header;
  }

  private static UserMem control(String operation) {
    int length = operation.contains("cmsg_len 4") ? 4 : CMSG_LENGTH + Integer.BYTES;
    int type = operation.contains("type 99") ? 99 : 1;
    boolean any = operation.contains("cmsg") || operation.contains("SCM_");
    if (!any) {
      return UserMem.NULL;
    }
    UserMem control = UserMem.zeroed(length == 4 ? CMSG_LENGTH : 24);
    control.putLong(0, length);
    control.putInt(8, 1);
    control.putInt(12, type);
    if (control.size() > CMSG_LENGTH) {
      control.putInt(CMSG_LENGTH, operation.contains("fd -1") ? -1 : 0);
    }
    return control;
  }

  // Receiving.

  private static Syscall receive(int fd, String operation) {
    if (operation.startsWith("recvmsg")) {
      UserMem header = header(operation.contains("1025") ? 1025 : 1);
      if (operation.contains("namelen -1")) {
        header.putPointer(0, UserMem.zeroed(64));
        header.putInt(8, -1);
      }
      return Syscall.of(SyscallName.RECVMSG, fd, header, Abi.MSG_DONTWAIT);
    }
    UserMem room = operation.contains("NULL") ? UserMem.NULL : UserMem.zeroed(10);
    int size = operation.contains("(2,") ? 2 : operation.endsWith("(0)") ? 0 : 10;
    if (operation.startsWith("read")) {
      return Syscall.of(SyscallName.READ, fd, room, size);
    }
    int flags = Abi.MSG_DONTWAIT;
    flags |= operation.contains("PEEK") ? Abi.MSG_PEEK : 0;
    flags |= operation.contains("OOB") ? Abi.MSG_OOB : 0;
    flags |= operation.contains("ERRQUEUE") ? Abi.MSG_ERRQUEUE : 0;
    flags |= operation.contains("TRUNC") ? Abi.MSG_TRUNC : 0;
    flags |= operation.contains("WAITALL") ? Abi.MSG_WAITALL : 0;
    return Syscall.of(SyscallName.RECVFROM, fd, room, size, flags, UserMem.NULL, UserMem.NULL);
  }

  private static Syscall accept(int fd, String operation) {
    boolean address = operation.contains("addr");
    UserMem length = operation.contains("len -1") ? UserMem.ofInt(-1) : UserMem.NULL;
    int flags = Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC;
    flags = operation.contains("bad flags") ? 0x10 : operation.equals("accept4") ? 0 : flags;
    UserMem room = address ? UserMem.zeroed(64) : UserMem.NULL;
    return Syscall.of(SyscallName.ACCEPT4, fd, room, length, flags);
  }

  // Options and requests.

  private boolean getsockopt(TableRow row, int fd, String operation) {
    int level = Abi.SOL_SOCKET;
    int option = SoOption.SO_TYPE;
    int length = Integer.BYTES;
    String asked = operation.substring("getsockopt".length()).strip();
    switch (asked.split(" optlen")[0]) {
      case "", "SO_TYPE", "SO_TYPE NULL" -> {
        // As they are.
      }
      case "SO_ERROR" -> option = SoOption.SO_ERROR;
      case "SO_ACCEPTCONN" -> option = SoOption.SO_ACCEPTCONN;
      case "SO_PEERCRED" -> {
        option = SoOption.SO_PEERCRED;
        length = SO_PEERCRED_BYTES;
      }
      case "SOL_SOCKET 999" -> option = 999;
      case "level 999" -> {
        level = 999;
        option = 1;
      }
      case "TCP_INFO state byte" -> {
        level = Abi.IPPROTO_TCP;
        option = 11;
        length = 1;
      }
      case "TCP_NODELAY" -> {
        level = Abi.IPPROTO_TCP;
        option = 1;
      }
      case "IP_TTL" -> {
        level = Abi.IPPROTO_IP;
        option = 2;
      }
      case "IP_MTU" -> {
        level = Abi.IPPROTO_IP;
        option = 14;
      }
      case "IPV6_V6ONLY" -> {
        level = Abi.IPPROTO_IPV6;
        option = 26;
      }
      case "IPV6_MTU" -> {
        level = Abi.IPPROTO_IPV6;
        option = 24;
      }
      default -> {
        return false;
      }
    }
    Matcher optlen = Pattern.compile("optlen (-?\\d+)").matcher(asked);
    length = optlen.find() ? Integer.parseInt(optlen.group(1)) : length;
    boolean nothing = asked.contains("NULL optlen");
    UserMem room = nothing ? UserMem.NULL : UserMem.ofInt(length);
    int name = option;
    Detail detail =
        asked.equals("SO_PEERCRED") || asked.isEmpty()
            ? NONE
            : (result, after) -> value(name == SoOption.SO_ERROR, after);
    UserMem value = UserMem.zeroed(64);
    return finish(row, Syscall.of(SyscallName.GETSOCKOPT, fd, level, option, value, room), detail);
  }

  private static String value(boolean error, Syscall after) {
    int value = after.mem(3).getInt(0);
    String shown = error && value == 0 ? "OK" : error ? Errno.resultText(-value) : "" + value;
    return "value " + shown + " len " + after.mem(4).getInt(0);
  }

  private static @Nullable Syscall setsockopt(int fd, String operation) {
    String asked = operation.substring("setsockopt".length()).strip();
    if (asked.equals("SO_REUSEADDR NULL")) {
      return Syscall.of(
          SyscallName.SETSOCKOPT, fd, 1, SoOption.SO_REUSEADDR, UserMem.NULL, Integer.BYTES);
    }
    if (asked.isEmpty() || asked.equals("optlen -1")) {
      int length = asked.isEmpty() ? Integer.BYTES : -1;
      return Syscall.of(
          SyscallName.SETSOCKOPT, fd, 1, SoOption.SO_REUSEADDR, UserMem.ofInt(1), length);
    }
    Setting setting = SETTINGS.get(asked);
    if (setting == null) {
      return null;
    }
    // Something lies behind a value that is shorter than the program says.
    byte[] value = Arrays.copyOf(setting.value(), setting.value().length + 64);
    return Syscall.of(
        SyscallName.SETSOCKOPT,
        fd,
        setting.level(),
        setting.option(),
        UserMem.of(value),
        setting.length());
  }

  private boolean ioctl(TableRow row, int fd, String operation) {
    String asked = operation.substring("ioctl ".length());
    boolean number = true;
    int request;
    String device = "";
    switch (asked) {
      case "FIONREAD(SIOCINQ)", "FIONREAD NULL" -> request = Abi.FIONREAD;
      case "SIOCOUTQ" -> request = Abi.TIOCOUTQ;
      case "SIOCOUTQNSD" -> request = 0x894B;
      case "SIOCATMARK" -> request = Abi.SIOCATMARK;
      case "FIONBIO" -> request = Abi.FIONBIO;
      case "SIOCGPGRP" -> request = 0x8904;
      case "FIOGETOWN" -> request = 0x8903;
      case "unknown 0x1234" -> request = 0x1234;
      case "SIOCPROTOPRIVATE 0x89E0" -> request = 0x89E0;
      default -> {
        number = false;
        request = ifRequest(asked);
        boolean lo = asked.endsWith("lo") || asked.equals("SIOCSIFNAME");
        device = asked.endsWith("nope") ? "nope" : lo ? "lo" : "";
      }
    }
    if (request == 0) {
      return false;
    }
    if (asked.endsWith("NULL")) {
      return finish(row, Syscall.of(SyscallName.IOCTL, fd, request, UserMem.NULL), NONE);
    }
    if (number) {
      Detail detail = (result, after) -> "value " + after.mem(2).getInt(0);
      // Something lies behind the number of the program.
      Syscall call = Syscall.of(SyscallName.IOCTL, fd, request, UserMem.zeroed(ROOM));
      return finish(row, call, detail);
    }
    UserMem ifreq = UserMem.zeroed(ROOM);
    ifreq.put(0, device.getBytes(StandardCharsets.US_ASCII), device.length());
    if (asked.startsWith("SIOCSIFFLAGS")) {
      ifreq.putShort(16, UP_LOOPBACK_RUNNING);
    } else if (asked.startsWith("SIOCGIFADDR")) {
      ifreq.putShort(16, Abi.AF_INET);
    }
    return finish(row, Syscall.of(SyscallName.IOCTL, fd, request, ifreq), NONE);
  }

  private static int ifRequest(String asked) {
    return switch (asked.split(" ")[0]) {
      case "SIOCGSTAMP" -> 0x8906;
      case "SIOCGIFFLAGS" -> 0x8913;
      case "SIOCGIFINDEX" -> 0x8933;
      case "SIOCGIFADDR" -> 0x8915;
      case "SIOCDEVPRIVATE" -> 0x89F0;
      case "SIOCSIFFLAGS" -> 0x8914;
      case "SIOCADDRT" -> 0x890B;
      case "SIOCSIFNAME" -> 0x8923;
      default -> 0;
    };
  }

  // Pairs.

  /** {@code socketpair} with a family, type and protocol. */
  boolean socketpair(TableRow row) {
    Matcher asked = SOCKETPAIR.matcher(row.cell(SyscallErrorsTable.STATE));
    if (!asked.matches()) {
      return false;
    }
    boolean nowhere = row.cell(SyscallErrorsTable.OPERATION).endsWith("(NULL)");
    UserMem pair = nowhere ? UserMem.NULL : UserMem.ofInts(-1, -1);
    Syscall call =
        Syscall.of(
            SyscallName.SOCKETPAIR,
            Integer.parseInt(asked.group(1)),
            Integer.parseInt(asked.group(2), 16),
            Integer.parseInt(asked.group(3)),
            pair);
    table.finish(
        row,
        call,
        (result, after) ->
            nowhere ? "-" : after.mem(3).getInt(0) == -1 ? "array untouched" : "array written",
        true);
    return true;
  }

  private boolean finish(TableRow row, @Nullable Syscall call, Detail detail) {
    if (call == null) {
      return false;
    }
    table.finish(row, call, detail, false);
    return true;
  }
}
