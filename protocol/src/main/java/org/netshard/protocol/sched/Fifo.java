package org.netshard.protocol.sched;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * First in, first out: {@code pfifo}, whose limit is in packets, and {@code bfifo}, in bytes.
 *
 * <p><b>Source:</b> {@code net/sched/sch_fifo.c}: {@code fifo_init}, {@code pfifo_enqueue}, {@code
 * bfifo_enqueue}.
 */
final class Fifo extends SchedQdisc {
  static final String PFIFO = "pfifo";
  static final String BFIFO = "bfifo";

  private static final int FIFO_QOPT_BYTES = 4;

  private final boolean inPackets;
  private final ArrayDeque<Packet> queue = new ArrayDeque<>();
  private long limit;

  Fifo(NetNs net, NetDevice dev, int handle, boolean inPackets) {
    super(net, dev, handle);
    this.inPackets = inPackets;
    long packets = Integer.toUnsignedLong(dev.txQueueLen());
    int packetBytes = dev.mtu() + dev.kind().headerBytes();
    this.limit = inPackets ? packets : packets * packetBytes & 0xffff_ffffL;
  }

  @Override
  public String id() {
    return inPackets ? PFIFO : BFIFO;
  }

  @Override
  int change(@Nullable NlAttr options, ExtAck ext) {
    if (options == null) {
      return 0;
    }
    if (options.length() < FIFO_QOPT_BYTES) {
      return Errno.EINVAL.negated();
    }
    limit = Integer.toUnsignedLong(options.getInt());
    return 0;
  }

  @Override
  protected int enqueue(Packet packet) {
    boolean room = inPackets ? qlen() < limit : backlog() + bytes(packet) <= limit;
    if (!room) {
      drop(packet, DropReason.QDISC_DROP);
      return NET_XMIT_DROP;
    }
    queue.add(packet);
    queued(packet);
    return NET_XMIT_SUCCESS;
  }

  @Override
  protected @Nullable Packet dequeue() {
    Packet next = queue.poll();
    if (next != null) {
      dequeued(next);
    }
    return next;
  }

  @Override
  protected void reset() {
    for (Packet next = dequeue(); next != null; next = dequeue()) {
      free(next, DropReason.QDISC_DROP);
    }
  }

  @Override
  void dump(NlMsg out) {
    out.attrInt(RtmQdisc.TCA_OPTIONS, (int) limit);
  }
}
