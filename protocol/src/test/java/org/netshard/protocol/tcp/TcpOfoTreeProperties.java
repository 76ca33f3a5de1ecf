package org.netshard.protocol.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The red-black tree of what waits out of order, against a sorted map. */
class TcpOfoTreeProperties {
  @Property(tries = 300)
  void buffersStayInOrderAndTheTreeStaysEven(
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 9999) Integer> steps) {
    TcpOfoTree tree = new TcpOfoTree();
    TreeMap<Integer, TcpSkb> expected = new TreeMap<>();
    for (int step : steps) {
      int number = step / 3;
      TcpSkb there = expected.get(number);
      if (step % 3 == 0 && !expected.isEmpty()) {
        Integer at = expected.ceilingKey(number);
        erase(tree, expected.remove(at == null ? expected.lastKey() : at));
      } else if (there == null) {
        TcpSkb skb = TcpSkb.forSending(0);
        // They pass the end of all numbers.
        skb.seq = Integer.MAX_VALUE - 1000 + number;
        tree.insert(skb);
        expected.put(number, skb);
      }
      List<TcpSkb> inOrder = new ArrayList<>();
      int unused = blackNodes(tree.root, inOrder);
      assertThat(inOrder).containsExactlyElementsOf(expected.values());
      assertThat(tree.root == null || !tree.root.red).isTrue();
    }
  }

  private static void erase(TcpOfoTree tree, @Nullable TcpSkb skb) {
    TcpOfoTree.Node node = skb == null ? null : skb.node;
    assertThat(node).isNotNull();
    if (node != null) {
      tree.erase(node);
    }
  }

  /** Black nodes on each way down, which are as many on all. */
  private static int blackNodes(TcpOfoTree.@Nullable Node node, List<TcpSkb> inOrder) {
    if (node == null) {
      return 1;
    }
    for (TcpOfoTree.Node child : new TcpOfoTree.Node[] {node.left, node.right}) {
      if (child != null) {
        assertThat(child.parent).isSameAs(node);
        assertThat(child.red && node.red).isFalse();
      }
    }
    int left = blackNodes(node.left, inOrder);
    inOrder.add(node.head);
    assertThat(blackNodes(node.right, inOrder)).isEqualTo(left);
    return left + (node.red ? 0 : 1);
  }
}
