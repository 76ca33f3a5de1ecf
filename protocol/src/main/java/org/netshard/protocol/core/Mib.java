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
  TCP_ACTIVE_OPENS("Tcp", "ActiveOpens"),
  TCP_PASSIVE_OPENS("Tcp", "PassiveOpens"),
  TCP_ATTEMPT_FAILS("Tcp", "AttemptFails"),
  TCP_ESTAB_RESETS("Tcp", "EstabResets"),
  TCP_CURR_ESTAB("Tcp", "CurrEstab"),
  TCP_IN_SEGS("Tcp", "InSegs"),
  TCP_OUT_SEGS("Tcp", "OutSegs"),
  TCP_RETRANS_SEGS("Tcp", "RetransSegs"),
  TCP_IN_ERRS("Tcp", "InErrs"),
  TCP_OUT_RSTS("Tcp", "OutRsts"),
  TCP_IN_CSUM_ERRORS("Tcp", "InCsumErrors"),
  TCP_FAST_OPEN_ACTIVE("TcpExt", "TCPFastOpenActive"),
  TCP_FAST_OPEN_ACTIVE_FAIL("TcpExt", "TCPFastOpenActiveFail"),
  TCP_FAST_OPEN_PASSIVE("TcpExt", "TCPFastOpenPassive"),
  TCP_FAST_OPEN_PASSIVE_FAIL("TcpExt", "TCPFastOpenPassiveFail"),
  TCP_FAST_OPEN_LISTEN_OVERFLOW("TcpExt", "TCPFastOpenListenOverflow"),
  TCP_FAST_OPEN_COOKIE_REQD("TcpExt", "TCPFastOpenCookieReqd"),
  TCP_FAST_OPEN_BLACKHOLE("TcpExt", "TCPFastOpenBlackhole"),
  TCP_FAST_OPEN_PASSIVE_ALT_KEY("TcpExt", "TCPFastOpenPassiveAltKey"),
  TCP_MD5_NOT_FOUND("TcpExt", "TCPMD5NotFound"),
  TCP_MD5_UNEXPECTED("TcpExt", "TCPMD5Unexpected"),
  TCP_MD5_FAILURE("TcpExt", "TCPMD5Failure"),
  TCP_ABORT_FAILED("TcpExt", "TCPAbortFailed"),
  TCP_ABORT_ON_CLOSE("TcpExt", "TCPAbortOnClose"),
  TCP_ABORT_ON_DATA("TcpExt", "TCPAbortOnData"),
  TCP_ABORT_ON_LINGER("TcpExt", "TCPAbortOnLinger"),
  TCP_ABORT_ON_TIMEOUT("TcpExt", "TCPAbortOnTimeout"),
  TCP_ACK_COMPRESSED("TcpExt", "TCPAckCompressed"),
  TCP_ACK_SKIPPED_CHALLENGE("TcpExt", "TCPACKSkippedChallenge"),
  TCP_ACK_SKIPPED_FIN_WAIT2("TcpExt", "TCPACKSkippedFinWait2"),
  TCP_ACK_SKIPPED_PAWS("TcpExt", "TCPACKSkippedPAWS"),
  TCP_ACK_SKIPPED_SEQ("TcpExt", "TCPACKSkippedSeq"),
  TCP_ACK_SKIPPED_SYN_RECV("TcpExt", "TCPACKSkippedSynRecv"),
  TCP_ACK_SKIPPED_TIME_WAIT("TcpExt", "TCPACKSkippedTimeWait"),
  TCP_BACKLOG_DROP("TcpExt", "TCPBacklogDrop"),
  TCP_BEYOND_WINDOW("TcpExt", "BeyondWindow"),
  TCP_CHALLENGE_ACK("TcpExt", "TCPChallengeACK"),
  TCP_DEFER_ACCEPT_DROP("TcpExt", "TCPDeferAcceptDrop"),
  TCP_DELAYED_ACKS("TcpExt", "DelayedACKs"),
  TCP_DELAYED_ACK_LOST("TcpExt", "DelayedACKLost"),
  TCP_DELIVERED("TcpExt", "TCPDelivered"),
  TCP_DELIVERED_CE("TcpExt", "TCPDeliveredCE"),
  TCP_DSACK_IGNORED_DUBIOUS("TcpExt", "TCPDSACKIgnoredDubious"),
  TCP_DSACK_IGNORED_NO_UNDO("TcpExt", "TCPDSACKIgnoredNoUndo"),
  TCP_DSACK_IGNORED_OLD("TcpExt", "TCPDSACKIgnoredOld"),
  TCP_DSACK_OFO_RECV("TcpExt", "TCPDSACKOfoRecv"),
  TCP_DSACK_OFO_SENT("TcpExt", "TCPDSACKOfoSent"),
  TCP_DSACK_OLD_SENT("TcpExt", "TCPDSACKOldSent"),
  TCP_DSACK_RECV("TcpExt", "TCPDSACKRecv"),
  TCP_DSACK_RECV_SEGS("TcpExt", "TCPDSACKRecvSegs"),
  TCP_DSACK_UNDO("TcpExt", "TCPDSACKUndo"),
  TCP_EMBRYONIC_RSTS("TcpExt", "EmbryonicRsts"),
  TCP_FAST_RETRANS("TcpExt", "TCPFastRetrans"),
  TCP_FROM_ZERO_WINDOW_ADV("TcpExt", "TCPFromZeroWindowAdv"),
  TCP_FULL_UNDO("TcpExt", "TCPFullUndo"),
  TCP_HP_ACKS("TcpExt", "TCPHPAcks"),
  TCP_HP_HITS("TcpExt", "TCPHPHits"),
  TCP_HYSTART_DELAY_CWND("TcpExt", "TCPHystartDelayCwnd"),
  TCP_HYSTART_DELAY_DETECT("TcpExt", "TCPHystartDelayDetect"),
  TCP_HYSTART_TRAIN_CWND("TcpExt", "TCPHystartTrainCwnd"),
  TCP_HYSTART_TRAIN_DETECT("TcpExt", "TCPHystartTrainDetect"),
  TCP_KEEP_ALIVE("TcpExt", "TCPKeepAlive"),
  TCP_LISTEN_DROPS("TcpExt", "ListenDrops"),
  TCP_LISTEN_OVERFLOWS("TcpExt", "ListenOverflows"),
  TCP_LOSS_FAILURES("TcpExt", "TCPLossFailures"),
  TCP_LOSS_PROBES("TcpExt", "TCPLossProbes"),
  TCP_LOSS_PROBE_RECOVERY("TcpExt", "TCPLossProbeRecovery"),
  TCP_LOSS_UNDO("TcpExt", "TCPLossUndo"),
  TCP_LOST_RETRANSMIT("TcpExt", "TCPLostRetransmit"),
  TCP_MIN_TTL_DROP("TcpExt", "TCPMinTTLDrop"),
  TCP_OFO_DROP("TcpExt", "TCPOFODrop"),
  TCP_OFO_MERGE("TcpExt", "TCPOFOMerge"),
  TCP_OFO_PRUNED("TcpExt", "OfoPruned"),
  TCP_OFO_QUEUE("TcpExt", "TCPOFOQueue"),
  TCP_ORIG_DATA_SENT("TcpExt", "TCPOrigDataSent"),
  TCP_OUT_OF_WINDOW_ICMPS("TcpExt", "OutOfWindowIcmps"),
  TCP_PARTIAL_UNDO("TcpExt", "TCPPartialUndo"),
  TCP_PAWS_ACTIVE_REJECTED("TcpExt", "PAWSActive"),
  TCP_PAWS_ESTAB_REJECTED("TcpExt", "PAWSEstab"),
  TCP_PURE_ACKS("TcpExt", "TCPPureAcks"),
  TCP_RCV_COALESCE("TcpExt", "TCPRcvCoalesce"),
  TCP_RCV_COLLAPSED("TcpExt", "TCPRcvCollapsed"),
  TCP_RENO_FAILURES("TcpExt", "TCPRenoFailures"),
  TCP_RENO_RECOVERY("TcpExt", "TCPRenoRecovery"),
  TCP_RENO_RECOVERY_FAIL("TcpExt", "TCPRenoRecoveryFail"),
  TCP_RENO_REORDER("TcpExt", "TCPRenoReorder"),
  TCP_REQ_Q_FULL_DO_COOKIES("TcpExt", "TCPReqQFullDoCookies"),
  TCP_REQ_Q_FULL_DROP("TcpExt", "TCPReqQFullDrop"),
  TCP_RETRANS_FAIL("TcpExt", "TCPRetransFail"),
  TCP_SACK_DISCARD("TcpExt", "TCPSACKDiscard"),
  TCP_SACK_FAILURES("TcpExt", "TCPSackFailures"),
  TCP_SACK_RECOVERY("TcpExt", "TCPSackRecovery"),
  TCP_SACK_RECOVERY_FAIL("TcpExt", "TCPSackRecoveryFail"),
  TCP_SACK_RENEGING("TcpExt", "TCPSACKReneging"),
  TCP_SACK_REORDER("TcpExt", "TCPSACKReorder"),
  TCP_SLOW_START_RETRANS("TcpExt", "TCPSlowStartRetrans"),
  TCP_SPURIOUS_RTOS("TcpExt", "TCPSpuriousRTOs"),
  TCP_SYNCOOKIES_FAILED("TcpExt", "SyncookiesFailed"),
  TCP_SYNCOOKIES_RECV("TcpExt", "SyncookiesRecv"),
  TCP_SYNCOOKIES_SENT("TcpExt", "SyncookiesSent"),
  TCP_SYN_CHALLENGE("TcpExt", "TCPSYNChallenge"),
  TCP_SYN_RETRANS("TcpExt", "TCPSynRetrans"),
  TCP_TIMEOUTS("TcpExt", "TCPTimeouts"),
  TCP_TIME_WAITED("TcpExt", "TW"),
  TCP_TIME_WAIT_KILLED("TcpExt", "TWKilled"),
  TCP_TIME_WAIT_OVERFLOW("TcpExt", "TCPTimeWaitOverflow"),
  TCP_TO_ZERO_WINDOW_ADV("TcpExt", "TCPToZeroWindowAdv"),
  TCP_TS_REORDER("TcpExt", "TCPTSReorder"),
  TCP_WANT_ZERO_WINDOW_ADV("TcpExt", "TCPWantZeroWindowAdv"),
  TCP_WIN_PROBE("TcpExt", "TCPWinProbe"),
  TCP_ZERO_WINDOW_DROP("TcpExt", "TCPZeroWindowDrop"),
  IP_IN_RECEIVES("Ip", "InReceives"),
  IP_IN_HDR_ERRORS("Ip", "InHdrErrors"),
  IP_IN_ADDR_ERRORS("Ip", "InAddrErrors"),
  IP_FORW_DATAGRAMS("Ip", "ForwDatagrams"),
  IP_IN_UNKNOWN_PROTOS("Ip", "InUnknownProtos"),
  IP_IN_DISCARDS("Ip", "InDiscards"),
  IP_IN_DELIVERS("Ip", "InDelivers"),
  IP_OUT_REQUESTS("Ip", "OutRequests"),
  IP_OUT_DISCARDS("Ip", "OutDiscards"),
  IP_OUT_NO_ROUTES("Ip", "OutNoRoutes"),
  IP_REASM_TIMEOUT("Ip", "ReasmTimeout"),
  IP_REASM_REQDS("Ip", "ReasmReqds"),
  IP_REASM_OKS("Ip", "ReasmOKs"),
  IP_REASM_FAILS("Ip", "ReasmFails"),
  IP_FRAG_OKS("Ip", "FragOKs"),
  IP_FRAG_FAILS("Ip", "FragFails"),
  IP_FRAG_CREATES("Ip", "FragCreates"),
  IP_OUT_TRANSMITS("Ip", "OutTransmits"),
  IP_IN_NO_ROUTES("IpExt", "InNoRoutes"),
  IP_IN_TRUNCATED_PKTS("IpExt", "InTruncatedPkts"),
  IP_IN_MCAST_PKTS("IpExt", "InMcastPkts"),
  IP_OUT_MCAST_PKTS("IpExt", "OutMcastPkts"),
  IP_IN_BCAST_PKTS("IpExt", "InBcastPkts"),
  IP_OUT_BCAST_PKTS("IpExt", "OutBcastPkts"),
  IP_IN_OCTETS("IpExt", "InOctets"),
  IP_OUT_OCTETS("IpExt", "OutOctets"),
  IP_IN_MCAST_OCTETS("IpExt", "InMcastOctets"),
  IP_OUT_MCAST_OCTETS("IpExt", "OutMcastOctets"),
  IP_IN_BCAST_OCTETS("IpExt", "InBcastOctets"),
  IP_OUT_BCAST_OCTETS("IpExt", "OutBcastOctets"),
  IP_IN_CSUM_ERRORS("IpExt", "InCsumErrors"),
  IP_IN_NO_ECT_PKTS("IpExt", "InNoECTPkts"),
  IP_IN_ECT1_PKTS("IpExt", "InECT1Pkts"),
  IP_IN_ECT0_PKTS("IpExt", "InECT0Pkts"),
  IP_IN_CE_PKTS("IpExt", "InCEPkts"),
  IP_REASM_OVERLAPS("IpExt", "ReasmOverlaps"),
  ICMP_IN_MSGS("Icmp", "InMsgs"),
  ICMP_IN_ERRORS("Icmp", "InErrors"),
  ICMP_IN_CSUM_ERRORS("Icmp", "InCsumErrors"),
  ICMP_OUT_MSGS("Icmp", "OutMsgs"),
  ICMP_OUT_ERRORS("Icmp", "OutErrors"),
  UDP_IN_DATAGRAMS("Udp", "InDatagrams"),
  UDP_NO_PORTS("Udp", "NoPorts"),
  UDP_IN_ERRORS("Udp", "InErrors"),
  UDP_OUT_DATAGRAMS("Udp", "OutDatagrams"),
  UDP_RCVBUF_ERRORS("Udp", "RcvbufErrors"),
  UDP_SNDBUF_ERRORS("Udp", "SndbufErrors"),
  UDP_IN_CSUM_ERRORS("Udp", "InCsumErrors"),
  UDP_IGNORED_MULTI("Udp", "IgnoredMulti"),
  UDP_MEM_ERRORS("Udp", "MemErrors"),
  UDPLITE_IN_DATAGRAMS("UdpLite", "InDatagrams"),
  UDPLITE_NO_PORTS("UdpLite", "NoPorts"),
  UDPLITE_IN_ERRORS("UdpLite", "InErrors"),
  UDPLITE_OUT_DATAGRAMS("UdpLite", "OutDatagrams"),
  UDPLITE_RCVBUF_ERRORS("UdpLite", "RcvbufErrors"),
  UDPLITE_SNDBUF_ERRORS("UdpLite", "SndbufErrors"),
  UDPLITE_IN_CSUM_ERRORS("UdpLite", "InCsumErrors"),
  UDPLITE_IGNORED_MULTI("UdpLite", "IgnoredMulti"),
  UDPLITE_MEM_ERRORS("UdpLite", "MemErrors"),
  IP6_IN_RECEIVES("Ip6", "InReceives"),
  IP6_IN_HDR_ERRORS("Ip6", "InHdrErrors"),
  IP6_IN_TOO_BIG_ERRORS("Ip6", "InTooBigErrors"),
  IP6_IN_NO_ROUTES("Ip6", "InNoRoutes"),
  IP6_IN_ADDR_ERRORS("Ip6", "InAddrErrors"),
  IP6_IN_UNKNOWN_PROTOS("Ip6", "InUnknownProtos"),
  IP6_IN_TRUNCATED_PKTS("Ip6", "InTruncatedPkts"),
  IP6_IN_DISCARDS("Ip6", "InDiscards"),
  IP6_IN_DELIVERS("Ip6", "InDelivers"),
  IP6_OUT_FORW_DATAGRAMS("Ip6", "OutForwDatagrams"),
  IP6_OUT_REQUESTS("Ip6", "OutRequests"),
  IP6_OUT_DISCARDS("Ip6", "OutDiscards"),
  IP6_OUT_NO_ROUTES("Ip6", "OutNoRoutes"),
  IP6_REASM_TIMEOUT("Ip6", "ReasmTimeout"),
  IP6_REASM_REQDS("Ip6", "ReasmReqds"),
  IP6_REASM_OKS("Ip6", "ReasmOKs"),
  IP6_REASM_FAILS("Ip6", "ReasmFails"),
  IP6_FRAG_OKS("Ip6", "FragOKs"),
  IP6_FRAG_FAILS("Ip6", "FragFails"),
  IP6_FRAG_CREATES("Ip6", "FragCreates"),
  IP6_IN_MCAST_PKTS("Ip6", "InMcastPkts"),
  IP6_OUT_MCAST_PKTS("Ip6", "OutMcastPkts"),
  IP6_IN_OCTETS("Ip6", "InOctets"),
  IP6_OUT_OCTETS("Ip6", "OutOctets"),
  IP6_IN_MCAST_OCTETS("Ip6", "InMcastOctets"),
  IP6_OUT_MCAST_OCTETS("Ip6", "OutMcastOctets"),
  IP6_IN_NO_ECT_PKTS("Ip6", "InNoECTPkts"),
  IP6_IN_ECT1_PKTS("Ip6", "InECT1Pkts"),
  IP6_IN_ECT0_PKTS("Ip6", "InECT0Pkts"),
  IP6_IN_CE_PKTS("Ip6", "InCEPkts"),
  IP6_OUT_TRANSMITS("Ip6", "OutTransmits"),
  ICMP6_IN_MSGS("Icmp6", "InMsgs"),
  ICMP6_IN_ERRORS("Icmp6", "InErrors"),
  ICMP6_OUT_MSGS("Icmp6", "OutMsgs"),
  ICMP6_OUT_ERRORS("Icmp6", "OutErrors"),
  ICMP6_IN_CSUM_ERRORS("Icmp6", "InCsumErrors"),
  UDP6_IN_DATAGRAMS("Udp6", "InDatagrams"),
  UDP6_NO_PORTS("Udp6", "NoPorts"),
  UDP6_IN_ERRORS("Udp6", "InErrors"),
  UDP6_OUT_DATAGRAMS("Udp6", "OutDatagrams"),
  UDP6_RCVBUF_ERRORS("Udp6", "RcvbufErrors"),
  UDP6_SNDBUF_ERRORS("Udp6", "SndbufErrors"),
  UDP6_IN_CSUM_ERRORS("Udp6", "InCsumErrors"),
  UDP6_IGNORED_MULTI("Udp6", "IgnoredMulti"),
  UDP6_MEM_ERRORS("Udp6", "MemErrors"),
  UDPLITE6_IN_DATAGRAMS("UdpLite6", "InDatagrams"),
  UDPLITE6_NO_PORTS("UdpLite6", "NoPorts"),
  UDPLITE6_IN_ERRORS("UdpLite6", "InErrors"),
  UDPLITE6_OUT_DATAGRAMS("UdpLite6", "OutDatagrams"),
  UDPLITE6_RCVBUF_ERRORS("UdpLite6", "RcvbufErrors"),
  UDPLITE6_SNDBUF_ERRORS("UdpLite6", "SndbufErrors"),
  UDPLITE6_IN_CSUM_ERRORS("UdpLite6", "InCsumErrors"),
  UDPLITE6_MEM_ERRORS("UdpLite6", "MemErrors");

  /** How many there are. */
  public static final int COUNT = values().length;

  private static final Mib[] ALL = values();

  private static final int UDP_KINDS = UDPLITE_IN_DATAGRAMS.ordinal() - UDP_IN_DATAGRAMS.ordinal();

  private final String group;
  private final String kernelName;

  Mib(String group, String kernelName) {
    this.group = group;
    this.kernelName = kernelName;
  }

  /**
   * A counter of UDP as another kind of it has it.
   *
   * @param udp the counter as UDP over IPv4 has it
   */
  public static Mib udp(Mib udp, boolean v6, boolean lite) {
    Mib first =
        v6
            ? lite ? UDPLITE6_IN_DATAGRAMS : UDP6_IN_DATAGRAMS
            : lite ? UDPLITE_IN_DATAGRAMS : UDP_IN_DATAGRAMS;
    int kind = udp.ordinal() - UDP_IN_DATAGRAMS.ordinal();
    // UDP-Lite over IPv6 has no IgnoredMulti.
    boolean shorter = v6 && lite && kind == UDP_KINDS - 1;
    return ALL[first.ordinal() + kind - (shorter ? 1 : 0)];
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
