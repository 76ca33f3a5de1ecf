package org.netshard.protocol.diag;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestCaller;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.family.SockOpsTable;
import org.netshard.protocol.inet.Names;
import org.netshard.protocol.profile.ProtoProfile;

/**
 * Dumps of sockets and of generic families as Linux 6.18.44 gives them; numbers of inodes and
 * cookies are masked.
 */
class SockDiagTest {
  private final TestNet net = new TestNet();
  private final Names names = new Names(net.root());

  private Sk make(int family, String prot, int type, int protocol) {
    SockOps ops = Objects.requireNonNull(SockOpsTable.find(family, prot));
    Sk sk =
        new Sk(
            net,
            new Proto(new ProtoProfile(prot, 1, true), 0),
            ops,
            family,
            type,
            protocol,
            net.root());
    assertThat(ops.init(sk, net.root())).isZero();
    net.addSocket(sk);
    return sk;
  }

  private Sk netlink(int protocol, int portid, int groups) {
    Sk sk = make(Abi.AF_NETLINK, "NETLINK", Abi.SOCK_RAW, protocol);
    UserMem address = UserMem.ofInts(Abi.AF_NETLINK, portid, groups);
    assertThat(SockNames.bind(sk, new TestCaller(net.root()), address, 12)).isZero();
    return sk;
  }

  private List<String> ask(int protocol, String request) {
    Sk sk = netlink(protocol, 1001, 0);
    byte[] bytes = HexFormat.of().parseHex(request);
    int sent =
        sk.ops()
            .sendmsg(sk, new TestCaller(net.root()), Msg.of(UserMem.of(bytes), bytes.length, 0));
    assertThat(sent).isEqualTo(bytes.length);
    List<String> answers = new ArrayList<>();
    while (true) {
      UserMem into = UserMem.zeroed(32768);
      Msg msg = Msg.of(into, into.size(), Abi.MSG_DONTWAIT);
      int result = sk.ops().recvmsg(sk, new TestCaller(net.root()), msg);
      if (result < 0) {
        assertThat(result).isEqualTo(Errno.EAGAIN.negated());
        sk.ops().destroy(sk);
        return answers;
      }
      answers.add(HexFormat.of().formatHex(into.get(0, result)));
    }
  }

  /** The same without some bytes, each pair an offset and a length. */
  private static String without(String hex, int... ranges) {
    StringBuilder masked = new StringBuilder(hex);
    for (int i = 0; i < ranges.length; i += 2) {
      for (int at = 2 * ranges[i]; at < 2 * (ranges[i] + ranges[i + 1]); at++) {
        masked.setCharAt(at, '0');
      }
    }
    return masked.toString();
  }

  /** What a live kernel answers to filters, good and bad ones. */
  @ParameterizedTest
  @CsvSource({
    "'', -22",
    "00040400, 0",
    "0b080c0000000000, 0",
    "0b08080000000000, 0",
    "0b080a0000000000, -22",
    "0b04080000000000, -22",
    "07141800021f000000000000, -22",
    "070c1000021f0000ffffffff, -22",
    "07101400022000ffffffffff7f000001, 0",
    "0710140002210000ffffffff7f000001, -22",
    "070c100000000000ffffffff, 0",
    "0e040400, -22",
    "0008, -22",
    "0a0c0c000000000000000000, 0",
    "0d0c0c000100000000000000, 0",
    "01040800010404000104040001040400, 0",
    "0104080001040400, 0"
  })
  void filtersAreCheckedBeforeTheyRun(String filter, int errno) {
    int bytes = 4 + filter.length() / 2;
    ByteBuffer message =
        ByteBuffer.allocate(72 + (bytes + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(message.capacity()).putShort((short) 20).putShort((short) 0x301);
    message.putInt(1).putInt(0).put((byte) Abi.AF_INET).put((byte) Abi.IPPROTO_UDP);
    message.putShort((short) 0).putInt(-1).position(72);
    message.putShort((short) bytes).putShort((short) 1).put(HexFormat.of().parseHex(filter));
    List<String> answers = ask(4, HexFormat.of().formatHex(message.array()));
    ByteBuffer first =
        ByteBuffer.wrap(HexFormat.of().parseHex(answers.get(0))).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(first.getShort(4)).isEqualTo((short) (errno == 0 ? 3 : 2));
    assertThat(first.getInt(16)).isEqualTo(errno);
  }

  @Test
  void udpSocketsAreListedWithTheirAddresses() {
    Sk sk = make(Abi.AF_INET, "UDP", Abi.SOCK_DGRAM, Abi.IPPROTO_UDP);
    assertThat(names.bind(sk, "127.0.0.1:53")).isEqualTo("0");
    String request = "4800000014000103443322110000000002110000ff0f0000" + "00".repeat(48);
    List<String> answers = ask(4, request);
    assertThat(answers).hasSize(2);
    assertThat(without(answers.get(0), 60, 8, 84, 4))
        .isEqualTo(
            without(
                "7c0000001400020044332211e903000002070000003500007f000001000000000000000000000000"
                    + "0000000000000000000000000000000000000000fe1000000000000000000000000000000000"
                    + "000000000000aaee3901050008000000000008000f00000000000c0015000100000000000000"
                    + "0600160050000000",
                60,
                8,
                84,
                4));
    assertThat(answers.get(1)).isEqualTo("140000000300020044332211e903000000000000");
    assertThat(ask(4, request.replace("ff0f0000", "00040000"))).hasSize(1);
  }

  @Test
  void protocolWithoutAListFailsAtTheEndOfTheDump() {
    String raw = "4800000014000103443322110000000002ff0000ff0f0000" + "00".repeat(48);
    assertThat(ask(4, raw)).containsExactly("140000000300020044332211e9030000feffffff");
  }

  @Test
  void netlinkSocketsInGroupsAreListedTwice() {
    netlink(0, 4321, 0x11);
    String request = "240000001400010344332211000000001000000000000000" + "00".repeat(12);
    List<String> answers = ask(4, request);
    String one = "2c0000001400020044332211e903000010030007e1100000" + "00".repeat(20);
    assertThat(answers).hasSize(1);
    String found = without(answers.get(0), 32, 12, 76, 12);
    assertThat(found).isEqualTo(one + one + "140000000300020044332211e903000000000000");
  }

  @Test
  void familyThatIsNotListedIsNotThere() {
    String vsock =
        "240000001400010344332211000000002800000000000000" + "ff".repeat(4) + "00".repeat(8);
    assertThat(ask(4, vsock)).containsExactly("380000000200000044332211e9030000feffffff" + vsock);
    String none = vsock.replace("2800000000000000", "6300000000000000");
    assertThat(ask(4, none)).containsExactly("380000000200000044332211e9030000eaffffff" + none);
  }

  @Test
  void genericNetlinkKnowsItsOwnFamily() {
    String answer =
        "880000001000000044332211e9030000010200000b0002006e6c6374726c000006000100100000000800030002"
            + "000000080004000000000008000500000000002c000600140001000800010003000000080002000e000000"
            + "14000200080001000a000000080002000c0000001c0007001800010008000200100000000b0001006e6f74"
            + "6966790000";
    assertThat(ask(16, "20000000100001004433221100000000030100000b0002006e6c6374726c0000"))
        .containsExactly(answer);
    assertThat(ask(16, "1c000000100001004433221100000000030100000600010010000000"))
        .containsExactly(answer);
    assertThat(ask(16, "1400000010000500443322110000000003010000"))
        .containsExactly(
            "280000000200000044332211e9030000eaffffff1400000010000500443322110000000003010000");
  }

  @Test
  void packetSocketsAreListedWithTheirRingsAndGroup() {
    Sk sk = make(Abi.AF_PACKET, "PACKET", Abi.SOCK_RAW, 0);
    setPacket(sk, PacketOption.PACKET_VERSION, 2);
    setPacket(sk, PacketOption.PACKET_RX_RING, 4096, 2, 1024, 8, 0, 16, 0);
    setPacket(sk, PacketOption.PACKET_TX_RING, 4096, 1, 2048, 2, 0, 0, 0);
    UserMem lo = UserMem.ofInts(Abi.AF_PACKET | 0x0008 << 16, 1, 0, 0, 0);
    assertThat(SockNames.bind(sk, new TestCaller(net.root()), lo, 20)).isZero();
    setPacket(sk, PacketOption.PACKET_FANOUT, 7 | 1 << 16);
    List<String> answers =
        ask(4, "2400000014000103010000000000000011000000000000000d0000000000000000000000");
    assertThat(without(answers.get(0), 20, 12))
        .isEqualTo(
            without(
                "8c0000001400020001000000e903000011030008596e3d0110110000000000001c000000010000000200"
                    + "0000000000000000000000000000010000000800050000000000200002000010000002000000"
                    + "0004000008000000080000001000000000000000200003000010000001000000000800000200"
                    + "00000000000000000000000000000800040007000100",
                20,
                12));
  }

  private void setPacket(Sk sk, int option, int... words) {
    UserMem value = UserMem.ofInts(words);
    assertThat(
            SocketOptions.setsockopt(sk, net.root(), Abi.SOL_PACKET, option, value, value.size()))
        .isZero();
  }
}
