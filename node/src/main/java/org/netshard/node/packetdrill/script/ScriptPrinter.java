package org.netshard.node.packetdrill.script;

import java.util.List;
import java.util.stream.Collectors;
import org.netshard.node.packetdrill.script.PacketSpec.Echoed;
import org.netshard.node.packetdrill.script.PacketSpec.Ip;
import org.netshard.node.packetdrill.script.PacketSpec.Ports;

/** Writes scripts and their parts, so that reading them again gives the same. */
public final class ScriptPrinter {
  private static final long NS_PER_US = 1000;
  private static final long US_PER_S = 1_000_000;

  private ScriptPrinter() {}

  /** A whole script. */
  public static String print(Script script) {
    StringBuilder text = new StringBuilder();
    for (Script.Option option : script.options()) {
      text.append("--").append(option.name());
      text.append(option.value().isEmpty() ? "" : "=" + option.value()).append('\n');
    }
    if (script.init() != null) {
      text.append(print(script.init())).append('\n');
    }
    for (Script.Event event : script.events()) {
      text.append(print(event)).append('\n');
    }
    if (script.cleanup() != null) {
      text.append(print(script.cleanup())).append('\n');
    }
    return text.toString();
  }

  /** An event. */
  public static String print(Script.Event event) {
    String time = print(event.time());
    if (event.action() instanceof Action.Call call && call.blocks()) {
      time += "..." + seconds(call.endNs());
    }
    return time + " " + print(event.action());
  }

  /** A time. */
  public static String print(EventTime time) {
    String plus = time.kind() == EventTime.Kind.RELATIVE ? "+" : "";
    return switch (time.kind()) {
      case ANY -> "*";
      case ABSOLUTE, RELATIVE ->
          plus + seconds(time.ns()) + (time.isRange() ? "~" + plus + seconds(time.endNs()) : "");
    };
  }

  /** Nanoseconds as seconds: six digits behind the point, or nine if they are needed. */
  public static String seconds(long ns) {
    long us = Math.floorDiv(ns, NS_PER_US);
    long rest = Math.floorMod(ns, NS_PER_US);
    String text = (us / US_PER_S) + "." + String.format("%06d", us % US_PER_S);
    return rest == 0 ? text : text + String.format("%03d", rest);
  }

  /** What an event does. */
  public static String print(Action action) {
    if (action instanceof Action.Packet packet) {
      return print(packet.packet());
    }
    if (action instanceof Action.Call call) {
      return print(call);
    }
    if (action instanceof Action.Command command) {
      return "`" + command.text() + "`";
    }
    return "%{" + ((Action.Code) action).text() + "}%";
  }

  /** A call with its result. */
  public static String print(Action.Call call) {
    String text = call.name() + "(" + list(call.arguments()) + ") = " + print(call.result());
    text += call.errno() == null ? "" : " " + call.errno();
    return call.note().isEmpty() ? text : text + " (" + call.note() + ")";
  }

  private static String list(List<Expr> list) {
    return list.stream().map(ScriptPrinter::print).collect(Collectors.joining(", "));
  }

  /** A value. */
  public static String print(Expr expr) {
    if (expr instanceof Expr.Num num) {
      return num.hex() ? "0x" + Long.toHexString(num.value()) : Long.toString(num.value());
    }
    if (expr instanceof Expr.Word word) {
      return word.name();
    }
    if (expr instanceof Expr.Str str) {
      return "\"" + str.text() + "\"" + (str.more() ? "..." : "");
    }
    if (expr instanceof Expr.Or or) {
      return print(or.left()) + " | " + print(or.right());
    }
    if (expr instanceof Expr.Array array) {
      return "[" + list(array.elements()) + "]";
    }
    if (expr instanceof Expr.Apply apply) {
      return apply.name() + "(" + list(apply.arguments()) + ")";
    }
    if (expr instanceof Expr.Struct struct) {
      return struct.fields().stream()
          .map(ScriptPrinter::print)
          .collect(Collectors.joining(", ", "{", "}"));
    }
    return "...";
  }

  private static String print(Expr.Field field) {
    if (field.name().isEmpty()) {
      return print(field.value());
    }
    Expr size = field.size();
    return field.name()
        + (size == null ? "" : "(" + print(size) + ")")
        + "="
        + print(field.value());
  }

  /** A packet. */
  public static String print(PacketSpec packet) {
    String text = (packet.inbound() ? "< " : "> ") + print(packet.ip());
    if (packet.transport() instanceof PacketSpec.Tcp tcp) {
      return text + print(tcp);
    }
    if (packet.transport() instanceof PacketSpec.Udp udp) {
      return text + "udp " + print(udp.ports()) + "(" + udp.payload() + ")";
    }
    return text + print((PacketSpec.Icmp) packet.transport());
  }

  private static String print(Ip ip) {
    String tos =
        switch (ip.check()) {
          case NONE -> "";
          case ECT01 -> "ect01";
          case TOS -> "tos 0x" + Integer.toHexString(ip.tos());
          case ECN -> List.of("noecn", "ect1", "ect0", "ce").get(ip.tos());
        };
    String label =
        ip.flowLabel() == PacketSpec.NONE
            ? ""
            : ",flowlabel 0x" + Integer.toHexString(ip.flowLabel());
    String ttl = ip.ttl() == PacketSpec.NONE ? "" : ",ttl " + ip.ttl();
    String all = tos + label + ttl;
    return all.isEmpty() ? "" : "[" + (tos.isEmpty() ? all.substring(1) : all) + "] ";
  }

  private static String print(Ports ports) {
    return ports.equals(Ports.UNSAID) ? "" : ports.source() + " > " + ports.destination() + " ";
  }

  private static String span(long seq, int payload) {
    return seq + ":" + ((seq + payload) & 0xffff_ffffL) + "(" + payload + ")";
  }

  private static String print(PacketSpec.Tcp tcp) {
    StringBuilder text = new StringBuilder(print(tcp.ports()));
    text.append(tcp.flags().isEmpty() ? "-" : tcp.flags()).append(' ');
    text.append(span(tcp.seq(), tcp.payload()));
    if (tcp.has('.') || tcp.ack() != 0) {
      text.append(" ack ").append(tcp.ack());
    }
    text.append(tcp.window() == PacketSpec.NONE ? "" : " win " + tcp.window());
    text.append(tcp.urg() == 0 ? "" : " urg " + tcp.urg());
    List<TcpOption> options = tcp.options();
    if (options == null) {
      text.append(" <...>");
    } else if (!options.isEmpty()) {
      text.append(
          options.stream().map(ScriptPrinter::print).collect(Collectors.joining(",", " <", ">")));
    }
    return text.toString();
  }

  /** An option of a segment. */
  public static String print(TcpOption option) {
    if (option instanceof TcpOption.Mss mss) {
      return "mss " + mss.bytes();
    }
    if (option instanceof TcpOption.Wscale wscale) {
      return "wscale " + wscale.shift();
    }
    if (option instanceof TcpOption.SackOk) {
      return "sackOK";
    }
    if (option instanceof TcpOption.Sack sack) {
      return sack.blocks().stream()
          .map(block -> block.left() + ":" + block.right())
          .collect(Collectors.joining(" ", "sack ", ""));
    }
    if (option instanceof TcpOption.Timestamp ts) {
      return "TS val " + ts.val() + " ecr " + ts.ecr();
    }
    if (option instanceof TcpOption.FastOpen fo) {
      return ((fo.experimental() ? "FOEXP " : "FO ") + fo.cookie()).strip();
    }
    if (option instanceof TcpOption.Md5 md5) {
      return "md5 " + md5.digest();
    }
    if (option instanceof TcpOption.AccEcn ecn) {
      return ecn.counters().stream()
          .map(counter -> counter.name() + " " + counter.bytes())
          .collect(Collectors.joining(" ", "ECN ", ""));
    }
    if (option instanceof TcpOption.Unknown unknown) {
      return "option " + unknown.kind() + " " + unknown.data();
    }
    return option instanceof TcpOption.Nop ? "nop" : "eol";
  }

  private static String print(PacketSpec.Icmp icmp) {
    String text = "icmp " + icmp.type() + (icmp.code().isEmpty() ? "" : " " + icmp.code());
    text += icmp.mtu() == PacketSpec.NONE ? "" : " mtu " + icmp.mtu();
    text += icmp.echoId() == 0 ? "" : " id " + icmp.echoId();
    return text + print(icmp.echoed());
  }

  private static String print(Echoed echoed) {
    if (echoed instanceof PacketSpec.TcpEcho tcp) {
      return " [" + span(tcp.seq(), tcp.payload()) + "]";
    }
    if (echoed instanceof PacketSpec.UdpEcho udp) {
      return " [udp (" + udp.payload() + ")]";
    }
    return echoed instanceof PacketSpec.RawEcho raw ? " [raw (" + raw.bytes() + ")]" : "";
  }
}
