package org.netshard.node.packetdrill;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.netshard.namespace.program.KernelView;
import org.netshard.node.strace.TcpInfoLayout;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * What code in scripts is told of a socket: {@code TCP_INFO}, {@code TCP_CC_INFO} and {@code
 * SO_MEMINFO}, by calls as a program makes them, and the names of states.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/tcp.h}, {@code struct tcp_info}; {@code
 * include/uapi/linux/sock_diag.h}.
 */
final class CodeVariables {
  private static final int SOL_SOCKET = 1;
  private static final int SOL_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_CC_INFO = 26;
  private static final int SO_MEMINFO = 55;
  private static final int ROOM = 512;

  private static final List<String> MEMINFO =
      List.of(
          "RMEM_ALLOC",
          "RCVBUF",
          "WMEM_ALLOC",
          "SNDBUF",
          "FWD_ALLOC",
          "WMEM_QUEUED",
          "OPTMEM",
          "BACKLOG",
          "DROPS");

  private static final List<String> STATES =
      List.of(
          "ESTABLISHED",
          "SYN_SENT",
          "SYN_RECV",
          "FIN_WAIT1",
          "FIN_WAIT2",
          "TIME_WAIT",
          "CLOSE",
          "CLOSE_WAIT",
          "LAST_ACK",
          "LISTEN",
          "CLOSING");

  private static final List<String> CA_STATES =
      List.of("Open", "Disorder", "CWR", "Recovery", "Loss");

  private static final List<String> OPTIONS =
      List.of(
          "TIMESTAMPS", "SACK", "WSCALE", "ECN", "ECN_SEEN", "SYN_DATA", "USEC_TS", "TFO_CHILD");

  private CodeVariables() {}

  /** Asks the kernel, and hands on what it says by the names that code has for it. */
  static void collect(KernelView kernel, int pid, Conn conn, Consumer<Map<String, Object>> then) {
    Map<String, Object> known = new TreeMap<>();
    constants(known);
    Runnable memory =
        () ->
            ask(
                kernel,
                pid,
                conn.fd,
                SOL_SOCKET,
                SO_MEMINFO,
                (value, length) -> {
                  memory(value, length, known);
                  then.accept(known);
                });
    if (conn.protocol != Conn.Protocol.TCP) {
      memory.run();
      return;
    }
    Runnable congestion =
        () ->
            ask(
                kernel,
                pid,
                conn.fd,
                SOL_TCP,
                TCP_CC_INFO,
                (value, length) -> {
                  CongestionVariables.put(value, length, known);
                  memory.run();
                });
    ask(
        kernel,
        pid,
        conn.fd,
        SOL_TCP,
        TCP_INFO,
        (value, length) -> {
          info(value, length, known);
          congestion.run();
        });
  }

  private interface Told {
    void told(UserMem value, int length);
  }

  private static void ask(KernelView kernel, int pid, int fd, int level, int option, Told told) {
    Syscall call =
        Syscall.of(
            SyscallName.GETSOCKOPT, fd, level, option, UserMem.zeroed(ROOM), UserMem.ofInt(ROOM));
    kernel.attach(
        new OneCall(
            "code",
            pid,
            call,
            (made, result) ->
                told.told(made.mem(3), Errno.isError(result) ? 0 : made.mem(4).getInt(0))));
  }

  private static void put(Map<String, Object> known, String name, long value) {
    known.put(name, BigInteger.valueOf(value));
  }

  private static void constants(Map<String, Object> known) {
    for (int i = 0; i < STATES.size(); i++) {
      put(known, "TCP_" + STATES.get(i), i + 1);
    }
    for (int i = 0; i < CA_STATES.size(); i++) {
      put(known, "TCP_CA_" + CA_STATES.get(i), i);
    }
    for (int i = 0; i < OPTIONS.size(); i++) {
      put(known, "TCPI_OPT_" + OPTIONS.get(i), 1 << i);
    }
  }

  private static void info(UserMem value, int length, Map<String, Object> known) {
    if (length == 0) {
      return;
    }
    put(known, "tcpi_snd_wscale", value.getByte(6) & 0xf);
    put(known, "tcpi_rcv_wscale", value.getByte(6) >> 4);
    put(known, "tcpi_delivery_rate_app_limited", value.getByte(7) & 1);
    put(known, "tcpi_fastopen_client_fail", value.getByte(7) >> 1 & 3);
    put(known, "tcpi_ecn_mode", value.getByte(276) & 3);
    put(known, "tcpi_accecn_opt_seen", value.getByte(276) >> 2 & 3);
    put(known, "tcpi_accecn_fail_mode", value.getByte(276) >> 4 & 0xf);
    put(known, "tcpi_options2", 0);
    for (TcpInfoLayout.Field field : TcpInfoLayout.FIELDS) {
      BigInteger number =
          switch (field.bytes()) {
            case 1 -> BigInteger.valueOf(value.getByte(field.offset()));
            case 2 -> BigInteger.valueOf(value.getShort(field.offset()));
            case 4 -> BigInteger.valueOf(value.getInt(field.offset()) & 0xffff_ffffL);
            default -> new BigInteger(Long.toUnsignedString(value.getLong(field.offset())));
          };
      known.put("tcpi_" + field.name(), number);
    }
  }

  private static void memory(UserMem value, int length, Map<String, Object> known) {
    for (int i = 0; i < MEMINFO.size() && Integer.BYTES * (i + 1) <= length; i++) {
      put(known, "SK_MEMINFO_" + MEMINFO.get(i), value.getInt(Integer.BYTES * i) & 0xffff_ffffL);
    }
  }
}
