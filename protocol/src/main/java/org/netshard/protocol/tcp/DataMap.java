package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;

/**
 * What an upper layer says of the data in a segment: where they stand in its own stream.
 *
 * <p><b>Source:</b> RFC 8684, section 3.3.1; {@code include/net/mptcp.h}, {@code struct mptcp_ext}.
 */
public final class DataMap {
  /** {@code data_seq}: of the first byte in the stream of the connection. */
  public final long dataSeq;

  /** {@code subflow_seq}: of the first byte in that of the subflow; 1 is its first. */
  public final int subflowSeq;

  /** {@code dsn64}: whether {@link #dataSeq} came with all its bits. */
  public final boolean dsn64;

  private int dataLen;
  private boolean dataFin;
  private boolean frozen;

  /** Bytes of the stream of the connection from a place on. */
  public DataMap(long dataSeq, int subflowSeq, int dataLen, boolean dsn64, boolean dataFin) {
    this.dataSeq = dataSeq;
    this.subflowSeq = subflowSeq;
    this.dataLen = dataLen;
    this.dsn64 = dsn64;
    this.dataFin = dataFin;
  }

  /** {@code data_len}, bytes; a DATA_FIN counts as one. */
  public int dataLen() {
    return dataLen;
  }

  /** {@code data_fin}. */
  public boolean dataFin() {
    return dataFin;
  }

  /** More bytes follow the last. */
  void grow(int bytes) {
    dataLen += bytes;
  }

  /** {@code frozen}: a segment has gone out with it, so that nothing may be added. */
  void freeze() {
    frozen = true;
  }

  /** Whether bytes of this place may be added. */
  boolean ends(long seq) {
    return !frozen && dataSeq + dataLen == seq;
  }

  /** {@code mptcp_skb_can_collapse}: whether two pieces can be one. */
  static boolean same(@Nullable DataMap to, @Nullable DataMap from) {
    if (to == null || from == null) {
      return from == null;
    }
    return to == from
        || (to.dataSeq == from.dataSeq
            && to.subflowSeq == from.subflowSeq
            && to.dataLen == from.dataLen
            && to.dataFin == from.dataFin
            && to.dsn64 == from.dsn64);
  }
}
