package org.netshard.protocol.family;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/**
 * The checks of each family's {@code create}, in their order: a row breaks what the one before it
 * broke, less one.
 */
class CreateRulesTest {
  private final TestNet net = new TestNet();

  /** An entry "type protocol proto"; those of AF_INET are what a live kernel registers. */
  private static NetProtoFamily family(int number, String create, String... entries) {
    FamilyTable table = new FamilyTable(SockOpsTable::find);
    List<ProtoswProfile> profiles = new ArrayList<>();
    for (String entry : entries) {
      String[] words = entry.split(" ", -1);
      table.protoRegister(new ProtoProfile(words[2], 1000, true));
      profiles.add(
          new ProtoswProfile(
              Integer.parseInt(words[0]),
              Integer.parseInt(words[1]),
              words[2],
              false,
              false,
              false));
    }
    table.sockRegister(new FamilyProfile(number, "AF", create, Errno.ENOMEM.number(), profiles));
    return Objects.requireNonNull(table.family(number));
  }

  /** "errno", or "proto protocol" as the sock will have them. */
  private String create(NetProtoFamily family, int type, int protocol, boolean root, boolean kern) {
    SockCreate create = new SockCreate();
    create.begin(net, root ? net.root() : net.nobody(), family.family(), type, protocol);
    if (kern) {
      create.setKern();
    }
    int result = family.rules().create(create, family.table());
    return result < 0
        ? Errno.resultText(result).replaceFirst("^-1 ", "").split(" ", 2)[0]
        : create.answer().proto().name() + " " + create.type() + " " + create.protocol();
  }

  @ParameterizedTest
  @CsvSource({
    "5, -1, false, EINVAL",
    "5, 262144, false, EINVAL",
    "5, 99, false, ESOCKTNOSUPPORT",
    "1, 99, false, EPROTONOSUPPORT",
    "3, 0, false, EPROTONOSUPPORT",
    "3, 99, false, EPERM",
    "3, 99, true, RAW 3 99",
    "3, 255, true, RAW 3 255",
    "1, 0, false, TCP 1 6",
    "1, 6, false, TCP 1 6",
    "1, 262, false, MPTCP 1 262",
    "1, 17, false, EPROTONOSUPPORT",
    "2, 0, false, UDP 2 17",
    "2, 1, false, PING 2 1",
    "2, 136, false, UDP-Lite 2 136"
  })
  void inetSearchesItsSwitchWithWildCardsOnBothSides(
      int type, int protocol, boolean root, String expected) {
    NetProtoFamily inet =
        family(
            Abi.AF_INET,
            "inet_create",
            "1 262 MPTCP",
            "2 136 UDP-Lite",
            "3 0 RAW",
            "2 1 PING",
            "2 17 UDP",
            "1 6 TCP");
    assertThat(create(inet, type, protocol, root, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"false, EPERM", "true, RAW 3 1"})
  void inetAsksTheKernelForNoCapability(boolean kern, String expected) {
    NetProtoFamily inet = family(Abi.AF_INET, "inet_create", "3 0 RAW");
    assertThat(create(inet, Abi.SOCK_RAW, 1, false, kern)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, EPROTONOSUPPORT",
    "4, 1, ESOCKTNOSUPPORT",
    "1, 1, UNIX-STREAM 1 0",
    "3, 0, UNIX 2 0",
    "2, 0, UNIX 2 0"
  })
  void unixLooksAtTheProtocolBeforeTheType(int type, int protocol, String expected) {
    NetProtoFamily unix = family(Abi.AF_UNIX, "unix_create", "1 0 UNIX-STREAM", "2 0 UNIX");
    assertThat(create(unix, type, protocol, false, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, ESOCKTNOSUPPORT",
    "3, 1, EPROTONOSUPPORT",
    "3, -1, EPROTONOSUPPORT",
    "3, 32, EPROTONOSUPPORT",
    "3, 16, NETLINK 3 16",
    "2, 0, NETLINK 2 0"
  })
  void netlinkLooksAtTheTypeBeforeTheProtocol(int type, int protocol, String expected) {
    NetProtoFamily netlink =
        family(Abi.AF_NETLINK, "netlink_create", "3 0 NETLINK", "3 16 NETLINK");
    assertThat(create(netlink, type, protocol, false, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, false, EPERM",
    "1, 3, true, ESOCKTNOSUPPORT",
    "3, -1, true, PACKET 3 0",
    "2, 768, true, PACKET 2 0"
  })
  void packetLooksAtTheCapabilityFirstAndNeverAtTheProtocol(
      int type, int protocol, boolean root, String expected) {
    NetProtoFamily packet = family(Abi.AF_PACKET, "packet_create", "2 0 PACKET", "3 0 PACKET");
    assertThat(create(packet, type, protocol, root, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 1, EPROTONOSUPPORT",
    "3, 40, ESOCKTNOSUPPORT",
    "2, 40, ENODEV",
    "1, 40, AF_VSOCK 1 0"
  })
  void vsockLooksAtTheProtocolBeforeTheType(int type, int protocol, String expected) {
    NetProtoFamily vsock = family(Abi.AF_VSOCK, "vsock_create", "1 0 AF_VSOCK", "2 0 AF_VSOCK");
    assertThat(create(vsock, type, protocol, false, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, false, EPERM",
    "1, 1, true, ESOCKTNOSUPPORT",
    "3, 1, true, EPROTONOSUPPORT",
    "3, 0, true, XDP 3 0"
  })
  void xdpLooksAtCapabilityThenTypeThenProtocol(
      int type, int protocol, boolean root, String expected) {
    NetProtoFamily xdp = family(Abi.AF_XDP, "xsk_create", "3 0 XDP");
    assertThat(create(xdp, type, protocol, root, false)).isEqualTo(expected);
  }
}
