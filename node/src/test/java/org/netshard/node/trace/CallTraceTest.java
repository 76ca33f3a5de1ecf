package org.netshard.node.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.netshard.node.cli.NetshardCommand;
import picocli.CommandLine;

class CallTraceTest {
  private static String trace(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    String[] all = new String[arguments.length + 1];
    all[0] = "trace";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    assertThat(line.execute(all)).isZero();
    return out.toString();
  }

  @Test
  void functionsComeInTheOrderOfTheKernel() {
    assertThat(trace("socket(AF_INET, SOCK_STREAM, 0)", "--cgroup-limit", "1000000"))
        .containsSubsequence(
            "__sys_socket",
            "sock_create",
            "__sock_create",
            "security_socket_create",
            "sock_alloc",
            "net_families[]",
            "inet_create",
            "mem_cgroup_sk_alloc",
            "sk_alloc",
            "sock_init_data",
            "sock_alloc_file",
            "fd_install",
            "= 3");
  }

  @Test
  void failingCallSaysWhereItEnded() {
    assertThat(trace("socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)", "--uid", "1000"))
        .endsWith("= -1 EPERM (Operation not permitted), ended in AF_INET, inet_create\n");
    assertThat(trace("socket(AF_INET6, SOCK_STREAM, 0)", "--cgroup-limit", "2000"))
        .contains("ENOBUFS")
        .endsWith("ended in MemCgroup, try_charge\n");
    assertThat(trace("socket(AF_INET, 11, 0)")).contains("= -1 EINVAL").contains("__sock_create");
  }

  @Test
  void mermaidIsASequenceDiagram() {
    assertThat(trace("socket(AF_UNIX, SOCK_DGRAM, 0)", "--mermaid"))
        .startsWith("sequenceDiagram\n")
        .contains("  Kernel->>Net: SockCreate (sock_create)\n")
        .contains("  AF_UNIX->>UNIX_2_0: SkAlloc (unix_create)\n");
  }
}
