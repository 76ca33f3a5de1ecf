package org.netshard.protocol.tcp;

/**
 * The algorithms of congestion control, by name.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_cong.c}, {@code tcp_ca_find}.
 */
final class TcpCongs {
  private static final CongestionControl RENO = new TcpReno();
  private static final CongestionControl CUBIC = new TcpCubic();
  private static final CongestionControl BBR = new TcpBbr();

  private TcpCongs() {}

  static CongestionControl find(String name) {
    return switch (name) {
      case "cubic" -> CUBIC;
      case "bbr" -> BBR;
      default -> RENO;
    };
  }
}
