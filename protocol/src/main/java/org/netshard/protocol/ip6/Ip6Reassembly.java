package org.netshard.protocol.ip6;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Reassembly;
import org.netshard.protocol.core.Sysctl;

/**
 * Fragments of IPv6 that wait for the others of their packet.
 *
 * <p><b>Source:</b> RFC 8200, section 4.5; {@code net/ipv6/reassembly.c}: {@code ipv6_frag_rcv},
 * {@code ip6_frag_queue}, {@code ip6_frag_reasm}, {@code ip6frag_expire_frag_queue}.
 */
public final class Ip6Reassembly {
  private static final NetGeneric<Ip6Reassembly> KEY = new NetGeneric<>(Ip6Reassembly::new);
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final int FRAG_HDR_BYTES = 8;

  /** Size of a {@code struct frag_queue}. */
  private static final int QUEUE_BYTES = 184;

  private static final int ADDRESSES_BYTES = 32;
  private static final int OFFSET_MASK = 0xfff8;

  private final TreeMap<byte[], Reassembly> queues = new TreeMap<>(Arrays::compareUnsigned);

  private Ip6Reassembly() {}

  /** How many packets are not complete. */
  public static int inuse(NetNs net) {
    return of(net).queues.size();
  }

  /** The memory that they take, bytes. */
  public static long memory(NetNs net) {
    long sum = 0;
    for (Reassembly queue : of(net).queues.values()) {
      sum += queue.truesize() + QUEUE_BYTES;
    }
    return sum;
  }

  /** Those of a namespace. */
  static Ip6Reassembly of(NetNs net) {
    return net.generic(KEY);
  }

  /**
   * Takes a fragment, whose {@code start} is the fragment header.
   *
   * @return the whole packet if it is complete now, with {@code start} behind its IP header
   */
  @Nullable Packet add(NetNs net, Packet fragment) {
    net.addMib(Mib.IP6_REASM_REQDS, 1);
    int header = fragment.start();
    if (fragment.len() < FRAG_HDR_BYTES) {
      net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
      fragment.drop(DropReason.IP_INHDR);
      return null;
    }
    int word = fragment.u16(header + 2);
    boolean more = (word & 1) != 0;
    byte[] key =
        ByteBuffer.allocate(ADDRESSES_BYTES + Integer.BYTES)
            .put(fragment.bytes(), fragment.network() + Ip6Header.SADDR, ADDRESSES_BYTES)
            .putInt(fragment.u32(header + Integer.BYTES))
            .array();
    Reassembly queue = queues.get(key);
    if (queue == null) {
      queue = new Reassembly();
      queues.put(key, queue);
      expireLater(net, key, queue);
    }
    Reassembly.Outcome outcome =
        queue.add(fragment, header + FRAG_HDR_BYTES, word & OFFSET_MASK, more);
    switch (outcome) {
      case WAIT -> {
        return null;
      }
      case DUPLICATE -> fragment.drop(DropReason.DUP_FRAG);
      case OVERLAP, BAD -> {
        queues.remove(key);
        net.addMib(Mib.IP6_REASM_FAILS, 1);
        fragment.drop(DropReason.NOT_SPECIFIED);
      }
      case COMPLETE -> {
        queues.remove(key);
        return whole(net, queue);
      }
    }
    return null;
  }

  /** Where the number of what stood behind the fragment header stands ({@code IP6CB->nhoff}). */
  static int numberAt(Packet whole) {
    return whole.cb() instanceof Integer numberAt ? numberAt : Ip6Header.NEXTHDR;
  }

  private static Packet whole(NetNs net, Reassembly queue) {
    Packet first = queue.first();
    int numberAt = Ip6ExtHeaders.fragmentNumberAt(first);
    int headersBytes = first.start() - first.network();
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + headersBytes + queue.length()];
    System.arraycopy(first.bytes(), first.network(), bytes, at, headersBytes);
    queue.copyTo(bytes, at + headersBytes);
    bytes[at + numberAt] = first.bytes()[first.network() + headersBytes];
    Ip6Header.setPayloadLen(bytes, at, headersBytes - Ip6Header.BYTES + queue.length());
    Packet packet = new Packet(first.dev(), Packet.ETH_P_IPV6, bytes, at, queue.truesize());
    packet.setType(first.type());
    packet.setTstampNs(first.tstampNs());
    packet.setFragMaxSize(queue.fragMaxSize());
    packet.setStart(at + headersBytes);
    packet.setCb(numberAt);
    net.addMib(Mib.IP6_REASM_OKS, 1);
    return packet;
  }

  private void expireLater(NetNs net, byte[] key, Reassembly queue) {
    long seconds = net.sysctl(Sysctl.IPV6_IP6FRAG_TIME);
    long at = net.machine().nowNs() + seconds * NS_PER_SECOND;
    net.machine().softirqs().timer(at, () -> expire(net, key, queue));
  }

  private void expire(NetNs net, byte[] key, Reassembly queue) {
    if (queues.get(key) != queue) {
      return;
    }
    queues.remove(key);
    net.addMib(Mib.IP6_REASM_FAILS, 1);
    net.addMib(Mib.IP6_REASM_TIMEOUT, 1);
    if (queue.hasFirst()) {
      Packet first = queue.first();
      first.drop(DropReason.FRAG_REASM_TIMEOUT);
      Icmp6.send(net, first, Icmp6.TIME_EXCEED, 1, 0);
    }
  }
}
