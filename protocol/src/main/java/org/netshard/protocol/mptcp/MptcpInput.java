package org.netshard.protocol.mptcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.tcp.DataMap;
import org.netshard.protocol.tcp.TcpHeader;
import org.netshard.protocol.tcp.TcpSkb;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * What comes to a subflow: its options, and data that get their place in the connection.
 *
 * <p><b>Source:</b> RFC 8684, section 3.3; {@code net/mptcp/options.c}, {@code
 * mptcp_incoming_options}; {@code net/mptcp/subflow.c}: {@code get_mapping_status}, {@code
 * subflow_check_data_avail}.
 *
 * <p><b>Differs from Linux:</b> checksums of data are not asked for, and not looked at.
 */
final class MptcpInput {
  private MptcpInput() {}

  // Options.

  /** {@code mptcp_incoming_options}; false if the subflow was reset. */
  static boolean incoming(MptcpSubflow subflow, Packet packet, @Nullable TcpSkb skb) {
    MptcpSock msk = subflow.msk();
    Sk ssk = subflow.ssk;
    if (msk.fallback) {
      if (TcpSubflow.canSend(ssk) && TcpSubflow.memoryFree(ssk)) {
        MptcpSend.subflowPush(msk, ssk);
      }
      sndUnaUpdate(msk, msk.sndNxt);
      MptcpSend.cleanUna(msk);
      return true;
    }
    MptcpHeader header = MptcpHeader.of(packet);
    int seq = TcpHeader.seq(packet);
    int dataLen = packet.end() - packet.transport() - TcpHeader.headerBytes(packet);
    boolean fin = (TcpHeader.flags(packet) & TcpHeader.FIN) != 0;
    if (!checkFullyEstablished(msk, subflow, header, seq)) {
      return ssk.state() != TcpState.CLOSE;
    }
    if (header.suboptions != MptcpHeader.DSS) {
      if (header.has(MptcpHeader.FASTCLOSE) && msk.localKey == header.rcvrKey) {
        msk.rcvFastclose = true;
        MptcpLife.scheduleWork(msk);
        msk.addMib(Mib.MPTCP_MP_FASTCLOSE_RX);
      }
      if (header.has(MptcpHeader.RST)) {
        subflow.resetReason = header.resetReason;
        subflow.resetTransient = header.resetTransient;
        msk.addMib(Mib.MPTCP_MP_RST_RX);
      }
      if (!header.has(MptcpHeader.DSS)) {
        return true;
      }
    }
    if (header.useAck) {
      ackUpdate(msk, ssk, header);
    }
    if (dataLen == 0 && !fin) {
      if (header.dataFin
          && header.dataLen == 1
          && updateRcvDataFin(msk, header.dataSeq, header.dsn64)) {
        MptcpLife.scheduleWork(msk);
      }
      return true;
    }
    if (skb != null && header.useMap) {
      skb.setMap(
          header.mpcMap
              ? new DataMap(
                  MptcpKeys.of(subflow.remoteKey).idsn() + 1, 1, header.dataLen, true, false)
              : new DataMap(
                  header.dataSeq, header.subflowSeq, header.dataLen, header.dsn64, header.dataFin));
    }
    return true;
  }

  /** {@code check_fully_established}; false if the options say nothing. */
  private static boolean checkFullyEstablished(
      MptcpSock msk, MptcpSubflow subflow, MptcpHeader header, int seq) {
    if (subflow.fullyEstablished) {
      return true;
    }
    if (seq != subflow.ssnOffset + 1) {
      return subflow.mpCapable;
    }
    if (subflow.remoteKeyValid && header.has(MptcpHeader.DSS) && header.useAck) {
      subflow.fullyEstablished = true;
      msk.fullyEstablished = true;
      return true;
    }
    boolean capable =
        (header.suboptions & (MptcpHeader.MPC_SYN | MptcpHeader.MPC_SYNACK | MptcpHeader.MPC_ACK))
            != 0;
    if (!capable) {
      if (!msk.tryFallback(Mib.MPTCP_MP_CAPABLE_DATA_FALLBACK)) {
        MptcpLife.resetSubflow(msk, subflow);
        return false;
      }
      subflow.mpCapable = false;
      return false;
    }
    subflow.setFullyEstablished(header);
    return true;
  }

  private static void sndUnaUpdate(MptcpSock msk, long sndUna) {
    msk.bytesAcked += sndUna - msk.sndUna;
    msk.sndUna = sndUna;
  }

  /** {@code ack_update_msk}. */
  private static void ackUpdate(MptcpSock msk, Sk ssk, MptcpHeader header) {
    long old = msk.sndUna;
    long sndUna = MptcpHeader.expand(old, header.dataAck, header.ack64);
    if (sndUna - msk.sndNxt > 0) {
      sndUna = old;
    }
    long wndEnd = sndUna + (TcpSubflow.sndWnd(ssk) & 0xffff_ffffL);
    if (wndEnd - msk.wndEnd > 0) {
      msk.wndEnd = wndEnd;
    }
    if (msk.wndEnd - msk.sndNxt > 0) {
      MptcpSend.subflowPush(msk, ssk);
    }
    if (sndUna - old > 0) {
      sndUnaUpdate(msk, sndUna);
      MptcpSend.cleanUna(msk);
    }
    msk.lastAckRecvNs = msk.net().machine().nowNs();
  }

  /** {@code mptcp_update_rcv_data_fin}; whether it is new. */
  static boolean updateRcvDataFin(MptcpSock msk, long seq, boolean whole) {
    if (msk.rcvDataFin) {
      return false;
    }
    msk.rcvDataFinSeq = MptcpHeader.expand(msk.ackSeq, seq, whole);
    msk.rcvDataFin = true;
    return true;
  }

  // Data.

  private enum Mapping {
    OK,
    INVALID,
    EMPTY,
    DATA_FIN,
    DUMMY
  }

  private static int mapOffset(MptcpSubflow subflow) {
    return TcpSubflow.copiedSeq(subflow.ssk) - subflow.ssnOffset - subflow.mapSubflowSeq;
  }

  /** {@code mptcp_subflow_get_mapped_dsn}: the place of the next byte. */
  static long mappedDsn(MptcpSubflow subflow) {
    return subflow.mapSeq + mapOffset(subflow);
  }

  /** {@code mptcp_subflow_data_available}: whether a piece waits whose place is known. */
  static boolean dataAvailable(MptcpSubflow subflow) {
    if (subflow.mapValid && mapOffset(subflow) >= subflow.mapDataLen) {
      subflow.mapValid = false;
      subflow.dataAvail = false;
    }
    return checkDataAvail(subflow);
  }

  /** {@code subflow_check_data_avail}. */
  private static boolean checkDataAvail(MptcpSubflow subflow) {
    Sk ssk = subflow.ssk;
    if (TcpSubflow.peek(ssk) == null) {
      subflow.dataAvail = false;
    }
    if (subflow.dataAvail) {
      return true;
    }
    MptcpSock msk = subflow.msk();
    while (true) {
      Mapping status = mappingStatus(subflow, msk);
      TcpSkb skb = TcpSubflow.peek(ssk);
      if (status == Mapping.EMPTY || status == Mapping.DATA_FIN || skb == null) {
        MptcpLife.scheduleIfClosed(msk, ssk);
        return false;
      }
      if (status != Mapping.OK || !msk.canAck) {
        return unmapped(msk, subflow, skb);
      }
      long behind = msk.ackSeq - mappedDsn(subflow);
      if (behind <= 0) {
        subflow.dataAvail = true;
        return true;
      }
      discard(subflow, skb, behind);
    }
  }

  /** {@code mptcp_subflow_discard_data}: what was received before. */
  private static void discard(MptcpSubflow subflow, TcpSkb skb, long limit) {
    Sk ssk = subflow.ssk;
    int fin = skb.isFin() ? 1 : 0;
    int waiting = skb.remaining() - (TcpSubflow.copiedSeq(ssk) - skb.seq());
    boolean all = limit >= waiting;
    subflow.msk().addMib(Mib.MPTCP_DUPLICATE_DATA);
    TcpSubflow.advance(ssk, all ? waiting + fin : (int) limit);
    if (all) {
      TcpSubflow.eat(ssk, skb);
    }
    if (mapOffset(subflow) >= subflow.mapDataLen) {
      subflow.mapValid = false;
    }
  }

  /** Data without a place: the connection goes on as TCP, or is reset. */
  private static boolean unmapped(MptcpSock msk, MptcpSubflow subflow, TcpSkb first) {
    Sk ssk = subflow.ssk;
    if (!msk.fallback) {
      boolean fatal = subflow.fullyEstablished && subflow.mapDataLen != 0;
      if (fatal || !msk.tryFallback(Mib.MPTCP_DSS_FALLBACK)) {
        subflow.resetTransient = false;
        subflow.resetReason = 1;
        ssk.setErr(Errno.EBADMSG.number());
        TcpSubflow.setState(ssk, TcpState.CLOSE);
        for (TcpSkb skb = TcpSubflow.peek(ssk); skb != null; skb = TcpSubflow.peek(ssk)) {
          TcpSubflow.eat(ssk, skb);
        }
        TcpSubflow.sendReset(ssk);
        subflow.dataAvail = false;
        return false;
      }
    }
    subflow.mapValid = true;
    subflow.mapSeq = msk.ackSeq;
    subflow.mapDataLen = first.remaining();
    subflow.mapSubflowSeq = TcpSubflow.copiedSeq(ssk) - subflow.ssnOffset;
    subflow.dataAvail = true;
    return true;
  }

  /** {@code get_mapping_status}. */
  private static Mapping mappingStatus(MptcpSubflow subflow, MptcpSock msk) {
    Sk ssk = subflow.ssk;
    TcpSkb skb = TcpSubflow.peek(ssk);
    if (skb == null) {
      return Mapping.EMPTY;
    }
    if (msk.fallback) {
      return Mapping.DUMMY;
    }
    DataMap map = skb.map();
    if (map == null) {
      if (!subflow.mapValid && skb.remaining() == 0) {
        TcpSubflow.eat(ssk, skb);
        return Mapping.EMPTY;
      }
      return subflow.mapValid ? validate(subflow, msk, skb) : Mapping.INVALID;
    }
    int dataLen = map.dataLen();
    if (dataLen == 0) {
      msk.addMib(Mib.MPTCP_INFINITE_MAP_RX);
      subflow.mapDataLen = 0;
      return Mapping.INVALID;
    }
    if (map.dataFin()) {
      if (dataLen == 1) {
        boolean updated = updateRcvDataFin(msk, map.dataSeq, map.dsn64);
        if (subflow.mapValid) {
          skb.setMap(null);
          return Mapping.OK;
        }
        if (updated) {
          MptcpLife.scheduleWork(msk);
        }
        return Mapping.DATA_FIN;
      }
      long finSeq = map.dataSeq + dataLen - 1;
      updateRcvDataFin(msk, map.dsn64 ? finSeq : finSeq & 0xffff_ffffL, map.dsn64);
      dataLen--;
    }
    long mapSeq = MptcpHeader.expand(msk.ackSeq, map.dataSeq, map.dsn64);
    msk.use64bitAck = map.dsn64;
    if (subflow.mapValid) {
      if (subflow.mapSeq == mapSeq
          && subflow.mapSubflowSeq == map.subflowSeq
          && subflow.mapDataLen == dataLen) {
        skb.setMap(null);
        return Mapping.OK;
      }
      int consumed = TcpSubflow.copiedSeq(ssk) - skb.seq();
      if (skb.remaining() - consumed <= subflow.mapDataLen - mapOffset(subflow)) {
        msk.addMib(Mib.MPTCP_DSS_NOT_MATCHING);
        return Mapping.INVALID;
      }
      return Mapping.OK;
    }
    subflow.mapSeq = mapSeq;
    subflow.mapSubflowSeq = map.subflowSeq;
    subflow.mapDataLen = dataLen;
    subflow.mapValid = true;
    return validate(subflow, msk, skb);
  }

  /** {@code validate_mapping}. */
  private static Mapping validate(MptcpSubflow subflow, MptcpSock msk, TcpSkb skb) {
    int offset = mapOffset(subflow);
    if (offset < 0 || offset >= subflow.mapDataLen) {
      msk.addMib(Mib.MPTCP_DSS_NO_MATCH_TCP);
      return Mapping.INVALID;
    }
    skb.setMap(null);
    return Mapping.OK;
  }
}
