package org.netshard.node.scenario;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.RtmRoute;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;

/**
 * Lines of {@code ip} as messages of NETLINK_ROUTE: what changes links, addresses and routes, in
 * iproute2's own syntax, as far as the devices that are there go: {@code lo}, and that of scripts.
 *
 * <p><b>Source:</b> iproute2, {@code ip/iplink.c}, {@code ip/ipaddress.c}, {@code ip/iproute.c}.
 */
final class IpNotation extends CommandWords {
  static final String ALLOWED =
      "ip link set lo up|down|mtu N|txqueuelen N|gso_max_segs N, ip addr add|del|replace ADDR dev lo, ip route"
          + " add|del|replace|append PREFIX dev lo, each also as ip -n NAME …, ip netns exec NAME"
          + " COMMAND";

  private static final int RTM_NEWLINK = 16;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_NEWROUTE = 24;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_TXQLEN = 13;
  private static final int IFLA_GSO_MAX_SEGS = 40;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_LABEL = 3;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_F_NODAD = 0x02;
  private static final int IFA_F_NOPREFIXROUTE = 0x200;
  private static final int IFF_UP = 0x1;
  private static final int IFF_NOARP = 0x80;
  private static final int IFF_PROMISC = 0x100;
  private static final int RTPROT_BOOT = 3;

  private int family;
  private int ifindex;

  private IpNotation(List<String> words, Map<String, Integer> devices) {
    super(words, devices, ALLOWED);
  }

  /**
   * Reads a line.
   *
   * @param words the words behind {@code ip}, without {@code -n NAME}
   * @param devices the indexes of the devices that are there, by name
   * @return the message, in hexadecimal digits
   */
  static String message(List<String> words, Map<String, Integer> devices) throws BadWordException {
    return HexFormat.of().formatHex(new IpNotation(words, devices).read());
  }

  private byte[] read() throws BadWordException {
    String object = next("an object, such as link");
    while (object.startsWith("-")) {
      switch (object) {
        case "-4" -> family = Abi.AF_INET;
        case "-6" -> family = Abi.AF_INET6;
        default -> throw wrong("option `" + object + "`");
      }
      object = next("an object, such as link");
    }
    if (abbreviates(object, "link")) {
      return link();
    }
    if (abbreviates(object, "address") || object.equals("addr")) {
      return address();
    }
    if (abbreviates(object, "route")) {
      return route();
    }
    throw wrong("`ip " + object + "`");
  }

  private static boolean abbreviates(String word, String whole) {
    return !word.isEmpty() && whole.startsWith(word);
  }

  private byte[] link() throws BadWordException {
    String verb = next("`set`");
    if (!verb.equals("set")) {
      throw wrong("`ip link " + verb + "`");
    }
    skip("dev");
    ifindex = device();
    int flags = 0;
    int change = 0;
    NlMsg attrs = new NlMsg();
    boolean any = false;
    while (more()) {
      String key = next("");
      any = true;
      switch (key) {
        case "up", "down" -> {
          change |= IFF_UP;
          flags = key.equals("up") ? flags | IFF_UP : flags & ~IFF_UP;
        }
        case "mtu" -> attrs.attrInt(IFLA_MTU, number("mtu"));
        case "gso_max_segs" -> attrs.attrInt(IFLA_GSO_MAX_SEGS, number(key));
        case "txqueuelen", "qlen", "txqlen" -> attrs.attrInt(IFLA_TXQLEN, number(key));
        case "arp" -> {
          change |= IFF_NOARP;
          flags |= on() ? 0 : IFF_NOARP;
        }
        case "promisc" -> {
          change |= IFF_PROMISC;
          flags |= on() ? IFF_PROMISC : 0;
        }
        case "address", "addr" -> attrs.attr(IFLA_ADDRESS, lladdr());
        default -> throw wrong("`" + key + "` of a link");
      }
    }
    if (!any) {
      throw missing("what to set");
    }
    NlMsg out = begin(RTM_NEWLINK, 0);
    out.putByte(0).putByte(0).putShort(0).putInt(ifindex).putInt(flags).putInt(change);
    return NlMsg.done(out.put(attrs.bytes()));
  }

  private boolean on() throws BadWordException {
    String word = next("on or off");
    if (!word.equals("on") && !word.equals("off")) {
      throw bad("`" + word + "` is neither on nor off");
    }
    return word.equals("on");
  }

  private byte[] lladdr() throws BadWordException {
    String word = next("an address");
    try {
      return HexFormat.ofDelimiter(":").parseHex(word);
    } catch (IllegalArgumentException e) {
      throw bad("`" + word + "` is no address, such as 00:00:00:00:00:01");
    }
  }

  private static NlMsg begin(int type, int flags) {
    return new NlMsg().begin(type, Nl.NLM_F_REQUEST | Nl.NLM_F_ACK | flags, 1, 0);
  }

  /** The flags of a verb, or -1; the type of the message is one higher for a deletion. */
  private static int flags(String verb) {
    return switch (verb) {
      case "add" -> Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
      case "replace" -> Nl.NLM_F_CREATE | Nl.NLM_F_REPLACE;
      case "change", "chg" -> Nl.NLM_F_REPLACE;
      case "append" -> Nl.NLM_F_CREATE | Nl.NLM_F_APPEND;
      case "prepend" -> Nl.NLM_F_CREATE;
      case "del", "delete" -> 0;
      default -> -1;
    };
  }

  private static boolean deletes(String verb) {
    return verb.startsWith("del");
  }

  private IpPrefix prefix(String word) throws BadWordException {
    IpPrefix prefix = IpPrefix.parse(word, family);
    if (prefix == null) {
      throw bad("`" + word + "` is no address with or without a prefix");
    }
    family = prefix.family();
    return prefix;
  }

  private byte[] addressOf(String what) throws BadWordException {
    return prefix(next(what)).address();
  }

  private byte[] address() throws BadWordException {
    String verb = next("`add` or `del`");
    int nlflags = flags(verb);
    if (nlflags < 0 || verb.endsWith("pend")) {
      throw wrong("`ip addr " + verb + "`");
    }
    IpPrefix local = null;
    IpPrefix peer = null;
    String label = null;
    String broadcast = null;
    int scope = -1;
    int flags = 0;
    boolean dev = false;
    while (more()) {
      String key = next("");
      switch (key) {
        case "dev" -> {
          ifindex = device();
          dev = true;
        }
        case "peer", "remote" -> peer = prefix(next("an address"));
        case "brd", "broadcast" -> broadcast = next("a broadcast address");
        case "label" -> label = next("a label");
        case "scope" -> scope = scope(next("a scope"));
        case "nodad" -> flags |= IFA_F_NODAD;
        case "noprefixroute" -> flags |= IFA_F_NOPREFIXROUTE;
        default -> local = prefix(key.equals("local") ? next("an address") : key);
      }
    }
    if (local == null) {
      throw missing("an address");
    }
    if (!dev) {
      throw badHere("`dev lo` is missing");
    }
    boolean loopback = local.family() == Abi.AF_INET && local.address()[0] == 127;
    int found = scope >= 0 ? scope : loopback && !deletes(verb) ? Fib.RT_SCOPE_HOST : 0;
    NlMsg out = begin(deletes(verb) ? RTM_NEWADDR + 1 : RTM_NEWADDR, nlflags);
    int plen = peer == null ? local.length() : peer.length();
    out.putByte(local.family()).putByte(plen).putByte(flags & 0xff).putByte(found).putInt(ifindex);
    out.attr(IFA_LOCAL, local.address());
    out.attr(IFA_ADDRESS, peer == null ? local.address() : peer.address());
    if (broadcast != null) {
      out.attr(IFA_BROADCAST, broadcast(broadcast, local));
    }
    if (label != null) {
      out.attrText(IFA_LABEL, label);
    }
    return NlMsg.done(flags > 0xff ? out.attrInt(IFA_FLAGS, flags) : out);
  }

  private byte[] broadcast(String word, IpPrefix local) throws BadWordException {
    return switch (word) {
      case "+" -> local.last();
      case "-" -> local.first();
      default -> prefix(word).address();
    };
  }

  private int scope(String word) throws BadWordException {
    return switch (word) {
      case "global", "universe" -> Fib.RT_SCOPE_UNIVERSE;
      case "site" -> 200;
      case "link" -> Fib.RT_SCOPE_LINK;
      case "host" -> Fib.RT_SCOPE_HOST;
      case "nowhere" -> Fib.RT_SCOPE_NOWHERE;
      default -> throw bad("`" + word + "` is no scope; allowed are global, site, link, host");
    };
  }

  private static int routeType(String word) {
    return switch (word) {
      case "unicast" -> Fib.RTN_UNICAST;
      case "local" -> Fib.RTN_LOCAL;
      case "broadcast" -> Fib.RTN_BROADCAST;
      case "blackhole" -> Fib.RTN_BLACKHOLE;
      case "unreachable" -> Fib.RTN_UNREACHABLE;
      case "prohibit" -> Fib.RTN_PROHIBIT;
      case "throw" -> Fib.RTN_THROW;
      default -> -1;
    };
  }

  private int table(String word) throws BadWordException {
    return switch (word) {
      case "local" -> Fib.RT_TABLE_LOCAL;
      case "main" -> Fib.RT_TABLE_MAIN;
      case "default" -> Fib.RT_TABLE_DEFAULT;
      default -> {
        back();
        yield number("a table");
      }
    };
  }

  private byte[] route() throws BadWordException {
    String verb = next("`add` or `del`");
    int nlflags = flags(verb);
    if (nlflags < 0) {
      throw wrong("`ip route " + verb + "`");
    }
    boolean deletes = deletes(verb);
    NlMsg attrs = new NlMsg();
    MetricNotation metrics = new MetricNotation(this);
    IpPrefix dst = null;
    boolean everything = false;
    boolean gateway = false;
    int type = -1;
    int table = -1;
    int scope = -1;
    int protocol = deletes ? 0 : RTPROT_BOOT;
    int tos = 0;
    while (more()) {
      String key = next("");
      switch (key) {
        case "dev", "oif" -> {
          ifindex = device();
          attrs.attrInt(RtmRoute.RTA_OIF, ifindex);
        }
        case "via" -> {
          attrs.attr(RtmRoute.RTA_GATEWAY, addressOf("an address"));
          gateway = true;
        }
        case "src" -> attrs.attr(RtmRoute.RTA_PREFSRC, addressOf("an address"));
        case "metric", "priority", "preference" ->
            attrs.attrInt(RtmRoute.RTA_PRIORITY, number("a metric"));
        case "table" -> table = table(next("a table"));
        case "scope" -> scope = scope(next("a scope"));
        case "tos", "dsfield" -> tos = number("a TOS");
        case "proto", "protocol" -> protocol = protocol(next("a protocol"));
        case "default", "any", "all" -> everything = true;
        default -> {
          if (metrics.read(key)) {
            continue;
          }
          if (dst == null && !everything && type < 0 && routeType(key) >= 0) {
            type = routeType(key);
          } else {
            dst = prefix(key.equals("to") ? next("a prefix") : key);
          }
        }
      }
    }
    if (dst == null && !everything) {
      throw badHere("a prefix or `default` is missing");
    }
    int plainType = deletes ? Fib.RTN_UNSPEC : Fib.RTN_UNICAST;
    int found = type >= 0 ? type : plainType;
    int id = table >= 0 ? table : defaultTable(type);
    NlMsg out = begin(deletes ? RTM_NEWROUTE + 1 : RTM_NEWROUTE, nlflags);
    out.putByte(family == 0 ? Abi.AF_INET : family).putByte(dst == null ? 0 : dst.length());
    out.putByte(0).putByte(tos).putByte(id < 256 ? id : 0).putByte(protocol);
    out.putByte(scope >= 0 ? scope : defaultScope(type, deletes, gateway)).putByte(found);
    out.putInt(0);
    if (dst != null) {
      out.attr(RtmRoute.RTA_DST, dst.address());
    }
    if (id >= 256) {
      out.attrInt(RtmRoute.RTA_TABLE, id);
    }
    out.put(attrs.bytes());
    byte[] measures = metrics.bytes();
    if (measures.length > 0) {
      int nest = out.nest(RtmRoute.RTA_METRICS);
      out.put(measures).nestEnd(nest);
    }
    return NlMsg.done(out);
  }

  private int protocol(String word) throws BadWordException {
    return switch (word) {
      case "kernel" -> Fib.RTPROT_KERNEL;
      case "boot" -> RTPROT_BOOT;
      case "static" -> 4;
      default -> {
        back();
        yield number("a protocol");
      }
    };
  }

  private static int defaultTable(int type) {
    boolean local = type == Fib.RTN_LOCAL || type == Fib.RTN_BROADCAST;
    return local ? Fib.RT_TABLE_LOCAL : Fib.RT_TABLE_MAIN;
  }

  private static int defaultScope(int type, boolean deletes, boolean gateway) {
    if (type == Fib.RTN_LOCAL) {
      return Fib.RT_SCOPE_HOST;
    }
    if (type == Fib.RTN_BROADCAST) {
      return Fib.RT_SCOPE_LINK;
    }
    if (type > Fib.RTN_UNICAST) {
      return Fib.RT_SCOPE_UNIVERSE;
    }
    if (deletes) {
      return Fib.RT_SCOPE_NOWHERE;
    }
    return gateway ? Fib.RT_SCOPE_UNIVERSE : Fib.RT_SCOPE_LINK;
  }

  /** An address with the length of its prefix. */
  private record IpPrefix(int family, byte[] address, int length) {
    static @Nullable IpPrefix parse(String word, int wanted) {
      int slash = word.indexOf('/');
      String text = slash < 0 ? word : word.substring(0, slash);
      byte[] address = IpText.parse(text);
      if (address == null) {
        return null;
      }
      int family = address.length == 4 ? Abi.AF_INET : Abi.AF_INET6;
      int bits = address.length * Byte.SIZE;
      int length = bits;
      if (slash >= 0) {
        try {
          length = Integer.parseUnsignedInt(word.substring(slash + 1));
        } catch (NumberFormatException e) {
          return null;
        }
      }
      boolean good = length <= bits && (wanted == 0 || wanted == family);
      return good ? new IpPrefix(family, address, length) : null;
    }

    /** The address with all bits behind the prefix 1. */
    byte[] last() {
      byte[] bytes = address.clone();
      for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
        bytes[bit / Byte.SIZE] |= (byte) (0x80 >> (bit % Byte.SIZE));
      }
      return bytes;
    }

    /** The address with all bits behind the prefix 0. */
    byte[] first() {
      byte[] bytes = address.clone();
      for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
        bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
      }
      return bytes;
    }
  }
}
