package org.netshard.node.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.node.cli.BadInputException;
import org.netshard.node.local.LocalKernel;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceLog;
import org.netshard.node.strace.StraceSyntaxException;

/** Replays logs, each in a kernel of its own that begins as the recording machine did. */
public final class Replay {
  private Replay() {}

  /**
   * Reads a log whole.
   *
   * @throws BadInputException naming the line that cannot be understood
   */
  public static List<StraceEvent> read(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new BadInputException(file + ": no such log");
    }
    List<StraceEvent> events = new ArrayList<>();
    try (StraceLog log = StraceLog.open(file)) {
      for (StraceEvent event = log.next(); event != null; event = log.next()) {
        events.add(event);
      }
    } catch (StraceSyntaxException bad) {
      throw new BadInputException(String.valueOf(bad.getMessage()));
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
    if (events.isEmpty()) {
      throw new BadInputException(file + ": there is no call in it");
    }
    return events;
  }

  /**
   * Replays one log.
   *
   * @param file its name, for messages
   * @param log its events
   * @param sysctls what held on the recording machine
   * @throws BadInputException naming the line of the log or the setting that cannot be understood
   * @throws IllegalStateException if a bug stopped the kernel, naming the event
   */
  public static ReplayResult run(String file, List<StraceEvent> log, List<SysctlSetting> sysctls) {
    return run(file, log, sysctls, List.of());
  }

  /**
   * Replays one log after what was done before its recording.
   *
   * @param prep lines of a shell
   * @see #run(String, List, List)
   */
  public static ReplayResult run(
      String file, List<StraceEvent> log, List<SysctlSetting> sysctls, List<PrepLines.Line> prep) {
    return run(file, log, sysctls, prep, Observe.NOTHING);
  }

  /**
   * Replays one log, and watches the kernel while it does.
   *
   * @param observe how closely, and where its packets are written
   * @see #run(String, List, List, List)
   */
  public static ReplayResult run(
      String file,
      List<StraceEvent> log,
      List<SysctlSetting> sysctls,
      List<PrepLines.Line> prep,
      Observe observe) {
    KernelSpec machine =
        new KernelSpec(
                "replay",
                0,
                "linux-6.18",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of())
            .observed(observe);
    ReplaySetup setup = new ReplaySetup(sysctls, prep);
    LogReplay program = new LogReplay(file, log, setup);
    try (LocalKernel kernel = LocalKernel.start(machine)) {
      if (!prep.isEmpty()) {
        kernel.run(setup.prepare());
      }
      do {
        KernelReport report = kernel.run(program);
        if (!report.crash().isEmpty()) {
          throw new IllegalStateException(
              file + ": a bug stopped the kernel: " + report.crash() + program.position());
        }
      } while (!program.done());
    }
    BadInputException bad = program.bad();
    if (bad != null) {
      throw bad;
    }
    return program.result();
  }
}
