package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/** Everything is wrong with a creation, and is mended one by one: Linux's order of the checks. */
class CreationErrorsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  /** Beside each object stands a pointer to the cgroup. */
  private static final int POINTER = 8;

  private static final int INODE = 832 + POINTER;
  private static final int TCP = 2368 + POINTER;
  private static final int FILE = 192 + POINTER + 192 + POINTER;
  private static final int LIMIT = 4 * 4096;
  private static final int BAD_FLAG = 0x40;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /**
   * The result of one call in a machine of its own, whose cgroup has room for so many bytes more
   * and must have the same room afterwards.
   */
  private static String result(
      int roomBytes, List<LsmRule> rules, long caps, int nofile, Syscall call) {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(new CgroupSpec("/red", LIMIT, false)),
                rules,
                List.of(TestKernel.task("tester", "/red", caps, nofile)),
                List.of()));
    int padding = LIMIT - roomBytes - POINTER;
    Calls program =
        new Calls(
            null,
            view -> {
              if (!view.model().cgroups().root().children().isEmpty() && view.nowNs() == 0) {
                pad(view.model(), padding);
                return new Program.Step(0, 1, call);
              }
              return null;
            });
    KernelReport report = kernel.run(program);
    assertThat(report.crash()).isEmpty();
    if (program.results.get(0) < 0) {
      red(program.machine()).objcg().uncharge(padding, Slab.UNRECLAIMABLE);
      assertThat(red(program.machine()).currentBytes()).isZero();
      assertThat(report.socketsOpen()).isZero();
      assertThat(program.machine().machine().initNet().socketsUsed()).isZero();
      // The machine and the task hold it, and no sock does.
      assertThat(program.machine().machine().initNet().count()).isEqualTo(2);
    }
    return program.texts().get(0);
  }

  private static MemcgState red(KernelModel model) {
    return Objects.requireNonNull(model.cgroups().find("/red")).memcg();
  }

  private static void pad(KernelModel model, int bytes) {
    if (!red(model).objcg().charge(bytes, Slab.UNRECLAIMABLE, Gfp.KERNEL)) {
      throw new AssertionError("no room for " + bytes + " bytes");
    }
  }

  private static LsmRule rule(LsmRule.Hook hook, int family, int errno) {
    return new LsmRule(hook, "", family, LsmRule.ANY, LsmRule.ANY, LsmRule.ANY, errno);
  }

  private static String errno(Errno errno) {
    return Errno.resultText(errno.negated());
  }

  @Test
  void socketChecksInTheOrderOfLinux() {
    int raw = Abi.SOCK_RAW;
    List<LsmRule> hooks =
        List.of(
            rule(LsmRule.Hook.SOCKET_CREATE, 3, Errno.EACCES.number()),
            rule(LsmRule.Hook.SOCKET_POST_CREATE, Abi.AF_INET, Errno.EBUSY.number()));
    List<LsmRule> post = List.of(hooks.get(1));
    List<String> seen = new ArrayList<>();
    // Arguments first: flags, family, type; then the hook, which a family out of use reaches too.
    seen.add(result(0, hooks, 0, 3, Syscall.socket(Abi.NPROTO, 15 | BAD_FLAG, -1)));
    seen.add(result(0, hooks, 0, 3, Syscall.socket(Abi.NPROTO, 15, -1)));
    seen.add(result(0, hooks, 0, 3, Syscall.socket(3, 15, -1)));
    seen.add(result(0, hooks, 0, 3, Syscall.socket(3, raw, -1)));
    // The inode, then whether there is the family.
    seen.add(result(0, post, 0, 3, Syscall.socket(3, raw, -1)));
    seen.add(result(INODE, post, 0, 3, Syscall.socket(3, raw, -1)));
    // The family's own checks.
    seen.add(result(INODE, post, 0, 3, Syscall.socket(Abi.AF_INET, Abi.SOCK_RDM, -1)));
    seen.add(result(INODE, post, 0, 3, Syscall.socket(Abi.AF_INET, Abi.SOCK_RDM, 0)));
    seen.add(result(INODE, post, 0, 3, Syscall.socket(Abi.AF_INET, raw, 0)));
    seen.add(result(INODE, post, 0, 3, Syscall.socket(Abi.AF_INET, raw, 99)));
    // The sock, the second hook, the descriptor, the file.
    Syscall tcp = Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0);
    seen.add(result(INODE, post, 0, 3, tcp));
    seen.add(result(INODE + TCP, post, 0, 3, tcp));
    seen.add(result(INODE + TCP, List.of(), 0, 3, tcp));
    seen.add(result(INODE + TCP, List.of(), 0, 4, tcp));
    seen.add(result(INODE + TCP + FILE, List.of(), 0, 4, tcp));
    assertThat(seen)
        .containsExactly(
            errno(Errno.EINVAL),
            errno(Errno.EAFNOSUPPORT),
            errno(Errno.EINVAL),
            errno(Errno.EACCES),
            errno(Errno.ENFILE),
            errno(Errno.EAFNOSUPPORT),
            errno(Errno.EINVAL),
            errno(Errno.ESOCKTNOSUPPORT),
            errno(Errno.EPROTONOSUPPORT),
            errno(Errno.EPERM),
            errno(Errno.ENOMEM),
            errno(Errno.EBUSY),
            errno(Errno.EMFILE),
            errno(Errno.ENOMEM),
            "3");
  }

  @Test
  void ipv6AndPacketSayEnobufsWithoutRoomForTheSock() {
    assertThat(result(INODE, List.of(), 0, 8, Syscall.socket(Abi.AF_INET6, Abi.SOCK_STREAM, 0)))
        .isEqualTo(errno(Errno.ENOBUFS));
  }

  @Test
  void socketpairTakesItsDescriptorsBeforeItsSockets() {
    int unix = 1152 + POINTER;
    int both = 2 * (INODE + unix);
    Syscall bad =
        Syscall.of(SyscallName.SOCKETPAIR, 3, Abi.SOCK_STREAM | BAD_FLAG, 0, UserMem.zeroed(4));
    Syscall fault = Syscall.of(SyscallName.SOCKETPAIR, 3, Abi.SOCK_STREAM, 0, UserMem.zeroed(4));
    Syscall family = Syscall.of(SyscallName.SOCKETPAIR, 3, Abi.SOCK_STREAM, 0, UserMem.zeroed(8));
    Syscall tcp =
        Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_INET, Abi.SOCK_STREAM, 0, UserMem.zeroed(8));
    List<String> seen = new ArrayList<>();
    seen.add(result(INODE, List.of(), 0, 4, bad));
    seen.add(result(INODE, List.of(), 0, 4, fault));
    seen.add(result(INODE, List.of(), 0, 5, fault));
    seen.add(result(INODE, List.of(), 0, 5, family));
    seen.add(result(2 * (INODE + TCP), List.of(), 0, 5, tcp));
    for (int limit :
        new int[] {
          0, INODE, INODE + unix, 2 * INODE + unix, both, both + FILE, both + 2 * FILE,
        }) {
      Syscall pair =
          Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_UNIX, Abi.SOCK_STREAM, 0, UserMem.zeroed(8));
      seen.add(result(limit, List.of(), 0, 5, pair));
    }
    assertThat(seen)
        .containsExactly(
            errno(Errno.EINVAL),
            errno(Errno.EMFILE),
            errno(Errno.EFAULT),
            errno(Errno.EAFNOSUPPORT),
            errno(Errno.EOPNOTSUPP),
            errno(Errno.ENFILE),
            errno(Errno.ENOMEM),
            errno(Errno.ENFILE),
            errno(Errno.ENOMEM),
            errno(Errno.ENOMEM),
            errno(Errno.ENOMEM),
            "0");
  }

  @Test
  void creationAndReleaseHopInTheOrderOfTheKernelsFunctions() {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(new CgroupSpec("/red", 10_000, false)),
                List.of(),
                List.of(TestKernel.task("tester", "/red", Capability.ALL, 8)),
                List.of()));
    List<String> messages = new ArrayList<>();
    Calls program =
        Calls.traced(
            (from, to, message, function) -> {
              // Messages, not work inside one actor.
              if (message instanceof org.netshard.protocol.actor.BatonMessage
                  || message instanceof org.netshard.protocol.actor.KernelMessage) {
                messages.add(message.getClass().getSimpleName());
              }
            },
            Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0),
            Syscall.close(3));
    KernelReport report = kernel.run(program);
    assertThat(program.results).containsExactly(3L, 0L);
    assertThat(messages)
        .containsExactly(
            "SockCreate",
            "Create",
            "SkAlloc",
            "InitData",
            "Done",
            "Release",
            "SkFree",
            "SockRelease",
            "Done");
    assertThat(report.cgroups().get(0).currentBytes()).isZero();
    assertThat(INODE + TCP + FILE).isLessThan(4096);
    assertThat(report.cgroups().get(0).peakBytes()).isEqualTo(4096);
  }
}
