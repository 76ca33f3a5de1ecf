package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetUlp;

/**
 * What an upper layer protocol does with a sock of TCP that it has to itself, as MPTCP does with
 * its subflows. TCP asks it at the places where Linux asks whether {@code sk_is_mptcp}.
 *
 * <p>What happens to the sock ({@code sk_data_ready} and so on) comes by its {@code SockOps}.
 *
 * <p><b>Source:</b> {@code include/net/tcp.h}, {@code struct tcp_ulp_ops}; {@code
 * include/net/mptcp.h}.
 */
public interface TcpUlp extends InetUlp {
  /** A request of a listener, as far as it is about the upper layer. */
  interface Request {
    /** {@code mptcp_synack_options}: adds options to a SYN-ACK; where they end. */
    int synackOptions(byte[] options, int at);
  }

  /** That of a sock, or null if it is plain TCP. */
  static @Nullable TcpUlp of(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    return binding == null ? null : (TcpUlp) binding.ulp();
  }

  /** The sock whose socket this one shares. */
  Sk parent();

  /** Whether that socket has a file. */
  boolean hasFile();

  /** {@code mptcp_syn_options}: adds options to a SYN; where they end. */
  int synOptions(byte[] options, int at);

  /**
   * {@code mptcp_established_options}: the options of a segment.
   *
   * @param seq its sequence number
   * @param dataLen its data, bytes
   * @param options where they go, from the begin
   * @return how many bytes
   */
  int establishedOptions(
      @Nullable DataMap map, int seq, int dataLen, int flags, byte[] options, int room);

  /** Bytes that a segment with data needs for options at most. */
  int establishedBytes();

  /**
   * {@code mptcp_incoming_options}: reads those of a segment that is acceptable.
   *
   * @param skb its data, which get their place in the stream of the upper layer; null for a RST
   * @return false if the sock was reset meanwhile
   */
  boolean incoming(Packet packet, @Nullable TcpSkb skb);

  /** {@code sk_rx_dst_set}: the SYN-ACK has come, and the sock is established. */
  void finishConnect(Packet packet);

  /** {@code mptcp_active_detect_blackhole}: a SYN had no answer. */
  void synTimeout(int retransmits, boolean expired);

  /** {@code mptcp_space}: bytes that may still be received. */
  int space();

  /** The same of a buffer with nothing in it. */
  int fullSpace();

  /** {@code mptcp_set_rwin}: the window that is offered, at least what was offered before. */
  int sharedWindow(int window);

  /** {@code subflow_check_req}: what a SYN asks for; null if nothing. */
  @Nullable Request request(Packet syn);

  /** {@code mptcp_subflow_init_cookie_req}: the same from the ACK that brings a cookie back. */
  @Nullable Request cookieRequest(Packet ack);

  /**
   * {@code subflow_syn_recv_sock}: the handshake is complete. The child stays plain TCP if the
   * other end does not say what it must.
   */
  void child(@Nullable Request request, Packet packet, Sk child, TcpSock tp);

  /** A task has accepted the child. */
  void accepted();

  /** {@code subflow_ulp_release}: the sock gives back what it holds. */
  void released();
}
