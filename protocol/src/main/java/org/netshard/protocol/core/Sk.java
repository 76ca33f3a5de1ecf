package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;

/**
 * A sock: the part of a socket that its protocol works on.
 *
 * <p>It is owned by one {@code Sock} actor and changed only while that actor holds the baton.
 * Fields are primitive and compact since a simulation has millions of these; what few socks ever
 * change (options of IP, IPv6, TCP, …) stands in blocks that all socks of a kind share until one
 * writes.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct sock}.
 */
public final class Sk {
  /** {@code TCP_CLOSE}: the state of every new sock. */
  public static final byte TCP_CLOSE = 7;

  /** {@code SOCK_SNDBUF_LOCK}: the program has fixed the send buffer. */
  public static final byte SOCK_SNDBUF_LOCK = 1;

  /** {@code SOCK_RCVBUF_LOCK}: the program has fixed the receive buffer. */
  public static final byte SOCK_RCVBUF_LOCK = 2;

  private final NetNs net;
  private final Proto proto;
  private final SockOps ops;

  /** {@code sk_family}, in memory as small as its range. */
  final byte family;

  /** {@code sk_type}. */
  final byte type;

  /** {@code sk_protocol}. */
  final short protocol;

  /** {@code sk_state}. */
  byte state = TCP_CLOSE;

  /** {@code sk_userlocks}. */
  byte userlocks;

  /** User of the socket's inode ({@code sk_uid}), in the initial user namespace. */
  final int uid;

  /** Group of the socket's inode. */
  final int gid;

  /** {@code sk_rcvbuf}, bytes. */
  int rcvbuf;

  /** {@code sk_sndbuf}, bytes. */
  int sndbuf;

  private @Nullable OptionBlock inet;
  private @Nullable OptionBlock inet6;
  private @Nullable OptionBlock transport;

  /** {@code sk_cookie}; 0 until somebody asks. */
  long cookie;

  /**
   * A sock as {@code sk_alloc} and {@code sock_init_data} leave it; {@link SockOps#init} comes
   * next.
   *
   * @param protocol the protocol that {@code SO_PROTOCOL} reports
   */
  public Sk(NetNs net, Proto proto, SockOps ops, int family, int type, int protocol, Cred cred) {
    this.net = net;
    this.proto = proto;
    this.ops = ops;
    this.family = (byte) family;
    this.type = (byte) type;
    this.protocol = (short) protocol;
    this.uid = cred.euid();
    this.gid = cred.egid();
    this.rcvbuf = (int) net.sysctl(Sysctl.CORE_RMEM_DEFAULT);
    this.sndbuf = (int) net.sysctl(Sysctl.CORE_WMEM_DEFAULT);
  }

  /** The namespace of the task that made it, for ever. */
  public NetNs net() {
    return net;
  }

  /** The kind of sock. */
  public Proto proto() {
    return proto;
  }

  /** The calls of this kind. */
  public SockOps ops() {
    return ops;
  }

  /** {@code sk_family}. */
  public int family() {
    return family;
  }

  /** {@code sk_type}. */
  public int type() {
    return type;
  }

  /** {@code sk_protocol}. */
  public int protocol() {
    return protocol;
  }

  /** {@code sk_state}, by the numbers of TCP's states. */
  public int state() {
    return state;
  }

  /** User of the socket's inode. */
  public int uid() {
    return uid;
  }

  /** {@code SO_COOKIE}: given out at the first question ({@code sock_gen_cookie}). */
  public long cookie() {
    if (cookie == 0) {
      cookie = net.machine().nextSockCookie();
    }
    return cookie;
  }

  /** Options of the IPv4 layer ({@code struct inet_sock}), frozen while they are the defaults. */
  public @Nullable OptionBlock inet() {
    return inet;
  }

  /** Replaces the options of the IPv4 layer. */
  public void setInet(OptionBlock block) {
    inet = block;
  }

  /** Options of the IPv6 layer ({@code struct ipv6_pinfo}). */
  public @Nullable OptionBlock inet6() {
    return inet6;
  }

  /** Replaces the options of the IPv6 layer. */
  public void setInet6(OptionBlock block) {
    inet6 = block;
  }

  /** Options of the transport ({@code tcp_sock}, {@code udp_sock}, {@code raw_sock}, …). */
  public @Nullable OptionBlock transport() {
    return transport;
  }

  /** Replaces the options of the transport. */
  public void setTransport(OptionBlock block) {
    transport = block;
  }
}
