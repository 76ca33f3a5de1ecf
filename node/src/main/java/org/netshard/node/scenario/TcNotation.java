package org.netshard.node.scenario;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;

/**
 * Lines of {@code tc qdisc} as messages of NETLINK_ROUTE, in iproute2's own syntax.
 *
 * <p><b>Source:</b> iproute2, {@code tc/tc_qdisc.c}, {@code tc/q_fifo.c}.
 */
final class TcNotation {
  static final String ALLOWED =
      "tc qdisc add|change|replace|del dev lo root [handle H:] netem|tbf|fq|pfifo|bfifo …, each also as"
          + " tc -n NAME …";

  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_DELQDISC = 37;
  private static final int TCA_KIND = 1;
  static final int TCA_OPTIONS = 2;
  private static final int TC_H_ROOT = -1;

  private TcNotation() {}

  /**
   * Reads a line.
   *
   * @param words the words behind {@code tc}, without {@code -n NAME}
   * @param devices the indexes of the devices that are there, by name
   * @return the message, in hexadecimal digits
   */
  static String message(List<String> words, Map<String, Integer> devices) throws BadWordException {
    return HexFormat.of().formatHex(read(new TcWords(words, devices, ALLOWED)));
  }

  private static byte[] read(TcWords words) throws BadWordException {
    String object = words.next("`qdisc`");
    if (object.isEmpty() || !"qdisc".startsWith(object)) {
      throw words.wrong("`tc " + object + "`");
    }
    String verb = words.next("`add` or `del`");
    int flags =
        switch (verb) {
          case "add" -> Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
          case "replace" -> Nl.NLM_F_CREATE | Nl.NLM_F_REPLACE;
          case "change", "del", "delete" -> 0;
          default -> throw words.wrong("`tc qdisc " + verb + "`");
        };
    int type = verb.startsWith("del") ? RTM_DELQDISC : RTM_NEWQDISC;
    int ifindex = 0;
    int handle = 0;
    int parent = 0;
    String kind = "";
    while (kind.isEmpty() && words.more()) {
      String key = words.next("");
      switch (key) {
        case "dev" -> ifindex = words.device();
        case "root" -> parent = TC_H_ROOT;
        case "handle" -> handle = words.handle();
        default -> kind = key;
      }
    }
    if (ifindex == 0) {
      throw words.missing("`dev lo`");
    }
    if (parent == 0) {
      throw words.missing("`root`");
    }
    int header = Nl.NLM_F_REQUEST | Nl.NLM_F_ACK | flags;
    NlMsg out = new NlMsg().begin(type, header, 1, 0);
    out.putInt(0).putInt(ifindex).putInt(handle).putInt(parent).putInt(0);
    if (kind.isEmpty()) {
      if (type == RTM_NEWQDISC) {
        throw words.missing("a kind");
      }
      return NlMsg.done(out);
    }
    out.attrText(TCA_KIND, kind);
    switch (kind) {
      case "netem" -> TcNetem.options(words, out, type == RTM_DELQDISC);
      case "tbf" -> TcTbf.options(words, out, type == RTM_DELQDISC);
      case "fq" -> TcFq.options(words, out, type == RTM_DELQDISC);
      case "pfifo", "bfifo" -> fifo(words, out, kind);
      default -> {
        // The kernel says that it has no such kind; what its options mean, nobody knows.
        if (words.more()) {
          throw words.wrong("queueing discipline `" + kind + "` with options");
        }
      }
    }
    return NlMsg.done(out);
  }

  private static void fifo(TcWords words, NlMsg out, String kind) throws BadWordException {
    while (words.more()) {
      String key = words.next("");
      if (!key.equals("limit")) {
        throw words.wrong("`" + key + "` of " + kind, "limit N");
      }
      out.attrInt(TCA_OPTIONS, (int) words.u32("limit"));
    }
  }
}
