package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** Every recorded log is read, and every simulated call in it is understood. */
class StraceCorpusTest {
  private static final int LOGS = 190;

  /** Their lines, without those that only begin a call. */
  private static final int EVENTS = 136_473;

  /** Calls of which strace prints what is not known here: addresses and environments. */
  private static final Set<SyscallName> WITH_ADDRESSES =
      EnumSet.of(
          SyscallName.CLONE,
          SyscallName.CLONE3,
          SyscallName.EXECVE,
          SyscallName.IOCTL,
          SyscallName.SENDMSG,
          SyscallName.RECVMSG);

  private static List<Path> logs(String folder) {
    try {
      URI uri =
          Objects.requireNonNull(StraceCorpusTest.class.getResource("/strace/" + folder)).toURI();
      try (Stream<Path> files = Files.walk(Path.of(uri))) {
        return files.filter(f -> f.toString().endsWith(".strace.gz")).sorted().toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long read(List<Path> logs, Consumer<StraceEvent> reader) {
    long events = 0;
    for (Path file : logs) {
      try (StraceLog log = StraceLog.open(file)) {
        for (StraceEvent event = log.next(); event != null; event = log.next()) {
          reader.accept(event);
          events++;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return events;
  }

  private static boolean simulated(Call call) {
    return SyscallName.byKernelName(call.name()) != null;
  }

  @Test
  void everyLogIsReadAndEveryValueIsPrintedAsItWasRead() {
    assertThat(logs("")).hasSize(LOGS);
    long events =
        read(
            logs(""),
            event -> {
              if (event instanceof Call call) {
                for (StraceValue value : call.arguments()) {
                  assertThat(StraceParser.parseValue(value.text())).isEqualTo(value);
                }
              }
            });

    assertThat(events).isEqualTo(EVENTS);
  }

  @Test
  void everySimulatedCallIsDecodedAndIsTheSameAsItself() {
    Set<SyscallName> seen = EnumSet.noneOf(SyscallName.class);
    read(
        logs(""),
        event -> {
          if (event instanceof Call call && simulated(call) && !decodedByStrace(call)) {
            Syscall entry = CallDecoder.decode(call);
            seen.add(entry.name());
            Syscall after = RecordedMemory.after(call, entry);
            ResultComparison.Outcome outcome =
                ResultComparison.compare(call, after, call.result().value(), IdMapping.EQUAL);
            assertThat(outcome.difference()).as(call.place() + " " + call.text()).isEmpty();
          }
        });

    assertThat(EnumSet.complementOf(EnumSet.copyOf(seen)))
        .containsExactlyInAnyOrder(
            SyscallName.FORK,
            SyscallName.EXIT,
            SyscallName.OPEN,
            SyscallName.CREAT,
            SyscallName.MKDIR,
            SyscallName.MKDIRAT,
            SyscallName.RMDIR,
            SyscallName.UNLINKAT,
            SyscallName.PIPE,
            SyscallName.GETTID,
            SyscallName.FCHMODAT2,
            SyscallName.READLINK,
            SyscallName.READLINKAT,
            SyscallName.NI_SYSCALL);
  }

  @Test
  void everyOtherCallIsReadAsOneThatIsNotSimulated() {
    Set<String> names = new TreeSet<>();
    read(
        logs(""),
        event -> {
          if (event instanceof Call call && !simulated(call)) {
            Syscall read = CallDecoder.decodeOrThrow(call);
            assertThat(read.isSimulated()).isFalse();
            assertThat(read.callName()).isEqualTo(call.name());
            names.add(call.name());
          }
        });

    assertThat(names).hasSizeGreaterThan(1).allMatch(SyscallNames::exists);
  }

  @Test
  void everyOtherResultIsDifferent() {
    read(
        logs("fuzz"),
        event -> {
          if (event instanceof Call call
              && simulated(call)
              && call.result().known()
              && !decodedByStrace(call)) {
            Syscall after = RecordedMemory.after(call, CallDecoder.decode(call));
            assertThat(
                    ResultComparison.compare(
                            call, after, call.result().value() + 1, IdMapping.EQUAL)
                        .verdict())
                .isEqualTo(ResultComparison.Verdict.DIFFERENT);
          }
        });
  }

  @Test
  void everyCallIsPrintedAsStracePrintsIt() {
    List<String> different = new ArrayList<>();
    long[] printed = new long[1];
    Consumer<StraceEvent> printer =
        event -> {
          if (event instanceof Call call
              && simulated(call)
              && comparable(call)
              && !decodedByStrace(call)) {
            Syscall entry = CallDecoder.decode(call);
            Syscall after = RecordedMemory.after(call, entry);
            String line = CallPrinter.line(entry, after, call.result().value());
            printed[0]++;
            if (!masked(line).equals(masked(call.text()))) {
              different.add(call.text() + "\n" + line);
            }
          }
        };
    read(logs("fuzz"), printer);
    read(logs("probes"), printer);
    read(logs("files"), printer);

    assertThat(different).isEmpty();
    assertThat(printed[0]).isGreaterThan(40_000);
  }

  /** Messages of netlink are printed as what they mean, and some control messages without data. */
  private static boolean decodedByStrace(Call call) {
    return call.text().contains("cmsg_type=0x")
        || (call.name().equals("recvmsg") && call.text().contains("msg_control=["))
        || call.text().contains("iov_base=[")
        || call.text().contains("nlmsg_len=");
  }

  private static boolean comparable(Call call) {
    SyscallName name = SyscallName.byKernelName(call.name());
    return call.result().known()
        && !WITH_ADDRESSES.contains(name)
        && !call.text().contains("\"\\x")
        && !call.text().contains("AX25_P_");
  }

  /** Hides addresses, and the spaces that align results. */
  private static String masked(String line) {
    return line.replaceAll("0x(bad000|[0-9a-f]{9,12})\\b", "ADDRESS").replaceAll("\\) +=", ") =");
  }
}
