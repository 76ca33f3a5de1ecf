package org.netshard.protocol.sched;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.FlowDissector;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * Fair queueing with pacing: each sock has a queue of its own, the queues take turns, and a packet
 * leaves when its sender wants it to leave, or at the rate of its sock.
 *
 * <p>A sock whose packets come here need not space them itself ({@code SK_PACING_FQ}).
 *
 * <p><b>Source:</b> {@code net/sched/sch_fq.c}: {@code fq_enqueue}, {@code fq_classify}, {@code
 * fq_fastpath_check}, {@code fq_dequeue}, {@code fq_dump_stats}.
 *
 * <p><b>Differs from Linux:</b> flows are found by sock, and not in trees by address, so which of
 * those that nobody needs are forgotten first is not the same; nobody sees that but for {@code
 * gc_flows}. Timers are never late, so {@code unthrottle_latency_ns} is 0.
 */
final class Fq extends SchedQdisc {
  static final String ID = "fq";

  private static final int GC_MAX = 8;
  private static final int GC_AGE_JIFFIES = 3 * SocketOptions.HZ;
  private static final int FASTPATH_MAX = 8;
  private static final long NS_PER_SEC = 1_000_000_000;
  private static final long NS_PER_JIFFY = NS_PER_SEC / SocketOptions.HZ;
  private static final long NEVER = Long.MAX_VALUE;

  /** {@code struct fq_perband_flows}. */
  private static final class Band {
    final ArrayDeque<FqFlow> newFlows = new ArrayDeque<>();
    final ArrayDeque<FqFlow> oldFlows = new ArrayDeque<>();
    int credit;
    int packets;
    long drops;

    /** {@code fq_pband_head_select}. */
    @Nullable ArrayDeque<FqFlow> head() {
      if (credit <= 0) {
        return null;
      }
      if (!newFlows.isEmpty()) {
        return newFlows;
      }
      return oldFlows.isEmpty() ? null : oldFlows;
    }
  }

  private final FqOptions options;

  /** The flows by sock, or by the hash of what has none. */
  private final Map<Object, FqFlow> flows = new LinkedHashMap<>();

  /** {@code internal}: what need not wait. */
  private final FqFlow internal = new FqFlow();

  /** {@code delayed}: the flows that wait for a time. */
  private final TreeMap<TimeKey, FqFlow> delayed = new TreeMap<>();

  private final Band[] bands = new Band[FqOptions.BANDS];
  private int bandNr;
  private long nextDelayedNs = NEVER;
  private long delays;
  private int inactive;
  private long throttledPackets;
  private long gcFlows;
  private long ceMarks;
  private long horizonDrops;
  private long horizonCaps;
  private long flowLimitDrops;
  private long tooLong;
  private long fastpathPackets;

  Fq(NetNs net, NetDevice dev, int handle) {
    super(net, dev, handle);
    options = new FqOptions(dev);
    for (int i = 0; i < bands.length; i++) {
      bands[i] = new Band();
    }
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  int change(@Nullable NlAttr given, ExtAck ext) {
    int result = given == null ? 0 : options.change(given, ext);
    while (Integer.compareUnsigned(qlen(), options.limit) > 0) {
      Packet surplus = dequeue();
      if (surplus == null) {
        break;
      }
      free(surplus, DropReason.QDISC_DROP);
    }
    return result;
  }

  @Override
  void dump(NlMsg out) {
    options.dump(out);
  }

  private long jiffies() {
    return nowNs() / NS_PER_JIFFY;
  }

  @Override
  protected int enqueue(Packet packet) {
    int nr = options.band(packet.priority());
    Band band = bands[nr];
    if (Integer.compareUnsigned(band.packets, options.limit) >= 0) {
      band.drops++;
      drop(packet, DropReason.FQ_BAND_LIMIT);
      return NET_XMIT_DROP;
    }
    long now = nowNs();
    long sendNs = packet.deliveryNs();
    if (sendNs == Packet.NO_TSTAMP) {
      sendNs = now;
    } else if (sendNs > now + options.horizonNs) {
      if (options.horizonDrop) {
        horizonDrops++;
        drop(packet, DropReason.FQ_HORIZON_LIMIT);
        return NET_XMIT_DROP;
      }
      horizonCaps++;
      sendNs = now + options.horizonNs;
      packet.setDeliveryNs(sendNs);
    }
    FqFlow flow = classify(packet, sendNs, now);
    if (flow != internal) {
      if (Integer.compareUnsigned(flow.qlen, options.flowLimit) >= 0) {
        flowLimitDrops++;
        drop(packet, DropReason.FQ_FLOW_LIMIT);
        return NET_XMIT_DROP;
      }
      if (flow.place == FqFlow.Place.DETACHED) {
        flow.place = FqFlow.Place.LISTED;
        bands[flow.band].newFlows.add(flow);
        if (jiffies() - flow.age > options.refillDelayJiffies
            && Integer.compareUnsigned(flow.credit, options.quantum) < 0) {
          flow.credit = options.quantum;
        }
      }
      flow.band = nr;
      band.packets++;
      if (flow.qlen == 0) {
        inactive--;
      }
    }
    flow.qlen++;
    flow.add(new FqFlow.Waiting(packet, sendNs, nr));
    queued(packet);
    return NET_XMIT_SUCCESS;
  }

  /** {@code fq_classify}. */
  private FqFlow classify(Packet packet, long sendNs, long now) {
    Sk sk = packet.sk();
    Object key;
    if (sk == null || sk.state() == Sk.TCP_LISTEN) {
      // An answer to a SYN is of no flow yet, and must not wait for that of its listener.
      key = orphanKey(packet);
      packet.free();
      sk = null;
    } else if (sk.state() == Sk.TCP_CLOSE) {
      // Of a sock that is not connected each destination is a flow.
      key = orphanKey(packet);
      sk = null;
    } else {
      key = sk;
    }
    if (isFast(packet, sendNs, now)) {
      fastpathPackets++;
      paces(sk);
      return internal;
    }
    FqFlow flow = flows.get(key);
    if (flow == null) {
      collect();
      flow = new FqFlow();
      flow.age = jiffies();
      flow.credit = options.initialQuantum;
      paces(sk);
      flows.put(key, flow);
      inactive++;
    }
    return flow;
  }

  private Long orphanKey(Packet packet) {
    return FlowDissector.symmetricHash(net(), packet) & options.orphanMask;
  }

  /** The sock need not space its packets any more. */
  private void paces(@Nullable Sk sk) {
    if (sk != null && options.rateEnable && sk.rare().pacingStatus() != SkRare.SK_PACING_FQ) {
      sk.rareForWrite().setPacingStatus(SkRare.SK_PACING_FQ);
    }
  }

  /** {@code fq_fastpath_check}: whether it may leave at once, as nobody else wants to. */
  private boolean isFast(Packet packet, long sendNs, long now) {
    if (sendNs > now) {
      return false;
    }
    if (qlen() != 0) {
      boolean somebody = flows.size() != inactive + delayed.size();
      if (somebody || internal.qlen >= FASTPATH_MAX || nextDelayedNs <= now) {
        return false;
      }
    }
    Sk sk = packet.sk();
    boolean paced = sk != null && !sk.isTcp() && sk.rare().maxPacingRateBps() != -1;
    return !paced && options.flowMaxRate == -1;
  }

  /** {@code fq_gc}: forgets flows that have been empty for long. */
  private void collect() {
    long now = jiffies();
    for (int i = 0; i < GC_MAX && !flows.isEmpty(); i++) {
      Map.Entry<Object, FqFlow> eldest = flows.entrySet().iterator().next();
      Object key = eldest.getKey();
      FqFlow flow = eldest.getValue();
      flows.remove(key);
      if (flow.place == FqFlow.Place.DETACHED && now - flow.age > GC_AGE_JIFFIES) {
        gcFlows++;
        inactive--;
      } else {
        flows.put(key, flow);
      }
    }
  }

  @Override
  protected @Nullable Packet dequeue() {
    if (qlen() == 0) {
      return null;
    }
    FqFlow.Waiting first = internal.peek();
    if (first != null) {
      return take(internal, first);
    }
    long now = nowNs();
    checkThrottled(now);
    while (true) {
      ArrayDeque<FqFlow> head = nextHead();
      if (head == null) {
        if (nextDelayedNs != NEVER) {
          watchdog(nextDelayedNs);
        }
        return null;
      }
      FqFlow flow = head.getFirst();
      if (flow.credit <= 0) {
        flow.credit += options.quantum;
        head.remove();
        bands[flow.band].oldFlows.add(flow);
        continue;
      }
      FqFlow.Waiting waiting = flow.peek();
      if (waiting == null) {
        head.remove();
        if (head == bands[bandNr].newFlows) {
          // Once through the others, so that these do not starve.
          bands[flow.band].oldFlows.add(flow);
        } else {
          flow.place = FqFlow.Place.DETACHED;
          flow.age = jiffies();
        }
        continue;
      }
      long nextNs = Math.max(waiting.sendNs(), flow.nextNs);
      if (now < nextNs) {
        head.remove();
        flow.nextNs = nextNs;
        throttle(flow);
        continue;
      }
      if (now - nextNs > options.ceThresholdNs) {
        markCe(waiting.packet());
      }
      if (flow.qlen == 1) {
        inactive++;
      }
      bands[waiting.band()].packets--;
      Packet packet = take(flow, waiting);
      charge(flow, packet, now);
      return packet;
    }
  }

  private Packet take(FqFlow flow, FqFlow.Waiting waiting) {
    flow.qlen--;
    flow.remove();
    dequeued(waiting.packet());
    return waiting.packet();
  }

  /** The flows whose turn it is; null if nobody can send now. */
  private @Nullable ArrayDeque<FqFlow> nextHead() {
    ArrayDeque<FqFlow> head = bands[bandNr].head();
    int empty = 0;
    while (head == null) {
      if (++empty > bands.length) {
        return null;
      }
      bandNr = (bandNr + 1) % bands.length;
      Band band = bands[bandNr];
      int weight = options.weights[bandNr];
      band.credit = Math.min(band.credit + weight, weight);
      if (band.credit > 0) {
        head = band.head();
      } else {
        empty = 0;
      }
    }
    return head;
  }

  /** {@code fq_check_throttled}: who has waited long enough is in the lists again. */
  private void checkThrottled(long now) {
    if (nextDelayedNs > now) {
      return;
    }
    nextDelayedNs = NEVER;
    while (!delayed.isEmpty()) {
      Map.Entry<TimeKey, FqFlow> first = delayed.firstEntry();
      if (first.getKey().timeNs() > now) {
        nextDelayedNs = first.getKey().timeNs();
        break;
      }
      delayed.pollFirstEntry();
      FqFlow flow = first.getValue();
      flow.place = FqFlow.Place.LISTED;
      bands[flow.band].oldFlows.add(flow);
    }
  }

  /** {@code fq_flow_set_throttled}. */
  private void throttle(FqFlow flow) {
    flow.place = FqFlow.Place.THROTTLED;
    delayed.put(new TimeKey(flow.nextNs, delays++), flow);
    throttledPackets++;
    nextDelayedNs = Math.min(nextDelayedNs, flow.nextNs);
  }

  private void markCe(Packet packet) {
    int at = packet.network();
    if (packet.ethertype() == Packet.ETH_P_IP) {
      IpHeader.setCe(packet.bytes(), at);
    } else if (packet.ethertype() == Packet.ETH_P_IPV6) {
      Ip6Header.setCe(packet.bytes(), at);
    }
    // Those that cannot be marked count, too.
    ceMarks++;
  }

  /** A packet leaves: what its flow has left, and when its next one may follow. */
  private void charge(FqFlow flow, Packet packet, long now) {
    int bytes = bytes(packet);
    flow.credit -= bytes;
    bands[bandNr].credit -= bytes;
    if (!options.rateEnable) {
      return;
    }
    long rate = options.flowMaxRate;
    if (packet.deliveryNs() == Packet.NO_TSTAMP) {
      Sk sk = packet.sk();
      long own = sk == null ? -1 : sk.rare().pacingRateBps();
      rate = Long.compareUnsigned(own, rate) < 0 ? own : rate;
      if (Long.compareUnsigned(rate, options.lowRateThreshold) <= 0) {
        flow.credit = 0;
      } else {
        bytes = Math.max(bytes, options.quantum);
        if (flow.credit > 0) {
          return;
        }
      }
    }
    if (rate == -1) {
      return;
    }
    long lenNs = bytes * NS_PER_SEC;
    if (rate != 0) {
      lenNs = Long.divideUnsigned(lenNs, rate);
    }
    if (lenNs > NS_PER_SEC) {
      lenNs = NS_PER_SEC;
      tooLong++;
    }
    if (flow.nextNs != 0) {
      lenNs -= Math.min(lenNs / 2, now - flow.nextNs);
    }
    flow.nextNs = now + lenNs;
  }

  @Override
  protected void reset() {
    internal.purge(this::discard);
    flows.values().forEach(flow -> flow.purge(this::discard));
    flows.clear();
    delayed.clear();
    for (Band band : bands) {
      band.newFlows.clear();
      band.oldFlows.clear();
    }
    inactive = 0;
  }

  private void discard(Packet packet) {
    dequeued(packet);
    free(packet, DropReason.QDISC_DROP);
  }

  /** {@code fq_dump_stats}: {@code struct tc_fq_qd_stats}. */
  @Override
  void dumpStats(NlMsg out) {
    long untilNs = nextDelayedNs == NEVER ? -1 : nextDelayedNs;
    out.putLong(gcFlows).putLong(0).putLong(0).putLong(throttledPackets);
    out.putLong(flowLimitDrops).putLong(tooLong).putLong(0);
    out.putLong(untilNs + options.timerSlackNs - nowNs());
    out.putInt(flows.size()).putInt(inactive).putInt(delayed.size()).putInt(0);
    out.putLong(ceMarks).putLong(horizonDrops).putLong(horizonCaps).putLong(fastpathPackets);
    for (Band band : bands) {
      out.putLong(band.drops);
    }
    for (Band band : bands) {
      out.putInt(band.packets);
    }
    out.putInt(0);
  }
}
