package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;

class NotationTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SOCK_STREAM|SOCK_NONBLOCK|0xb; 2059",
        "0x53 /* SO_??? */; 83",
        "htons(80); 20480",
        "htons(ETH_P_ALL); 768",
        "htons(0 /* ETH_P_??? */); 0",
        "htonl(1); 16777216",
        "inet_addr(\"127.0.0.1\"); 16777343",
        "1<<CAP_NET_ADMIN|1<<CAP_NET_RAW; 12288",
        "8192*1024; 8388608",
        "18446744073709551615; -1",
        "RLIM64_INFINITY; -1",
        "-ENODEV; -19",
        "NULL; 0",
        "AT_FDCWD; -100",
        "ECONNREFUSED; 111",
        "SIGCHLD; 17",
        "3<socket:[17]>; 3",
        "0644; 420",
        "~0; -1",
        "SO_RCVTIMEO_OLD; 20",
        "SO_PASSPIDFD; 76",
        "if_nametoindex(\"lo\"); 1",
        "_LINUX_CAPABILITY_VERSION_3; 537396514",
        "CLONE_NEWNET; 1073741824",
        "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC; 524865",
      })
  void numbers(String text, long number) {
    assertThat(Notation.number(StraceParser.parseValue(text))).isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "AF_INETT; unknown constant 'AF_INETT'; did you mean AF_INET",
        "SOCK_STREAM|SOCK_NONBLOK; unknown constant 'SOCK_NONBLOK'",
        "htonx(1); unknown function 'htonx'",
        "\"a\"; expected a number, found '\"a\"'",
        "inet_addr(\"1.2.3\"); '1.2.3' is no IPv4 address",
        "if_nametoindex(\"eth0\"); unknown device 'eth0'",
      })
  void whatIsNoNumberIsNamed(String text, String message) {
    assertThatThrownBy(() -> Notation.number(StraceParser.parseValue(text)))
        .isInstanceOf(NotationException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @ValueSource(classes = {Abi.class, SoOption.class})
  void constantsAreThoseOfTheAbi(Class<?> constants) throws IllegalAccessException {
    TreeMap<String, String> wrong = new TreeMap<>();
    for (Field field : constants.getFields()) {
      Long number = Notation.constant(field.getName());
      if (number != null && number != field.getInt(null)) {
        wrong.put(field.getName(), number + " and " + field.getInt(null));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(constants.getFields()).hasSizeGreaterThan(40);
  }

  @Test
  void everyOptionOfSolSocketHasAName() throws IllegalAccessException {
    for (Field field : SoOption.class.getFields()) {
      assertThat(Notation.constant(field.getName()))
          .as(field.getName())
          .isEqualTo(field.getInt(null));
    }
  }

  @Test
  void socketTypes() {
    assertThat(Notation.socketType(0).text()).isEqualTo("0");
    assertThat(Notation.socketType(1).text()).isEqualTo("SOCK_STREAM");
    assertThat(Notation.socketType(0x80801).text())
        .isEqualTo("SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK");
    assertThat(Notation.socketType(0x80b).text()).isEqualTo("SOCK_NONBLOCK|0xb");
    assertThat(Notation.socketType(0x11).text()).isEqualTo("SOCK_STREAM|0x10 /* SOCK_??? */");
    assertThat(Notation.socketType(11).text()).isEqualTo("0xb /* SOCK_??? */");
  }

  @Test
  void addressesGoToBytesAndBack() {
    List<String> texts =
        List.of(
            "{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}",
            "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(5),"
                + " inet_pton(AF_INET6, \"::ffff:10.0.0.1\", &sin6_addr), sin6_scope_id=0}",
            "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0),"
                + " inet_pton(AF_INET6, \"fe80::1\", &sin6_addr),"
                + " sin6_scope_id=if_nametoindex(\"lo\")}",
            "{sa_family=AF_UNIX, sun_path=@\"a0\\0\"}",
            "{sa_family=AF_UNIX, sun_path=\"/tmp/x\"}",
            "{sa_family=AF_UNIX}",
            "{sa_family=AF_NETLINK, nl_pid=17, nl_groups=0x000550}",
            "{sa_family=AF_NETLINK, nl_pid=-4097, nl_groups=00000000}",
            "{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ALL),"
                + " sll_ifindex=if_nametoindex(\"lo\"), sll_hatype=ARPHRD_LOOPBACK,"
                + " sll_pkttype=PACKET_HOST, sll_halen=6, sll_addr=[0x1, 0x2, 0x3, 0x4, 0x5, 0x6]}",
            "{sa_family=AF_VSOCK, svm_cid=VMADDR_CID_LOCAL, svm_port=0x7abc, svm_flags=0}",
            "{sa_family=0x2e /* AF_??? */, sa_data=\"abc\"}");
    for (String text : texts) {
      StraceValue.Struct struct = (StraceValue.Struct) StraceParser.parseValue(text);
      assertThat(SockAddr.struct(SockAddr.bytes(struct, -1)).text()).isEqualTo(text);
    }
  }
}
