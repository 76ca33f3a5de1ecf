package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** Messages of NETLINK_ROUTE and requests about devices as strace prints them, as bytes. */
class NetlinkNotationTest {
  private static Syscall decode(String text) {
    return CallDecoder.decode(StraceParser.parseCall(text));
  }

  private static String sent(String message, int length) {
    String call = "sendto(3, " + message + ", " + length + ", 0, NULL, 0) = " + length;
    return HexFormat.of().formatHex(decode(call).mem(1).content());
  }

  @Test
  void messageHasItsBodyAndItsAttributes() {
    String header =
        "{nlmsg_len=48, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7,"
            + " nlmsg_pid=0}, ";
    String body =
        "{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=0, ifi_flags=0, ifi_change=0}, ";
    String attrs =
        "[[{nla_len=8, nla_type=IFLA_EXT_MASK}, RTEXT_FILTER_VF|RTEXT_FILTER_SKIP_STATS],"
            + " [{nla_len=7, nla_type=IFLA_IFNAME}, \"lo\"]]";
    assertThat(sent("[" + header + body + attrs + "]", 48))
        .isEqualTo(
            "30000000120001000700000000000000"
                + "00000000000000000000000000000000"
                + "08001d0009000000070003006c6f0000");
  }

  @Test
  void messageThatIsNotReadHasItsBytes() {
    String message =
        "[{nlmsg_len=20, nlmsg_type=0x12 /* NLMSG_??? */, nlmsg_flags=NLM_F_REQUEST|0x300,"
            + " nlmsg_seq=1, nlmsg_pid=0}, \"\\x11\\x00\\x00\\x01\"]";
    assertThat(sent(message, 20)).isEqualTo("14000000120001030100000000000000" + "11000001");
  }

  @Test
  void severalMessagesAndWhatIsLeftOutHaveTheirLengths() {
    String first =
        "[{nlmsg_len=20, nlmsg_type=RTM_GETADDR, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP,"
            + " nlmsg_seq=1, nlmsg_pid=0}, {ifa_family=AF_INET6, ...}]";
    String second = "{nlmsg_len=0, nlmsg_type=0, nlmsg_flags=0, nlmsg_seq=0, nlmsg_pid=0}";
    assertThat(sent("[" + first + ", " + second + "]", 40))
        .isEqualTo("14000000160001030100000000000000" + "0a000000" + "00".repeat(20));
  }

  @Test
  void addressesOfARouteAreBytes() {
    String message =
        "[{nlmsg_len=36, nlmsg_type=RTM_GETROUTE, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=1,"
            + " nlmsg_pid=0}, {rtm_family=AF_INET, rtm_dst_len=32, rtm_src_len=0, rtm_tos=0,"
            + " rtm_table=RT_TABLE_UNSPEC, rtm_protocol=RTPROT_UNSPEC,"
            + " rtm_scope=RT_SCOPE_UNIVERSE, rtm_type=RTN_UNSPEC, rtm_flags=RTM_F_LOOKUP_TABLE},"
            + " [{nla_len=8, nla_type=RTA_DST}, inet_addr(\"10.3.0.1\")]]";
    assertThat(sent(message, 36))
        .isEqualTo(
            "240000001a0001000100000000000000" + "022000000000000000100000" + "080001000a030001");
  }

  @Test
  void requestAboutADeviceHasItsNameAndWhatIsSet() {
    String shown = "{ifr_name=\"lo\", ifr_flags=IFF_UP|IFF_LOOPBACK}";
    UserMem mem = decode("ioctl(3, SIOCSIFFLAGS, " + shown + ") = 0").mem(2);
    assertThat(mem.size()).isEqualTo(IfreqNotation.BYTES);
    assertThat(mem.get(0, 4)).containsExactly('l', 'o', 0, 0);
    assertThat(mem.getShort(16)).isEqualTo(9);
  }
}
