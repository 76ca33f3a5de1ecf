package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.InetBinding;

/**
 * Segments for a request, or for a connection of Fast Open whose handshake is not complete.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7.4; {@code net/ipv4/tcp_minisocks.c}: {@code
 * tcp_check_req}, {@code tcp_child_process}.
 */
final class TcpCheckReq {
  private TcpCheckReq() {}

  /** {@code tcp_in_window}. */
  static boolean inWindow(int seq, int endSeq, int start, int end) {
    if (seq == start) {
      return true;
    }
    if (Seq.after(endSeq, start) && Seq.before(seq, end)) {
      return true;
    }
    return seq == end && seq == endSeq;
  }

  /**
   * The first half of {@code tcp_check_req}.
   *
   * @param sk the listener, which is another one than that of the request if that listens no more;
   *     or the connection of Fast Open
   * @param child that connection, or null
   * @return whether the segment completes the handshake, as far as the request can tell
   */
  static boolean check(Sk sk, TcpRequest req, Packet packet, @Nullable TcpSock child) {
    NetNs net = req.net;
    int flags = TcpHeader.flags(packet) & (TcpHeader.RST | TcpHeader.SYN | TcpHeader.ACK);
    int seq = TcpHeader.seq(packet);
    int endSeq = TcpInput.endSeq(packet);
    RxOpt opt = new RxOpt();
    boolean paws = false;
    boolean tsecr = false;
    if (TcpHeader.headerBytes(packet) > TcpHeader.BYTES) {
      opt.parse(net, packet, false);
      if (opt.sawTstamp) {
        opt.tsRecent = req.tsRecent;
        tsecr =
            opt.rcvTsecr != 0
                && req.tstampOk
                && child == null
                && !Seq.between(opt.rcvTsecr, req.sntTsvalFirst, req.sntTsvalLast);
        opt.tsRecentStamp = TcpClock.seconds(net) - (int) (req.timeoutJiffies() / TcpClock.HZ);
        paws = TcpValidate.pawsReject(opt, TcpClock.seconds(net), (flags & TcpHeader.RST) != 0);
      }
    }
    if (seq == req.rcvIsn && flags == TcpHeader.SYN && !paws) {
      if (!limited(req) && req.resendSynack(sk) && child == null) {
        req.arm();
      }
      drop(sk, packet, DropReason.NOT_SPECIFIED);
      return false;
    }
    boolean ack = (flags & TcpHeader.ACK) != 0;
    if (ack && child == null && TcpHeader.ackSeq(packet) != req.sntIsn + 1) {
      // It goes to the listener, for which it may be the answer to a cookie.
      if (!TcpSyncookies.check(sk, packet)) {
        packet.drop(DropReason.TCP_FLAGS);
        TcpReply.reset(net, sk, packet);
      }
      return false;
    }
    boolean rst = (flags & TcpHeader.RST) != 0;
    if (paws || tsecr || !inWindow(seq, endSeq, req.rcvNxt, req.rcvNxt + req.synackWindow())) {
      boolean data = seq != endSeq && (flags & TcpHeader.SYN) == 0;
      if (!rst && (data || !limited(req))) {
        req.sendAck(sk, packet);
      }
      if (paws) {
        net.addMib(Mib.TCP_PAWS_ESTAB_REJECTED, 1);
        drop(sk, packet, DropReason.TCP_RFC7323_PAWS);
      } else if (tsecr) {
        net.addMib(Mib.TCP_TSECR_REJECTED, 1);
        drop(sk, packet, DropReason.TCP_RFC7323_TSECR);
      } else {
        drop(sk, packet, DropReason.TCP_OVERWINDOW);
      }
      return false;
    }
    boolean syn = (flags & TcpHeader.SYN) != 0 && seq != req.rcvIsn;
    if (rst || syn) {
      embryonicReset(sk, req, packet, child, rst);
      return false;
    }
    if (!ack) {
      drop(sk, packet, DropReason.NOT_SPECIFIED);
    }
    return ack;
  }

  private static void embryonicReset(
      Sk sk, TcpRequest req, Packet packet, @Nullable TcpSock child, boolean rst) {
    NetNs net = req.net;
    net.addMib(Mib.TCP_ATTEMPT_FAILS, 1);
    if (!rst) {
      TcpReply.reset(net, sk, packet);
    } else if (child != null) {
      TcpFastOpen.remove(child, true);
      TcpInput.reset(child, packet);
    }
    if (child == null) {
      boolean unused = req.remove();
      net.addMib(Mib.TCP_EMBRYONIC_RSTS, 1);
    }
    drop(sk, packet, DropReason.NOT_SPECIFIED);
  }

  /**
   * {@code tcp_check_req}: a segment for a request.
   *
   * @param sk the listener that gets the connection
   */
  static void checkReq(Sk sk, TcpRequest req, Packet packet) {
    if (!check(sk, req, packet, null)) {
      return;
    }
    NetNs net = req.net;
    boolean moves = sk != req.listener;
    int endSeq = TcpInput.endSeq(packet);
    int defer = TcpOptions.of(sk).deferAccept & 0xff;
    if (req.numTimeout < defer && endSeq == req.rcvIsn + 1) {
      req.acked = true;
      net.addMib(Mib.TCP_DEFER_ACCEPT_DROP, 1);
      drop(sk, packet, DropReason.NOT_SPECIFIED);
      return;
    }
    TcpSock child = TcpListenRcv.child(sk, req, packet);
    if (child == null) {
      net.addMib(Mib.TCP_MIGRATE_REQ_FAILURE, moves ? 1 : 0);
      if (net.sysctl(Sysctl.IPV4_TCP_ABORT_ON_OVERFLOW) == 0) {
        req.acked = true;
        drop(sk, packet, DropReason.TCP_LISTEN_OVERFLOW);
        return;
      }
      TcpReply.reset(net, sk, packet);
      boolean unused = req.remove();
      net.addMib(Mib.TCP_EMBRYONIC_RSTS, 1);
      drop(sk, packet, DropReason.TCP_LISTEN_OVERFLOW);
      return;
    }
    boolean unused = req.remove();
    RxOpt opt = new RxOpt();
    opt.parse(net, packet, false);
    if (opt.sawTstamp && !Seq.after(TcpHeader.seq(packet), req.rcvNxt)) {
      child.rxOpt.tsRecent = opt.rcvTsval;
    }
    TcpLife.hash(child);
    child.synackSentUs = req.sntSynackUs;
    child.refresh();
    TcpRtt.synackMeasured(child, req.sntSynackUs, req.numRetrans > 0);
    enqueue(sk, child);
    net.addMib(Mib.TCP_MIGRATE_REQ_SUCCESS, moves ? 1 : 0);
    childProcess(sk, child, packet);
  }

  /** {@code inet_csk_reqsk_queue_add}. */
  static void enqueue(Sk sk, TcpSock child) {
    TcpListener queue = TcpListener.of(sk);
    InetBinding binding = InetBinding.forWrite(sk);
    if (queue != null) {
      queue.accept.addLast(child);
      child.listener = sk;
      binding.setAckBacklog(binding.ackBacklog() + 1);
    }
  }

  /** {@code tcp_child_process}. */
  static void childProcess(Sk sk, TcpSock child, Packet packet) {
    TcpRcv.segsIn(child, packet);
    boolean reset = TcpInput.rcv(child, packet);
    if (reset) {
      TcpReply.reset(child.net, child.sk, packet);
    }
    if (child.state() != TcpState.SYN_RECV) {
      sk.dataReady();
    }
  }

  /** {@code sk_drops_skbadd}, {@code sk_skb_reason_drop}. */
  private static void drop(Sk sk, Packet packet, DropReason reason) {
    sk.rareForWrite().addDrop();
    packet.drop(reason);
  }

  private static boolean limited(TcpRequest req) {
    int now = (int) (req.net.machine().nowNs() / 1_000_000) + 1;
    int elapsed = now - req.lastOowAckTime;
    if (req.lastOowAckTime != 0
        && elapsed >= 0
        && elapsed < req.net.sysctl(Sysctl.IPV4_TCP_INVALID_RATELIMIT)) {
      req.net.addMib(Mib.TCP_ACK_SKIPPED_SYN_RECV, 1);
      return true;
    }
    req.lastOowAckTime = now;
    return false;
  }
}
