package org.netshard.protocol.tcp;

import java.util.Locale;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * The text of {@code /proc/net/tcp} and {@code tcp6}: listeners first, then connections, requests
 * and what waits in TIME_WAIT.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_ipv4.c}: {@code tcp4_seq_show}, {@code get_tcp4_sock},
 * {@code get_openreq4}, {@code get_timewait4_sock}; {@code net/ipv6/tcp_ipv6.c}, the same of IPv6.
 *
 * <p><b>Differs from Linux:</b> listeners come by port and the others in the order of a hash
 * without a secret.
 */
public final class TcpSeq {
  private static final String HEAD4 =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid "
          + " timeout inode";
  private static final String HEAD6 =
      "  sl  local_address                         remote_address                       "
          + " st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  private static final int WIDTH4 = 149;
  private static final int USER_HZ = 100;
  private static final int TIME_WAIT_REFERENCES = 3;

  private final StringBuilder text = new StringBuilder();
  private final int family;
  private int number;

  private TcpSeq(int family) {
    this.family = family;
  }

  /** The text for a family, AF_INET or AF_INET6. */
  public static String text(NetNs net, int family) {
    TcpSeq seq = new TcpSeq(family);
    seq.append(family == Abi.AF_INET ? HEAD4 : HEAD6);
    TcpHash table = TcpHash.of(net);
    table.forEachListener(seq::listener);
    table.forEach(seq::end);
    return seq.text.toString();
  }

  private void append(String line) {
    text.append(line);
    for (int i = line.length(); family == Abi.AF_INET && i < WIDTH4; i++) {
      text.append(' ');
    }
    text.append('\n');
  }

  private void listener(Sk sk) {
    if (sk.family() != family) {
      return;
    }
    String local;
    String any;
    if (family == Abi.AF_INET) {
      local = text(InetOptions.of(sk).rcvSaddr());
      any = text(0);
    } else {
      local = text(Inet6Options.of(sk).rcvSaddr());
      any = text(new byte[16]);
    }
    line(
        local + port(sk.num()) + " " + any + port(0),
        TcpActivity.ofListener(sk),
        sk.uid(),
        SockInodes.of(TcpSubflow.socketSk(sk)),
        TcpActivity.listenerReferences(sk),
        SockInodes.pointer(sk),
        numbers(TcpSock.TIMEOUT_INIT, 0, 0, TcpSock.INIT_CWND, TcpOptions.of(sk).fastopenQlen));
  }

  private void end(TcpEndpoint end) {
    if (end.family() != family) {
      return;
    }
    boolean v4 = family == Abi.AF_INET;
    String addresses =
        (v4 ? text(end.saddr) : text(end.saddr6()))
            + port(end.sport)
            + " "
            + (v4 ? text(end.daddr) : text(end.daddr6()))
            + port(end.dport);
    String pointer = SockInodes.pointer(end.hash());
    TcpActivity activity = TcpActivity.of(end);
    if (end instanceof TcpSock tp) {
      int inode = tp.hasFile() ? SockInodes.of(tp.socketSk()) : 0;
      int references = TcpActivity.references(tp);
      line(addresses, activity, tp.sk.uid(), inode, references, pointer, numbers(tp));
    } else if (end instanceof TcpRequest request) {
      line(addresses, activity, request.listener.uid(), 0, 0, pointer, "");
    } else {
      line(addresses, activity, 0, 0, TIME_WAIT_REFERENCES, pointer, "");
    }
  }

  private void line(
      String addresses,
      TcpActivity activity,
      int uid,
      int inode,
      int references,
      String pointer,
      String numbers) {
    append(
        String.format(
            Locale.ROOT,
            "%4d: %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %s%s",
            number++,
            addresses,
            activity.state(),
            activity.sendQueue(),
            activity.receiveQueue(),
            activity.timer(),
            clock(activity.leftJiffies()),
            activity.retransmits(),
            Integer.toUnsignedLong(uid),
            activity.probes(),
            inode,
            references,
            pointer,
            numbers));
  }

  private static String numbers(TcpSock tp) {
    int quick = (tp.ackQuick & 0xff) << 1 | (tp.inPingpong() ? 1 : 0);
    int ssthresh = tp.inInitialSlowstart() ? -1 : tp.sndSsthresh;
    return numbers(tp.rtoJiffies, tp.ackAto, quick, tp.sndCwnd, ssthresh);
  }

  private static String numbers(int rto, int ato, int quick, int cwnd, int last) {
    return " " + clock(rto) + " " + clock(ato) + " " + quick + " " + cwnd + " " + last;
  }

  /** {@code jiffies_to_clock_t}. */
  private static long clock(long jiffies) {
    return jiffies * USER_HZ / TcpClock.HZ;
  }

  private static String port(int port) {
    return String.format(Locale.ROOT, ":%04X", port);
  }

  private static String text(int address) {
    return String.format(Locale.ROOT, "%08X", address);
  }

  /** An IPv6 address as Linux prints it here: four numbers as they lie in memory. */
  private static String text(byte[] address) {
    StringBuilder hex = new StringBuilder();
    for (int word = 0; word < address.length; word += Integer.BYTES) {
      for (int i = Integer.BYTES - 1; i >= 0; i--) {
        hex.append(String.format(Locale.ROOT, "%02X", address[word + i]));
      }
    }
    return hex.toString();
  }
}
