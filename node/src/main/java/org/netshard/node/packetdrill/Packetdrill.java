package org.netshard.node.packetdrill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.node.cli.BadInputException;
import org.netshard.node.local.LocalKernel;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;

/** Runs scripts, each against a kernel of its own. */
public final class Packetdrill {
  private static final String SUFFIX = ".pkt";

  /** Besides what is built in, a kernel for tests has these modules. */
  private static final String MODULES = "modules = [tcp_dctcp]";

  /**
   * What root has chosen before the script begins, so that it may be chosen in a namespace; the
   * last one, which Linux's own configuration says, is the machine's default.
   */
  private static final List<SysctlSetting> CHOSEN =
      List.of(congestion("dctcp"), congestion("cubic"));

  private static final long WINDOW_NS = 10_000_000_000L;

  private Packetdrill() {}

  /**
   * What came of a script.
   *
   * @param file the script
   * @param failure what was not as expected, with its place; empty if all was
   * @param notes what failed in its shell and did not matter to that, with places
   * @param log its events as they happened
   */
  public record Result(String file, String failure, List<String> notes, List<String> log) {
    public Result {
      notes = List.copyOf(notes);
      log = List.copyOf(log);
    }

    /** Whether all was as expected. */
    public boolean passed() {
      return failure.isEmpty();
    }
  }

  /**
   * The scripts among files and folders: of a folder all below it, in the order of their names.
   *
   * @throws BadInputException naming what is not there
   */
  public static List<Path> scripts(List<Path> paths) {
    List<Path> scripts = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        if (!Files.isReadable(path)) {
          throw new BadInputException(path + ": there is no such script");
        }
        scripts.add(path);
        continue;
      }
      try (Stream<Path> below = Files.walk(path)) {
        List<Path> found = below.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        if (found.isEmpty()) {
          throw new BadInputException(path + ": there is no script *" + SUFFIX + " below it");
        }
        scripts.addAll(found);
      } catch (IOException e) {
        throw new BadInputException(path + ": cannot be read: " + e.getMessage());
      }
    }
    return scripts;
  }

  /**
   * Runs a script.
   *
   * @param file the script
   * @param definitions what words in it stand for
   * @param options names and values of options that go before its own
   * @throws ScriptSyntaxException naming the place of what is wrong or not simulated
   * @throws BadInputException if it cannot be read
   */
  public static Result run(
      Path file, Map<String, String> definitions, Map<String, String> options) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
    Path folder = file.toAbsolutePath().getParent();
    return run(file.toString(), text, folder == null ? file : folder, definitions, options);
  }

  /**
   * Runs the text of a script.
   *
   * @param file its name, for messages
   * @param folder from where the paths of its files count
   * @see #run(Path, Map, Map)
   */
  public static Result run(
      String file,
      String text,
      Path folder,
      Map<String, String> definitions,
      Map<String, String> options) {
    PlannedScript script = PlannedScript.of(file, text, folder, definitions, options);
    List<String> log = new ArrayList<>();
    ScriptRun run = new ScriptRun(file, script, log::add);
    try (LocalKernel kernel = LocalKernel.start(machine())) {
      kernel.attach(run);
      long endNs = WINDOW_NS;
      while (!run.finished()) {
        long nextNs = kernel.runUntil(endNs);
        KernelReport report = kernel.report();
        if (!report.crash().isEmpty()) {
          String crash = file + ": a bug stopped the kernel: " + report.crash();
          return new Result(file, crash, run.notes(), log);
        }
        if (nextNs == EventQueue.NEVER) {
          run.stuck();
        }
        endNs = Math.max(endNs, nextNs) + WINDOW_NS;
      }
    }
    return new Result(file, run.failure(), run.notes(), log);
  }

  private static SysctlSetting congestion(String name) {
    return new SysctlSetting("net.ipv4.tcp_congestion_control", name, "packetdrill");
  }

  private static KernelSpec machine() {
    return new KernelSpec(
        "packetdrill",
        0,
        "linux-6.18",
        MODULES,
        CHOSEN,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
