package org.netshard.node.packetdrill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.netshard.node.packetdrill.script.Script;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.scenario.IpText;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.core.NetBytes;

/**
 * The network in which a script runs, and how exact it has to be.
 *
 * @param version which sockets and packets it is about
 * @param mtu of the device, bytes
 * @param local the address of the device
 * @param localPrefix bits of its network
 * @param gateway the next hop to the other end
 * @param remote the address of the other end
 * @param bindPort the port that {@code bind} takes where the script has {@code ...}
 * @param connectPort the port that {@code connect} goes to likewise
 * @param toleranceNs by how much times may be wrong, nanoseconds
 * @param tolerancePercent the same as a part of the time since the event before
 * @param tsTickUs microseconds of a step of the clock in time stamps; 0 if they are not looked at
 * @param tsEcrScaled whether time stamps that were never sent may be echoed
 * @param mss payload of each segment that a packet of TCP from outside stands for, bytes, or 0
 * @param strictSegments whether a packet that is expected may not come in parts
 */
record Settings(
    Version version,
    int mtu,
    byte[] local,
    int localPrefix,
    byte[] gateway,
    byte[] remote,
    int bindPort,
    int connectPort,
    long toleranceNs,
    double tolerancePercent,
    int tsTickUs,
    boolean tsEcrScaled,
    int mss,
    boolean strictSegments) {
  private static final int MTU = 1500;

  /** With 20 bytes more for the header of IPv6, the MSS of scripts is that of IPv4. */
  private static final int MTU6 = 1520;

  private static final int PORT = 8080;
  private static final int PREFIX6 = 48;
  private static final String NETMASK = "255.255.0.0";
  private static final int NS_PER_US = 1000;

  /** Options that mean something to the tool that the language is from, and nothing here. */
  private static final Set<String> IGNORED =
      Set.of(
          "verbose",
          "debug",
          "send_omit_free",
          "speed",
          "code_command",
          "code_format",
          "non_fatal",
          "define",
          "init_scripts");

  private static final Set<String> KNOWN =
      Set.of(
          "ip_version",
          "mtu",
          "local_ip",
          "gateway_ip",
          "remote_ip",
          "netmask_ip",
          "bind_port",
          "connect_port",
          "tolerance_usecs",
          "tolerance_percent",
          "tcp_ts_tick_usecs",
          "tcp_ts_ecr_scaled",
          "mss",
          "strict_segments",
          "code_sockopt");

  /** Which sockets and packets a script is about. */
  enum Version {
    IPV4("ipv4"),
    IPV6("ipv6"),
    /** Sockets of IPv6, packets of IPv4. */
    MAPPED("ipv4-mapped-ipv6");

    private final String text;

    Version(String text) {
      this.text = text;
    }

    /** How an option line calls it. */
    String text() {
      return text;
    }

    boolean sockets6() {
      return this != IPV4;
    }

    boolean packets6() {
      return this == IPV6;
    }
  }

  /**
   * What a script and the user ask for; the user's word goes first.
   *
   * @param options option lines of the script
   * @param users names and values that the user gives
   * @throws ScriptSyntaxException naming the option that is wrong
   */
  static Settings of(List<Script.Option> options, Map<String, String> users) {
    Map<String, Script.Option> all = new LinkedHashMap<>();
    for (Script.Option option : options) {
      boolean known = KNOWN.contains(option.name()) || IGNORED.contains(option.name());
      if (!known) {
        throw new ScriptSyntaxException(
            option.place(), "option --" + option.name() + " is not simulated");
      }
      all.put(option.name(), option);
    }
    Place commandLine = new Place("command line", 1, 1);
    users.forEach((name, value) -> all.put(name, new Script.Option(commandLine, name, value)));
    return new Reader(all).read();
  }

  /** As in the tool, code is told of all of them, whichever is named. */
  private static final List<String> CODE_SOCKOPTS =
      List.of("TCP_INFO", "TCP_CC_INFO", "SO_MEMINFO");

  /** Reads values. */
  private record Reader(Map<String, Script.Option> all) {
    Settings read() {
      Script.Option sockopt = all.get("code_sockopt");
      if (sockopt != null && !CODE_SOCKOPTS.contains(sockopt.value())) {
        throw wrong(sockopt, "code is told of " + String.join(", ", CODE_SOCKOPTS));
      }
      Version version = version();
      boolean v6 = version.packets6();
      byte[] local = address("local_ip", v6 ? "fd3d:0a0b:17d6::1" : "192.168.0.1", v6);
      byte[] gateway = address("gateway_ip", v6 ? "fd3d:0a0b:17d6:8888::1" : "192.168.0.2", v6);
      byte[] remote = address("remote_ip", v6 ? "fd3d:fa7b:d17d::1" : "192.0.2.1", v6);
      return new Settings(
          version,
          (int) number("mtu", v6 ? MTU6 : MTU, 68, 65535),
          local,
          v6 ? PREFIX6 : prefix4(),
          gateway,
          remote,
          (int) number("bind_port", PORT, 1, 65535),
          (int) number("connect_port", PORT, 1, 65535),
          number("tolerance_usecs", 0, 0, Integer.MAX_VALUE) * NS_PER_US,
          percent(),
          (int) number("tcp_ts_tick_usecs", 0, 0, 1_000_000),
          all.containsKey("tcp_ts_ecr_scaled"),
          (int) number("mss", 0, 1, 65535),
          all.containsKey("strict_segments"));
    }

    private ScriptSyntaxException wrong(Script.Option option, String what) {
      return new ScriptSyntaxException(
          option.place(), "--" + option.name() + "=" + option.value() + ": " + what);
    }

    private Version version() {
      Script.Option option = all.get("ip_version");
      if (option == null) {
        return Version.IPV4;
      }
      for (Version version : Version.values()) {
        if (version.text().equals(option.value())) {
          return version;
        }
      }
      throw wrong(option, "allowed are ipv4, ipv6 and ipv4-mapped-ipv6");
    }

    private byte[] address(String name, String usual, boolean v6) {
      Script.Option option = all.get(name);
      String value = option == null ? usual : option.value();
      int slash = value.indexOf('/');
      byte[] address = IpText.parse(slash < 0 ? value : value.substring(0, slash));
      if (address == null || address.length != (v6 ? 16 : 4)) {
        if (option == null) {
          throw new IllegalStateException(value);
        }
        throw wrong(option, "no address of IP" + (v6 ? "v6" : "v4"));
      }
      return address;
    }

    /** Bits of the network of the local address of IPv4. */
    private int prefix4() {
      int mask = NetBytes.get32(address("netmask_ip", NETMASK, false), 0);
      int bits = Integer.bitCount(mask);
      Script.Option option = all.get("netmask_ip");
      if (option != null && mask != 0 && mask != -1 << (Integer.SIZE - bits)) {
        throw wrong(option, "no mask, such as " + NETMASK);
      }
      return bits;
    }

    private long number(String name, long usual, long min, long max) {
      Script.Option option = all.get(name);
      if (option == null) {
        return usual;
      }
      try {
        long value = Long.parseLong(option.value());
        if (value >= min && value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw wrong(option, "no number from " + min + " to " + max);
    }

    private double percent() {
      Script.Option option = all.get("tolerance_percent");
      if (option == null) {
        return 0;
      }
      try {
        double value = Double.parseDouble(option.value());
        if (value >= 0 && value <= 100) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw wrong(option, "no number from 0 to 100");
    }
  }
}
