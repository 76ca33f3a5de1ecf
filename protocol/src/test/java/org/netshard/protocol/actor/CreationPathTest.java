package org.netshard.protocol.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TestCaller;
import org.netshard.protocol.core.TestMemcg;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.family.NetProtoFamily;
import org.netshard.protocol.family.SockOpsTable;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;

class CreationPathTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int ENOMEM = Errno.ENOMEM.number();
  private static final int SO_KEEPALIVE = 9;

  private final TestNet ns = new TestNet();
  private final TestProbe<KernelMessage> kernel = KIT.createTestProbe();
  private final TestProbe<MemCgroupMessage> memCgroup = KIT.createTestProbe();
  private final TestProbe<NetMessage> net = KIT.createTestProbe();
  private final Call call = new Call(kernel.getRef(), memCgroup.getRef());
  private final Cred root = Cred.of(0, 0, new int[0], Capability.ALL, ns.userNs());
  private final NetProtoFamily inet = inet();
  private final ActorRef<ProtoFamilyMessage> family =
      KIT.spawn(ProtoFamily.create(inet, ns, net.getRef()));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static NetProtoFamily inet() {
    FamilyTable families = new FamilyTable(SockOpsTable::find);
    families.protoRegister(new ProtoProfile("TCP", 2304, true));
    families.protoRegister(new ProtoProfile("RAW", 1152, true));
    families.protoRegister(new ProtoProfile("PING", 1016, true));
    families.sockRegister(
        new FamilyProfile(
            Abi.AF_INET,
            "AF_INET",
            "inet_create",
            ENOMEM,
            List.of(
                new ProtoswProfile(Abi.SOCK_STREAM, 6, "TCP", true, true, false),
                new ProtoswProfile(Abi.SOCK_DGRAM, 1, "PING", false, false, true),
                new ProtoswProfile(Abi.SOCK_RAW, 0, "RAW", false, false, true))));
    NetProtoFamily found = families.family(Abi.AF_INET);
    if (found == null) {
      throw new AssertionError("AF_INET was registered");
    }
    return found;
  }

  private void create(Cred cred, @Nullable Memcg memcg, int type, int protocol) {
    begin(Syscall.socket(Abi.AF_INET, type, protocol), 1, cred, memcg);
    call.create().begin(ns, cred, Abi.AF_INET, type, protocol);
    family.tell(new ProtoFamilyMessage.Create(call));
  }

  private long done() {
    return kernel.expectMessageClass(KernelMessage.Done.class).result();
  }

  @Test
  void creationPassesFamilySwitchAndSockAndComesHome() {
    create(root, null, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    assertThat(call.sk().protocol()).isEqualTo(Abi.IPPROTO_TCP);
    assertThat(call.sk().proto().name()).isEqualTo("TCP");
    net.expectNoMessage();
  }

  @Test
  void sockOfACgroupIsChargedAndBoundBeforeItBegins() {
    TestMemcg memcg = new TestMemcg(2304, 0);
    create(root, memcg, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    assertThat(memcg.objectBytes()).isEqualTo(2304);
    assertThat(call.sk().memcg()).isSameAs(memcg);
    assertThat(memcg.references()).isEqualTo(1);
  }

  @Test
  void sockThatDoesNotFitFailsWithTheErrnoOfTheFamily() {
    TestMemcg memcg = new TestMemcg(2303, 0);
    create(root, memcg, Abi.SOCK_STREAM, 0);
    assertThat(failure()).isEqualTo(-ENOMEM);
    assertThat(memcg.objectBytes()).isZero();
    memCgroup.expectNoMessage();
  }

  @Test
  void familyChecksInItsOwnOrder() {
    Cred nobody = Cred.of(1000, 1000, new int[0], 0, ns.userNs());
    // Everything is wrong, and is mended one by one.
    create(nobody, null, Abi.SOCK_RDM, Abi.IPPROTO_MAX);
    assertThat(failure()).isEqualTo(Errno.EINVAL.negated());
    create(nobody, null, Abi.SOCK_RDM, 99);
    assertThat(failure()).isEqualTo(Errno.ESOCKTNOSUPPORT.negated());
    create(nobody, null, Abi.SOCK_RAW, 0);
    assertThat(failure()).isEqualTo(Errno.EPROTONOSUPPORT.negated());
    create(nobody, null, Abi.SOCK_RAW, 99);
    assertThat(failure()).isEqualTo(Errno.EPERM.negated());
    create(root, null, Abi.SOCK_RAW, 99);
    assertThat(done()).isZero();
  }

  @Test
  void protoThatRefusesGivesTheSockBack() {
    ns.set(Sysctl.IPV4_PING_GROUP_RANGE, "1\t0");
    create(root, null, Abi.SOCK_DGRAM, Abi.IPPROTO_ICMP);
    assertThat(failure()).isEqualTo(Errno.EACCES.negated());
    assertThat(ns.references()).isZero();
    assertThat(ns.socketsUsed()).isZero();
  }

  private int failure() {
    return net.expectMessageClass(NetMessage.CreateFailed.class).result();
  }

  @Test
  void releaseGoesBackThroughTheSlabToTheNamespace() {
    TestMemcg memcg = new TestMemcg(2304, 0);
    create(root, memcg, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    ActorRef<SockMessage> sock = call.sock();
    call.beginRelease();
    sock.tell(new SockMessage.Release(call));
    NetMessage.SockRelease release = net.expectMessageClass(NetMessage.SockRelease.class);
    assertThat(release.objcg()).isSameAs(memcg);
    assertThat(memcg.objectBytes()).isZero();
    assertThat(memcg.references()).isZero();
  }

  @Test
  void slabGivesTheActorOutAgainWithNothingOfTheOldSock() {
    create(root, null, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    ActorRef<SockMessage> first = call.sock();
    setKeepalive(first);
    call.beginRelease();
    first.tell(new SockMessage.Release(call));
    net.expectMessageClass(NetMessage.SockRelease.class);
    create(root, null, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    assertThat(call.sock()).isEqualTo(first);
    Syscall ask =
        Syscall.of(
            SyscallName.GETSOCKOPT,
            3,
            Abi.SOL_SOCKET,
            SO_KEEPALIVE,
            UserMem.zeroed(4),
            UserMem.ofInt(4));
    begin(ask, 1, root, null);
    first.tell(new SockMessage.Perform(call));
    assertThat(done()).isZero();
    assertThat(ask.mem(3).getInt(0)).isZero();
  }

  private void setKeepalive(ActorRef<SockMessage> sock) {
    Syscall set =
        Syscall.of(SyscallName.SETSOCKOPT, 3, Abi.SOL_SOCKET, SO_KEEPALIVE, UserMem.ofInt(1), 4);
    begin(set, 1, root, null);
    sock.tell(new SockMessage.Perform(call));
    assertThat(done()).isZero();
  }

  @Test
  void bugInASockReachesTheKernelWithItsMessage() {
    create(root, null, Abi.SOCK_STREAM, 0);
    assertThat(done()).isZero();
    ActorRef<SockMessage> sock = call.sock();
    // A sock does not know close: only the kernel's descriptors do.
    begin(Syscall.close(3), 1, root, null);
    sock.tell(new SockMessage.Perform(call));
    assertThat(kernel.expectMessageClass(KernelMessage.Crashed.class).message()).contains("close");
  }

  private void begin(Syscall asked, int pid, Cred cred, @Nullable Memcg memcg) {
    call.begin(asked, pid, cred, memcg, new TestCaller(cred).task(), new TestCaller.Steps());
  }
}
