package org.netshard.node.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What shows only if times are equal to the microsecond, as on no live kernel. */
class EqualTimesTest {
  private static final String CONNECTED =
      """
      `sysctl -q net.ipv4.tcp_congestion_control=bbr
      sysctl -q net.ipv4.tcp_rmem="4096 131072 6291456"`
          0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
         +0 bind(3, ..., ...) = 0
         +0 listen(3, 1) = 0
         +0 < S 0:0(0) win 65535 <mss 1000,nop,nop,sackOK,nop,wscale 8>
         +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7>
        +.1 < . 1:1(0) ack 1 win 1000
         +0 accept(3, ..., ...) = 4
      """;

  /** A segment each 50 ms, acknowledged after 100 ms. */
  private static String steady(int segments) {
    StringBuilder script = new StringBuilder(CONNECTED);
    for (int i = 0; i < segments; i++) {
      int seq = i * 1000 + 1;
      script.append("+.05 write(4, ..., 1000) = 1000\n");
      script.append("+0 > P. ").append(seq).append(':').append(seq + 1000).append("(1000) ack 1\n");
      if (i >= 2) {
        script.append("+0 < . 1:1(0) ack ").append(seq - 1000).append(" win 1000\n");
      }
    }
    return script.toString();
  }

  private static Packetdrill.Result run(String script) {
    return Packetdrill.run("x.pkt", script, Path.of("."), Map.of(), Map.of());
  }

  /**
   * Source: {@code bbr_update_min_rtt}: only a shorter round trip counts as a new least one. That
   * of the handshake, at 0.1 s, is 10 s old with the acknowledgement that comes at 10.15 s.
   */
  @Test
  void bbrProbesTheRoundTripAfterTenSecondsOfTheSame() {
    String before = "+0 %{ assert tcpi_snd_cwnd > 4, tcpi_snd_cwnd }%\n";
    String probing = "+0 %{ assert tcpi_snd_cwnd == 4, tcpi_snd_cwnd }%\n";
    assertThat(run(steady(200) + before).failure()).isEmpty();
    assertThat(run(steady(201) + probing).failure()).isEmpty();
  }
}
