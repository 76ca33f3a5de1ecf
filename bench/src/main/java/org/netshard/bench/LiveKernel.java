package org.netshard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The kernel of this machine, measured by a program in C: a call through JNA costs about as much as
 * {@code socket} itself and would be held against the kernel.
 */
final class LiveKernel {
  /** Sockets made and closed per second by one process. */
  static final String ONE = "one";

  /** The same by one process for each core at once. */
  static final String ALL = "all";

  /** Namespaces made per second; needs the right to make any. */
  static final String NAMESPACES = "namespaces";

  /** Round trips of 64 bytes per second between two processes on one core, over UDP. */
  static final String TALK_UDP = "talk-udp";

  /** The same over a pair of UNIX stream sockets. */
  static final String TALK_UNIX = "talk-unix";

  /** The same over a connection of TCP. */
  static final String TALK_TCP = "talk-tcp";

  /** The same, with a connection of TCP for each. */
  static final String CONNECT_TCP = "connect-tcp";

  /** MiB per second over a connection of TCP. */
  static final String BULK_TCP = "bulk-tcp";

  private static final String SECONDS = "0.5";
  private static final long PATIENCE_SECONDS = 30;

  private LiveKernel() {}

  /** Compiles the program; null without a C compiler, and then no rate is measured. */
  static @Nullable Path compile() throws IOException {
    Path folder = Files.createTempDirectory("netshard-bench");
    Path source = folder.resolve("live.c");
    Path program = folder.resolve("live");
    folder.toFile().deleteOnExit();
    source.toFile().deleteOnExit();
    program.toFile().deleteOnExit();
    try (InputStream in = LiveKernel.class.getResourceAsStream("live.c")) {
      if (in == null) {
        throw new IllegalStateException("live.c is not in the jar");
      }
      Files.copy(in, source);
    }
    try {
      Process compiler =
          new ProcessBuilder("cc", "-O2", "-o", program.toString(), source.toString())
              .inheritIO()
              .start();
      if (ended(compiler) == 0) {
        return program;
      }
    } catch (IOException noCompiler) {
      System.err.println("no C compiler: the live kernel is not measured");
    }
    return null;
  }

  /** Calls per second for half a second from now; null if the live kernel does not allow them. */
  static @Nullable Double measure(Path program, String what) throws IOException {
    String cores = Integer.toString(Runtime.getRuntime().availableProcessors());
    Process process = new ProcessBuilder(program.toString(), what, SECONDS, cores).start();
    String rate;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      rate = lines.readLine();
    }
    if (ended(process) != 0) {
      throw new IllegalStateException("the live kernel refused a socket");
    }
    return rate == null ? null : Double.valueOf(rate);
  }

  private static int ended(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("no end after " + PATIENCE_SECONDS + " s: " + process);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
