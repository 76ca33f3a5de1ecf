package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpInput;

/**
 * Segments that somebody on the path might make up for the connections of a namespace: right and
 * wrong, within the window and outside. What is outside carries bytes of its own, by which it is
 * known if it was taken nevertheless.
 */
public final class RandomSegments {
  private static final byte OUTSIDE = 'O';
  private static final int IP_BYTES = 20;
  private static final int LOOPBACK = 0x0100007f;
  private static final int PORT_FIRST = 7000;
  private static final int[] LENGTHS = {0, 0, 0, 1, 10, 536, 1460, 20_000};
  private static final int[] FLAGS = {
    TcpHeader.ACK,
    TcpHeader.ACK,
    TcpHeader.ACK,
    TcpHeader.ACK | TcpHeader.PSH,
    TcpHeader.ACK | TcpHeader.FIN,
    TcpHeader.ACK | TcpHeader.URG,
    TcpHeader.SYN,
    TcpHeader.SYN | TcpHeader.ACK,
    TcpHeader.RST,
    TcpHeader.FIN,
    0
  };

  private final SplittableRandom random;
  private final List<TcpEndpoint> ends = new ArrayList<>();
  private @Nullable TcpSock aimedAt;
  private int states;

  /** Segments that are drawn from a seed. */
  public RandomSegments(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * Makes up a segment, which comes by {@code lo}.
   *
   * @return whether it has been refused, if it was outside of the window
   */
  public boolean deliver(NetNs net, NetDevice lo) {
    byte[] bytes = next(net);
    int at = Packet.LL_RESERVED_BYTES;
    byte[] copy = new byte[at + bytes.length];
    System.arraycopy(bytes, 0, copy, at, bytes.length);
    int truesize = Skb.unaccountedTruesize(bytes.length);
    IpInput.rcv(net, new Packet(lo, Packet.ETH_P_IP, copy, at, truesize));
    return isRefused();
  }

  /** A packet of IPv4 for one of the connections or listeners of a namespace. */
  private byte[] next(NetNs net) {
    aimedAt = null;
    ends.clear();
    TcpHash.of(net).forEach(ends::add);
    if (ends.isEmpty() || random.nextInt(8) == 0) {
      int port = PORT_FIRST + random.nextInt(2);
      int source = 1024 + random.nextInt(3);
      return packet(LOOPBACK, source, LOOPBACK, port, random.nextInt(), random.nextInt(), false);
    }
    // Ends in TIME_WAIT are many: a state first, then one that is in it.
    int state = ends.get(random.nextInt(ends.size())).state();
    if (random.nextBoolean()) {
      ends.removeIf(one -> one.state() == TcpState.TIME_WAIT);
      state = ends.isEmpty() ? state : ends.get(random.nextInt(ends.size())).state();
    }
    TcpEndpoint end = any(state);
    if (end == null) {
      return next(net);
    }
    states |= 1 << end.state();
    if (!(end instanceof TcpSock tp)) {
      return packet(
          end.daddr, end.dport, end.saddr, end.sport, random.nextInt(), random.nextInt(), false);
    }
    int window = tp.receiveWindow();
    int[] seqs = {0, 0, 0, 1, -1, window - 1, window, window + 1, -window, random.nextInt()};
    int[] acks = {0, 0, 1, -1, tp.sndUna - tp.sndNxt, -70_000, random.nextInt()};
    int seq = tp.rcvNxt + seqs[random.nextInt(seqs.length)];
    int ack = tp.sndNxt + acks[random.nextInt(acks.length)];
    aimedAt = tp;
    return packet(end.daddr, end.dport, end.saddr, end.sport, seq, ack, true);
  }

  private @Nullable TcpEndpoint any(int state) {
    ends.removeIf(one -> one.state() != state);
    return ends.isEmpty() ? null : ends.get(random.nextInt(ends.size()));
  }

  private byte[] packet(
      int saddr, int sport, int daddr, int dport, int seq, int ack, boolean known) {
    int length = LENGTHS[random.nextInt(LENGTHS.length)];
    byte[] options = options();
    int header = TcpHeader.BYTES + options.length;
    ByteBuffer packet = ByteBuffer.allocate(IP_BYTES + header + length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
    packet.putInt(0).put((byte) 64).put((byte) Abi.IPPROTO_TCP).putShort((short) 0);
    packet.putInt(Integer.reverseBytes(saddr)).putInt(Integer.reverseBytes(daddr));
    packet.putShort(
        10, (short) InetChecksum.finish(InetChecksum.add(0, packet.array(), 0, IP_BYTES)));
    packet.putShort((short) sport).putShort((short) dport).putInt(seq).putInt(ack);
    packet.put((byte) ((header / 4) << 4)).put((byte) FLAGS[random.nextInt(FLAGS.length)]);
    packet.putShort((short) random.nextInt(0x10000)).putShort((short) 0);
    packet.putShort((short) random.nextInt(0x10000)).put(options);
    byte[] bytes = packet.array();
    if (known && aimedAt != null && isOutside(aimedAt, seq, length)) {
      Arrays.fill(bytes, IP_BYTES + header, bytes.length, OUTSIDE);
    }
    if (random.nextInt(20) != 0) {
      int tcp = bytes.length - IP_BYTES;
      long pseudo = IpHeader.pseudo(bytes, 0, tcp, Abi.IPPROTO_TCP);
      int sum = InetChecksum.finish(InetChecksum.add(pseudo, bytes, IP_BYTES, tcp));
      packet.putShort(IP_BYTES + 16, (short) sum);
    }
    return bytes;
  }

  /** Whether none of its data is in the window; before the handshake is over that isn't known. */
  private static boolean isOutside(TcpSock tp, int seq, int length) {
    if (TcpState.in(tp.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
      return false;
    }
    return !Seq.after(seq + length, tp.rcvNxt) || !Seq.before(seq, tp.rcvNxt + tp.receiveWindow());
  }

  /** None, a time stamp, blocks of SACK, or anything. */
  private byte[] options() {
    return switch (random.nextInt(4)) {
      case 0 -> new byte[0];
      case 1 -> timestamp();
      case 2 -> sack();
      default -> {
        byte[] any = new byte[4 * random.nextInt(11)];
        random.nextBytes(any);
        yield any;
      }
    };
  }

  private byte[] timestamp() {
    TcpSock tp = aimedAt;
    ByteBuffer option = ByteBuffer.allocate(12).put((byte) 1).put((byte) 1);
    option.put((byte) 8).put((byte) 10);
    option.putInt(tp != null && random.nextBoolean() ? tp.rxOpt.tsRecent : random.nextInt());
    return option.putInt(random.nextInt()).array();
  }

  private byte[] sack() {
    TcpSock tp = aimedAt;
    ByteBuffer option = ByteBuffer.allocate(12).put((byte) 1).put((byte) 1);
    option.put((byte) 5).put((byte) 10);
    int begin = tp != null ? tp.sndNxt - random.nextInt(70_000) : random.nextInt();
    return option.putInt(begin).putInt(begin + random.nextInt(70_000)).array();
  }

  /** The states in which connections were for which a segment was, a bit for each. */
  public int states() {
    return states;
  }

  /** Whether no bytes that were outside are in a queue. */
  private boolean isRefused() {
    TcpSock tp = aimedAt;
    if (tp == null) {
      return true;
    }
    boolean taken = tp.sk.isReadable() && has(tp.sk.receiveQueue().peekLast());
    for (Skb skb = tp.outOfOrder == null ? null : tp.outOfOrder.pieces.peek();
        skb != null;
        skb = skb.next()) {
      taken |= has(skb);
    }
    return !taken;
  }

  /** Two such bytes in a row are not what a task sends. */
  private static boolean has(@Nullable Skb skb) {
    if (!(skb instanceof TcpSkb data) || data.len < 2) {
      return false;
    }
    int end = data.off + data.len;
    return (data.buf[data.off] == OUTSIDE && data.buf[data.off + 1] == OUTSIDE)
        || (data.buf[end - 1] == OUTSIDE && data.buf[end - 2] == OUTSIDE);
  }
}
