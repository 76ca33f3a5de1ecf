package org.netshard.namespace.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.OpenFile.Kind;
import org.netshard.protocol.abi.Errno;

/** A descriptor table against a naive one, a sorted map. */
class FdTableProperties {
  private static final int LIMIT = 9000;

  private FdTable table = new FdTable();
  private final Map<Integer, OpenFile> naive = new TreeMap<>();

  @Property(tries = 60)
  void behavesAsASortedMap(
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 30_000) Integer> steps) {
    table = new FdTable();
    naive.clear();
    fill(steps.size() * 20);
    for (int step : steps) {
      int operation = step % 3;
      int argument = step / 3;
      if (operation == 0) {
        open(argument % (LIMIT + 10));
      } else if (operation == 1) {
        remove(argument % (naive.size() + 5));
      } else {
        open(0);
      }
      assertThat(table.openCount()).isEqualTo(naive.size());
    }
    same(table);
    FdTable copy = table.copy();
    same(copy);
    assertThat(copy.lowestFree(0, LIMIT)).isEqualTo(table.lowestFree(0, LIMIT));
    long references = naive.values().stream().filter(file -> file.references() == 2).count();
    assertThat(references).isEqualTo(naive.size());
    for (int fd = table.nextOpen(0); fd >= 0; fd = table.nextOpen(fd + 1)) {
      put(table.remove(fd), false);
      put(copy.remove(fd), true);
    }
    assertThat(table.openCount()).isZero();
    assertThat(table.lowestFree(0, 1)).isZero();
  }

  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      open(0);
    }
  }

  private void open(int from) {
    int fd = table.lowestFree(from, LIMIT);
    int expected = from;
    while (naive.containsKey(expected)) {
      expected++;
    }
    assertThat(fd).isEqualTo(expected < LIMIT ? expected : Errno.EMFILE.negated());
    if (fd >= 0) {
      OpenFile file = new OpenFile(Kind.OTHER, fd, null);
      table.install(fd, file, fd % 3 == 0);
      naive.put(fd, file);
    }
  }

  private void remove(int fd) {
    OpenFile removed = table.remove(fd);
    assertThat(removed).isSameAs(naive.remove(fd));
    if (removed != null) {
      put(removed, true);
    }
  }

  private void same(FdTable other) {
    int last = -1;
    for (Map.Entry<Integer, OpenFile> entry : naive.entrySet()) {
      int fd = entry.getKey();
      assertThat(other.nextOpen(last + 1)).isEqualTo(fd);
      assertThat(other.get(fd)).isSameAs(entry.getValue());
      assertThat(other.closeOnExec(fd)).isEqualTo(fd % 3 == 0);
      last = fd;
    }
    assertThat(other.nextOpen(last + 1)).isEqualTo(-1);
  }

  private static void put(@Nullable OpenFile file, boolean last) {
    assertThat(file).isNotNull();
    if (file != null) {
      assertThat(file.put()).isEqualTo(last);
    }
  }
}
