package org.netshard.node.packetdrill.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.PacketSpec.Echoed;
import org.netshard.node.packetdrill.script.PacketSpec.Ip;
import org.netshard.node.packetdrill.script.PacketSpec.Ports;
import org.netshard.node.packetdrill.script.PacketSpec.TosCheck;
import org.netshard.node.packetdrill.script.PacketSpec.Transport;

/** Reads packets. */
final class PacketParser {
  private static final List<String> ERRORS =
      List.of(
          "unreachable", "source_quench", "time_exceeded", "parameter_problem", "packet_too_big");
  private static final int U8 = 255;
  private static final int U16 = 65535;
  private static final long U32 = 0xffff_ffffL;
  private static final int FLOW_LABEL_MAX = 0xf_ffff;
  private static final int U24 = 0xff_ffff;
  private static final String FLAGS = ".FSRPEWAU01234567";
  private static final int MD5_DIGITS = 32;
  private static final int COOKIE_DIGITS_MAX = 72;

  private final Source in;

  PacketParser(Source in) {
    this.in = in;
  }

  PacketSpec packet() {
    boolean inbound = in.take("<");
    if (!inbound) {
      in.expect(">");
    }
    Ip ip = ip();
    in.skip();
    int start = in.position();
    String word = in.peekWord();
    switch (word) {
      case "ipv4", "ipv6", "gre", "GREv0", "mpls", "encap" ->
          throw in.wrong(start, "packets within packets (`" + word + "`) are not simulated");
      case "udp" -> {
        in.word();
        Ports ports = ports();
        return new PacketSpec(inbound, ip, new PacketSpec.Udp(ports, size("UDP")));
      }
      case "icmp" -> {
        in.word();
        return new PacketSpec(inbound, ip, icmp());
      }
      default -> {
        return new PacketSpec(inbound, ip, tcp());
      }
    }
  }

  private int size(String what) {
    in.expect("(");
    int size = (int) in.integer("the bytes of data of " + what, 0, U16);
    in.expect(")");
    return size;
  }

  private Ip ip() {
    in.skip();
    char open = in.peek();
    if (open != '[' && open != '(') {
      return Ip.UNSAID;
    }
    in.take(String.valueOf(open));
    Ip ip = Ip.UNSAID;
    do {
      ip = ipField(ip);
    } while (in.take(","));
    in.expect(open == '[' ? "]" : ")");
    return ip;
  }

  private Ip ipField(Ip ip) {
    in.skip();
    int start = in.position();
    String word = in.word();
    return switch (word) {
      case "noecn" -> tos(ip, TosCheck.ECN, 0);
      case "ect1" -> tos(ip, TosCheck.ECN, 1);
      case "ect0" -> tos(ip, TosCheck.ECN, 2);
      case "ce" -> tos(ip, TosCheck.ECN, 3);
      case "ect01" -> tos(ip, TosCheck.ECT01, 0);
      case "tos" -> tos(ip, TosCheck.TOS, (int) in.hex("a value for tos", U8));
      case "flowlabel" ->
          new Ip(
              ip.check(),
              ip.tos(),
              (int) in.hex("a value for flowlabel", FLOW_LABEL_MAX),
              ip.ttl());
      case "ttl" -> new Ip(ip.check(), ip.tos(), ip.flowLabel(), (int) in.integer("ttl", 0, U8));
      default -> {
        in.position(start);
        throw in.expected("one of noecn, ect0, ect1, ce, ect01, tos, flowlabel and ttl");
      }
    };
  }

  private static Ip tos(Ip ip, TosCheck check, int value) {
    return new Ip(check, value, ip.flowLabel(), ip.ttl());
  }

  private Ports ports() {
    in.skip();
    int start = in.position();
    if (!Source.isDigit(in.peek())) {
      return Ports.UNSAID;
    }
    int source = (int) in.integer("a port", 0, U16);
    if (!in.take(">")) {
      in.position(start);
      return Ports.UNSAID;
    }
    return new Ports(source, (int) in.integer("a port", 0, U16));
  }

  private Transport tcp() {
    Ports ports = ports();
    String flags = flags();
    long seq = in.integer("a sequence number", 0, U32);
    int payload = rest(seq);
    long ack = in.takeWord("ack") ? in.integer("a sequence number", 0, U32) : 0;
    int window = in.takeWord("win") ? (int) in.integer("a window", 0, U16) : PacketSpec.NONE;
    int urg = in.takeWord("urg") ? (int) in.integer("an urgent pointer", 0, U16) : 0;
    in.skip();
    List<TcpOption> options = in.peek() == '<' ? options() : List.of();
    return new PacketSpec.Tcp(ports, flags, seq, payload, ack, window, urg, options);
  }

  private String flags() {
    in.skip();
    int start = in.position();
    if (in.take("-")) {
      return "";
    }
    StringBuilder flags = new StringBuilder();
    while (Source.isWord(in.peek()) || in.peek() == '.') {
      char flag = in.peek();
      if (FLAGS.indexOf(flag) < 0) {
        throw in.wrong("`" + flag + "` is no flag of TCP; these are " + FLAGS);
      }
      flags.append(flag);
      in.position(in.position() + 1);
    }
    if (flags.isEmpty()) {
      in.position(start);
      throw in.expected("flags of TCP such as S. or P., `udp` or `icmp`");
    }
    return flags.toString();
  }

  /** {@code :LAST(BYTES)} behind the first sequence number. */
  private int rest(long seq) {
    in.expect(":");
    int start = in.position();
    long end = in.integer("a sequence number", 0, U32);
    int payload = size("TCP");
    if (end != ((seq + payload) & U32)) {
      throw in.wrong(start, seq + ":" + end + " is not " + payload + " bytes");
    }
    return payload;
  }

  private @Nullable List<TcpOption> options() {
    in.expect("<");
    if (in.take("...")) {
      in.expect(">");
      return null;
    }
    List<TcpOption> options = new ArrayList<>();
    do {
      options.add(option());
    } while (in.take(","));
    in.expect(">");
    return options;
  }

  private TcpOption option() {
    in.skip();
    int start = in.position();
    String word = in.word();
    switch (word) {
      case "nop" -> {
        return new TcpOption.Nop();
      }
      case "eol" -> {
        return new TcpOption.Eol();
      }
      case "mss" -> {
        return new TcpOption.Mss((int) in.integer("mss", 0, U16));
      }
      case "wscale" -> {
        return new TcpOption.Wscale((int) in.integer("wscale", 0, U8));
      }
      case "sackOK" -> {
        return new TcpOption.SackOk();
      }
      case "sack" -> {
        return sack();
      }
      case "TS" -> {
        expectWord("val");
        long val = in.integer("a time stamp", 0, U32);
        expectWord("ecr");
        return new TcpOption.Timestamp(val, in.integer("a time stamp", 0, U32));
      }
      case "FO", "FOEXP" -> {
        return new TcpOption.FastOpen(hex(COOKIE_DIGITS_MAX), word.equals("FOEXP"));
      }
      case "md5" -> {
        String digest = hex(MD5_DIGITS);
        if (digest.length() != MD5_DIGITS) {
          throw in.wrong(start, "a digest of MD5 has " + MD5_DIGITS + " digits");
        }
        return new TcpOption.Md5(digest);
      }
      case "ECN" -> {
        return accEcn();
      }
      default -> {
        in.position(start);
        throw in.expected(
            "an option of TCP: mss, wscale, sackOK, sack, TS, FO, FOEXP, md5, ECN, nop, eol");
      }
    }
  }

  private void expectWord(String word) {
    if (!in.takeWord(word)) {
      throw in.expected("`" + word + "`");
    }
  }

  private TcpOption sack() {
    List<TcpOption.Block> blocks = new ArrayList<>();
    do {
      long left = in.integer("a sequence number", 0, U32);
      in.expect(":");
      blocks.add(new TcpOption.Block(left, in.integer("a sequence number", 0, U32)));
      in.skip();
    } while (Source.isDigit(in.peek()));
    return new TcpOption.Sack(blocks);
  }

  private TcpOption accEcn() {
    List<TcpOption.Counter> counters = new ArrayList<>();
    String word = in.peekWord();
    while (word.equals("e0b") || word.equals("ceb") || word.equals("e1b")) {
      in.word();
      counters.add(new TcpOption.Counter(word, (int) in.integer(word, 0, U24)));
      word = in.peekWord();
    }
    boolean known =
        !counters.isEmpty()
            && !counters.get(0).name().equals("ceb")
            && counters.size() <= 3
            && (counters.size() < 2 || counters.get(1).name().equals("ceb"));
    if (!known) {
      throw in.expected("e0b N ceb N e1b N or e1b N ceb N e0b N, or its first one or two");
    }
    return new TcpOption.AccEcn(counters);
  }

  private String hex(int digitsMax) {
    in.skip();
    int start = in.position();
    String digits = in.defined(in.word());
    if (!digits.matches("(?:[0-9a-fA-F]{2})*") || digits.length() > digitsMax) {
      throw in.wrong(
          start, "`" + digits + "` is no even number of up to " + digitsMax + " hex digits");
    }
    return digits;
  }

  private Transport icmp() {
    String type = in.defined(in.word());
    if (type.isEmpty()) {
      throw in.expected("a type of ICMP such as unreachable");
    }
    String code = "";
    String next = in.peekWord();
    if (!next.isEmpty() && !next.equals("mtu") && !next.equals("id")) {
      code = in.defined(in.word());
    }
    long mtu = in.takeWord("mtu") ? in.integer("mtu", 0, U32) : PacketSpec.NONE;
    int id = in.takeWord("id") ? (int) in.integer("id", 0, U16) : 0;
    return new PacketSpec.Icmp(type, code, mtu, id, echoed(ERRORS.contains(type)));
  }

  private Echoed echoed(boolean error) {
    if (!in.take("[")) {
      // An error is about the first segment, if nothing else is said.
      return error ? new PacketSpec.TcpEcho(0, 0) : new PacketSpec.NoEcho();
    }
    Echoed echoed;
    if (in.takeWord("udp")) {
      echoed = new PacketSpec.UdpEcho(size("UDP"));
    } else if (in.takeWord("raw")) {
      echoed = new PacketSpec.RawEcho(size("ICMP"));
    } else {
      long seq = in.integer("a sequence number, `udp` or `raw`", 0, U32);
      echoed = new PacketSpec.TcpEcho(seq, rest(seq));
    }
    in.expect("]");
    return echoed;
  }
}
