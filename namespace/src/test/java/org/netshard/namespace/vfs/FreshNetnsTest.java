package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.OracleTable;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNetFiles;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.cred.Cred;

/**
 * {@code /proc/net} of a namespace in which nothing has happened yet, compared with a live kernel's
 * table, and with the texts that its files had.
 */
class FreshNetnsTest {
  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private NetState net = files.machine.initNet();

  @BeforeEach
  void enterAFreshNamespace() {
    net = Machines.net(files.machine);
    root.setNet(net);
  }

  private String cat(String name) {
    return files.cat(root, "/proc/net/" + name);
  }

  private List<List<String>> rows(String name) {
    return cat(name).lines().skip(1).map(line -> List.of(line.strip().split(" +"))).toList();
  }

  private static Map<String, String> group(String group) {
    Map<String, String> steps = new LinkedHashMap<>();
    for (Map<String, String> row : OracleTable.rows("lifecycle")) {
      if (group.equals(row.get("group"))) {
        steps.put(row.getOrDefault("step", ""), row.getOrDefault("observed", ""));
      }
    }
    return steps;
  }

  private static String observed(String step) {
    String observed = group("fresh netns").get(step);
    if (observed == null) {
      throw new AssertionError("no such row: " + step);
    }
    return observed;
  }

  static Stream<String> protocols() {
    return group("protocols").keySet().stream().filter(step -> step.startsWith("/proc/"));
  }

  @ParameterizedTest
  @MethodSource("protocols")
  void protocolIsThatOfTheTable(String step) {
    String name = step.substring(step.lastIndexOf(' ') + 1);
    List<String> row =
        rows("protocols").stream().filter(r -> r.get(0).equals(name)).findFirst().orElseThrow();
    String memory = row.get(3).equals("-1") ? "-1" : "counted";
    String press = row.get(4).equals("NI") ? "NI" : "yes/no";
    assertThat(
            "size=%s; memory column=%s; press=%s; maxhdr=%s; own slab=%s; methods=%s"
                .formatted(
                    row.get(1),
                    memory,
                    press,
                    row.get(5),
                    row.get(6),
                    String.join("", row.subList(8, row.size()))))
        .isEqualTo(group("protocols").get(step));
  }

  @Test
  void protocolsAreThoseOfTheTableAndTheirMethodsHaveItsNames() {
    List<String> head = List.of(cat("protocols").lines().findFirst().orElseThrow().split(" +"));
    assertThat("columns=" + String.join(" ", head.subList(8, head.size())))
        .isEqualTo(group("protocols").get("names of the method columns"));
    assertThat(rows("protocols").stream().map(row -> "/proc/net/protocols " + row.get(0)))
        .containsAll(protocols().toList());
  }

  @Test
  void nothingIsCounted() {
    boolean zero = rows("protocols").stream().allMatch(row -> row.get(2).equals("0"));
    assertThat(zero ? "all=every one 0" : cat("protocols"))
        .isEqualTo(
            observed(
                "/proc/net/protocols: sockets column of every protocol in a netns without user"
                    + " sockets"));
    String used = cat("sockstat").lines().findFirst().orElseThrow();
    assertThat(used.replace("sockets: used ", "value=")).isEqualTo(observed("sockets: used"));
  }

  @ParameterizedTest
  @CsvSource({"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "unix", "packet"})
  void noSocketIsListed(String name) {
    assertThat("lines=" + rows(name).size()).isEqualTo(observed("/proc/net/" + name + " lines"));
  }

  @Test
  void kernelHasItsNetlinkSockets() {
    Map<Integer, Integer> counts = new TreeMap<>();
    rows("netlink").forEach(row -> counts.merge(Integer.parseInt(row.get(1)), 1, Integer::sum));
    boolean unbound = rows("netlink").stream().allMatch(row -> row.get(2).equals("0"));
    TreeSet<String> inodes = new TreeSet<>();
    rows("netlink").forEach(row -> inodes.add(row.get(9)));
    boolean distinct = inodes.size() == rows("netlink").size() && !inodes.contains("0");
    assertThat(
            "lines=%s; every portid 0=%s; inode column nonzero and distinct=%s"
                .formatted(
                    counts.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue())
                        .collect(Collectors.joining(" ")),
                    unbound ? "True" : "False",
                    distinct ? "True" : "False"))
        .isEqualTo(observed("/proc/net/netlink lines (kernel sockets), protocol:count"));
  }

  @Test
  void namesAreThoseOfTheTable() {
    List<String> fresh = ProcNetFiles.names(net);
    List<String> init = ProcNetFiles.names(files.machine.initNet());
    List<String> onlyInInit = new ArrayList<>(init);
    onlyInInit.removeAll(fresh);
    List<String> onlyFresh = new ArrayList<>(fresh);
    onlyFresh.removeAll(init);
    assertThat(
            "only in init=%s; only in fresh=%s; count=%d; names=%s"
                .formatted(
                    String.join(" ", onlyInInit),
                    onlyFresh.isEmpty() ? "none" : String.join(" ", onlyFresh),
                    fresh.size(),
                    String.join(" ", fresh)))
        .isEqualTo(observed("names in /proc/net"));
  }

  @Test
  void everyNameCanBeOpenedInItsNamespaceOnly() {
    for (NetState each : List.of(net, files.machine.initNet())) {
      root.setNet(each);
      for (String name : ProcNetFiles.names(files.machine.initNet())) {
        String path = "/proc/net/" + name;
        boolean there = ProcNetFiles.names(each).contains(name);
        Vfs.Opened opened = files.vfs.open(root, files.vfs.workingDirectory(), path, Abi.O_RDONLY);
        assertThat(opened.result() == 0).as(path).isEqualTo(there);
      }
    }
  }

  @Test
  void deviceAndRoutesAreThoseOfTheTable() {
    String names =
        cat("dev")
            .lines()
            .skip(2)
            .map(l -> l.split(":")[0].strip())
            .collect(Collectors.joining(" "));
    assertThat("names=" + names).isEqualTo(observed("/proc/net/dev"));
    net.setLoUp(true);
    assertThat(
            "ipv4=%d; ipv6=%d".formatted(rows("route").size(), cat("ipv6_route").lines().count()))
        .isEqualTo(observed("/proc/net/route lines with lo up"));
  }

  /** The texts of a live 6.18.44, without those that tell of the whole machine. */
  @Test
  void textsAreThoseOfALiveKernel() throws IOException {
    String all;
    try (InputStream in =
        new GZIPInputStream(
            FreshNetnsTest.class.getResourceAsStream(
                "/org/netshard/namespace/net/proc-net-fresh.txt.gz"))) {
      all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
    int count = 0;
    for (String part : all.split("(?m)^==> ", -1)) {
      if (!part.isEmpty()) {
        int end = part.indexOf(" <==\n");
        String[] head = part.substring(0, end).split(" ", -1);
        net.setLoUp(head[0].equals("up"));
        String text = part.substring(end + 5);
        if (head[1].startsWith("stat/")) {
          // That machine had two CPUs, and a line for each.
          text = text.lines().distinct().map(line -> line + "\n").collect(Collectors.joining());
        }
        assertThat(cat(head[1])).as(part.substring(0, end)).isEqualTo(text);
        count++;
      }
    }
    assertThat(count).isGreaterThan(110);
  }

  @Test
  void filesOfNetfilterAreForRootOnly() {
    Cred user = Cred.of(1000, 1000, new int[0], 0, files.machine.initUserNs());
    Task task = files.task(7, 7, user);
    task.setNet(net);
    for (String name : List.of("ip_tables_names", "nf_conntrack", "netfilter/nfnetlink_log")) {
      assertThat(files.cat(task, "/proc/net/" + name)).as(name).isEqualTo("EACCES");
    }
    assertThat(files.cat(task, "/proc/net/psched")).hasSize(36);
  }
}
