package org.netshard.namespace.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.OpenFile.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.CapSets;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.SecureBits;
import org.netshard.protocol.cred.UserNamespace;

/** Calls of tasks, with the results that a live kernel gave for them. */
class TaskCallsTest {
  private static final int VERSION_3 = 0x20080522;
  private static final long ROOT = Capability.ALL & ~Capability.CAP_SYS_RESOURCE.bit();

  private final MachineState machine = Machines.linux();
  private final CgroupTree cgroups = new CgroupTree(CgroupVersion.V2, 0);
  private final Task task = task(Cred.of(0, 0, new int[0], ROOT, machine.initUserNs()));

  private Task task(Cred cred) {
    return new Task(7, 7, "test", cgroups.root(), cred, machine.initNet(), new FdTable(), 20);
  }

  private Task nobody() {
    return task(Cred.of(1000, 1000, new int[0], 0, machine.initUserNs()));
  }

  private static String call(Task by, SyscallName name, Object... arguments) {
    return Errno.resultText(CredCalls.perform(by, Syscall.of(name, arguments)));
  }

  private static int open(Task by, Kind kind, int flags, Object payload, int owner) {
    int fd = by.fds().lowestFree(0, by.nofile());
    by.fds().install(fd, new OpenFile(kind, flags, payload, owner, owner, null), false);
    return fd;
  }

  private int fcntlResult(int fd, int command, Object arg) {
    Syscall call = Syscall.of(SyscallName.FCNTL, fd, command, arg);
    return FcntlCall.perform(task, call, pid -> pid == task.pid() ? task : null);
  }

  private String fcntl(int fd, int command, Object arg) {
    return Errno.resultText(fcntlResult(fd, command, arg));
  }

  @Test
  void fcntlChangesOnlyTheFlagsThatCanChange() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    int[] args = {0, 0x400, 0x800, 0x2000, 0x4000, 0x40000, 0x4800, 0x802, 0x200000, -1};
    String[] results = {"0", "0", "0", "0", "EINVAL", "0", "EINVAL", "0", "0", "EINVAL"};
    int[] flags = {2, 0x402, 0x802, 0x2002, 0x2002, 0x40002, 0x40002, 0x802, 2, 2};
    for (int i = 0; i < args.length; i++) {
      assertThat(fcntl(fd, Abi.F_SETFL, args[i])).isEqualTo(results[i]);
      assertThat(fcntlResult(fd, Abi.F_GETFL, 0)).isEqualTo(flags[i]);
    }
  }

  @Test
  void fcntlOnABadDescriptorIsEbadfBeforeTheCommandIsLookedAt() {
    assertThat(fcntl(99, 999, 0)).isEqualTo("EBADF");
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    assertThat(fcntl(fd, 999, 0)).isEqualTo("EINVAL");
    int path = open(task, Kind.NSFS, Abi.O_PATH, machine.initNet(), 0);
    assertThat(fcntl(path, Abi.F_SETFL, 0)).isEqualTo("EBADF");
    assertThat(fcntl(path, 999, 0)).isEqualTo("EBADF");
    assertThat(fcntl(path, Abi.F_GETFL, 0)).isEqualTo(Integer.toString(Abi.O_PATH));
    assertThat(fcntl(path, Abi.F_DUPFD, 0)).isEqualTo("2");
  }

  @Test
  void noatimeOfAnotherUsersFileIsEperm() {
    OpenFile file = new OpenFile(Kind.SOCKET, Abi.O_RDWR, "sock", 0, 0, null);
    assertThat(FcntlCall.setfl(file, Abi.O_NOATIME, nobody().cred()))
        .isEqualTo(Errno.EPERM.negated());
    OpenFile own = new OpenFile(Kind.SOCKET, Abi.O_RDWR, "sock", 1000, 1000, null);
    assertThat(FcntlCall.setfl(own, Abi.O_NOATIME, nobody().cred())).isZero();
  }

  @Test
  void ownerOfAFileIsGivenBackOnlyWhileItIsThere() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    UserMem owner = UserMem.zeroed(8);
    assertThat(fcntl(fd, Abi.F_GETOWN_EX, owner)).isEqualTo("0");
    assertThat(owner).extracting(o -> o.getInt(0)).isEqualTo(FileOwner.TID);
    assertThat(fcntl(fd, Abi.F_SETOWN, 7)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETOWN, 0)).isEqualTo("7");
    assertThat(fcntl(fd, Abi.F_SETOWN, 99)).isEqualTo("ESRCH");
    assertThat(fcntl(fd, Abi.F_SETOWN, Integer.MIN_VALUE)).isEqualTo("EINVAL");
    assertThat(fcntl(fd, Abi.F_GETOWN, 0)).isEqualTo("7");
    assertThat(fcntl(fd, Abi.F_SETOWN, -7)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETOWN, 0)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_SETOWN_EX, UserMem.ofInts(3, 7))).isEqualTo("EINVAL");
    assertThat(fcntl(fd, Abi.F_SETOWN_EX, UserMem.ofInts(FileOwner.TID, -1))).isEqualTo("ESRCH");
    assertThat(fcntl(fd, Abi.F_SETOWN_EX, UserMem.NULL)).isEqualTo("EFAULT");
    assertThat(fcntl(fd, Abi.F_SETSIG, 65)).isEqualTo("EINVAL");
    assertThat(fcntl(fd, Abi.F_SETSIG, 64)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETSIG, 0)).isEqualTo("64");
  }

  @Test
  void commandsThatSocketsDoNotHaveEachHaveAnErrorOfTheirOwn() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    assertThat(fcntl(fd, Abi.F_GETLEASE, 0)).isEqualTo("2");
    assertThat(fcntl(fd, Abi.F_NOTIFY, 1)).isEqualTo("ENOTDIR");
    assertThat(fcntl(fd, Abi.F_NOTIFY, 1 << 31)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETPIPE_SZ, 0)).isEqualTo("EBADF");
    assertThat(fcntl(fd, Abi.F_ADD_SEALS, 0)).isEqualTo("EINVAL");
    int sysctl = open(task, Kind.PSEUDO, Abi.O_RDONLY, "sysctl", 0);
    assertThat(fcntl(sysctl, Abi.F_ADD_SEALS, 0)).isEqualTo("EPERM");
    assertThat(fcntl(sysctl, Abi.F_SETFL, Abi.O_ASYNC | Abi.O_APPEND)).isEqualTo("0");
    assertThat(fcntl(sysctl, Abi.F_GETFL, 0)).isEqualTo(Integer.toString(Abi.O_APPEND));
    assertThat(fcntl(fd, Abi.F_DUPFD_QUERY, sysctl)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_DUPFD_QUERY, fd)).isEqualTo("1");
    assertThat(fcntl(fd, Abi.F_DUPFD_QUERY, 19)).isEqualTo("EBADF");
  }

  @Test
  void descriptorFlagsKeepOnlyCloseOnExec() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    assertThat(fcntl(fd, Abi.F_SETFD, 0xff)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETFD, 0)).isEqualTo("1");
    assertThat(fcntl(fd, Abi.F_DUPFD, 0)).isEqualTo("1");
    assertThat(fcntl(1, Abi.F_GETFD, 0)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_DUPFD_CLOEXEC, 0)).isEqualTo("2");
    assertThat(fcntl(2, Abi.F_GETFD, 0)).isEqualTo("1");
    assertThat(fcntl(fd, Abi.F_SETFD, 2)).isEqualTo("0");
    assertThat(fcntl(fd, Abi.F_GETFD, 0)).isEqualTo("0");
  }

  @Test
  void dupfdPastTheLimitIsEinvalAndWithoutRoomEmfile() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    assertThat(fcntl(fd, Abi.F_DUPFD, -1)).isEqualTo("EINVAL");
    assertThat(fcntl(fd, Abi.F_DUPFD, 20)).isEqualTo("EINVAL");
    assertThat(fcntl(fd, Abi.F_DUPFD, 19)).isEqualTo("19");
    assertThat(fcntl(fd, Abi.F_DUPFD, 19)).isEqualTo("EMFILE");
    assertThat(FdCalls.dup(task, 5)).isEqualTo(Errno.EBADF.negated());
    assertThat(FdCalls.dup(task, fd)).isEqualTo(1);
  }

  @Test
  void dup3ChecksFlagsThenEqualityThenTheLimitThenTheOldDescriptor() {
    int fd = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    assertThat(FdCalls.checkDup3(task, 88, 88, 0x800)).isEqualTo(Errno.EINVAL.negated());
    assertThat(FdCalls.checkDup3(task, 88, 88, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(FdCalls.checkDup3(task, 88, 20, 0)).isEqualTo(Errno.EBADF.negated());
    assertThat(FdCalls.checkDup3(task, 88, 19, 0)).isEqualTo(Errno.EBADF.negated());
    assertThat(FdCalls.checkDup3(task, fd, 20, 0)).isEqualTo(Errno.EBADF.negated());
    assertThat(FdCalls.checkDup3(task, fd, 19, Abi.O_CLOEXEC)).isZero();
  }

  @Test
  void capabilitiesFollowTheUserIds() {
    assertThat(call(task, SyscallName.SETRESUID, 1000, 0, 0)).isEqualTo("0");
    assertThat(task.cred().effective()).isEqualTo(ROOT);
    assertThat(call(task, SyscallName.SETRESUID, -1, 1000, -1)).isEqualTo("0");
    assertThat(task.cred().effective()).isZero();
    assertThat(task.cred().permitted()).isEqualTo(ROOT);
    assertThat(call(task, SyscallName.SETRESUID, -1, 0, -1)).isEqualTo("0");
    assertThat(task.cred().effective()).isEqualTo(ROOT);
    assertThat(call(task, SyscallName.SETRESUID, 1000, 1000, 1000)).isEqualTo("0");
    assertThat(task.cred().permitted()).isZero();
    assertThat(call(task, SyscallName.SETRESUID, 0, -1, -1)).isEqualTo("EPERM");
    assertThat(call(task, SyscallName.SETUID, 0)).isEqualTo("EPERM");
    assertThat(call(task, SyscallName.SETUID, 1000)).isEqualTo("0");
    assertThat(call(task, SyscallName.SETGID, 0)).isEqualTo("0");
    assertThat(call(task, SyscallName.SETRESGID, 5, 5, 5)).isEqualTo("EPERM");
    assertThat(call(task, SyscallName.SETGROUPS, 0, UserMem.NULL)).isEqualTo("EPERM");
    assertThat(call(task, SyscallName.SETUID, -1)).isEqualTo("EINVAL");
    assertThat(call(task, SyscallName.SETGID, -1)).isEqualTo("EINVAL");
  }

  @Test
  void setgroupsChecksPrivilegeThenCountThenMemoryThenGroups() {
    assertThat(call(nobody(), SyscallName.SETGROUPS, 65537, UserMem.NULL)).isEqualTo("EPERM");
    assertThat(call(task, SyscallName.SETGROUPS, 65537, UserMem.NULL)).isEqualTo("EINVAL");
    assertThat(call(task, SyscallName.SETGROUPS, -1, UserMem.NULL)).isEqualTo("EINVAL");
    assertThat(call(task, SyscallName.SETGROUPS, 1, UserMem.NULL)).isEqualTo("EFAULT");
    assertThat(call(task, SyscallName.SETGROUPS, 2, UserMem.ofInts(-1, 5))).isEqualTo("EINVAL");
    assertThat(call(task, SyscallName.SETGROUPS, 2, UserMem.ofInts(9, 5))).isEqualTo("0");
    assertThat(task.cred().groups()).containsExactly(5, 9);
  }

  private String capset(int version, int pid, long effective, long permitted, long inheritable) {
    UserMem data =
        UserMem.ofInts(
            (int) effective,
            (int) permitted,
            (int) inheritable,
            (int) (effective >>> 32),
            (int) (permitted >>> 32),
            (int) (inheritable >>> 32));
    return call(task, SyscallName.CAPSET, UserMem.ofInts(version, pid), data);
  }

  @Test
  void capsetGivesOnlyWhatTheTaskHas() {
    assertThat(call(task, SyscallName.CAPSET, UserMem.NULL, UserMem.NULL)).isEqualTo("EFAULT");
    assertThat(capset(0, 0, 0, 0, 0)).isEqualTo("EINVAL");
    assertThat(capset(VERSION_3, 1, 0, 0, 0)).isEqualTo("EPERM");
    assertThat(capset(VERSION_3, -1, 0, 0, 0)).isEqualTo("EPERM");
    assertThat(capset(VERSION_3, 0, ROOT, Capability.ALL, 0)).isEqualTo("EPERM");
    assertThat(capset(VERSION_3, 0, ROOT, ROOT & ~1, 0)).isEqualTo("EPERM");
    assertThat(capset(VERSION_3, 7, ROOT, ROOT, ROOT)).isEqualTo("0");
    assertThat(capset(VERSION_3, 0, ROOT | 1L << 50, ROOT | 1L << 50, 0)).isEqualTo("0");
    assertThat(capset(VERSION_3, 0, ROOT & ~0x100, ROOT, 0)).isEqualTo("0");
    assertThat(capset(VERSION_3, 0, ROOT & ~0x100, ROOT, 1)).isEqualTo("0");
    assertThat(capset(VERSION_3, 0, ROOT & ~0x100, ROOT & ~0x20, 0x20)).isEqualTo("EPERM");
    assertThat(capset(0x19980330, 0, 0, 1, 1)).isEqualTo("0");
    assertThat(task.cred().permitted()).isEqualTo(1);
  }

  private String prctl(long... arguments) {
    Object[] boxed = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      boxed[i] = arguments[i];
    }
    return call(task, SyscallName.PRCTL, boxed);
  }

  @Test
  void prctlAnswersAsTheLiveKernel() {
    assertThat(prctl(23, 40)).isEqualTo("1");
    assertThat(prctl(23, 41)).isEqualTo("EINVAL");
    assertThat(prctl(23, 1L << 40)).isEqualTo("EINVAL");
    assertThat(prctl(24, 41)).isEqualTo("EINVAL");
    assertThat(prctl(24, 0)).isEqualTo("0");
    assertThat(prctl(23, 0)).isEqualTo("0");
    assertThat(prctl(8, 2)).isEqualTo("EINVAL");
    assertThat(prctl(8, 1, 7)).isEqualTo("0");
    assertThat(prctl(7, 5)).isEqualTo("1");
    assertThat(prctl(27)).isEqualTo("16");
    assertThat(prctl(1, 65)).isEqualTo("EINVAL");
    assertThat(prctl(1, 64)).isEqualTo("0");
    assertThat(prctl(4, 2)).isEqualTo("EINVAL");
    assertThat(prctl(4, 0)).isEqualTo("0");
    assertThat(prctl(3)).isEqualTo("0");
    assertThat(prctl(38, 0)).isEqualTo("EINVAL");
    assertThat(prctl(38, 1, 1)).isEqualTo("EINVAL");
    assertThat(prctl(39)).isEqualTo("0");
    assertThat(prctl(38, 1)).isEqualTo("0");
    assertThat(prctl(39)).isEqualTo("1");
    assertThat(prctl(39, 1)).isEqualTo("EINVAL");
    assertThat(prctl(15, 1)).isEqualTo("EFAULT");
    assertThat(prctl(47, 1, 0)).isEqualTo("0");
    assertThat(prctl(47, 1, 41)).isEqualTo("EINVAL");
    assertThat(prctl(47, 2, 0)).isEqualTo("EPERM");
    assertThat(prctl(47, 3, 0)).isEqualTo("0");
    assertThat(prctl(47, 4)).isEqualTo("0");
    assertThat(prctl(47, 4, 1)).isEqualTo("EINVAL");
    assertThat(prctl(47, 9)).isEqualTo("EINVAL");
    assertThat(prctl(47, 1, 0, 1)).isEqualTo("EINVAL");
    assertThat(prctl(999)).isEqualTo("EINVAL");
    Task plain = nobody();
    assertThat(call(plain, SyscallName.PRCTL, 24, 41)).isEqualTo("EPERM");
  }

  @Test
  void nameIsCutTo15BytesAndReadBack() {
    UserMem name = UserMem.zeroed(16);
    assertThat(call(task, SyscallName.PRCTL, 16, name)).isEqualTo("0");
    assertThat(name.get(0, 5)).isEqualTo(new byte[] {'t', 'e', 's', 't', 0});
    assertThat(call(task, SyscallName.PRCTL, 15, UserMem.of(new byte[] {'a', 0}))).isEqualTo("0");
    assertThat(call(task, SyscallName.PRCTL, 15, UserMem.of(new byte[] {'a'}))).isEqualTo("EFAULT");
    assertThat(call(task, SyscallName.PRCTL, 16, name)).isEqualTo("0");
    assertThat(name.get(0, 3)).isEqualTo(new byte[] {'a', 0, 0});
  }

  @Test
  void execveGivesRootTheBoundingSetAndOthersNothing() {
    long bounding = ROOT & ~1;
    Cred root = task.cred().withCaps(task.cred().caps().withBounding(bounding));
    Cred effectiveRoot = CredCalls.execve(root.withUids(1000, 0, 0));
    assertThat(effectiveRoot.permitted()).isEqualTo(bounding);
    assertThat(effectiveRoot.effective()).isEqualTo(bounding);
    Cred realRoot = CredCalls.execve(root.withUids(0, 1000, 1000));
    assertThat(realRoot.permitted()).isEqualTo(bounding);
    assertThat(realRoot.effective()).isZero();
    Cred plain = CredCalls.execve(root.withUids(1000, 1000, 0));
    assertThat(plain.permitted()).isZero();
    assertThat(plain.suid()).isEqualTo(1000);
  }

  @Test
  void execveGivesAmbientCapabilitiesToOthersUnlessTheyChangedTheirId() {
    long raw = Capability.CAP_NET_RAW.bit();
    Cred plain = nobody().cred().withCaps(new CapSets(0, raw, raw, ROOT, raw));
    assertThat(CredCalls.execve(plain).effective()).isEqualTo(raw);
    assertThat(CredCalls.execve(plain.withUids(1000, 1001, 1001)).effective()).isZero();
    Cred noroot = task.cred().withSecurebits(SecureBits.NOROOT | SecureBits.KEEP_CAPS);
    assertThat(CredCalls.execve(noroot).permitted()).isZero();
    assertThat(CredCalls.execve(noroot).securebits()).isEqualTo(SecureBits.NOROOT);
  }

  @Test
  void securebitsThatAreLockedStayAsTheyAre() {
    assertThat(prctl(28, SecureBits.KEEP_CAPS)).isEqualTo("0");
    assertThat(prctl(28, SecureBits.lock(SecureBits.KEEP_CAPS))).isEqualTo("0");
    assertThat(prctl(8, 1)).isEqualTo("EPERM");
    assertThat(prctl(28, 0)).isEqualTo("EPERM");
    assertThat(prctl(28, SecureBits.ALL)).isEqualTo("EPERM");
    assertThat(prctl(28, 1L << 12)).isEqualTo("EPERM");
    assertThat(prctl(27)).isEqualTo(Integer.toString(SecureBits.lock(SecureBits.KEEP_CAPS)));
    Task plain = nobody();
    assertThat(call(plain, SyscallName.PRCTL, 28, 0)).isEqualTo("EPERM");
    assertThat(call(plain, SyscallName.PRCTL, 28, SecureBits.NOROOT)).isEqualTo("EPERM");
    assertThat(call(plain, SyscallName.PRCTL, 28, 1 << 8)).isEqualTo("0");
  }

  @Test
  void ambientCapabilitiesAreThosePermittedAndInheritableAndGoWithRoot() {
    long raw = Capability.CAP_NET_RAW.bit();
    assertThat(prctl(47, 2, 13)).isEqualTo("EPERM");
    task.setCred(task.cred().withCaps(ROOT, ROOT, raw));
    assertThat(prctl(47, 2, 13)).isEqualTo("0");
    assertThat(prctl(47, 1, 13)).isEqualTo("1");
    task.setCred(task.cred().withCaps(ROOT, ROOT, 0));
    assertThat(prctl(47, 1, 13)).isEqualTo("0");
    task.setCred(task.cred().withCaps(new CapSets(ROOT, ROOT, raw, ROOT, raw)));
    assertThat(prctl(8, 1)).isEqualTo("0");
    assertThat(call(task, SyscallName.SETRESUID, 1000, 1000, 1000)).isEqualTo("0");
    assertThat(task.cred().caps()).isEqualTo(new CapSets(0, ROOT, raw, ROOT, 0));
  }

  @Test
  void aTaskThatBecameSomebodyElseIsNotDumpable() {
    assertThat(prctl(1, 9)).isEqualTo("0");
    assertThat(call(task, SyscallName.SETRESUID, 1000, -1, -1)).isEqualTo("0");
    assertThat(prctl(3)).isEqualTo("1");
    assertThat(call(task, SyscallName.SETRESUID, -1, 1000, -1)).isEqualTo("0");
    assertThat(prctl(3)).isEqualTo("0");
    assertThat(task.deathSignal()).isZero();
    Task child = task.child(8, 8, new FdTable(), Signal.SIGCHLD);
    assertThat(child.dumpable()).isZero();
  }

  private static String unshare(Task by, long flags) {
    return Errno.resultText(NsProxy.unshare(by, flags, true));
  }

  @Test
  void unshareChecksFlagsThenThreadsThenPrivilege() {
    for (long flags : new long[] {1, 0x1000, 0x40000001L, 0x2000000000L}) {
      assertThat(unshare(task, flags)).isEqualTo("EINVAL");
    }
    for (long flags : new long[] {0, 0x80, 0x100, 0x200, 0x400, 0x800, 0x10000, 0x40000}) {
      assertThat(unshare(task, flags)).isEqualTo("0");
    }
    assertThat(NsProxy.unshare(task, Abi.CLONE_NEWUSER, false)).isEqualTo(Errno.EINVAL.negated());
    assertThat(NsProxy.unshare(task, Abi.CLONE_NEWNET, false)).isZero();
    Task plain = nobody();
    assertThat(unshare(plain, 0)).isEqualTo("0");
    assertThat(unshare(plain, Abi.CLONE_NEWNET)).isEqualTo("EPERM");
    assertThat(unshare(plain, Abi.CLONE_NEWNS)).isEqualTo("EPERM");
    assertThat(unshare(plain, Abi.CLONE_NEWUSER | Abi.CLONE_NEWNET)).isEqualTo("0");
    assertThat(plain.net().userNs()).isSameAs(plain.cred().userNs());
    assertThat(plain.net().count()).isEqualTo(1);
    assertThat(unshare(plain, Abi.CLONE_NEWUSER)).isEqualTo("EPERM");
  }

  @Test
  void unshareBeyondTheLimitOfAnAncestorIsEnospcAndChangesNothing() {
    machine.initUserNs().setNetNamespacesMax(0);
    Task plain = nobody();
    Cred before = plain.cred();
    assertThat(unshare(plain, Abi.CLONE_NEWUSER | Abi.CLONE_NEWNET)).isEqualTo("ENOSPC");
    assertThat(plain.cred()).isSameAs(before);
    assertThat(plain.net()).isSameAs(machine.initNet());
    assertThat(unshare(task, Abi.CLONE_NEWNET)).isEqualTo("ENOSPC");
  }

  @Test
  void setnsChecksDescriptorThenKindThenTypeThenPrivilege() {
    NetState target = Machines.net(machine);
    int net = open(task, Kind.NSFS, 0, target, 0);
    int sock = open(task, Kind.SOCKET, Abi.O_RDWR, "sock", 0);
    int path = open(task, Kind.NSFS, Abi.O_PATH, target, 0);
    assertThat(NsProxy.setns(task, 99, 12345, true)).isEqualTo(Errno.EBADF.negated());
    assertThat(NsProxy.setns(task, path, 0, true)).isEqualTo(Errno.EBADF.negated());
    assertThat(NsProxy.setns(task, sock, 0, true)).isEqualTo(Errno.EINVAL.negated());
    assertThat(NsProxy.setns(task, net, 12345, true)).isEqualTo(Errno.EINVAL.negated());
    Cred root = task.cred();
    task.setCred(nobody().cred());
    assertThat(NsProxy.setns(task, net, Abi.CLONE_NEWUTS, true)).isEqualTo(Errno.EINVAL.negated());
    assertThat(NsProxy.setns(task, net, 0, true)).isEqualTo(Errno.EPERM.negated());
    UserNamespace child = new UserNamespace(machine.initUserNs(), 1000, false);
    task.setCred(root.inUserNamespace(child));
    assertThat(NsProxy.setns(task, net, 0, true)).isEqualTo(Errno.EPERM.negated());
    task.setCred(root);
    assertThat(NsProxy.setns(task, net, Abi.CLONE_NEWNET, true)).isZero();
    assertThat(task.net()).isSameAs(target);
    assertThat(target.count()).isEqualTo(2);
  }
}
