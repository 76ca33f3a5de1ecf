package org.netshard.protocol.mptcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.tcp.DataMap;
import org.netshard.protocol.tcp.TcpHeader;

/**
 * The options of MPTCP in a segment.
 *
 * <p><b>Source:</b> RFC 8684, section 3; {@code net/mptcp/options.c}: {@code mptcp_parse_option},
 * {@code mptcp_write_options}.
 */
final class MptcpHeader {
  /** {@code OPTION_MPTCP_MPC_SYN} and so on: what a segment has. */
  static final int MPC_SYN = 1;

  static final int MPC_SYNACK = 2;
  static final int MPC_ACK = 4;
  static final int DSS = 8;
  static final int FASTCLOSE = 16;
  static final int RST = 32;

  private static final int KIND = 30;
  private static final int VERSION = 1;
  private static final int CAP_HMAC_SHA256 = 1;
  private static final int CAP_HMAC_MASK = 0x3f;
  private static final int CAP_EXTENSIBILITY = 0x40;
  private static final int SUBTYPE_CAPABLE = 0;
  private static final int SUBTYPE_DSS = 2;
  private static final int SUBTYPE_FASTCLOSE = 7;
  private static final int SUBTYPE_RST = 8;

  /** Bytes of MP_CAPABLE in a SYN. */
  static final int MPC_SYN_BYTES = 4;

  /** In a SYN-ACK. */
  static final int MPC_SYNACK_BYTES = 12;

  /** In the ACK of the handshake. */
  static final int MPC_ACK_BYTES = 20;

  /** In the first segment with data; it is written with two bytes more. */
  static final int MPC_ACK_DATA_BYTES = 22;

  private static final int FASTCLOSE_BYTES = 12;
  private static final int RST_BYTES = 4;
  private static final int DSS_BASE_BYTES = 4;
  private static final int DSS_MAP64_BYTES = 14;
  private static final int DSS_MAP32_BYTES = 10;
  private static final int DSS_CSUM_BYTES = 2;
  private static final int NOP_NOP = 0x0101;

  private static final int HAS_ACK = 1;
  private static final int ACK64 = 2;
  private static final int HAS_MAP = 4;
  private static final int DSN64 = 8;
  private static final int DATA_FIN = 16;

  /** {@code suboptions}: what there is. */
  int suboptions;

  long sndrKey;
  long rcvrKey;
  boolean useAck;
  boolean ack64;
  long dataAck;
  boolean useMap;

  /** {@code mpc_map}: the map of an MP_CAPABLE, which is that of the first data. */
  boolean mpcMap;

  boolean dsn64;
  long dataSeq;
  int subflowSeq;
  int dataLen;
  boolean dataFin;
  boolean resetTransient;
  int resetReason;

  /** Reads those of a segment ({@code mptcp_get_options}). */
  static MptcpHeader of(Packet packet) {
    MptcpHeader header = new MptcpHeader();
    int at = packet.transport() + TcpHeader.BYTES;
    int end = packet.transport() + TcpHeader.headerBytes(packet);
    byte[] bytes = packet.bytes();
    while (at < end) {
      int kind = bytes[at];
      if (kind == 0) {
        break;
      }
      if (kind == 1) {
        at++;
        continue;
      }
      int size = at + 1 < end ? bytes[at + 1] & 0xff : 0;
      if (size < 2 || at + size > end) {
        break;
      }
      if (kind == KIND && size > 2) {
        header.parse(bytes, at + 2, size, packet);
      }
      at += size;
    }
    return header;
  }

  boolean has(int suboption) {
    return (suboptions & suboption) != 0;
  }

  private void parse(byte[] bytes, int at, int size, Packet packet) {
    switch ((bytes[at] & 0xff) >> 4) {
      case SUBTYPE_CAPABLE -> capable(bytes, at, size, packet);
      case SUBTYPE_DSS -> dss(bytes, at, size);
      case SUBTYPE_FASTCLOSE -> {
        if (size == FASTCLOSE_BYTES) {
          suboptions |= FASTCLOSE;
          rcvrKey = NetBytes.get64(bytes, at + 2);
        }
      }
      case SUBTYPE_RST -> {
        if (size == RST_BYTES && (TcpHeader.flags(packet) & TcpHeader.RST) != 0) {
          suboptions |= RST;
          resetTransient = (bytes[at] & 1) != 0;
          resetReason = bytes[at + 1] & 0xff;
        }
      }
      default -> {
        // More subflows and their addresses are not known here.
      }
    }
  }

  private void capable(byte[] bytes, int at, int size, Packet packet) {
    int flags = TcpHeader.flags(packet);
    int expected;
    int suboption;
    if ((flags & TcpHeader.SYN) == 0) {
      boolean data = packet.end() - packet.transport() > TcpHeader.headerBytes(packet);
      expected = data ? MPC_ACK_DATA_BYTES : MPC_ACK_BYTES;
      suboption = MPC_ACK;
    } else if ((flags & TcpHeader.ACK) != 0) {
      expected = MPC_SYNACK_BYTES;
      suboption = MPC_SYNACK;
    } else {
      expected = MPC_SYN_BYTES;
      suboption = MPC_SYN;
    }
    int version = bytes[at] & 0xf;
    boolean known = size == MPC_SYN_BYTES ? version >= VERSION : version == VERSION;
    int caps = bytes[at + 1] & 0xff;
    boolean sha256 = (caps & CAP_HMAC_MASK) == CAP_HMAC_SHA256 && (caps & CAP_EXTENSIBILITY) == 0;
    if (size != expected || !known || !sha256) {
      return;
    }
    suboptions |= suboption;
    if (size >= MPC_SYNACK_BYTES) {
      sndrKey = NetBytes.get64(bytes, at + 2);
    }
    if (size >= MPC_ACK_BYTES) {
      rcvrKey = NetBytes.get64(bytes, at + 10);
    }
    if (size >= MPC_ACK_DATA_BYTES) {
      suboptions |= DSS;
      useMap = true;
      mpcMap = true;
      dataLen = NetBytes.get16(bytes, at + 18);
    }
  }

  private void dss(byte[] bytes, int at, int size) {
    int flags = bytes[at + 1] & 0x1f;
    mpcMap = false;
    dataFin = (flags & DATA_FIN) != 0;
    dsn64 = (flags & DSN64) != 0;
    useMap = (flags & HAS_MAP) != 0;
    ack64 = (flags & ACK64) != 0;
    useAck = (flags & HAS_ACK) != 0;
    int expected = DSS_BASE_BYTES;
    expected += useAck ? ack64 ? Long.BYTES : Integer.BYTES : 0;
    expected += useMap ? dsn64 ? DSS_MAP64_BYTES : DSS_MAP32_BYTES : 0;
    if (size != expected && size != expected + DSS_CSUM_BYTES) {
      return;
    }
    suboptions |= DSS;
    int next = at + 2;
    if (useAck) {
      dataAck = ack64 ? NetBytes.get64(bytes, next) : unsigned(NetBytes.get32(bytes, next));
      next += ack64 ? Long.BYTES : Integer.BYTES;
    }
    if (useMap) {
      dataSeq = dsn64 ? NetBytes.get64(bytes, next) : unsigned(NetBytes.get32(bytes, next));
      next += dsn64 ? Long.BYTES : Integer.BYTES;
      subflowSeq = NetBytes.get32(bytes, next);
      dataLen = NetBytes.get16(bytes, next + Integer.BYTES);
    }
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }

  /** {@code __mptcp_expand_seq}: the whole of a number of which 32 bits came. */
  static long expand(long old, long seq, boolean whole) {
    return whole ? seq : old + ((int) seq - (int) old);
  }

  // Writing.

  private static int head(byte[] to, int at, int subtype, int size, int nibble, int field) {
    NetBytes.put32(to, at, KIND << 24 | size << 16 | subtype << 12 | nibble << 8 | field);
    return at + Integer.BYTES;
  }

  /** MP_CAPABLE with as many keys as there are; where it ends. */
  static int putCapable(byte[] to, int from, long... keys) {
    int size = MPC_SYN_BYTES + keys.length * Long.BYTES;
    int at = head(to, from, SUBTYPE_CAPABLE, size, VERSION, CAP_HMAC_SHA256);
    for (long key : keys) {
      NetBytes.put64(to, at, key);
      at += Long.BYTES;
    }
    return at;
  }

  /** MP_CAPABLE in the first segment with data. */
  static int putCapableData(byte[] to, int from, long own, long other, int dataLen) {
    int at = putCapable(to, from, own, other);
    to[from + 1] = MPC_ACK_DATA_BYTES;
    NetBytes.put32(to, at, dataLen << 16 | NOP_NOP);
    return at + Integer.BYTES;
  }

  /**
   * DSS.
   *
   * @param map where data stand, or null
   * @param ack what is acknowledged, if {@code ackBytes} is not 0
   */
  static int putDss(byte[] to, int from, @Nullable DataMap map, long ack, int ackBytes) {
    int flags = ackBytes == 0 ? 0 : ackBytes == Long.BYTES ? HAS_ACK | ACK64 : HAS_ACK;
    int size = DSS_BASE_BYTES + ackBytes + (map == null ? 0 : DSS_MAP64_BYTES);
    if (map != null) {
      flags |= HAS_MAP | DSN64 | (map.dataFin() ? DATA_FIN : 0);
    }
    int at = head(to, from, SUBTYPE_DSS, size, 0, flags);
    if (ackBytes == Long.BYTES) {
      NetBytes.put64(to, at, ack);
    } else if (ackBytes != 0) {
      NetBytes.put32(to, at, (int) ack);
    }
    at += ackBytes;
    if (map != null) {
      NetBytes.put64(to, at, map.dataSeq);
      NetBytes.put32(to, at + 8, map.subflowSeq);
      NetBytes.put32(to, at + 12, map.dataLen() << 16 | NOP_NOP);
      at += 16;
    }
    return at;
  }

  /** Bytes of a DSS with a map, aligned. */
  static int dssBytes(int ackBytes) {
    return (DSS_BASE_BYTES + DSS_MAP64_BYTES + ackBytes + 3) & ~3;
  }

  /** MP_FASTCLOSE. */
  static int putFastclose(byte[] to, int from, long key) {
    int at = head(to, from, SUBTYPE_FASTCLOSE, FASTCLOSE_BYTES, 0, 0);
    NetBytes.put64(to, at, key);
    return at + Long.BYTES;
  }

  /** MP_TCPRST. */
  static int putRst(byte[] to, int from, boolean transientReset, int reason) {
    return head(to, from, SUBTYPE_RST, RST_BYTES, transientReset ? 1 : 0, reason);
  }
}
