package org.netshard.protocol.mptcp;

import java.util.Arrays;

/**
 * Data that were sent and are not acknowledged by the other end of the connection, or wait to be
 * sent.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.h}, {@code struct mptcp_data_frag}.
 */
final class MptcpFrag {
  /** {@code sizeof(struct mptcp_data_frag)}, which stands before the data in the same page. */
  static final int OVERHEAD = 40;

  /** Bytes of data in the largest piece that the page allocator gives at once. */
  static final int BYTES_MAX = 32768 - OVERHEAD;

  /** {@code data_seq}: of the first byte. */
  long dataSeq;

  /** {@code already_sent}, bytes. */
  int alreadySent;

  private byte[] data;
  private int offset;
  private int len;

  MptcpFrag(long dataSeq, int capacity) {
    this.dataSeq = dataSeq;
    this.data = new byte[capacity];
  }

  byte[] data() {
    return data;
  }

  int offset() {
    return offset;
  }

  /** {@code data_len}, bytes. */
  int len() {
    return len;
  }

  /** Bytes that it can still take. */
  int room() {
    return BYTES_MAX - offset - len;
  }

  /** Makes room for so many bytes more; where they go. */
  int ensure(int more) {
    int need = offset + len + more;
    if (need > data.length) {
      data = Arrays.copyOf(data, Math.max(need, Math.min(data.length * 2, BYTES_MAX)));
    }
    return offset + len;
  }

  /** So many bytes were added. */
  void grow(int bytes) {
    len += bytes;
  }

  /** The first bytes are acknowledged. */
  void trim(int bytes) {
    dataSeq += bytes;
    offset += bytes;
    len -= bytes;
    alreadySent -= bytes;
  }

  /** That behind the last byte. */
  long endSeq() {
    return dataSeq + len;
  }
}
