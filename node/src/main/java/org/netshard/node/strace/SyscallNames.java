package org.netshard.node.strace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.netshard.protocol.abi.SyscallName;

/**
 * The names of Linux's system calls, those that are not simulated too.
 *
 * <p><b>Source:</b> {@code arch/x86/entry/syscalls/syscall_64.tbl}.
 */
public final class SyscallNames {
  private static final Set<String> ALL = load();

  private SyscallNames() {}

  private static Set<String> load() {
    try (InputStream stream =
            Objects.requireNonNull(
                SyscallNames.class.getResourceAsStream("syscalls.txt"), "syscalls.txt");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      return Collections.unmodifiableSet(new TreeSet<>(reader.lines().toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether Linux has this call. */
  public static boolean exists(String name) {
    return ALL.contains(name);
  }

  /** All calls of Linux, in alphabetical order. */
  static Set<String> all() {
    return ALL;
  }

  /** The calls that are simulated. */
  public static List<String> simulated() {
    List<String> names = new ArrayList<>();
    for (SyscallName name : SyscallName.values()) {
      if (name != SyscallName.NI_SYSCALL) {
        names.add(name.kernelName());
      }
    }
    return names;
  }
}
