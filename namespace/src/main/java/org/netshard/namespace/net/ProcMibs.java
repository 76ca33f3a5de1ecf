package org.netshard.namespace.net;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.protocol.core.IcmpMsgMib;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * The counters of a network namespace as {@code /proc/net/netstat}, {@code snmp} and {@code snmp6}
 * print them. Those that nothing here counts yet are 0.
 *
 * <p><b>Source:</b> {@code net/ipv4/proc.c}: {@code snmp4_net_list}, {@code netstat_seq_show},
 * {@code snmp_seq_show}; {@code net/ipv6/proc.c}, {@code snmp6_seq_show}; {@code net/mptcp/mib.c}.
 */
public final class ProcMibs {
  /** The columns of {@code /proc/net/netstat}. */
  private static final String NETSTAT =
      """
      TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled \
      RcvPruned OfoPruned OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled \
      PAWSActive PAWSEstab BeyondWindow TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs \
      DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPHPHits TCPPureAcks \
      TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder \
      TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit \
      TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPSlowStartRetrans \
      TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail \
      TCPRcvCollapsed TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv \
      TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout \
      TCPAbortOnLinger TCPAbortFailed TCPMemoryPressures TCPMemoryPressuresChrono \
      TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPMD5NotFound \
      TCPMD5Unexpected TCPMD5Failure TCPSackShifted TCPSackMerged TCPSackShiftFallback \
      TCPBacklogDrop PFMemallocDrop TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter \
      TCPTimeWaitOverflow TCPReqQFullDoCookies TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce \
      TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK TCPSYNChallenge TCPFastOpenActive \
      TCPFastOpenActiveFail TCPFastOpenPassive TCPFastOpenPassiveFail \
      TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPFastOpenBlackhole \
      TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv \
      TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent \
      TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd \
      TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedFinWait2 \
      TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail \
      TCPMTUPSuccess TCPDelivered TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop \
      TCPRcvQDrop TCPWqueueTooBig TCPFastOpenPassiveAltKey TcpTimeoutRehash \
      TcpDuplicateDataRehash TCPDSACKRecvSegs TCPDSACKIgnoredDubious TCPMigrateReqSuccess \
      TCPMigrateReqFailure TCPPLBRehash TCPAORequired TCPAOBad TCPAOKeyNotFound TCPAOGood \
      TCPAODroppedIcmps
      IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts \
      InOctets OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets \
      InCsumErrors InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps
      MPTcpExt: MPCapableSYNRX MPCapableSYNTX MPCapableSYNACKRX MPCapableACKRX \
      MPCapableFallbackACK MPCapableFallbackSYNACK MPCapableSYNTXDrop MPCapableSYNTXDisabled \
      MPCapableEndpAttempt MPFallbackTokenInit MPTCPRetrans MPJoinNoTokenFound MPJoinSynRx \
      MPJoinSynBackupRx MPJoinSynAckRx MPJoinSynAckBackupRx MPJoinSynAckHMacFailure \
      MPJoinAckRx MPJoinAckHMacFailure MPJoinRejected MPJoinSynTx MPJoinSynTxCreatSkErr \
      MPJoinSynTxBindErr MPJoinSynTxConnectErr DSSNotMatching DSSCorruptionFallback \
      DSSCorruptionReset InfiniteMapTx InfiniteMapRx DSSNoMatchTCP DataCsumErr OFOQueueTail \
      OFOQueue OFOMerge NoDSSInWindow DuplicateData AddAddr AddAddrTx AddAddrTxDrop EchoAdd \
      EchoAddTx EchoAddTxDrop PortAdd AddAddrDrop MPJoinPortSynRx MPJoinPortSynAckRx \
      MPJoinPortAckRx MismatchPortSynRx MismatchPortAckRx RmAddr RmAddrDrop RmAddrTx \
      RmAddrTxDrop RmSubflow MPPrioTx MPPrioRx MPFailTx MPFailRx MPFastcloseTx MPFastcloseRx \
      MPRstTx MPRstRx SubflowStale SubflowRecover SndWndShared RcvWndShared \
      RcvWndConflictUpdate RcvWndConflict MPCurrEstab Blackhole MPCapableDataFallback \
      MD5SigFallback DssFallback SimultConnectFallback FallbackFailed WinProbe
      """;

  /** The columns of {@code /proc/net/snmp}. */
  private static final String SNMP =
      """
      Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams \
      InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout \
      ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits
      Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs \
      InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps \
      OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds \
      OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps \
      OutTimestampReps OutAddrMasks OutAddrMaskReps
      Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails \
      EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
      Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors \
      IgnoredMulti MemErrors
      UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors \
      InCsumErrors IgnoredMulti MemErrors
      """;

  /** The lines of {@code /proc/net/snmp6}. */
  private static final String SNMP6 =
      """
      Ip6InReceives Ip6InHdrErrors Ip6InTooBigErrors Ip6InNoRoutes Ip6InAddrErrors \
      Ip6InUnknownProtos Ip6InTruncatedPkts Ip6InDiscards Ip6InDelivers Ip6OutForwDatagrams \
      Ip6OutRequests Ip6OutDiscards Ip6OutNoRoutes Ip6ReasmTimeout Ip6ReasmReqds Ip6ReasmOKs \
      Ip6ReasmFails Ip6FragOKs Ip6FragFails Ip6FragCreates Ip6InMcastPkts Ip6OutMcastPkts \
      Ip6InOctets Ip6OutOctets Ip6InMcastOctets Ip6OutMcastOctets Ip6InBcastOctets \
      Ip6OutBcastOctets Ip6InNoECTPkts Ip6InECT1Pkts Ip6InECT0Pkts Ip6InCEPkts Ip6OutTransmits \
      Icmp6InMsgs Icmp6InErrors Icmp6OutMsgs Icmp6OutErrors Icmp6InCsumErrors \
      Icmp6OutRateLimitHost Icmp6InDestUnreachs Icmp6InPktTooBigs Icmp6InTimeExcds \
      Icmp6InParmProblems Icmp6InEchos Icmp6InEchoReplies Icmp6InGroupMembQueries \
      Icmp6InGroupMembResponses Icmp6InGroupMembReductions Icmp6InRouterSolicits \
      Icmp6InRouterAdvertisements Icmp6InNeighborSolicits Icmp6InNeighborAdvertisements \
      Icmp6InRedirects Icmp6InMLDv2Reports Icmp6OutDestUnreachs Icmp6OutPktTooBigs \
      Icmp6OutTimeExcds Icmp6OutParmProblems Icmp6OutEchos Icmp6OutEchoReplies \
      Icmp6OutGroupMembQueries Icmp6OutGroupMembResponses Icmp6OutGroupMembReductions \
      Icmp6OutRouterSolicits Icmp6OutRouterAdvertisements Icmp6OutNeighborSolicits \
      Icmp6OutNeighborAdvertisements Icmp6OutRedirects Icmp6OutMLDv2Reports Udp6InDatagrams \
      Udp6NoPorts Udp6InErrors Udp6OutDatagrams Udp6RcvbufErrors Udp6SndbufErrors \
      Udp6InCsumErrors Udp6IgnoredMulti Udp6MemErrors UdpLite6InDatagrams UdpLite6NoPorts \
      UdpLite6InErrors UdpLite6OutDatagrams UdpLite6RcvbufErrors UdpLite6SndbufErrors \
      UdpLite6InCsumErrors UdpLite6MemErrors
      """;

  private static final String LAST_OF_ICMP6 = "Icmp6OutMLDv2Reports";
  private static final int ICMP_TYPES_PER_LINE = 16;

  private static final Map<String, Mib> COUNTED = new TreeMap<>();

  static {
    EnumSet.allOf(Mib.class).forEach(mib -> COUNTED.put(mib.group() + mib.kernelName(), mib));
  }

  /** The types of ICMP that have columns of their own. */
  private static final Map<String, Integer> ICMP_TYPES = new TreeMap<>();

  static {
    icmp("", "DestUnreachs 3 TimeExcds 11 ParmProbs 12 SrcQuenchs 4 Redirects 5 Echos 8");
    icmp("", "EchoReps 0 Timestamps 13 TimestampReps 14 AddrMasks 17 AddrMaskReps 18");
    icmp("6", "DestUnreachs 1 PktTooBigs 2 TimeExcds 3 ParmProblems 4 Echos 128");
    icmp("6", "EchoReplies 129 GroupMembQueries 130 GroupMembResponses 131");
    icmp("6", "GroupMembReductions 132 RouterSolicits 133 RouterAdvertisements 134");
    icmp("6", "NeighborSolicits 135 NeighborAdvertisements 136 Redirects 137 MLDv2Reports 143");
  }

  private static void icmp(String version, String namesAndTypes) {
    String[] words = namesAndTypes.split(" ", -1);
    for (int i = 0; i < words.length; i += 2) {
      ICMP_TYPES.put("Icmp" + version + "In" + words[i], Integer.valueOf(words[i + 1]));
      ICMP_TYPES.put("Icmp" + version + "Out" + words[i], Integer.valueOf(words[i + 1]));
    }
  }

  private ProcMibs() {}

  /** {@code /proc/net/netstat}. */
  public static String netstat(NetState net) {
    return table(NETSTAT, net);
  }

  /** {@code /proc/net/snmp}. */
  public static String snmp(NetState net) {
    return table(SNMP, net);
  }

  /** {@code /proc/net/snmp6}. */
  public static String snmp6(NetState net) {
    StringBuilder text = new StringBuilder();
    for (String name : SNMP6.strip().split(" ", -1)) {
      text.append(line6(name, value(name, net)));
      if (name.equals(LAST_OF_ICMP6)) {
        icmpTypes(net, true).forEach((type, count) -> text.append(line6("Icmp6" + type, count)));
      }
    }
    return text.toString();
  }

  /**
   * {@code /proc/net/dev_snmp6/DEVICE}.
   *
   * <p><b>Differs from Linux:</b> what a namespace counts is told of its {@code lo}; other devices
   * have counted nothing.
   */
  static String devSnmp6(NetState net, int ifindex) {
    StringBuilder text = new StringBuilder(line6("ifIndex", ifindex));
    boolean counts = ifindex == NetState.LO_IFINDEX;
    for (String name : SNMP6.strip().split(" ", -1)) {
      if (name.startsWith("Udp") || name.equals("Icmp6OutRateLimitHost")) {
        continue;
      }
      text.append(line6(name, counts ? value(name, net) : 0));
      if (counts && name.equals(LAST_OF_ICMP6)) {
        icmpTypes(net, true).forEach((type, count) -> text.append(line6("Icmp6" + type, count)));
      }
    }
    return text.toString();
  }

  private static String line6(String name, long value) {
    return String.format(Locale.ROOT, "%-32s\t%d\n", name, value);
  }

  /** Messages by type, {@code InType3} and so on, those that there were. */
  private static Map<String, Long> icmpTypes(NetState net, boolean v6) {
    IcmpMsgMib messages = IcmpMsgMib.of(net, v6);
    Map<String, Long> types = new LinkedHashMap<>();
    messages.in().forEach((type, count) -> types.put("InType" + type, count));
    messages.out().forEach((type, count) -> types.put("OutType" + type, count));
    return types;
  }

  /** {@code icmpmsg_put}: nothing if there were no messages, and up to 16 in a line. */
  private static void icmpMessages(StringBuilder text, NetState net) {
    List<Map.Entry<String, Long>> types = List.copyOf(icmpTypes(net, false).entrySet());
    for (int from = 0; from < types.size(); from += ICMP_TYPES_PER_LINE) {
      int to = Math.min(types.size(), from + ICMP_TYPES_PER_LINE);
      text.append("IcmpMsg:");
      types.subList(from, to).forEach(type -> text.append(' ').append(type.getKey()));
      text.append("\nIcmpMsg:");
      types.subList(from, to).forEach(type -> text.append(' ').append(type.getValue()));
      text.append('\n');
    }
  }

  private static String table(String columns, NetState net) {
    StringBuilder text = new StringBuilder();
    columns
        .lines()
        .forEach(
            line -> {
              String[] names = line.split(" ", -1);
              String group = names[0];
              text.append(line).append('\n').append(group);
              for (int i = 1; i < names.length; i++) {
                String name = group.substring(0, group.length() - 1) + names[i];
                text.append(' ').append(value(name, net));
              }
              text.append('\n');
              if (group.equals("Icmp:")) {
                icmpMessages(text, net);
              }
            });
    return text.toString();
  }

  private static long value(String name, NetState net) {
    Mib mib = COUNTED.get(name);
    if (mib != null) {
      return net.mib(mib);
    }
    Integer type = name.startsWith("Icmp") ? ICMP_TYPES.get(name) : null;
    if (type != null) {
      IcmpMsgMib messages = IcmpMsgMib.of(net, name.startsWith("Icmp6"));
      boolean out = name.contains("Out");
      return (out ? messages.out() : messages.in()).getOrDefault(type, 0L);
    }
    return switch (name) {
      case "IpForwarding" -> forwards(net) ? 1 : 2;
      case "IpDefaultTTL" -> net.sysctl(Sysctl.IPV4_IP_DEFAULT_TTL);
      // RFC 2012: the retransmission timeout is neither constant nor that of RFC 793.
      case "TcpRtoAlgorithm" -> 1;
      case "TcpRtoMin" -> 200;
      case "TcpRtoMax" -> 120_000;
      case "TcpMaxConn" -> -1;
      default -> 0;
    };
  }

  private static boolean forwards(NetState net) {
    return !"0".equals(net.sysctls().read("net.ipv4.ip_forward", net.userNs()));
  }
}
