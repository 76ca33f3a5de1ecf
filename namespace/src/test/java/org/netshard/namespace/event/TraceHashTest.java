package org.netshard.namespace.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

class TraceHashTest {
  private static String hash(String kernel, Consumer<TraceHash> events) {
    TraceHash hash = new TraceHash(kernel);
    events.accept(hash);
    return hash.hex();
  }

  private static Syscall getsockopt(int fd, int optname, int value) {
    return Syscall.of(
        SyscallName.GETSOCKOPT, fd, 1, optname, UserMem.ofInt(value), UserMem.ofInt(4));
  }

  @Test
  void sameEventsHaveTheSameHashAndEveryChangedFieldAnother() {
    List<String> hashes = new ArrayList<>();
    Syscall call = getsockopt(3, 7, 42);
    String same = hash("k", hash -> hash.add(10, 1, call, 0));
    assertThat(hash("k", hash -> hash.add(10, 1, getsockopt(3, 7, 42), 0))).isEqualTo(same);
    hashes.add(same);
    hashes.add(hash("l", hash -> hash.add(10, 1, call, 0)));
    hashes.add(hash("k", hash -> hash.add(11, 1, call, 0)));
    hashes.add(hash("k", hash -> hash.add(10, 2, call, 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, call, -1)));
    hashes.add(hash("k", hash -> hash.add(10, 1, getsockopt(4, 7, 42), 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, getsockopt(3, 8, 42), 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, getsockopt(3, 7, 43), 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, Syscall.close(3), 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, Syscall.of(SyscallName.DUP, 3), 0)));
    hashes.add(hash("k", hash -> hash.add(10, 1, Syscall.notSimulated("bind", 3), -38)));
    hashes.add(hash("k", hash -> hash.add(10, 1, Syscall.notSimulated("poll", 3), -38)));
    hashes.add(hash("k", hash -> hash.add(10, 1, Syscall.notSimulated("poll", 4), -38)));
    hashes.add(hash("k", hash -> hash.add(10, "cleanup_net 2")));
    hashes.add(hash("k", hash -> hash.add(10, "cleanup_net 3")));
    hashes.add(hash("k", hash -> {}));
    assertThat(hashes).doesNotHaveDuplicates();
  }

  @Test
  void everyByteOfLongContentAndOfWhatPointersReferToCounts() {
    List<String> hashes = new ArrayList<>();
    hashes.add(hash("k", hash -> hash.add(1, 1, write(new byte[100_000]), 0)));
    for (int changed : new int[] {0, 64, 99_999}) {
      byte[] content = new byte[100_000];
      content[changed] = 1;
      hashes.add(hash("k", hash -> hash.add(1, 1, write(content), 0)));
      hashes.add(hash("k", hash -> hash.add(1, 1, writev(content), 0)));
    }
    hashes.add(hash("k", hash -> hash.add(1, 1, write(new byte[99_999]), 0)));
    assertThat(hashes).doesNotHaveDuplicates();
  }

  private static Syscall write(byte[] content) {
    return Syscall.of(SyscallName.WRITE, 3, UserMem.of(content), content.length);
  }

  private static Syscall writev(byte[] content) {
    UserMem vector = UserMem.zeroed(16);
    vector.putPointer(0, UserMem.of(content));
    vector.putLong(8, content.length);
    return Syscall.of(SyscallName.WRITEV, 3, vector, 1);
  }

  @Test
  void orderOfEventsCounts() {
    Syscall first = Syscall.close(3);
    Syscall second = Syscall.close(4);
    assertThat(
            hash(
                "k",
                hash -> {
                  hash.add(1, 1, first, 0);
                  hash.add(1, 1, second, 0);
                }))
        .isNotEqualTo(
            hash(
                "k",
                hash -> {
                  hash.add(1, 1, second, 0);
                  hash.add(1, 1, first, 0);
                }));
  }

  @Test
  void readingTheHashChangesNothing() {
    TraceHash read = new TraceHash("k");
    TraceHash unread = new TraceHash("k");
    for (int i = 0; i < 1_000; i++) {
      read.add(i, 1, Syscall.close(i), 0);
      unread.add(i, 1, Syscall.close(i), 0);
      if (i % 100 == 0) {
        assertThat(read.hex()).isEqualTo(read.hex());
      }
    }
    assertThat(read.hex()).isEqualTo(unread.hex());
  }
}
