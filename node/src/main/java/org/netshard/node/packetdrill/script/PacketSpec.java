package org.netshard.node.packetdrill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet as a script says it.
 *
 * @param inbound whether it comes from the other end
 * @param ip what is said of the header of IP
 * @param transport what is in it
 */
public record PacketSpec(boolean inbound, Ip ip, Transport transport) {
  /** A number that is not given. */
  public static final int NONE = -1;

  /** What of the byte for traffic class and congestion is looked at. */
  public enum TosCheck {
    /** Nothing. */
    NONE,
    /** The two bits for congestion. */
    ECN,
    /** Those two bits: either of ECT(0) and ECT(1). */
    ECT01,
    /** The whole byte. */
    TOS
  }

  /**
   * What is said of the header of IP.
   *
   * @param check what is looked at
   * @param tos its value
   * @param flowLabel of IPv6, or {@link #NONE}
   * @param ttl the hops left, or {@link #NONE}
   */
  public record Ip(TosCheck check, int tos, int flowLabel, int ttl) {
    /** Nothing is said. */
    public static final Ip UNSAID = new Ip(TosCheck.NONE, 0, NONE, NONE);
  }

  /** What is in a packet of IP. */
  public sealed interface Transport permits Tcp, Udp, Icmp {}

  /**
   * The ports of a packet, where they are not those of the connection.
   *
   * @param source its source port, 0 for that of the connection
   * @param destination its destination port, 0 likewise
   */
  public record Ports(int source, int destination) {
    /** Those of the connection. */
    public static final Ports UNSAID = new Ports(0, 0);
  }

  /**
   * A segment.
   *
   * @param ports its ports
   * @param flags as letters, {@code .} for ACK, digits for the count of AccECN
   * @param seq its sequence number
   * @param payload bytes of data
   * @param ack what it acknowledges, 0 without
   * @param window its window as the header has it, or {@link #NONE}
   * @param urg its urgent pointer, 0 without
   * @param options its options in order; null if any will do
   */
  public record Tcp(
      Ports ports,
      String flags,
      long seq,
      int payload,
      long ack,
      int window,
      int urg,
      @Nullable List<TcpOption> options)
      implements Transport {
    public Tcp {
      options = options == null ? null : List.copyOf(options);
    }

    /** Whether a flag is set. */
    public boolean has(char flag) {
      return flags.indexOf(flag) >= 0;
    }

    /** Whether it begins a connection: SYN without ACK. */
    public boolean isSyn() {
      return has('S') && !has('.');
    }

    /** The count of AccECN if the flags have one as a digit, or {@link #NONE}. */
    public int ace() {
      for (int i = 0; i < flags.length(); i++) {
        if (Character.isDigit(flags.charAt(i))) {
          return flags.charAt(i) - '0';
        }
      }
      return NONE;
    }
  }

  /**
   * A datagram of UDP.
   *
   * @param ports its ports
   * @param payload bytes of data
   */
  public record Udp(Ports ports, int payload) implements Transport {}

  /**
   * A message of ICMP.
   *
   * @param type its type, as a name or {@code type_N}
   * @param code its code, as a name or {@code code_N}; empty for 0
   * @param mtu the MTU that it tells, or {@link #NONE}
   * @param echoId its identifier, 0 without
   * @param echoed what of another packet is in it
   */
  public record Icmp(String type, String code, long mtu, int echoId, Echoed echoed)
      implements Transport {}

  /** What a message of ICMP has of the packet that it is about. */
  public sealed interface Echoed {}

  /** Nothing. */
  public record NoEcho() implements Echoed {}

  /**
   * A segment.
   *
   * @param seq its sequence number
   * @param payload bytes of its data
   */
  public record TcpEcho(long seq, int payload) implements Echoed {}

  /**
   * A datagram of UDP.
   *
   * @param payload bytes of its data
   */
  public record UdpEcho(int payload) implements Echoed {}

  /**
   * No packet, but so many bytes in all.
   *
   * @param bytes of the message of ICMP
   */
  public record RawEcho(int bytes) implements Echoed {}
}
