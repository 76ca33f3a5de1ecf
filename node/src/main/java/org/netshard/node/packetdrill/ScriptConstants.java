package org.netshard.node.packetdrill;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants;
import org.netshard.protocol.abi.Errno;

/**
 * The numbers of the names that scripts use: those of strace, and some that strace never prints.
 *
 * <p><b>Source:</b> {@code include/uapi/linux}: {@code net_tstamp.h}, {@code errqueue.h}, {@code
 * tcp.h}, {@code in.h}.
 */
final class ScriptConstants {
  private static final Map<String, Long> MORE =
      Map.ofEntries(
          Map.entry("SOF_TIMESTAMPING_TX_HARDWARE", 1L),
          Map.entry("SOF_TIMESTAMPING_TX_SOFTWARE", 1L << 1),
          Map.entry("SOF_TIMESTAMPING_RX_HARDWARE", 1L << 2),
          Map.entry("SOF_TIMESTAMPING_RX_SOFTWARE", 1L << 3),
          Map.entry("SOF_TIMESTAMPING_SOFTWARE", 1L << 4),
          Map.entry("SOF_TIMESTAMPING_SYS_HARDWARE", 1L << 5),
          Map.entry("SOF_TIMESTAMPING_RAW_HARDWARE", 1L << 6),
          Map.entry("SOF_TIMESTAMPING_OPT_ID", 1L << 7),
          Map.entry("SOF_TIMESTAMPING_TX_SCHED", 1L << 8),
          Map.entry("SOF_TIMESTAMPING_TX_ACK", 1L << 9),
          Map.entry("SOF_TIMESTAMPING_OPT_CMSG", 1L << 10),
          Map.entry("SOF_TIMESTAMPING_OPT_TSONLY", 1L << 11),
          Map.entry("SO_EE_ORIGIN_NONE", 0L),
          Map.entry("SO_EE_ORIGIN_LOCAL", 1L),
          Map.entry("SO_EE_ORIGIN_ICMP", 2L),
          Map.entry("SO_EE_ORIGIN_ICMP6", 3L),
          Map.entry("SO_EE_ORIGIN_TXSTATUS", 4L),
          Map.entry("SO_EE_ORIGIN_TIMESTAMPING", 4L),
          Map.entry("SO_EE_ORIGIN_ZEROCOPY", 5L),
          Map.entry("SO_EE_CODE_ZEROCOPY_COPIED", 1L),
          Map.entry("SCM_TSTAMP_SND", 0L),
          Map.entry("SCM_TSTAMP_SCHED", 1L),
          Map.entry("SCM_TSTAMP_ACK", 2L),
          Map.entry("SCM_TIMESTAMP", 29L),
          Map.entry("SCM_TIMESTAMPNS", 35L),
          Map.entry("SCM_TIMESTAMPING", 37L),
          Map.entry("TCP_CM_INQ", 36L),
          Map.entry("IP_PMTUDISC_DONT", 0L),
          Map.entry("IP_PMTUDISC_WANT", 1L),
          Map.entry("IP_PMTUDISC_DO", 2L),
          Map.entry("IP_PMTUDISC_PROBE", 3L),
          Map.entry("IP_PMTUDISC_INTERFACE", 4L),
          Map.entry("IP_PMTUDISC_OMIT", 5L),
          Map.entry("IPV6_PMTUDISC_DONT", 0L),
          Map.entry("IPV6_PMTUDISC_WANT", 1L),
          Map.entry("IPV6_PMTUDISC_DO", 2L),
          Map.entry("IPV6_PMTUDISC_PROBE", 3L),
          Map.entry("SPLICE_F_MOVE", 1L),
          Map.entry("SPLICE_F_NONBLOCK", 2L),
          Map.entry("SPLICE_F_MORE", 4L));

  private ScriptConstants() {}

  /** The number of a name, errors among them, or null if the name is not known. */
  static @Nullable Long number(String name) {
    Long number = Constants.number(name);
    if (number == null) {
      number = MORE.get(name);
    }
    Errno errno = number == null ? Errno.byName(name) : null;
    return errno == null ? number : Long.valueOf(errno.number());
  }
}
