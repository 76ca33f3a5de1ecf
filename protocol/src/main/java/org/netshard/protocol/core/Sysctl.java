package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * A sysctl whose value changes what the model does. All others are only text that can be read and
 * written; see the profile of the kernel.
 *
 * <p><b>Source:</b> {@code net/ipv4/sysctl_net_ipv4.c}, {@code net/core/sysctl_net_core.c}.
 */
public enum Sysctl {
  FS_FILE_MAX("fs.file-max"),
  FS_NR_OPEN("fs.nr_open"),
  CORE_RMEM_DEFAULT("net.core.rmem_default"),
  CORE_WMEM_DEFAULT("net.core.wmem_default"),
  CORE_RMEM_MAX("net.core.rmem_max"),
  CORE_WMEM_MAX("net.core.wmem_max"),
  CORE_OPTMEM_MAX("net.core.optmem_max"),
  CORE_MEM_PCPU_RSV("net.core.mem_pcpu_rsv"),
  CORE_SOMAXCONN("net.core.somaxconn"),
  CORE_TSTAMP_ALLOW_DATA("net.core.tstamp_allow_data"),
  CORE_TXREHASH("net.core.txrehash"),
  IPV4_TCP_MEM("net.ipv4.tcp_mem"),
  IPV4_TCP_MAX_ORPHANS("net.ipv4.tcp_max_orphans"),
  IPV4_TCP_RMEM("net.ipv4.tcp_rmem"),
  IPV4_TCP_WMEM("net.ipv4.tcp_wmem"),
  IPV4_TCP_CONGESTION_CONTROL("net.ipv4.tcp_congestion_control"),
  IPV4_TCP_ALLOWED_CONGESTION_CONTROL("net.ipv4.tcp_allowed_congestion_control"),
  IPV4_TCP_AVAILABLE_CONGESTION_CONTROL("net.ipv4.tcp_available_congestion_control"),
  IPV4_TCP_KEEPALIVE_TIME("net.ipv4.tcp_keepalive_time"),
  IPV4_TCP_KEEPALIVE_INTVL("net.ipv4.tcp_keepalive_intvl"),
  IPV4_TCP_KEEPALIVE_PROBES("net.ipv4.tcp_keepalive_probes"),
  IPV4_TCP_SYN_RETRIES("net.ipv4.tcp_syn_retries"),
  IPV4_TCP_FIN_TIMEOUT("net.ipv4.tcp_fin_timeout"),
  IPV4_TCP_REORDERING("net.ipv4.tcp_reordering"),
  IPV4_TCP_AUTOCORKING("net.ipv4.tcp_autocorking"),
  IPV4_TCP_LIMIT_OUTPUT_BYTES("net.ipv4.tcp_limit_output_bytes"),
  IPV4_TCP_PLB_CONG_THRESH("net.ipv4.tcp_plb_cong_thresh"),
  IPV4_TCP_PLB_ENABLED("net.ipv4.tcp_plb_enabled"),
  IPV4_TCP_PLB_IDLE_REHASH_ROUNDS("net.ipv4.tcp_plb_idle_rehash_rounds"),
  IPV4_TCP_PLB_REHASH_ROUNDS("net.ipv4.tcp_plb_rehash_rounds"),
  IPV4_TCP_PLB_SUSPEND_RTO_SEC("net.ipv4.tcp_plb_suspend_rto_sec"),
  IPV4_TCP_NOTSENT_LOWAT("net.ipv4.tcp_notsent_lowat"),
  IPV4_TCP_RTO_MAX_MS("net.ipv4.tcp_rto_max_ms"),
  IPV4_TCP_RTO_MIN_US("net.ipv4.tcp_rto_min_us"),
  IPV4_TCP_ABORT_ON_OVERFLOW("net.ipv4.tcp_abort_on_overflow"),
  IPV4_TCP_APP_WIN("net.ipv4.tcp_app_win"),
  IPV4_TCP_BACKLOG_ACK_DEFER("net.ipv4.tcp_backlog_ack_defer"),
  IPV4_TCP_CHALLENGE_ACK_LIMIT("net.ipv4.tcp_challenge_ack_limit"),
  IPV4_TCP_COMP_SACK_DELAY_NS("net.ipv4.tcp_comp_sack_delay_ns"),
  IPV4_TCP_COMP_SACK_NR("net.ipv4.tcp_comp_sack_nr"),
  IPV4_TCP_COMP_SACK_SLACK_NS("net.ipv4.tcp_comp_sack_slack_ns"),
  IPV4_TCP_DSACK("net.ipv4.tcp_dsack"),
  IPV4_TCP_EARLY_RETRANS("net.ipv4.tcp_early_retrans"),
  IPV4_TCP_ECN("net.ipv4.tcp_ecn"),
  IPV4_TCP_ECN_FALLBACK("net.ipv4.tcp_ecn_fallback"),
  IPV4_TCP_FRTO("net.ipv4.tcp_frto"),
  IPV4_TCP_FWMARK_ACCEPT("net.ipv4.tcp_fwmark_accept"),
  IPV4_TCP_INVALID_RATELIMIT("net.ipv4.tcp_invalid_ratelimit"),
  IPV4_TCP_MAX_REORDERING("net.ipv4.tcp_max_reordering"),
  IPV4_TCP_MAX_SYN_BACKLOG("net.ipv4.tcp_max_syn_backlog"),
  IPV4_TCP_MAX_TW_BUCKETS("net.ipv4.tcp_max_tw_buckets"),
  IPV4_TCP_MIGRATE_REQ("net.ipv4.tcp_migrate_req"),
  IPV4_TCP_MIN_RTT_WLEN("net.ipv4.tcp_min_rtt_wlen"),
  IPV4_TCP_MIN_SND_MSS("net.ipv4.tcp_min_snd_mss"),
  IPV4_TCP_MTU_PROBING("net.ipv4.tcp_mtu_probing"),
  IPV4_TCP_MTU_PROBE_FLOOR("net.ipv4.tcp_mtu_probe_floor"),
  IPV4_TCP_BASE_MSS("net.ipv4.tcp_base_mss"),
  IPV4_TCP_PROBE_INTERVAL("net.ipv4.tcp_probe_interval"),
  IPV4_TCP_PROBE_THRESHOLD("net.ipv4.tcp_probe_threshold"),
  IPV4_TCP_MIN_TSO_SEGS("net.ipv4.tcp_min_tso_segs"),
  IPV4_TCP_MODERATE_RCVBUF("net.ipv4.tcp_moderate_rcvbuf"),
  IPV4_TCP_ORPHAN_RETRIES("net.ipv4.tcp_orphan_retries"),
  IPV4_TCP_PACING_CA_RATIO("net.ipv4.tcp_pacing_ca_ratio"),
  IPV4_TCP_PACING_SS_RATIO("net.ipv4.tcp_pacing_ss_ratio"),
  IPV4_TCP_PINGPONG_THRESH("net.ipv4.tcp_pingpong_thresh"),
  IPV4_TCP_RECOVERY("net.ipv4.tcp_recovery"),
  IPV4_TCP_REFLECT_TOS("net.ipv4.tcp_reflect_tos"),
  IPV4_TCP_RETRANS_COLLAPSE("net.ipv4.tcp_retrans_collapse"),
  IPV4_TCP_RETRIES1("net.ipv4.tcp_retries1"),
  IPV4_TCP_RETRIES2("net.ipv4.tcp_retries2"),
  IPV4_TCP_RFC1337("net.ipv4.tcp_rfc1337"),
  IPV4_TCP_SACK("net.ipv4.tcp_sack"),
  IPV4_TCP_SHRINK_WINDOW("net.ipv4.tcp_shrink_window"),
  IPV4_TCP_SLOW_START_AFTER_IDLE("net.ipv4.tcp_slow_start_after_idle"),
  IPV4_TCP_STDURG("net.ipv4.tcp_stdurg"),
  IPV4_TCP_SYNACK_RETRIES("net.ipv4.tcp_synack_retries"),
  IPV4_TCP_SYNCOOKIES("net.ipv4.tcp_syncookies"),
  IPV4_TCP_SYN_LINEAR_TIMEOUTS("net.ipv4.tcp_syn_linear_timeouts"),
  IPV4_TCP_THIN_LINEAR_TIMEOUTS("net.ipv4.tcp_thin_linear_timeouts"),
  IPV4_TCP_TIMESTAMPS("net.ipv4.tcp_timestamps"),
  IPV4_TCP_TSO_RTT_LOG("net.ipv4.tcp_tso_rtt_log"),
  IPV4_TCP_TSO_WIN_DIVISOR("net.ipv4.tcp_tso_win_divisor"),
  IPV4_TCP_TW_REUSE("net.ipv4.tcp_tw_reuse"),
  IPV4_TCP_TW_REUSE_DELAY("net.ipv4.tcp_tw_reuse_delay"),
  IPV4_TCP_WINDOW_SCALING("net.ipv4.tcp_window_scaling"),
  IPV4_TCP_WORKAROUND_SIGNED_WINDOWS("net.ipv4.tcp_workaround_signed_windows"),
  IPV4_TCP_FASTOPEN("net.ipv4.tcp_fastopen"),
  IPV4_TCP_FASTOPEN_BLACKHOLE_TIMEOUT_SEC("net.ipv4.tcp_fastopen_blackhole_timeout_sec"),
  IPV4_TCP_FASTOPEN_KEY("net.ipv4.tcp_fastopen_key"),
  IPV4_UDP_MEM("net.ipv4.udp_mem"),
  IPV4_UDP_RMEM_MIN("net.ipv4.udp_rmem_min"),
  IPV4_UDP_WMEM_MIN("net.ipv4.udp_wmem_min"),
  IPV4_IP_DEFAULT_TTL("net.ipv4.ip_default_ttl"),
  IPV4_TCP_NO_METRICS_SAVE("net.ipv4.tcp_no_metrics_save"),
  IPV4_TCP_NO_SSTHRESH_METRICS_SAVE("net.ipv4.tcp_no_ssthresh_metrics_save"),
  IPV4_IPFRAG_TIME("net.ipv4.ipfrag_time"),
  IPV4_ICMP_ECHO_IGNORE_ALL("net.ipv4.icmp_echo_ignore_all"),
  IPV4_ICMP_ECHO_IGNORE_BROADCASTS("net.ipv4.icmp_echo_ignore_broadcasts"),
  IPV6_MAX_DST_OPTS_NUMBER("net.ipv6.max_dst_opts_number"),
  IPV6_MAX_HBH_OPTS_NUMBER("net.ipv6.max_hbh_opts_number"),
  IPV6_MAX_DST_OPTS_LENGTH("net.ipv6.max_dst_opts_length"),
  IPV6_MAX_HBH_LENGTH("net.ipv6.max_hbh_length"),
  IPV6_IP6FRAG_TIME("net.ipv6.ip6frag_time"),
  IPV6_ICMP_ECHO_IGNORE_ALL("net.ipv6.icmp.echo_ignore_all"),
  IPV4_IP_NO_PMTU_DISC("net.ipv4.ip_no_pmtu_disc"),
  IPV4_ROUTE_MIN_PMTU("net.ipv4.route.min_pmtu"),
  IPV4_IP_NONLOCAL_BIND("net.ipv4.ip_nonlocal_bind"),
  IPV4_IP_LOCAL_PORT_RANGE("net.ipv4.ip_local_port_range"),
  IPV4_IP_LOCAL_RESERVED_PORTS("net.ipv4.ip_local_reserved_ports"),
  IPV4_IP_UNPRIVILEGED_PORT_START("net.ipv4.ip_unprivileged_port_start"),
  IPV4_IP_AUTOBIND_REUSE("net.ipv4.ip_autobind_reuse"),
  IPV4_PING_GROUP_RANGE("net.ipv4.ping_group_range"),
  IPV4_IGMP_MAX_MEMBERSHIPS("net.ipv4.igmp_max_memberships"),
  IPV4_IGMP_MAX_MSF("net.ipv4.igmp_max_msf"),
  IPV6_BINDV6ONLY("net.ipv6.bindv6only"),
  IPV6_IP_NONLOCAL_BIND("net.ipv6.ip_nonlocal_bind"),
  IPV4_CONF_ALL_ACCEPT_SOURCE_ROUTE("net.ipv4.conf.all.accept_source_route"),
  IPV4_CONF_LO_ACCEPT_SOURCE_ROUTE("net.ipv4.conf.lo.accept_source_route"),
  IPV6_CONF_ALL_HOP_LIMIT("net.ipv6.conf.all.hop_limit"),
  IPV6_CONF_DEFAULT_HOP_LIMIT("net.ipv6.conf.default.hop_limit"),
  IPV6_AUTO_FLOWLABELS("net.ipv6.auto_flowlabels"),
  IPV6_FLOWLABEL_CONSISTENCY("net.ipv6.flowlabel_consistency"),
  IPV6_FLOWLABEL_STATE_RANGES("net.ipv6.flowlabel_state_ranges"),
  IPV6_MLD_MAX_MSF("net.ipv6.mld_max_msf"),
  MPTCP_ENABLED("net.mptcp.enabled"),
  MPTCP_CLOSE_TIMEOUT("net.mptcp.close_timeout"),
  MPTCP_SYN_RETRANS_BEFORE_TCP_FALLBACK("net.mptcp.syn_retrans_before_tcp_fallback"),
  UNIX_MAX_DGRAM_QLEN("net.unix.max_dgram_qlen");

  private final String dottedName;

  Sysctl(String dottedName) {
    this.dottedName = dottedName;
  }

  /** The name as {@code sysctl(8)} prints it. */
  public String dottedName() {
    return dottedName;
  }

  /** The sysctl of this name if the model reads it, or null. */
  public static @Nullable Sysctl byDottedName(String name) {
    for (Sysctl sysctl : values()) {
      if (sysctl.dottedName.equals(name)) {
        return sysctl;
      }
    }
    return null;
  }
}
