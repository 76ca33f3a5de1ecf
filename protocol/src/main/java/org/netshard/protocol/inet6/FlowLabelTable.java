package org.netshard.protocol.inet6;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.RcuFree;
import org.netshard.protocol.core.Sk;

/**
 * The flow labels of a namespace by their number.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_flowlabel.c}, {@code fl_ht}.
 *
 * <p><b>Differs from Linux:</b> the number of labels is limited in each namespace, not in all of
 * them together; a label that the kernel is to choose is the next free one, not a random one.
 */
final class FlowLabelTable {
  private static final int LABEL_MAX = 0xfffff;
  private static final int FIRST_CHOSEN = 0x5a5a5;
  private static final NetGeneric<FlowLabelTable> KEY = new NetGeneric<>(FlowLabelTable::new);

  /** A label that is given back when a grace period is over. */
  private record Release(FlowLabel label, long atNs) {}

  private final Map<Integer, FlowLabel> labels = new TreeMap<>();
  private final ArrayDeque<Release> releases = new ArrayDeque<>();
  private int lastChosen = FIRST_CHOSEN;

  private FlowLabelTable() {}

  /** The labels of a sock's namespace, without those that are gone. */
  static FlowLabelTable of(Sk sk) {
    return of(sk.net());
  }

  /** The labels of a namespace, without those that are gone. */
  static FlowLabelTable of(NetNs net) {
    FlowLabelTable table = net.generic(KEY);
    long nowNs = net.machine().nowNs();
    for (Release next = table.releases.peekFirst();
        next != null && next.atNs() <= nowNs;
        next = table.releases.peekFirst()) {
      table.releases.removeFirst();
      next.label().release(next.atNs());
    }
    table.labels.values().removeIf(label -> label.isGone(nowNs));
    return table;
  }

  /** Their lines of {@code /proc/net/ip6_flowlabel}. */
  String text(long nowNs) {
    StringBuilder text = new StringBuilder();
    labels.forEach(
        (number, label) ->
            text.append(String.format(Locale.ROOT, "%05X ", number)).append(label.line(nowNs)));
    return text.toString();
  }

  /** The label of this number, held or not; null if there is none. */
  @Nullable FlowLabel find(int number) {
    return labels.get(number);
  }

  /** A number that no label has. */
  int choose() {
    do {
      lastChosen = lastChosen % LABEL_MAX + 1;
    } while (labels.containsKey(lastChosen));
    return lastChosen;
  }

  /** The label of this number is given back when a grace period is over. */
  void releaseLater(FlowLabel label, long nowNs) {
    releases.addLast(new Release(label, nowNs + RcuFree.GRACE_NS));
  }

  void add(int number, FlowLabel label) {
    labels.put(number, label);
  }

  int size() {
    return labels.size();
  }
}
