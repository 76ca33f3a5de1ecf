package org.netshard.node.packetdrill;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A socket as a script sees it, and what its numbers are in the kernel.
 *
 * <p>A script numbers bytes of both ends from the beginning of the connection, while a kernel
 * begins where it likes; and the clock of time stamps begins in a script where it likes. What is in
 * a script is called script, what is in the kernel live.
 */
final class Conn {
  private static final long U32 = 0xffff_ffffL;

  /** How far it is. */
  enum State {
    /** Nothing has happened. */
    NEW,
    LISTENING,
    /** The script has called {@code connect}, or sent a datagram. */
    CONNECTING,
    SYN_SENT,
    SYN_ACKED,
    /** A packet has come to a listener. */
    PACKET_RECEIVED,
    SYNACK_SENT,
    SYNACK_ACKED
  }

  /** What a socket carries. */
  enum Protocol {
    TCP,
    UDP,
    ICMP,
    OTHER
  }

  final Protocol protocol;
  State state = State.NEW;

  /** The descriptor, -1 before {@code accept}. */
  int fd = -1;

  byte @Nullable [] localIp;
  byte @Nullable [] remoteIp;
  int localPort;
  int remotePort;
  private long scriptLocalIsn;
  private long liveLocalIsn;
  private long liveRemoteIsn;
  private boolean hasTs;
  private long firstScriptTs;
  private long firstLiveTs;
  private final Map<Long, Long> liveTs = new TreeMap<>();

  Conn(Protocol protocol) {
    this.protocol = protocol;
  }

  /** The script says with which number its own end begins. */
  void beginsLocal(long scriptIsn) {
    scriptLocalIsn = scriptIsn;
  }

  /** The kernel has begun with a number. */
  void beganLocal(long liveIsn) {
    liveLocalIsn = liveIsn;
  }

  /** Whether a packet is the first of its connection, also if it was sent again. */
  boolean beganWith(SentPacket packet) {
    return packet.sourcePort() == localPort && packet.seq() == liveLocalIsn;
  }

  /** The other end begins with a number, which is the same in both. */
  void beganRemote(long isn) {
    liveRemoteIsn = isn;
  }

  long remoteToLive(long seq, boolean syn) {
    return (seq + (syn ? 0 : liveRemoteIsn)) & U32;
  }

  long remoteToScript(long seq, boolean syn) {
    return (seq - (syn ? 0 : liveRemoteIsn)) & U32;
  }

  long localToLive(long seq, boolean syn) {
    return (seq + localOffset(syn)) & U32;
  }

  long localToScript(long seq, boolean syn) {
    return (seq - localOffset(syn)) & U32;
  }

  private long localOffset(boolean syn) {
    return syn ? liveLocalIsn - scriptLocalIsn : liveLocalIsn;
  }

  /** A time stamp has been sent, where the script has another number. */
  void sentTs(long script, long live) {
    liveTs.put(script, live);
    if (!hasTs) {
      hasTs = true;
      firstScriptTs = script;
      firstLiveTs = live;
    }
  }

  /** What a time stamp of the kernel would be in the script. */
  long tsToScript(long live) {
    return hasTs ? (firstScriptTs + live - firstLiveTs) & U32 : live;
  }

  /**
   * What a time stamp that the script echoes is in the kernel, or null if none was sent.
   *
   * @param scaled whether one that was never sent is reckoned from the first
   */
  @Nullable Long tsToLive(long script, boolean scaled) {
    Long live = liveTs.get(script);
    return live == null && scaled && hasTs
        ? Long.valueOf((script - firstScriptTs + firstLiveTs) & U32)
        : live;
  }
}
