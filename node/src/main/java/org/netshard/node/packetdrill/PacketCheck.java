package org.netshard.node.packetdrill;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.PacketSpec.Ip;
import org.netshard.node.packetdrill.script.PacketSpec.Tcp;
import org.netshard.node.packetdrill.script.PacketSpec.TosCheck;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.node.packetdrill.script.TcpOption;

/** Compares a packet that was sent with the one that a script expects, header by header. */
final class PacketCheck {
  private static final int ECN_MASK = 3;
  private static final String PLAIN_FLAGS = "FSRP.U";
  private static final String ECN_FLAGS = "EWA";
  private static final int NS_PER_US = 1000;

  private final Settings settings;

  PacketCheck(Settings settings) {
    this.settings = settings;
  }

  private static @Nullable String number(String what, long expected, long found) {
    return expected == found ? null : what + ": expected " + expected + ", found " + found;
  }

  private static @Nullable String first(@Nullable String... differences) {
    for (String difference : differences) {
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  /**
   * The first difference, or null if there is none.
   *
   * @param expected what the script says
   * @param found what was sent, in the numbers of the script
   * @param sinceStartNs the time of the event
   */
  @Nullable String difference(PacketSpec expected, PacketSpec found, long sinceStartNs) {
    if (expected.transport().getClass() != found.transport().getClass()) {
      return "the protocol is another";
    }
    String ip = ip(expected.ip(), found.ip());
    if (ip != null) {
      return ip;
    }
    if (expected.transport() instanceof Tcp tcp) {
      return tcp(tcp, (Tcp) found.transport(), sinceStartNs);
    }
    if (expected.transport() instanceof PacketSpec.Udp udp) {
      return number("bytes of data", udp.payload(), ((PacketSpec.Udp) found.transport()).payload());
    }
    return icmp((PacketSpec.Icmp) expected.transport(), (PacketSpec.Icmp) found.transport());
  }

  private static @Nullable String ip(Ip expected, Ip found) {
    int ecn = found.tos() & ECN_MASK;
    String tos =
        switch (expected.check()) {
          case NONE -> null;
          case ECN -> number("bits for congestion (ECN)", expected.tos(), ecn);
          case ECT01 ->
              ecn == 1 || ecn == 2
                  ? null
                  : "bits for congestion (ECN): expected 1 or 2, found " + ecn;
          case TOS -> number("tos", expected.tos(), found.tos());
        };
    return first(
        tos,
        expected.ttl() == PacketSpec.NONE ? null : number("ttl", expected.ttl(), found.ttl()),
        expected.flowLabel() == PacketSpec.NONE
            ? null
            : number("flow label", expected.flowLabel(), found.flowLabel()));
  }

  private @Nullable String tcp(Tcp expected, Tcp found, long sinceStartNs) {
    return first(
        flags(expected, found),
        number("sequence number", expected.seq(), found.seq()),
        number("bytes of data", expected.payload(), found.payload()),
        number("ack", expected.ack(), found.ack()),
        expected.window() == PacketSpec.NONE
            ? null
            : number("win", expected.window(), found.window()),
        number("urg", expected.urg(), found.urg()),
        options(expected.options(), found.options(), sinceStartNs));
  }

  private static @Nullable String flags(Tcp expected, Tcp found) {
    boolean same = true;
    for (int i = 0; i < PLAIN_FLAGS.length(); i++) {
      same &= expected.has(PLAIN_FLAGS.charAt(i)) == found.has(PLAIN_FLAGS.charAt(i));
    }
    if (expected.ace() != PacketSpec.NONE) {
      int ace = (found.has('E') ? 1 : 0) | (found.has('W') ? 2 : 0) | (found.has('A') ? 4 : 0);
      same &= expected.ace() == ace;
    } else {
      for (int i = 0; i < ECN_FLAGS.length(); i++) {
        same &= expected.has(ECN_FLAGS.charAt(i)) == found.has(ECN_FLAGS.charAt(i));
      }
    }
    return same ? null : "flags: expected " + expected.flags() + ", found " + found.flags();
  }

  private @Nullable String options(
      @Nullable List<TcpOption> expected, @Nullable List<TcpOption> found, long sinceStartNs) {
    if (expected == null || found == null) {
      return null;
    }
    for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
      String difference;
      if (i >= expected.size()) {
        difference = "one more: " + ScriptPrinter.print(found.get(i));
      } else if (i >= found.size()) {
        difference = "missing: " + ScriptPrinter.print(expected.get(i));
      } else {
        difference = option(expected.get(i), found.get(i), sinceStartNs);
      }
      if (difference != null) {
        return "option " + (i + 1) + ": " + difference;
      }
    }
    return null;
  }

  private @Nullable String option(TcpOption expected, TcpOption found, long sinceStartNs) {
    if (expected instanceof TcpOption.Timestamp wanted
        && found instanceof TcpOption.Timestamp sent) {
      return timestamp(wanted, sent, sinceStartNs);
    }
    return expected.equals(found)
        ? null
        : "expected " + ScriptPrinter.print(expected) + ", found " + ScriptPrinter.print(found);
  }

  /** The clock runs where it likes, so it is looked at only if the script says how fast it runs. */
  private @Nullable String timestamp(
      TcpOption.Timestamp expected, TcpOption.Timestamp found, long sinceStartNs) {
    if (settings.tsTickUs() > 0) {
      long ticks = Math.abs((int) (found.val() - expected.val()));
      long wrongNs = ticks * settings.tsTickUs() * NS_PER_US;
      double partNs = settings.tolerancePercent() / 100 * sinceStartNs;
      long allowedNs = Math.max(settings.toleranceNs(), (long) partNs);
      if (wrongNs > allowedNs) {
        return number("TS val", expected.val(), found.val());
      }
    }
    return null;
  }

  private static @Nullable String icmp(PacketSpec.Icmp expected, PacketSpec.Icmp found) {
    boolean same = expected.type().equals(found.type());
    boolean sameCode = expected.code().isEmpty() || expected.code().equals(found.code());
    return same && sameCode
        ? null
        : "expected %s %s, found %s %s"
            .formatted(expected.type(), expected.code(), found.type(), found.code());
  }

  /** How a packet that was sent is shown beside an expected one: only with what that one says. */
  static PacketSpec shown(PacketSpec expected, PacketSpec found) {
    Ip said = expected.ip();
    Ip sent = found.ip();
    TosCheck check = said.check() == TosCheck.ECT01 ? TosCheck.ECN : said.check();
    int tos =
        check == TosCheck.NONE ? 0 : check == TosCheck.ECN ? sent.tos() & ECN_MASK : sent.tos();
    Ip ip =
        new Ip(
            check,
            tos,
            said.flowLabel() == PacketSpec.NONE ? PacketSpec.NONE : sent.flowLabel(),
            said.ttl() == PacketSpec.NONE ? PacketSpec.NONE : sent.ttl());
    return new PacketSpec(false, ip, found.transport());
  }
}
