package org.netshard.namespace.program;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.netlink.Nl;

/**
 * A shell that sets a kernel up: each line becomes the system calls that {@code mkdir}, {@code
 * rmdir}, {@code echo}, {@code cat}, {@code sysctl} and {@code ip} make.
 *
 * <p>The result of a line is 0, or that of the first of its calls that fails.
 */
public final class SetupProgram implements Program {
  private static final int READ_BYTES = 131_072;
  private static final int MODE_DIRECTORY = 0777;
  private static final int MODE_FILE = 0666;
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final String HOME = "/proc/self/ns/net";
  private static final int ACK_BYTES = 8192;

  /** Where an acknowledgement has its error, behind the header. */
  private static final int ACK_ERROR_AT = 16;

  private final int pid;
  private final List<SetupLine> lines;
  private final ToIntFunction<String> pids;
  private final RunLedger ledger;
  private final @Nullable Consumer<String> reader;
  private final ArrayDeque<Syscall> planned = new ArrayDeque<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private int position;
  private @Nullable SetupLine running;
  private int fd = -1;
  private int homeFd = -1;
  private long result;
  private String failure = "";

  /**
   * A shell.
   *
   * @param pid its process number
   * @param lines what it does, in order
   * @param pids finds the number of a task by its name, 0 if there is none
   * @param ledger where met and unmet expectations are counted
   */
  public SetupProgram(
      int pid, List<SetupLine> lines, ToIntFunction<String> pids, RunLedger ledger) {
    this(pid, lines, pids, ledger, null);
  }

  /**
   * A shell whose output somebody reads.
   *
   * @param reader gets the text of each file that is printed; null prints it in the report
   */
  public SetupProgram(
      int pid,
      List<SetupLine> lines,
      ToIntFunction<String> pids,
      RunLedger ledger,
      @Nullable Consumer<String> reader) {
    this.pid = pid;
    this.reader = reader;
    this.lines = List.copyOf(lines);
    this.pids = pids;
    this.ledger = ledger;
  }

  /**
   * The first line before all that failed without being expected to, as a message; empty if none
   * did.
   */
  public String failure() {
    return failure;
  }

  @Override
  public String name() {
    return "setup";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    while (planned.isEmpty()) {
      SetupLine ended = running;
      if (ended != null) {
        end(kernel, ended, nowNs);
      }
      if (position == lines.size() || !failure.isEmpty()) {
        return null;
      }
      SetupLine line = lines.get(position++);
      running = line;
      begin(line);
    }
    SetupLine line = running;
    long atNs = line == null ? nowNs : Math.max(nowNs, line.atNs());
    return new Step(atNs, pid, planned.removeFirst());
  }

  private void begin(SetupLine line) {
    result = 0;
    fd = -1;
    output.reset();
    String path = withPids(line.path());
    switch (line.command()) {
      case MKDIR -> planned.add(mkdir(path));
      case MKDIR_PARENTS -> {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
          planned.add(mkdir(path.substring(0, slash)));
        }
        planned.add(mkdir(path));
      }
      case RMDIR -> planned.add(Syscall.of(SyscallName.RMDIR, text(path)));
      case ECHO -> planned.add(open(path, Abi.O_WRONLY | Abi.O_CREAT | Abi.O_TRUNC));
      case CAT -> planned.add(open(path, Abi.O_RDONLY));
      case IP ->
          planned.add(
              Syscall.of(SyscallName.SOCKET, Abi.AF_NETLINK, Abi.SOCK_RAW, Nl.NETLINK_ROUTE));
      case NETNS_ENTER -> {
        planned.add(open(HOME, Abi.O_RDONLY));
        planned.add(open(path, Abi.O_RDONLY));
      }
      case NETNS_LEAVE -> {
        planned.add(setns(homeFd));
        planned.add(Syscall.close(homeFd));
      }
    }
  }

  private static Syscall mkdir(String path) {
    return Syscall.of(SyscallName.MKDIR, text(path), MODE_DIRECTORY);
  }

  private static Syscall open(String path, int flags) {
    return Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, text(path), flags, MODE_FILE);
  }

  private static Syscall setns(int fd) {
    return Syscall.of(SyscallName.SETNS, fd, CLONE_NEWNET);
  }

  private static UserMem text(String text) {
    return UserMem.of((text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /** The text with the numbers of tasks in the places of their names. */
  private String withPids(String text) {
    Matcher matcher = SetupLine.PID.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(filled, Integer.toString(pids.applyAsInt(matcher.group(1))));
    }
    return matcher.appendTail(filled).toString();
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long callResult, long nowNs) {
    SetupLine line = running;
    if (line == null) {
      throw new IllegalStateException("a result without a line");
    }
    boolean failed = Errno.isError(callResult);
    if (failed && result == 0 && !isThere(line, callResult)) {
      result = callResult;
      planned.clear();
    }
    switch (call.name()) {
      case OPENAT -> {
        if (!failed) {
          opened(line, (int) callResult);
        }
      }
      case SOCKET -> {
        if (!failed) {
          fd = (int) callResult;
          UserMem message = UserMem.of(HexFormat.of().parseHex(line.text()));
          planned.add(
              Syscall.of(SyscallName.SENDTO, fd, message, message.size(), 0, UserMem.NULL, 0));
        }
      }
      case SENDTO -> {
        UserMem into = UserMem.zeroed(ACK_BYTES);
        planned.add(
            Syscall.of(SyscallName.RECVFROM, fd, into, ACK_BYTES, 0, UserMem.NULL, UserMem.NULL));
      }
      case RECVFROM -> {
        int error = failed ? 0 : call.mem(1).getInt(ACK_ERROR_AT);
        if (error < 0 && result == 0) {
          result = error;
        }
        planned.add(Syscall.close(fd));
      }
      case READ -> {
        if (callResult > 0) {
          output.writeBytes(call.mem(1).get(0, (int) callResult));
          planned.add(read());
        } else {
          planned.add(Syscall.close(fd));
        }
      }
      case WRITE -> planned.add(Syscall.close(fd));
      default -> {
        // Nothing more is to be done.
      }
    }
  }

  private void opened(SetupLine line, int newFd) {
    if (line.command() == SetupLine.Command.NETNS_ENTER) {
      if (planned.isEmpty()) {
        planned.add(setns(newFd));
        planned.add(Syscall.close(newFd));
      } else {
        homeFd = newFd;
      }
      return;
    }
    fd = newFd;
    planned.add(line.command() == SetupLine.Command.CAT ? read() : write(line));
  }

  /** Whether {@code mkdir -p} finds a directory that is there, which is no failure. */
  private static boolean isThere(SetupLine line, long callResult) {
    return line.command() == SetupLine.Command.MKDIR_PARENTS
        && callResult == Errno.EEXIST.negated();
  }

  private Syscall read() {
    return Syscall.of(SyscallName.READ, fd, UserMem.zeroed(READ_BYTES), READ_BYTES);
  }

  private Syscall write(SetupLine line) {
    byte[] bytes = withPids(line.text()).getBytes(StandardCharsets.UTF_8);
    return Syscall.of(SyscallName.WRITE, fd, UserMem.of(bytes), bytes.length);
  }

  private void end(KernelView kernel, SetupLine line, long nowNs) {
    running = null;
    if (line.command() == SetupLine.Command.CAT && result == 0) {
      String text = output.toString(StandardCharsets.UTF_8);
      if (reader != null) {
        reader.accept(text);
      } else {
        String made = "cat " + withPids(line.path());
        kernel.output(new KernelReport.Output(line.place(), made, text, nowNs));
      }
    }
    Expectation expected = line.expected();
    if (expected.kind() != Expectation.Kind.NONE) {
      expect(line, expected.value(), nowNs);
    } else if (result < 0) {
      String message = line.place() + ": " + line.line() + ": " + Errno.resultText(result);
      if (line.atNs() == SetupLine.BEFORE_ALL) {
        failure = message;
      } else {
        kernel.warn(message);
      }
    }
  }

  private void expect(SetupLine line, long expected, long nowNs) {
    if (expected == result) {
      ledger.met();
    } else {
      ledger.unmet(
          new KernelReport.Unmet(
              line.place(),
              name(),
              line.line(),
              Errno.resultText(expected),
              Errno.resultText(result),
              nowNs));
    }
  }
}
