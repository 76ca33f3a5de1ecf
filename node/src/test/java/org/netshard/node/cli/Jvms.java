package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** JVMs that a test starts, each with the program in it, and ends all of when it is over. */
final class Jvms {
  private static final String UP = "node up at ";

  private final List<Process> started = new ArrayList<>();

  /** What a command did. */
  record Outcome(int exitCode, String out, String err) {}

  /** A node, and where it is reached. */
  record Node(Process process, String address) {}

  /** Starts a command; its standard error is that of the test, or a pipe. */
  Process start(Redirect err, List<String> flags, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--sun-misc")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-Xmx700m", "-XX:+UseParallelGC"));
    command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
    // The program's own, and not that of the tests.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add("org.netshard.node.Main");
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectError(err).start();
    started.add(process);
    return process;
  }

  /** Starts {@code netshard node} on a free port, and waits until it is a member. */
  Node node(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("node", "--port", "0"));
    all.addAll(List.of(arguments));
    Process process = start(Redirect.INHERIT, List.of(), all.toArray(new String[0]));
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    String line = reader.readLine();
    while (line != null && !line.startsWith(UP)) {
      line = reader.readLine();
    }
    assertThat(line).as("what the node said").isNotNull();
    return new Node(process, String.valueOf(line).substring(UP.length()));
  }

  /** Runs a command to its end. */
  Outcome run(String... arguments) throws IOException, InterruptedException {
    return outcome(start(Redirect.PIPE, List.of(), arguments));
  }

  /** Waits for the end of a command that says little. */
  static Outcome outcome(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, err);
  }

  /** Ends all that still run. */
  void end() throws InterruptedException {
    started.forEach(Process::destroy);
    for (Process process : started) {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
