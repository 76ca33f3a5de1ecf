package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

/**
 * Who sleeps at a listener learns of a connection that comes from another one of its group, as
 * programs saw it on Linux 6.18.44: {@code inet_csk_listen_stop} wakes it ({@code sk_data_ready}).
 */
class ListenerMigrationTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long NS_PER_MS = 1_000_000;
  private static final int OLD = 3;
  private static final int CLIENT = 4;
  private static final int NEW = 5;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** Calls of a task, each at its time or when the one before is over. */
  private static final class Task implements Program {
    private final List<Step> steps = new ArrayList<>();
    final List<String> results = new ArrayList<>();
    private int position;

    Task at(long ms, int pid, Syscall call) {
      steps.add(new Step(ms * NS_PER_MS, pid, call));
      return this;
    }

    @Override
    public String name() {
      return "task";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      kernel.model().machine().initNet().setLoUp(true);
      return position == steps.size() ? null : steps.get(position++);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      results.add(call.name() + "=" + Errno.resultText(result) + "@" + nowNs / NS_PER_MS);
    }
  }

  private static Syscall named(SyscallName name, int fd) {
    return LifecycleTest.named(name, fd, LifecycleTest.address(Abi.AF_INET, 8001));
  }

  private static void listen(Task task, int fd) {
    UserMem on = UserMem.ofInt(1);
    task.at(0, 1, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0))
        .at(
            0,
            1,
            Syscall.of(
                SyscallName.SETSOCKOPT, fd, Abi.SOL_SOCKET, SoOption.SO_REUSEPORT, on, on.size()))
        .at(0, 1, named(SyscallName.BIND, fd))
        .at(0, 1, Syscall.of(SyscallName.LISTEN, fd, 5));
  }

  /** The results of a child that accepts at the new listener while its parent closes the old. */
  private static List<String> child(int migrate) {
    KernelSpec spec =
        new KernelSpec(
            "machine",
            1,
            "linux-6.18",
            "",
            List.of(new SysctlSetting("net.ipv4.tcp_migrate_req", "" + migrate, "test")),
            List.of(),
            List.of(),
            List.of(),
            List.of(TestKernel.task("parent", "/", Capability.ALL, 64)),
            List.of(),
            List.of());
    Task parent = new Task();
    listen(parent, OLD);
    parent
        .at(0, 1, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0))
        .at(0, 1, named(SyscallName.CONNECT, CLIENT));
    listen(parent, NEW);
    parent.at(0, 1, Syscall.of(SyscallName.FORK)).at(10, 1, Syscall.close(OLD));
    Task child =
        new Task()
            .at(1, 2, Syscall.close(OLD))
            .at(2, 2, Syscall.of(SyscallName.ACCEPT, NEW, UserMem.NULL, UserMem.NULL));
    TestKernel kernel = new TestKernel(KIT, spec);
    kernel.attach(parent);
    kernel.attach(child);
    kernel.open();
    kernel.report();
    kernel.stop(KIT);
    return child.results;
  }

  @Test
  void acceptThatSleepsEndsWhenAnotherListenerIsClosed() {
    assertThat(child(1)).containsExactly("CLOSE=0@1", "ACCEPT=3@10");
  }

  @Test
  void acceptSleepsOnIfConnectionsDoNotMigrate() {
    assertThat(child(0)).containsExactly("CLOSE=0@1");
  }
}
