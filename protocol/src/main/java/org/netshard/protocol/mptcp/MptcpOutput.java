package org.netshard.protocol.mptcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.tcp.DataMap;
import org.netshard.protocol.tcp.TcpHeader;
import org.netshard.protocol.tcp.TcpState;

/**
 * The options of the segments of a subflow.
 *
 * <p><b>Source:</b> RFC 8684, section 3.3; {@code net/mptcp/options.c}: {@code
 * mptcp_established_options}, {@code mptcp_write_data_fin}.
 */
final class MptcpOutput {
  private static final int FASTCLOSE_BYTES = 12;
  private static final int RST_BYTES = 4;

  private MptcpOutput() {}

  /** Bytes of an acknowledgement of data: none before anything could be acknowledged. */
  static int ackBytes(MptcpSock msk) {
    if (!msk.canAck) {
      return 0;
    }
    return msk.use64bitAck ? Long.BYTES : Integer.BYTES;
  }

  static int establishedOptions(
      MptcpSubflow subflow,
      @Nullable DataMap map,
      int seq,
      int dataLen,
      int flags,
      byte[] options,
      int room) {
    MptcpSock msk = subflow.msk();
    if (msk.fallback) {
      return 0;
    }
    if ((flags & TcpHeader.RST) != 0) {
      return reset(subflow, msk, options, room);
    }
    boolean dataFin = msk.dataFinEnabled();
    boolean handshake =
        !subflow.fullyEstablished
            && !dataFin
            && subflow.sndIsn == seq
            && subflow.ssk.state() == TcpState.ESTABLISHED
            && subflow.mpCapable;
    if (handshake) {
      return map != null && map.dataLen() > 0
          ? MptcpHeader.putCapableData(
              options, 0, subflow.localKey, subflow.remoteKey, map.dataLen())
          : MptcpHeader.putCapable(options, 0, subflow.localKey, subflow.remoteKey);
    }
    DataMap told = dataFin ? withDataFin(msk, map, dataLen) : map;
    int ackBytes = ackBytes(msk);
    if (told == null && ackBytes == 0) {
      return 0;
    }
    if (ackBytes > 0) {
      msk.oldWspace = msk.space();
    }
    return MptcpHeader.putDss(options, 0, told, msk.ackSeq, ackBytes);
  }

  /** {@code mptcp_write_data_fin}: the end counts as one byte behind the data. */
  private static @Nullable DataMap withDataFin(MptcpSock msk, @Nullable DataMap map, int dataLen) {
    long finSeq = msk.writeSeq - 1;
    if (map == null || dataLen == 0) {
      return new DataMap(finSeq, 0, 1, true, true);
    }
    return map.dataSeq + map.dataLen() == finSeq
        ? new DataMap(map.dataSeq, map.subflowSeq, map.dataLen() + 1, true, true)
        : map;
  }

  private static int reset(MptcpSubflow subflow, MptcpSock msk, byte[] options, int room) {
    int at = 0;
    if (subflow.sendFastclose && room >= FASTCLOSE_BYTES) {
      at = MptcpHeader.putFastclose(options, at, msk.remoteKey);
      msk.addMib(Mib.MPTCP_MP_FASTCLOSE_TX);
    }
    if (room - at >= RST_BYTES) {
      at = MptcpHeader.putRst(options, at, subflow.resetTransient, subflow.resetReason);
      msk.addMib(Mib.MPTCP_MP_RST_TX);
    }
    return at;
  }
}
