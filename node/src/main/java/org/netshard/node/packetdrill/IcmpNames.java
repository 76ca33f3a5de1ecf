package org.netshard.node.packetdrill;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that scripts have for types and codes of ICMP. */
final class IcmpNames {
  private static final IcmpNames V4 = new IcmpNames();
  private static final IcmpNames V6 = new IcmpNames();

  private final Map<String, Integer> types = new LinkedHashMap<>();

  /** By type, the names of codes in the order of their numbers from 0. */
  private final Map<Integer, String[]> codes = new LinkedHashMap<>();

  static {
    V4.add("echo_reply", 0);
    V4.add(
        "unreachable",
        3,
        "net_unreachable",
        "host_unreachable",
        "protocol_unreachable",
        "port_unreachable",
        "frag_needed",
        "source_route_failed",
        "net_unknown",
        "host_unknown",
        "source_host_isolated",
        "net_prohibited",
        "host_prohibited",
        "net_unreachable_for_tos",
        "host_unreachable_for_tos",
        "packet_filtered",
        "precedence_violation",
        "precedence_cutoff");
    V4.add("source_quench", 4);
    V4.add("redirect", 5);
    V4.add("echo_request", 8);
    V4.add("time_exceeded", 11);
    V4.add("parameter_problem", 12);
    V4.add("timestamp_request", 13);
    V4.add("timestamp_reply", 14);
    V4.add("information_request", 15);
    V4.add("information_reply", 16);
    V4.add("address_mask_request", 17);
    V4.add("address_mask_reply", 18);
    V6.add(
        "unreachable",
        1,
        "no_route",
        "admin_prohibited",
        "not_neighbour",
        "address_unreachable",
        "port_unreachable");
    V6.add("packet_too_big", 2);
    V6.add("time_exceeded", 3, "exceeded_hop_limit", "exceeded_frag_time");
    V6.add("parameter_problem", 4, "header_field", "unknown_next_header", "unknown_option");
    V6.add("echo_request", 128);
    V6.add("echo_reply", 129);
  }

  private IcmpNames() {}

  /** Those of a version of IP. */
  static IcmpNames of(boolean v6) {
    return v6 ? V6 : V4;
  }

  private void add(String name, int type, String... names) {
    types.put(name, type);
    codes.put(type, names);
  }

  /** The number of a type, or null if there is none of this name. */
  @Nullable Integer type(String name) {
    Integer type = types.get(name);
    return type != null ? type : numbered(name, "type_");
  }

  /** The number of a code of a type, or null if there is none of this name; 0 for no name. */
  @Nullable Integer code(int type, String name) {
    if (name.isEmpty()) {
      return 0;
    }
    String[] names = codes.getOrDefault(type, new String[0]);
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return numbered(name, "code_");
  }

  private static @Nullable Integer numbered(String name, String prefix) {
    if (!name.matches(prefix + "\\d{1,3}")) {
      return null;
    }
    int number = Integer.parseInt(name.substring(prefix.length()));
    return number > 255 ? null : number;
  }

  /** The name of a type. */
  String typeName(int type) {
    for (Map.Entry<String, Integer> entry : types.entrySet()) {
      if (entry.getValue() == type) {
        return entry.getKey();
      }
    }
    return "type_" + type;
  }

  /** The name of a code, empty for 0 of a type without names. */
  String codeName(int type, int code) {
    String[] names = codes.getOrDefault(type, new String[0]);
    return code < names.length ? names[code] : code == 0 ? "" : "code_" + code;
  }
}
