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
  /** {@code UDP_MIB_RCVBUFERRORS}: datagrams that did not fit into a receive buffer. */
  UDP_RCVBUF_ERRORS("Udp", "RcvbufErrors"),
  /** {@code UDP_MIB_MEMERRORS}: datagrams for which there was no memory. */
  UDP_MEM_ERRORS("Udp", "MemErrors"),
  /** {@code UDP_MIB_INERRORS}: datagrams that were not delivered for any reason. */
  UDP_IN_ERRORS("Udp", "InErrors");

  private final String group;
  private final String kernelName;

  Mib(String group, String kernelName) {
    this.group = group;
    this.kernelName = kernelName;
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
