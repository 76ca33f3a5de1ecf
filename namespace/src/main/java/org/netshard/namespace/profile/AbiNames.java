package org.netshard.namespace.profile;

import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.protocol.abi.Abi;

/** The names of types and protocols that a profile may use in place of numbers. */
final class AbiNames {
  static final Map<String, Integer> TYPES = new LinkedHashMap<>();
  static final Map<String, Integer> PROTOCOLS = new LinkedHashMap<>();

  static {
    TYPES.put("SOCK_STREAM", Abi.SOCK_STREAM);
    TYPES.put("SOCK_DGRAM", Abi.SOCK_DGRAM);
    TYPES.put("SOCK_RAW", Abi.SOCK_RAW);
    TYPES.put("SOCK_RDM", Abi.SOCK_RDM);
    TYPES.put("SOCK_SEQPACKET", Abi.SOCK_SEQPACKET);
    TYPES.put("SOCK_DCCP", Abi.SOCK_DCCP);
    TYPES.put("SOCK_PACKET", Abi.SOCK_PACKET);
    PROTOCOLS.put("IPPROTO_IP", Abi.IPPROTO_IP);
    PROTOCOLS.put("IPPROTO_ICMP", Abi.IPPROTO_ICMP);
    PROTOCOLS.put("IPPROTO_TCP", Abi.IPPROTO_TCP);
    PROTOCOLS.put("IPPROTO_UDP", Abi.IPPROTO_UDP);
    PROTOCOLS.put("IPPROTO_IPV6", Abi.IPPROTO_IPV6);
    PROTOCOLS.put("IPPROTO_ICMPV6", Abi.IPPROTO_ICMPV6);
    PROTOCOLS.put("IPPROTO_UDPLITE", Abi.IPPROTO_UDPLITE);
    PROTOCOLS.put("IPPROTO_RAW", Abi.IPPROTO_RAW);
    PROTOCOLS.put("IPPROTO_MPTCP", Abi.IPPROTO_MPTCP);
  }

  private AbiNames() {}

  /** The number of this word, which is a name or a decimal number. */
  static int number(Map<String, Integer> names, String word, int max, Place place) {
    Integer known = names.get(word);
    if (known != null) {
      return known;
    }
    if (word.matches("[0-9]{1,9}") && Integer.parseInt(word) <= max) {
      return Integer.parseInt(word);
    }
    throw place.bad("'" + word + "'", "0.." + max + " or one of " + names.keySet());
  }
}
