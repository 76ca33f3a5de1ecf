package org.netshard.node.packetdrill.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.netshard.node.packetdrill.script.EventTime.Kind;
import org.netshard.node.packetdrill.script.PacketSpec.Ip;
import org.netshard.node.packetdrill.script.PacketSpec.Ports;
import org.netshard.node.packetdrill.script.PacketSpec.TosCheck;

/** Scripts as they are read, and as they are written again. */
class ScriptParserTest {
  private static Script parse(String text) {
    return ScriptParser.parse("x.pkt", text, Map.of());
  }

  private static Script.Event event(String text) {
    List<Script.Event> events = parse(text).events();
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private static PacketSpec packet(String text) {
    return ((Action.Packet) event("+0 " + text).action()).packet();
  }

  private static Action.Call call(String text) {
    return (Action.Call) event("0 " + text).action();
  }

  /** All that the language has, one a line, as it is written again. */
  private static final List<String> LINES =
      List.of(
          "0.000000 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
          "+0.000000...0.200000 accept(3, ..., ...) = 4",
          "+0.100000 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)",
          "+0.000001 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)",
          "1.000000001 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=2}, 8) = 0",
          "+0.000000 poll([{fd=3, events=POLLIN | POLLOUT, revents=0}], 1, 0) = 0",
          "+0.000000 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=0,"
              + " msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=33}]}, 0) = 10",
          "+0.000000 bind(3, {sa_family=AF_INET, sin_port=htons(80),"
              + " sin_addr=inet_addr(\"192.0.2.1\")}, 16) = 0",
          "+0.000000 write(3, \"ab\\x00\"..., 10) = 10",
          "+0.000000 getsockopt(3, SOL_TCP, TCP_INFO, ..., [4]) = 0",
          "+0.000000 < S 0:0(0) win 1000 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>",
          "* > S. 0:0(0) ack 1 <...>",
          "+0.000000~+0.200000 > P. 1:1001(1000) ack 1 win 257 urg 3",
          "0.100000~0.300000 > F. 4294967295:9(10) ack 1 <nop,nop,sack 1:2 3:4>",
          "+0.000000 < [ect0] SEWA 0:0(0) win 5 <ECN e0b 1 ceb 0 e1b 1,nop>",
          "+0.000000 > [ce,flowlabel 0xabcde,ttl 3] .5 1:1(0) ack 1",
          "+0.000000 > [ect01] 8080 > 9 - 1:1(0)",
          "+0.000000 < R 1:1(0) win 0 <md5 000102030405060708090a0b0c0d0e0f,nop,eol>",
          "+0.000000 > S 0:0(0) <FO 3021b9d889017eeb,nop,nop,FO,FOEXP,nop,nop>",
          "+0.000000 < [tos 0x4] udp 1 > 2 (100)",
          "+0.000000 > udp (0)",
          "+0.000000 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]",
          "+0.000000 < icmp unreachable port_unreachable [udp (8)]",
          "+0.000000 > icmp echo_request id 7 [raw (64)]",
          "+0.000000 `sysctl -q net.ipv4.tcp_sack=0`",
          "+0.000000 %{ assert tcpi_state == 1, tcpi_state }%");

  @Test
  void everyNotationIsWrittenAsItIsRead() {
    for (String line : LINES) {
      Script.Event read = event(line);
      assertThat(ScriptPrinter.print(read)).isEqualTo(line);
    }
    String all = "--mtu=1500\n--strict_segments\n`true`\n" + String.join("\n", LINES) + "\n`x`\n";
    assertThat(ScriptPrinter.print(parse(all))).isEqualTo(all);
  }

  @Test
  void timesAreAbsoluteRelativeOrAnyAndMayBeRanges() {
    assertThat(event("0.1 close(3) = 0").time())
        .isEqualTo(new EventTime(Kind.ABSOLUTE, 100_000_000, 100_000_000));
    assertThat(event("+.000000002 close(3) = 0").time())
        .isEqualTo(new EventTime(Kind.RELATIVE, 2, 2));
    assertThat(event("* > udp (1)").time()).isEqualTo(EventTime.ANY);
    assertThat(event("+.1~+2 > udp (1)").time())
        .isEqualTo(new EventTime(Kind.RELATIVE, 100_000_000, 2_000_000_000));
    assertThat(((Action.Call) event("0...0.3 read(3, ..., 1) = 1").action()).endNs())
        .isEqualTo(300_000_000);
  }

  @Test
  void segmentsHaveFlagsNumbersAndOptions() {
    PacketSpec packet = packet("> [ect1] P.E 1:11(10) ack 5 <nop,nop,sack 20:30>");
    PacketSpec.Tcp tcp = (PacketSpec.Tcp) packet.transport();
    assertThat(packet.inbound()).isFalse();
    assertThat(packet.ip()).isEqualTo(new Ip(TosCheck.ECN, 1, -1, -1));
    assertThat(tcp.flags()).isEqualTo("P.E");
    assertThat(tcp.seq()).isEqualTo(1);
    assertThat(tcp.payload()).isEqualTo(10);
    assertThat(tcp.ack()).isEqualTo(5);
    assertThat(tcp.window()).isEqualTo(PacketSpec.NONE);
    assertThat(tcp.options())
        .containsExactly(
            new TcpOption.Nop(),
            new TcpOption.Nop(),
            new TcpOption.Sack(List.of(new TcpOption.Block(20, 30))));
    assertThat(((PacketSpec.Tcp) packet("> P5 1:1(0)").transport()).ace()).isEqualTo(5);
    assertThat(((PacketSpec.Udp) packet("< udp 5 > 6 (7)").transport()).ports())
        .isEqualTo(new Ports(5, 6));
  }

  @Test
  void commentsAndLineBreaksStandAnywhere() {
    Script script =
        parse(
            """
            // first
            --mtu=1280 // behind an option
            # a line
            0 socket(..., /* a
               type */ SOCK_DGRAM, // a protocol
               0) = 3
              +0 close(3) = 0 # the end\
            """);
    assertThat(script.options()).hasSize(1);
    assertThat(script.options().get(0).value()).isEqualTo("1280");
    assertThat(script.events()).hasSize(2);
    assertThat(script.events().get(1).place()).hasToString("x.pkt:7:3");
  }

  @Test
  void wordsStandForWhatIsDefinedOutsideFirst() {
    String text =
        "-D N=5\n--define=S=\"ab\"\n--define=W=SOL_IP\n0 f(N, S, W, X) = N\n+0 > S 0:0(0) <FO C>\n";
    Script script = ScriptParser.parse("x", text, Map.of("N", "0x6", "C", "aabb"));
    Action.Call call = (Action.Call) script.events().get(0).action();
    assertThat(call.arguments())
        .containsExactly(
            new Expr.Num(6, true),
            new Expr.Str("ab", false),
            new Expr.Word("SOL_IP"),
            new Expr.Word("X"));
    PacketSpec packet = ((Action.Packet) script.events().get(1).action()).packet();
    assertThat(((PacketSpec.Tcp) packet.transport()).options())
        .containsExactly(new TcpOption.FastOpen("aabb", false));
  }

  @Test
  void textsThatFollowEachOtherAreOne() {
    assertThat(call("write(3, \"ab\"  \"cd\", 4) = 4").arguments().get(1))
        .isEqualTo(new Expr.Str("abcd", false));
  }

  @Test
  void errorsSayWhereAndWhatWasWanted() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry(
                "", "x:1:1: a script without an event, such as 0 socket(..., SOCK_DGRAM, 0) = 3"),
            Map.entry(
                "+0",
                "x:1:3: expected a packet, a call, a command or code behind the time,"
                    + " found the end of the script"),
            Map.entry("+x close(3) = 0", "x:1:2: expected a time such as 0.100 or +.1, found `x`"),
            Map.entry("0 close(3)", "x:1:11: expected `=`, found the end of the script"),
            Map.entry("0 close(3 = 0", "x:1:11: expected `)`, found `=`"),
            Map.entry("\n 0 close(;) = 0", "x:2:10: expected a value, found `;`"),
            Map.entry("0 > X 0:0(0)", "x:1:5: `X` is no flag of TCP; these are .FSRPEWAU01234567"),
            Map.entry("0 > S 0:1(0)", "x:1:9: 0:1 is not 0 bytes"),
            Map.entry(
                "0 > S 0:0(65536)",
                "x:1:11: the bytes of data of TCP 65536 is out of range" + " 0 to 65535"),
            Map.entry("0 > S 0:0(0) <mss>", "x:1:18: expected mss, found `>`"),
            Map.entry(
                "0 > S 0:0(0) <abc 1>",
                "x:1:15: expected an option of TCP: mss, wscale,"
                    + " sackOK, sack, TS, FO, FOEXP, md5, ECN, nop, eol, found `abc`"),
            Map.entry(
                "0 > [xy] S 0:0(0)",
                "x:1:6: expected one of noecn, ect0, ect1, ce, ect01,"
                    + " tos, flowlabel and ttl, found `xy`"),
            Map.entry(
                "0 > ipv4 1.2.3.4 > 1.2.3.5: udp (1)",
                "x:1:5: packets within packets" + " (`ipv4`) are not simulated"),
            Map.entry("0 `true", "x:1:3: ``` is not closed by ```"),
            Map.entry("0 /* x", "x:1:3: the comment is not closed"),
            Map.entry(
                "* close(3) = 0",
                "x:1:1: only a packet that is sent may have any time or a" + " range of times"),
            Map.entry("*...1 close(3) = 0", "x:1:1: a call that blocks needs one time to begin at"),
            Map.entry("0.3~0.2 > udp (1)", "x:1:1: a range of times that ends before it begins"),
            Map.entry("-D X\n0 close(3) = 0", "x:1:1: no definition NAME=VALUE: X"),
            Map.entry(
                "0 close(3) = 0\n`a` 0 close(3) = 0",
                "x:2:5: expected the end of the script"
                    + " behind a command without a time, found `0`"));
    wrong.forEach(
        (text, message) ->
            assertThatThrownBy(() -> ScriptParser.parse("x", text, Map.of()))
                .as(text)
                .isInstanceOf(ScriptSyntaxException.class)
                .hasMessage(message));
  }
}
