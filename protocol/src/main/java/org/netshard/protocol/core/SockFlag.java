package org.netshard.protocol.core;

/**
 * A bit of a sock: {@code enum sock_flags} first, then the one-bit fields of {@code struct sock}.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}.
 */
public enum SockFlag {
  SOCK_DEAD,
  SOCK_DONE,
  SOCK_URGINLINE,
  SOCK_KEEPOPEN,
  SOCK_LINGER,
  SOCK_DESTROY,
  SOCK_BROADCAST,
  SOCK_TIMESTAMP,
  SOCK_ZAPPED,
  SOCK_USE_WRITE_QUEUE,
  SOCK_DBG,
  SOCK_RCVTSTAMP,
  SOCK_RCVTSTAMPNS,
  SOCK_LOCALROUTE,
  SOCK_MEMALLOC,
  SOCK_TIMESTAMPING_RX_SOFTWARE,
  SOCK_FASYNC,
  SOCK_RXQ_OVFL,
  SOCK_ZEROCOPY,
  SOCK_WIFI_STATUS,
  SOCK_NOFCS,
  SOCK_FILTER_LOCKED,
  SOCK_SELECT_ERR_QUEUE,
  SOCK_RCU_FREE,
  SOCK_TXTIME,
  SOCK_XDP,
  SOCK_TSTAMP_NEW,
  SOCK_RCVMARK,
  SOCK_RCVPRIORITY,
  SOCK_TIMESTAMPING_ANY,

  /** {@code sk_stamp} is not {@code SK_DEFAULT_STAMP} any more: a packet has been received. */
  SK_STAMP,

  /** {@code sk_dst_cache}: a connected sock of UDP keeps a route. */
  SK_DST_CACHED,

  /** {@code sk_reuseport}. */
  SK_REUSEPORT,

  /** {@code sk_reuseport_cb} is there: the sock is in a reuseport group. */
  SK_REUSEPORT_CB,

  /** The reuseport group has a program. */
  SK_REUSEPORT_PROG,

  /** {@code sk_no_check_tx}. */
  SK_NO_CHECK_TX,

  /** {@code sk_no_check_rx}. */
  SK_NO_CHECK_RX,

  /** {@code sk_scm_credentials}: {@code SO_PASSCRED}. */
  SK_SCM_CREDENTIALS,

  /** {@code sk_scm_security}: {@code SO_PASSSEC}. */
  SK_SCM_SECURITY,

  /** {@code sk_scm_pidfd}: {@code SO_PASSPIDFD}. */
  SK_SCM_PIDFD,

  /** {@code sk_scm_rights}: {@code SO_PASSRIGHTS}. */
  SK_SCM_RIGHTS,

  /** {@code sk_prefer_busy_poll}. */
  SK_PREFER_BUSY_POLL,

  /** {@code sk_txtime_deadline_mode}. */
  SK_TXTIME_DEADLINE_MODE,

  /** {@code sk_txtime_report_errors}. */
  SK_TXTIME_REPORT_ERRORS,

  /** {@code recvmsg_inq} of a unix stream: {@code SO_INQ}. */
  SK_UNIX_RECVMSG_INQ,

  /** {@code sk_txrehash}. */
  SK_TXREHASH,

  /**
   * {@code SOCK_CUSTOM_SOCKOPT} of {@code sock->flags}: {@code setsockopt} of {@code SOL_SOCKET}
   * goes to the family.
   */
  SK_CUSTOM_SOL_SOCKET;

  /** The bit of this flag in {@code Sk}. */
  public long bit() {
    return 1L << ordinal();
  }
}
