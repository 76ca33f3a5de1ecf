package org.netshard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** Namespaces made per second; absent without the right to make any. */
  static final String NAMESPACES = "namespaces";

  private final @Nullable Path program;

  private LiveKernel(@Nullable Path program) {
    this.program = program;
  }

  /** Compiles the program; without a C compiler every rate will be absent. */
  static LiveKernel compile() throws IOException {
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
      return new LiveKernel(ended(compiler) == 0 ? program : null);
    } catch (IOException noCompiler) {
      System.err.println("no C compiler: the live kernel is not measured");
      return new LiveKernel(null);
    }
  }

  /** Calls per second now, by name; those that cannot be measured are absent. */
  Map<String, Double> measure(int cores) throws IOException {
    Map<String, Double> rates = new LinkedHashMap<>();
    if (program == null) {
      return rates;
    }
    Process process = new ProcessBuilder(program.toString(), Integer.toString(cores)).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        rates.put(words[0], Double.valueOf(words[1]));
      }
    }
    if (ended(process) != 0) {
      throw new IllegalStateException("the live kernel refused a socket");
    }
    return rates;
  }

  private static int ended(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
