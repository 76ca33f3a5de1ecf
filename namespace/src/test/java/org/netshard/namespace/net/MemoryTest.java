package org.netshard.namespace.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.OpenFile.Kind;

/** Heap that idle namespaces and open files take. */
class MemoryTest {
  private static final int NAMESPACES = 50_000;
  private static final int FILES = 500_000;
  private static final int NAMESPACE_BYTES_MAX = 600;
  private static final int FILE_BYTES_MAX = 60;

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void anIdleNamespaceTakesAtMost600Bytes() {
    MachineState machine = Machines.linux();
    machine.initUserNs().setNetNamespacesMax(NAMESPACES);
    Machines.net(machine);
    long before = usedBytes();
    List<NetState> nets = new ArrayList<>(NAMESPACES);
    for (int i = 1; i < NAMESPACES; i++) {
      nets.add(Machines.net(machine));
    }
    long each = (usedBytes() - before) / NAMESPACES;
    System.out.println("an idle namespace: " + each + " bytes of heap");
    assertThat(each).isBetween(1L, (long) NAMESPACE_BYTES_MAX);
    assertThat(nets).hasSize(machine.namespaceCount() - 2);
  }

  @Test
  void anOpenFileWithItsDescriptorTakesAtMost60Bytes() {
    FdTable table = new FdTable();
    long before = usedBytes();
    for (int fd = 0; fd < FILES; fd++) {
      int free = table.lowestFree(0, FILES);
      table.install(free, new OpenFile(Kind.SOCKET, 2, "sock", 0, 0, null), false);
    }
    long each = (usedBytes() - before) / FILES;
    System.out.println("an open file: " + each + " bytes of heap");
    assertThat(each).isBetween(1L, (long) FILE_BYTES_MAX);
    assertThat(table.openCount()).isEqualTo(FILES);
  }
}
