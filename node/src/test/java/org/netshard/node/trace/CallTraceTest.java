package org.netshard.node.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.netshard.node.cli.ExitCodes;
import org.netshard.node.cli.NetshardCommand;
import picocli.CommandLine;

class CallTraceTest {
  private static String trace(String... arguments) {
    return trace(ExitCodes.GOOD, arguments);
  }

  private static String trace(int exitCode, String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    String[] all = new String[arguments.length + 1];
    all[0] = "trace";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    assertThat(line.execute(all)).isEqualTo(exitCode);
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
            "  sk_alloc",
            "sk_prot_alloc",
            "mem_cgroup_sk_alloc",
            "sock_init_data",
            "sock_alloc_file",
            "fd_install",
            "= 3");
  }

  @Test
  void functionsOfTaskOutsideAnyCgroupComeInTheSameOrder() {
    assertThat(trace("socket(AF_INET, SOCK_STREAM, 0)"))
        .containsSubsequence(
            "inet_create", "  sk_alloc", "sk_prot_alloc", "mem_cgroup_sk_alloc", "sock_init_data")
        .doesNotContain("Charge");
  }

  @Test
  void sockOfACgroupIsBoundBeforeItBegins() {
    assertThat(trace("socket(AF_INET, SOCK_STREAM, 0)", "--cgroup-limit", "1000000"))
        .containsSubsequence("sk_prot_alloc", "sock_net_set", "mem_cgroup_sk_alloc");
  }

  @Test
  void failureAfterAllocationEndsWhereItBegan() {
    assertThat(trace("socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)"))
        .endsWith("= -1 EACCES (Permission denied), ended in Sock, sk->sk_prot->init\n");
    assertThat(trace("socketpair(AF_INET, SOCK_STREAM, 0, [3, 4])"))
        .endsWith(
            "= -1 EOPNOTSUPP (Operation not supported), ended in Sock, sock->ops->socketpair\n");
    assertThat(trace("socket(AF_AX25, SOCK_STREAM, 0)")).endsWith("ended in Net, net_families[]\n");
    assertThat(trace("socket(AF_INET, SOCK_STREAM|0x10, 0)"))
        .endsWith("= -1 EINVAL (Invalid argument), ended in Kernel, __sys_socket\n");
    assertThat(trace("close(3)")).endsWith("ended in Kernel, sys_close\n");
  }

  @Test
  void capabilitiesAndGroupOfTheTaskCount() {
    String raw = "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)";
    assertThat(trace(raw, "--caps", "none")).contains("= -1 EPERM");
    assertThat(trace(raw, "--uid", "1000", "--caps", "CAP_NET_ADMIN,CAP_NET_RAW"))
        .endsWith("= 3\n");
    assertThat(trace("setresgid(5, 5, 5)", "--uid", "7", "--gid", "5")).endsWith("= 0\n");
    assertThat(trace("setresgid(5, 5, 5)", "--uid", "7")).contains("= -1 EPERM");
    assertThat(trace(ExitCodes.BAD_INPUT, raw, "--caps", "CAP_BOGUS"))
        .startsWith("--caps CAP_BOGUS: allowed are all, none, or names");
  }

  @Test
  void unmetExpectationIsReported() {
    assertThat(trace("socket(AF_INET, SOCK_STREAM, 0) = 3")).endsWith("= 3\n");
    assertThat(trace(ExitCodes.DIFFERENT, "socket(AF_INET, SOCK_STREAM, 0) = -1 EPERM"))
        .contains("expected EPERM", "got 3");
  }

  @Test
  void jsonHoldsTheHopsAndTheEnd() throws IOException {
    JsonNode good = new ObjectMapper().readTree(trace("socket(AF_UNIX, SOCK_DGRAM, 0)", "--json"));
    assertThat(good.path("result").asLong(-1)).isEqualTo(3);
    assertThat(good.path("hops").path(1).path("from").asText()).isEqualTo("Kernel");
    assertThat(good.path("hops").path(1).path("to").asText()).isEqualTo("Net");
    assertThat(good.path("hops").path(1).path("message").asText()).isEqualTo("SockCreate");
    assertThat(good.path("hops").path(1).path("function").asText()).isEqualTo("sock_create");
    JsonNode bad = new ObjectMapper().readTree(trace("socket(AF_UNIX, SOCK_DGRAM, 9)", "--json"));
    assertThat(bad.path("result").asLong()).isEqualTo(-1);
    assertThat(bad.path("errno").asText()).isEqualTo("EPROTONOSUPPORT");
    assertThat(bad.path("endedIn").path("function").asText()).isEqualTo("unix_create");
  }

  @Test
  void failingCallSaysWhereItEnded() {
    assertThat(trace("socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)", "--uid", "1000"))
        .endsWith("= -1 EPERM (Operation not permitted), ended in AF_INET, inet_create\n");
    assertThat(trace("socket(AF_INET6, SOCK_STREAM, 0)", "--cgroup-limit", "2000"))
        .contains("ENFILE")
        .endsWith("ended in Net, sock_alloc\n");
    assertThat(trace("socket(AF_INET, 11, 0)")).contains("= -1 EINVAL").contains("__sock_create");
  }

  @Test
  void callThatIsNotSimulatedIsToldAsSuch() throws IOException {
    String notify = "mq_notify(3, {sigev_value=80}, 16)";
    String warning = "system call mq_notify is not simulated: it fails with ENOSYS";
    assertThat(trace(notify))
        .endsWith(
            "= -1 ENOSYS (Function not implemented), ended in Kernel, sys_ni_syscall\nwarning: "
                + warning
                + "\n");
    assertThat(trace(notify, "--mermaid")).endsWith("Note over Kernel: warning: " + warning + "\n");
    JsonNode json = new ObjectMapper().readTree(trace(notify, "--json"));
    assertThat(json.path("warnings").path(0).asText()).isEqualTo(warning);
    assertThat(trace(ExitCodes.DIFFERENT, notify + " = 0")).contains("expected 0, got ENOSYS");
    assertThat(trace(ExitCodes.BAD_INPUT, "bnid(3)")).startsWith("CALL:1:1: Linux has no system");
  }

  @Test
  void mermaidIsASequenceDiagram() {
    assertThat(trace("socket(AF_UNIX, SOCK_DGRAM, 0)", "--mermaid"))
        .startsWith("sequenceDiagram\n")
        .contains("  Kernel->>Net: SockCreate (sock_create)\n")
        .contains("  AF_UNIX->>UNIX_2_0: SkAlloc (unix_create)\n");
  }

  private static final String TO_7000 =
      "{sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr(\"127.0.0.1\")}, 16)";

  @Test
  void aDatagramIsFollowedToTheThreadThatItWakes() {
    assertThat(
            trace(
                "--before",
                "socket(AF_INET, SOCK_DGRAM, 0)",
                "--before",
                "bind(3, " + TO_7000,
                "--before",
                "socket(AF_INET, SOCK_DGRAM, 0)",
                "--waiting",
                "recvfrom(3, \"\", 10, 0, NULL, NULL)",
                "sendto(4, \"hi\", 2, 0, " + TO_7000 + " = 2"))
        .containsSubsequence(
            "__sys_sendto",
            "ip_local_out",
            "dev_queue_xmit",
            "= 2",
            "net_rx_action",
            "__netif_receive_skb_core",
            "ip_rcv",
            "ip_local_deliver_finish",
            "__udp4_lib_rcv",
            "sock_def_readable",
            "pid 2 in recvfrom",
            "try_to_wake_up",
            "__sys_recvfrom");
  }

  @Test
  void aDatagramToNobodyShowsWhyItIsDroppedAndTheErrorAboutIt() {
    assertThat(
            trace(
                "--before", "socket(AF_INET, SOCK_DGRAM, 0)", "sendto(3, \"hi\", 2, 0, " + TO_7000))
        .containsSubsequence(
            "__udp4_lib_rcv", "__icmp_send", "SKB_DROP_REASON_NO_SOCKET", "ip_rcv");
  }

  @Test
  void aCallBeforeThatFailsIsBadInput() {
    assertThat(trace(ExitCodes.BAD_INPUT, "--before", "close(7)", "close(3)"))
        .contains("--before close: EBADF");
  }
}
