package org.netshard.protocol.udp;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip6.Ip6Cork;

/**
 * The options of a UDP or UDP-Lite sock.
 *
 * <p><b>Source:</b> {@code include/linux/udp.h}, {@code struct udp_sock}.
 */
public final class UdpOptions extends OptionBlock {
  private static final UdpOptions DEFAULTS = new UdpOptions();

  static {
    DEFAULTS.freeze();
  }

  /** {@code UDP_FLAGS_CORK}. */
  boolean cork;

  /** {@code UDP_FLAGS_NO_CHECK6_TX}. */
  boolean noCheck6Tx;

  /** {@code UDP_FLAGS_NO_CHECK6_RX}. */
  boolean noCheck6Rx;

  /** {@code UDP_FLAGS_GRO_ENABLED}. */
  boolean gro;

  /** {@code encap_type}. */
  byte encapType;

  /** {@code forward_deficit}, bytes; see {@link UdpMem}. */
  int forwardDeficit;

  /** {@code gso_size}, bytes, 16 bits. */
  char gsoSize;

  /** {@code pcslen}: coverage of the checksum of what is sent, bytes. */
  char sendCscov;

  /** {@code pcrlen}: the least coverage that is received, bytes. */
  char recvCscov;

  /** {@code UDPLITE_SEND_CC}: the coverage of what is sent was set. */
  boolean hasSendCscov;

  /** {@code UDPLITE_RECV_CC}: the least coverage that is received was set. */
  boolean hasRecvCscov;

  /** {@code reader_queue}: how many of those that wait the reader has before it. */
  int readerCount;

  /** A datagram of IPv4 that waits for more data ({@code pending}). */
  @Nullable IpCork pending;

  /** The same of IPv6. */
  @Nullable Ip6Cork pending6;

  /** {@code cork.fl}: source address of the flow that was corked or connected to last. */
  int flowSaddr;

  /** Its destination. */
  int flowDaddr;

  /** Its port. */
  int flowDport;

  /** The header of the datagram that waits. */
  UdpSend.@Nullable Ports pendingPorts;

  /** The shared block of new socks. */
  static UdpOptions shared() {
    return DEFAULTS;
  }

  /** The block of a sock, for reading. */
  public static UdpOptions of(Sk sk) {
    return (UdpOptions) Objects.requireNonNull(sk.transport());
  }

  /** The block of a sock, for writing: its own from now on. */
  static UdpOptions forWrite(Sk sk) {
    UdpOptions block = of(sk);
    if (block.isFrozen()) {
      block = (UdpOptions) block.thaw();
      sk.setTransport(block);
    }
    return block;
  }

  /** {@code UDP_CORK}. */
  public boolean cork() {
    return cork;
  }

  /** {@code UDP_NO_CHECK6_TX}. */
  public boolean noCheck6Tx() {
    return noCheck6Tx;
  }

  /** {@code UDP_NO_CHECK6_RX}. */
  public boolean noCheck6Rx() {
    return noCheck6Rx;
  }

  /** {@code UDP_GRO}. */
  public boolean gro() {
    return gro;
  }

  /** {@code UDP_ENCAP}. */
  public int encapType() {
    return encapType;
  }

  /** {@code UDP_SEGMENT}, bytes. */
  public int gsoSize() {
    return gsoSize;
  }

  /** {@code UDPLITE_SEND_CSCOV}, bytes. */
  public int sendCscov() {
    return sendCscov;
  }

  /** {@code UDPLITE_RECV_CSCOV}, bytes. */
  public int recvCscov() {
    return recvCscov;
  }
}
