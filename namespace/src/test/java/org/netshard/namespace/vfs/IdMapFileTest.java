package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.task.CredCalls;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** Maps of user and group ids, with the results that a live kernel gave for them. */
class IdMapFileTest {
  private final MachineState machine = Machines.linux();
  private final UserNamespace init = machine.initUserNs();
  private final Cred root = Cred.of(0, 0, new int[0], Capability.ALL, init);
  private final Cred plain = Cred.of(1000, 1000, new int[0], 0, init);

  private static String write(IdMapFile.Kind kind, UserNamespace ns, Cred by, String text) {
    return Errno.resultText(new IdMapFile(kind, ns, by).write(by, text));
  }

  private static String users(UserNamespace ns, Cred by, String text) {
    return write(IdMapFile.Kind.UID_MAP, ns, by, text);
  }

  @Test
  void ownersMapThemselvesAndNobodyElse() {
    UserNamespace ns = new UserNamespace(init, 1000, false);
    Cred inside = plain.inUserNamespace(ns);
    assertThat(users(ns, inside, "0 1001 1\n")).isEqualTo("EPERM");
    assertThat(users(ns, inside, "0 1000 2\n")).isEqualTo("EPERM");
    assertThat(users(ns, inside, "0 0 1\n")).isEqualTo("EPERM");
    assertThat(users(ns, inside, "0 1000 1")).isEqualTo("8");
    assertThat(users(ns, inside, "0 1000 1")).isEqualTo("EPERM");
    assertThat(ns.uidMap().toKernel(0)).isEqualTo(1000);
    assertThat(ns.seenUid(1000)).isZero();
    assertThat(ns.seenUid(0)).isEqualTo(UserNamespace.OVERFLOW_ID);
  }

  @Test
  void groupsAreMappedByThemselvesOnlyOnceSetgroupsIsDenied() {
    UserNamespace ns = new UserNamespace(init, 1000, false);
    Cred inside = plain.inUserNamespace(ns);
    assertThat(write(IdMapFile.Kind.GID_MAP, ns, inside, "0 1000 1")).isEqualTo("EPERM");
    assertThat(write(IdMapFile.Kind.SETGROUPS, ns, inside, "deny x")).isEqualTo("EINVAL");
    assertThat(write(IdMapFile.Kind.SETGROUPS, ns, inside, "deny\n")).isEqualTo("5");
    assertThat(write(IdMapFile.Kind.GID_MAP, ns, inside, "0 1000 1")).isEqualTo("8");
    assertThat(write(IdMapFile.Kind.SETGROUPS, ns, inside, "allow")).isEqualTo("EPERM");
    Task task =
        new Task(
            7,
            7,
            "test",
            new CgroupTree(CgroupVersion.V2, 0).root(),
            inside,
            machine.initNet(),
            new FdTable(),
            20);
    Syscall setgroups = Syscall.of(SyscallName.SETGROUPS, 1, UserMem.ofInt(0));
    assertThat(CredCalls.perform(task, setgroups)).isEqualTo(Errno.EPERM.negated());
    assertThat(CredCalls.perform(task, Syscall.of(SyscallName.SETGID, 0))).isZero();
    assertThat(CredCalls.perform(task, Syscall.of(SyscallName.SETGID, 1)))
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void rootOfTheParentMapsWhatItHasUnlessRangesOverlap() {
    UserNamespace ns = new UserNamespace(init, 0, true);
    for (String bad : new String[] {"", "x", "0 0", "0 0 0", "0 5 1 1", "0 4294967295 1"}) {
      assertThat(users(ns, root, bad)).isEqualTo("EINVAL");
    }
    assertThat(users(ns, root, "0 5 10\n5 20 1\n")).isEqualTo("EINVAL");
    assertThat(users(ns, root, "0 100000 65536\n70000 5 1\n")).isEqualTo("25");
    assertThat(ns.uidMap().toKernel(65535)).isEqualTo(165535);
    assertThat(ns.uidMap().toKernel(65536)).isEqualTo(-1);
    UserNamespace inner = new UserNamespace(ns, 100000, true);
    Cred inNs = root.inUserNamespace(ns);
    assertThat(users(inner, inNs, "0 65536 1")).isEqualTo("EPERM");
    assertThat(users(inner, inNs, "0 1 2")).isEqualTo("5");
    assertThat(inner.uidMap().toKernel(1)).isEqualTo(100002);
  }

  @Test
  void theInitialNamespaceAndStrangersCannotWrite() {
    assertThat(users(init, root, "0 0 1")).isEqualTo("EPERM");
    UserNamespace ns = new UserNamespace(init, 0, true);
    UserNamespace other = new UserNamespace(init, 0, true);
    assertThat(users(ns, root.inUserNamespace(other), "0 0 1")).isEqualTo("EPERM");
    assertThat(users(ns, plain, "0 1000 1")).isEqualTo("EPERM");
  }

  private static String text(IdMapFile.Kind kind, UserNamespace ns, Cred by) {
    StringBuilder text = new StringBuilder();
    assertThat(new IdMapFile(kind, ns, by).show(text)).isZero();
    return text.toString();
  }

  @Test
  void mapsAreShownAsTheReadersNamespaceSeesThem() {
    assertThat(text(IdMapFile.Kind.UID_MAP, init, plain))
        .isEqualTo("         0          0 4294967295\n");
    UserNamespace ns = new UserNamespace(init, 0, true);
    assertThat(text(IdMapFile.Kind.UID_MAP, ns, root)).isEmpty();
    assertThat(users(ns, root, "0 100000 65536\n")).isEqualTo("15");
    String shown = "         0     100000      65536\n";
    assertThat(text(IdMapFile.Kind.UID_MAP, ns, root)).isEqualTo(shown);
    assertThat(text(IdMapFile.Kind.UID_MAP, ns, root.inUserNamespace(ns))).isEqualTo(shown);
    UserNamespace inner = new UserNamespace(ns, 100000, true);
    assertThat(users(inner, root.inUserNamespace(ns), "0 1 2")).isEqualTo("5");
    assertThat(text(IdMapFile.Kind.UID_MAP, inner, root))
        .isEqualTo("         0     100001          2\n");
    assertThat(text(IdMapFile.Kind.UID_MAP, inner, root.inUserNamespace(inner)))
        .isEqualTo("         0          1          2\n");
    assertThat(text(IdMapFile.Kind.SETGROUPS, inner, plain)).isEqualTo("allow\n");
  }
}
