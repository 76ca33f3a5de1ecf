package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.netshard.namespace.OracleTable;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.ProcSlab;
import org.netshard.namespace.net.SlabCache;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/** Caches of the kernel, compared with the rows {@code slab} of a live kernel's table. */
class SlabInfoTest {
  private static final Pattern SHOWN =
      Pattern.compile("objsize=(\\d+); objperslab=(\\d+); pagesperslab=(\\d+);.*");
  private static final Pattern MERGED =
      Pattern.compile("object_size=\\d+; slab_size=(\\d+); objs_per_slab=(\\d+); order=(\\d+);.*");

  private final TestFiles files = new TestFiles(CgroupVersion.V2);

  static Stream<List<String>> rows(Pattern pattern) {
    return OracleTable.rows("lifecycle").stream()
        .filter(row -> "slab".equals(row.get("group")))
        .map(row -> List.of(row.getOrDefault("step", ""), row.getOrDefault("observed", "")))
        .filter(row -> pattern.matcher(row.get(1)).matches());
  }

  static Stream<List<String>> shown() {
    return rows(SHOWN);
  }

  static Stream<List<String>> merged() {
    return rows(MERGED);
  }

  private List<List<String>> lines() {
    return files
        .cat(files.root(), "/proc/slabinfo")
        .lines()
        .skip(2)
        .map(line -> List.of(line.split(" +")))
        .toList();
  }

  /** Also of caches that are not simulated: a slab has the pages that its objects ask for. */
  @ParameterizedTest
  @MethodSource("shown")
  void slabHasAsManyObjectsAndPagesAsTheTableSays(List<String> row) {
    Matcher facts = SHOWN.matcher(row.get(1));
    assertThat(facts.matches()).isTrue();
    SlabCache cache = new SlabCache(row.get(0), Integer.parseInt(facts.group(1)));
    assertThat(cache.objectsPerSlab()).isEqualTo(Integer.parseInt(facts.group(2)));
    assertThat(1 << cache.order()).isEqualTo(Integer.parseInt(facts.group(3)));
    String name = row.get(0).replace("/proc/slabinfo ", "");
    for (List<String> line : lines()) {
      if (line.get(0).equals(name)) {
        assertThat(line.subList(3, 6))
            .containsExactly(facts.group(1), facts.group(2), facts.group(3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("merged")
  void mergedCacheHasTheSizeThatTheTableSays(List<String> row) {
    Matcher facts = MERGED.matcher(row.get(1));
    assertThat(facts.matches()).isTrue();
    SlabCache cache = new SlabCache(row.get(0), Integer.parseInt(facts.group(1)));
    assertThat(cache.objectsPerSlab()).isEqualTo(Integer.parseInt(facts.group(2)));
    assertThat(cache.order()).isEqualTo(Integer.parseInt(facts.group(3)));
    String name = row.get(0).split(" ", -1)[0];
    for (Proto proto : files.machine.protos()) {
      if (proto.name().equals(name)) {
        assertThat(ProcSlab.cache(proto).size()).isEqualTo(cache.size());
      }
    }
  }

  @Test
  void everyKindOfSockWithACacheOfItsOwnIsShown() {
    Map<String, Long> shown =
        lines().stream().collect(Collectors.groupingBy(line -> line.get(0), Collectors.counting()));
    for (String name : List.of("TCP", "TCPv6", "UDP", "UDPv6", "RAW", "RAWv6", "PING", "MPTCPv6")) {
      assertThat(shown).as(name).containsEntry(name, 1L);
    }
    assertThat(shown)
        .containsKeys("filp", "dentry", "sock_inode_cache")
        .doesNotContainKey("PINGv6");
  }

  @ParameterizedTest
  @CsvSource({"0, slabinfo - version: 2.1", "1000, EACCES"})
  void onlyRootMayReadIt(int uid, String text) {
    long caps = uid == 0 ? Capability.ALL : 0;
    Task task = files.task(9, 9, Cred.of(uid, uid, new int[0], caps, files.machine.initUserNs()));
    assertThat(files.cat(task, "/proc/slabinfo")).startsWith(text);
  }
}
