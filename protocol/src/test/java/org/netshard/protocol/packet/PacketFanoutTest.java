package org.netshard.protocol.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.TestNet;

/** Fanout groups; all numbers are those of the same calls on Linux 6.18. */
class PacketFanoutTest {
  private static final int BPF_LD_B_ABS = 0x30;
  private static final int BPF_RET_A = 0x16;
  private static final int ROLLOVER_FLAG = 0x1000;

  private final TestNet net = new TestNet();

  private List<Sk> group(int count, int type, boolean all) {
    List<Sk> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sk sk = all ? TestFrames.all(net) : TestFrames.ipv4(net);
      assertThat(TestFrames.set(sk, PacketOption.PACKET_FANOUT, 7 | type << 16)).isEqualTo("0");
      members.add(sk);
    }
    return members;
  }

  private static List<String> statistics(List<Sk> members) {
    return members.stream().map(TestFrames::statistics).toList();
  }

  @Test
  void turnsBeginWithTheSecondMember() {
    List<Sk> members = group(2, FanoutGroup.PACKET_FANOUT_LB, false);
    TestFrames.send(net, 10);
    assertThat(statistics(members)).containsExactly("0 0", "1 0");
    for (int i = 0; i < 4; i++) {
      TestFrames.send(net, 10);
    }
    assertThat(statistics(members)).containsExactly("2 0", "2 0");
  }

  @Test
  void bothDirectionsOfAFlowGoToOneMemberAndFlowsToAll() {
    List<Sk> members = group(3, FanoutGroup.PACKET_FANOUT_HASH, false);
    TestFrames.send(net, 10, 5000, 7000);
    TestFrames.send(net, 10, 7000, 5000);
    TestFrames.send(net, 500, 5000, 7000);
    assertThat(statistics(members)).contains("3 0");
    for (int port = 5000; port < 5300; port++) {
      TestFrames.send(net, 10, port, 7000);
    }
    for (Sk member : members) {
      int packets = Integer.parseInt(TestFrames.statistics(member).split(" ", 2)[0]);
      assertThat(packets).isBetween(60, 140);
    }
  }

  @Test
  void chanceGivesEachMemberItsShare() {
    List<Sk> members = group(3, FanoutGroup.PACKET_FANOUT_RND, false);
    for (int i = 0; i < 60; i++) {
      TestFrames.send(net, 10);
    }
    assertThat(statistics(members)).doesNotContain("0 0");
  }

  @Test
  void theOneQueueAndTheCpuAreOfTheFirstMember() {
    for (int type : new int[] {FanoutGroup.PACKET_FANOUT_QM, FanoutGroup.PACKET_FANOUT_CPU}) {
      List<Sk> members = group(3, type, false);
      TestFrames.send(net, 10);
      assertThat(statistics(members)).containsExactly("1 0", "0 0", "0 0");
      members.forEach(member -> member.ops().destroy(member));
    }
  }

  /**
   * Byte 8 is the time to live, 64, of what comes in, which begins with its network header, and 0
   * of what goes out, which begins with the link header; byte 22 is the other way round.
   */
  @ParameterizedTest
  @CsvSource({
    "8, false, 0 0, 1 0, 0 0",
    "22, false, 1 0, 0 0, 0 0",
    "8, true, 1 0, 1 0, 0 0",
    "22, true, 1 0, 1 0, 0 0",
  })
  void aProgramSaysWhoGetsAPacket(int at, boolean all, String one, String two, String three) {
    List<Sk> members = group(3, FanoutGroup.PACKET_FANOUT_CBPF, all);
    UserMem fprog = UserMem.zeroed(32);
    fprog.putShort(0, 2);
    fprog.putLong(8, 16);
    fprog.putShort(16, BPF_LD_B_ABS);
    fprog.putInt(20, at);
    fprog.putShort(24, BPF_RET_A);
    Sk first = members.get(0);
    assertThat(TestFrames.set(first, PacketOption.PACKET_FANOUT_DATA, fprog, 16)).isEqualTo("0");
    TestFrames.send(net, 10);
    assertThat(statistics(members)).containsExactly(one, two, three);
  }

  @Test
  void aFullRingRollsOver() {
    List<Sk> members = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Sk sk = TestFrames.ipv4(net);
      TestFrames.set(sk, PacketOption.PACKET_RX_RING, TestFrames.request(4096, 4, 2048, 8));
      int type = FanoutGroup.PACKET_FANOUT_CPU | ROLLOVER_FLAG;
      TestFrames.set(sk, PacketOption.PACKET_FANOUT, 7 | type << 16);
      members.add(sk);
    }
    for (int i = 0; i < 20; i++) {
      TestFrames.send(net, 10);
    }
    // Eight in its own frames, six in the other's, which keeps a quarter free, and then none.
    assertThat(statistics(members)).containsExactly("14 6", "6 0");
    assertThat(TestFrames.rollovers(members.get(0))).isEqualTo("6 0 6");
    assertThat(TestFrames.rollovers(members.get(1))).isEqualTo("0 0 0");
  }

  @Test
  void aGroupEndsWithItsLastMember() {
    List<Sk> members = group(2, FanoutGroup.PACKET_FANOUT_LB, false);
    members.forEach(member -> member.ops().destroy(member));
    TestFrames.send(net, 10);
    List<Sk> others = group(1, FanoutGroup.PACKET_FANOUT_HASH, true);
    TestFrames.send(net, 10);
    assertThat(statistics(others)).containsExactly("2 0");
  }

  @Test
  void groupsOfOneIdAgree() {
    List<Sk> members = group(1, FanoutGroup.PACKET_FANOUT_LB, false);
    Sk sk = TestFrames.ipv4(net);
    int fanout = PacketOption.PACKET_FANOUT;
    assertThat(TestFrames.set(sk, fanout, 7)).as("another type").isEqualTo("EINVAL");
    int flag = FanoutGroup.PACKET_FANOUT_LB | ROLLOVER_FLAG;
    assertThat(TestFrames.set(sk, fanout, 7 | flag << 16)).as("another flag").isEqualTo("EINVAL");
    assertThat(TestFrames.set(sk, fanout, TestFrames.request(7 | 1 << 16, 10)))
        .as("another number of members")
        .isEqualTo("EINVAL");
    assertThat(TestFrames.set(sk, fanout, TestFrames.request(7 | 1 << 16, 256))).isEqualTo("0");
    assertThat(TestFrames.set(members.get(0), fanout, 7 | 1 << 16)).isEqualTo("EALREADY");
    assertThat(TestFrames.set(TestFrames.ipv4(net), fanout, TestFrames.request(9, 70_000)))
        .isEqualTo("EINVAL");
    assertThat(TestFrames.set(TestFrames.ipv4(net), fanout, TestFrames.request(9, 1)))
        .isEqualTo("0");
    assertThat(TestFrames.set(TestFrames.ipv4(net), fanout, 9)).isEqualTo("ENOSPC");
  }
}
