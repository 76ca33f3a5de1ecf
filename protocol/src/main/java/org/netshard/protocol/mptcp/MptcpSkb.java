package org.netshard.protocol.mptcp;

import org.netshard.protocol.core.Skb;
import org.netshard.protocol.tcp.TcpSkb;

/**
 * Data that wait to be read from a connection.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.h}, {@code struct mptcp_skb_cb}.
 */
final class MptcpSkb extends Skb {
  private static final byte[] NONE = {};

  private final byte[] buf;
  private int off;
  private int len;

  /** {@code map_seq}: of the first byte. */
  long mapSeq;

  /** Data of a piece that a subflow has received, from a place in it on. */
  MptcpSkb(TcpSkb from, int offset, long mapSeq) {
    super(NONE, from.truesize());
    this.buf = from.buf();
    this.off = from.off() + offset;
    this.len = from.remaining() - offset;
    this.mapSeq = mapSeq;
  }

  byte[] buf() {
    return buf;
  }

  int off() {
    return off;
  }

  /** Some are read. */
  void advance(int bytes) {
    off += bytes;
    len -= bytes;
    mapSeq += bytes;
  }

  /** {@code end_seq}. */
  long endSeq() {
    return mapSeq + len;
  }

  @Override
  public int remaining() {
    return len;
  }
}
