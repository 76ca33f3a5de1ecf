package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.cred.Capability;

/** Heap that an idle kernel takes, with its actors. */
class KernelMemoryTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int KERNELS = 1_000;
  private static final int BATCHES = 5;
  private static final int KERNEL_BYTES_MAX = 4096;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static TestKernel kernel() {
    return new TestKernel(
        KIT,
        TestKernel.spec(
            List.of(),
            List.of(),
            List.of(TestKernel.task("idle", "/", Capability.ALL, 64)),
            List.of()));
  }

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** The median of several batches, since other threads of the JVM allocate too. */
  @Test
  void aKernelWithANamespaceAndATaskTakesAtMost4KiB() {
    List<TestKernel> kernels = new ArrayList<>();
    kernels.add(kernel());
    long[] each = new long[BATCHES];
    for (int batch = 0; batch < BATCHES; batch++) {
      long before = usedBytes();
      for (int i = 0; i < KERNELS; i++) {
        kernels.add(kernel());
      }
      each[batch] = (usedBytes() - before) / KERNELS;
    }
    Arrays.sort(each);
    System.out.println("an idle kernel: " + each[BATCHES / 2] + " bytes of heap");
    assertThat(each[BATCHES / 2]).isBetween(1L, (long) KERNEL_BYTES_MAX);
    assertThat(kernels).hasSize(1 + BATCHES * KERNELS);
  }
}
