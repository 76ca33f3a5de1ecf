package org.netshard.protocol.ip;

import java.util.Comparator;
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
 * Fragments of IPv4 that wait for the others of their packet.
 *
 * <p>A fragment that overlaps another ends the whole packet (RFC 5722); a duplicate is dropped.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_fragment.c}: {@code ip_defrag}, {@code ip_frag_queue},
 * {@code ip_frag_reasm}, {@code ip_expire}.
 */
public final class IpReassembly {
  private static final NetGeneric<IpReassembly> KEY = new NetGeneric<>(IpReassembly::new);
  private static final long NS_PER_SECOND = 1_000_000_000L;

  /** Size of a {@code struct ipq}. */
  private static final int QUEUE_BYTES = 200;

  private static final int LONGEST = 65535;

  private final TreeMap<Key, Reassembly> queues =
      new TreeMap<>(
          Comparator.comparingInt(Key::saddr)
              .thenComparingInt(Key::daddr)
              .thenComparingInt(Key::id)
              .thenComparingInt(Key::protocol));

  private record Key(int saddr, int daddr, int id, int protocol) {}

  private IpReassembly() {}

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
  static IpReassembly of(NetNs net) {
    return net.generic(KEY);
  }

  /**
   * Takes a fragment.
   *
   * @return the whole packet if it is complete now, else null
   */
  @Nullable Packet add(NetNs net, Packet fragment) {
    net.addMib(Mib.IP_REASM_REQDS, 1);
    Key key =
        new Key(
            IpHeader.saddr(fragment),
            IpHeader.daddr(fragment),
            IpHeader.id(fragment),
            IpHeader.protocol(fragment));
    Reassembly queue = queues.get(key);
    if (queue == null) {
      queue = new Reassembly();
      queues.put(key, queue);
      expireLater(net, key, queue);
    }
    int fragOff = IpHeader.fragOff(fragment);
    int ihl = IpHeader.ihl(fragment);
    boolean more = (fragOff & IpHeader.IP_MF) != 0;
    int offset = (fragOff & IpHeader.IP_OFFSET) * 8;
    int payload = fragment.network() + ihl;
    Reassembly.Outcome outcome = queue.add(fragment, payload, offset, more);
    switch (outcome) {
      case WAIT -> {
        return null;
      }
      case DUPLICATE -> fragment.drop(DropReason.DUP_FRAG);
      case OVERLAP, BAD -> {
        queues.remove(key);
        net.addMib(Mib.IP_REASM_FAILS, queue.count());
        if (outcome == Reassembly.Outcome.OVERLAP) {
          net.addMib(Mib.IP_REASM_OVERLAPS, 1);
        }
        fragment.drop(DropReason.NOT_SPECIFIED);
      }
      case COMPLETE -> {
        queues.remove(key);
        return whole(net, queue);
      }
    }
    return null;
  }

  private static @Nullable Packet whole(NetNs net, Reassembly queue) {
    Packet first = queue.first();
    int ihl = IpHeader.ihl(first);
    if (ihl + queue.length() > LONGEST) {
      net.addMib(Mib.IP_REASM_FAILS, 1);
      return null;
    }
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + ihl + queue.length()];
    System.arraycopy(first.bytes(), first.network(), bytes, at, ihl);
    queue.copyTo(bytes, at + ihl);
    boolean df = queue.anyDf();
    IpHeader.setFragOff(bytes, at, df ? IpHeader.IP_DF : 0);
    IpHeader.complete(bytes, at, ihl + queue.length());
    Packet packet = new Packet(first.dev(), Packet.ETH_P_IP, bytes, at, queue.truesize());
    packet.setRoute(true, first.cast());
    packet.setType(first.type());
    packet.setTstampNs(first.tstampNs());
    packet.setFragMaxSize(queue.fragMaxSize());
    net.addMib(Mib.IP_REASM_OKS, 1);
    return packet;
  }

  private void expireLater(NetNs net, Key key, Reassembly queue) {
    long seconds = net.sysctl(Sysctl.IPV4_IPFRAG_TIME);
    long at = net.machine().nowNs() + seconds * NS_PER_SECOND;
    net.machine().softirqs().timer(at, () -> expire(net, key, queue));
  }

  /** {@code ip_expire}: if the first one came, its sender learns that the others did not. */
  private void expire(NetNs net, Key key, Reassembly queue) {
    if (queues.get(key) != queue) {
      return;
    }
    queues.remove(key);
    net.addMib(Mib.IP_REASM_FAILS, 1);
    net.addMib(Mib.IP_REASM_TIMEOUT, 1);
    if (queue.hasFirst()) {
      Packet first = queue.first();
      first.drop(DropReason.FRAG_REASM_TIMEOUT);
      Icmp.send(net, first, Icmp.TIME_EXCEEDED, Icmp.EXC_FRAGTIME, 0);
    }
  }
}
