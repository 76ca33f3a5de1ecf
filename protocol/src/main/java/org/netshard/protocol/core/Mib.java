package org.netshard.protocol.core;

/**
 * A counter of a network namespace, by its name in {@code /proc/net/snmp} and {@code
 * /proc/net/netstat}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/snmp.h}; {@code net/ipv4/proc.c}.
 */
public enum Mib {
  /** {@code LINUX_MIB_TCPMEMORYPRESSURES}: how often the pool of TCP came under pressure. */
  TCP_MEMORY_PRESSURES("TcpExt", "TCPMemoryPressures"),
  /** {@code LINUX_MIB_TCPMEMORYPRESSURESCHRONO}: milliseconds of pressure. */
  TCP_MEMORY_PRESSURES_CHRONO("TcpExt", "TCPMemoryPressuresChrono"),
  /** {@code LINUX_MIB_PRUNECALLED}: how often room was sought in a receive queue. */
  TCP_PRUNE_CALLED("TcpExt", "PruneCalled"),
  /** {@code LINUX_MIB_RCVPRUNED}: how often there was none to be found. */
  TCP_RCV_PRUNED("TcpExt", "RcvPruned"),
  /** {@code LINUX_MIB_TCPRCVQDROP}: segments dropped for want of memory. */
  TCP_RCVQ_DROP("TcpExt", "TCPRcvQDrop"),
  /** {@code LINUX_MIB_TCPABORTONMEMORY}: socks ended for want of memory. */
  TCP_ABORT_ON_MEMORY("TcpExt", "TCPAbortOnMemory"),
  /** {@code UDP_MIB_RCVBUFERRORS}: datagrams that did not fit into a receive buffer. */
  UDP_RCVBUF_ERRORS("Udp", "RcvbufErrors"),
  /** {@code UDP_MIB_MEMERRORS}: datagrams for which there was no memory; Linux forgets most. */
  UDP_MEM_ERRORS("Udp", "MemErrors"),
  /** {@code UDP_MIB_INERRORS}: datagrams that were not delivered for any reason. */
  UDP_IN_ERRORS("Udp", "InErrors"),
  /** The same of UDP-Lite. */
  UDPLITE_RCVBUF_ERRORS("UdpLite", "RcvbufErrors"),
  /** The same of UDP-Lite. */
  UDPLITE_IN_ERRORS("UdpLite", "InErrors"),
  /** The same over IPv6, in {@code /proc/net/snmp6}. */
  UDP6_RCVBUF_ERRORS("Udp6", "RcvbufErrors"),
  /** The same over IPv6. */
  UDP6_IN_ERRORS("Udp6", "InErrors"),
  /** The same of UDP-Lite over IPv6. */
  UDPLITE6_RCVBUF_ERRORS("UdpLite6", "RcvbufErrors"),
  /** The same of UDP-Lite over IPv6. */
  UDPLITE6_IN_ERRORS("UdpLite6", "InErrors");

  private final String group;
  private final String kernelName;

  Mib(String group, String kernelName) {
    this.group = group;
    this.kernelName = kernelName;
  }

  /** Datagrams that did not fit into a receive buffer, by kind of sock. */
  public static Mib udpRcvbufErrors(boolean v6, boolean lite) {
    return v6
        ? lite ? UDPLITE6_RCVBUF_ERRORS : UDP6_RCVBUF_ERRORS
        : lite ? UDPLITE_RCVBUF_ERRORS : UDP_RCVBUF_ERRORS;
  }

  /** Datagrams that were not delivered, by kind of sock. */
  public static Mib udpInErrors(boolean v6, boolean lite) {
    return v6
        ? lite ? UDPLITE6_IN_ERRORS : UDP6_IN_ERRORS
        : lite ? UDPLITE_IN_ERRORS : UDP_IN_ERRORS;
  }

  /** The first word of its line. */
  public String group() {
    return group;
  }

  /** The name of its column. */
  public String kernelName() {
    return kernelName;
  }
}
