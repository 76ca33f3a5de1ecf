package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A level-compressed trie of the routes of a table, of the shape that Linux gives it.
 *
 * <p>Look-ups do not need it ({@link FibTrie}); it is built to be shown.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_trie.c}: {@code fib_insert_node}, {@code resize}, {@code
 * inflate}, {@code halve}, {@code collapse}, {@code should_inflate}, {@code should_halve}.
 *
 * <p><b>Differs from Linux:</b> the shape is that of the routes that are there, added anew in their
 * order; one from which routes were taken may keep larger nodes for a while.
 */
final class LcTrie {
  private static final int INFLATE_THRESHOLD = 50;
  private static final int INFLATE_THRESHOLD_ROOT = 30;
  private static final int HALVE_THRESHOLD = 25;
  private static final int HALVE_THRESHOLD_ROOT = 15;
  private static final int MAX_WORK = 10;

  /** The top, whose one child is the first node ({@code struct trie}). */
  private final Node top = new Node(0, Fib.BITS, 0, 1);

  private final TreeMap<Integer, Node> leaves = new TreeMap<>();

  /** A leaf, or an inner node with {@code 1 << bits} children. */
  static final class Node {
    final int key;
    final int pos;
    final int bits;
    final @Nullable Node[] children;

    /** The routes of a leaf, the longest prefix first. */
    final List<FibRoute> routes = new ArrayList<>(1);

    @Nullable Node parent;

    private Node(int key, int pos, int bits, int size) {
      this.key = key;
      this.pos = pos;
      this.bits = bits;
      this.children = new Node[size];
    }

    static Node leaf(int key) {
      return new Node(key, 0, 0, 0);
    }

    static Node inner(int key, int pos, int bits) {
      int shift = pos + bits;
      int masked = shift < Fib.BITS ? (key >>> shift) << shift : 0;
      return new Node(masked, pos, bits, 1 << bits);
    }

    boolean isLeaf() {
      return bits == 0;
    }

    /** {@code get_cindex}: where a key belongs, past the end if it is not of this node. */
    long index(int of) {
      long differs = Integer.toUnsignedLong(of ^ key);
      return pos == Fib.BITS ? 0 : differs >>> pos;
    }

    int empty() {
      int count = 0;
      for (Node child : children) {
        count += child == null ? 1 : 0;
      }
      return count;
    }

    /** Children that follow without skipped bits ({@code tnode_full}). */
    int full() {
      int count = 0;
      for (Node child : children) {
        count += isFull(child) ? 1 : 0;
      }
      return count;
    }

    private boolean isFull(@Nullable Node child) {
      return child != null && !child.isLeaf() && child.pos + child.bits == pos;
    }

    private void put(int at, @Nullable Node child) {
      children[at] = child;
      if (child != null) {
        child.parent = this;
      }
    }
  }

  /** The trie of these routes, which stand in the order of a table. */
  LcTrie(List<FibRoute> routes) {
    List<FibRoute> ordered = new ArrayList<>(routes);
    ordered.sort(Comparator.comparingInt(FibRoute::serial));
    ordered.forEach(this::add);
    leaves.values().forEach(leaf -> leaf.routes.clear());
    for (FibRoute route : routes) {
      Node leaf = leaves.get(route.dst());
      if (leaf == null) {
        throw new IllegalStateException("a route without a leaf");
      }
      leaf.routes.add(route);
    }
  }

  /** The first node, or null if there is no route. */
  @Nullable Node root() {
    return top.children[0];
  }

  private void add(FibRoute route) {
    int key = route.dst();
    Node parent = top;
    Node at = top.children[0];
    while (at != null && at.index(key) < (1L << at.bits) && !at.isLeaf()) {
      parent = at;
      at = at.children[(int) at.index(key)];
    }
    if (at != null && at.isLeaf() && at.key == key) {
      at.routes.add(route);
      return;
    }
    Node leaf = Node.leaf(key);
    leaf.routes.add(route);
    leaves.put(key, leaf);
    Node under = parent;
    if (at != null) {
      int pos = Fib.BITS - 1 - Integer.numberOfLeadingZeros(key ^ at.key);
      Node split = Node.inner(key, pos, 1);
      split.put((int) split.index(key) ^ 1, at);
      parent.put((int) parent.index(key), split);
      under = split;
    }
    under.put((int) under.index(key), leaf);
    for (Node node = under; node != top; ) {
      node = resize(node);
    }
  }

  private static Node parent(Node node) {
    if (node.parent == null) {
      throw new IllegalStateException("a node without a parent");
    }
    return node.parent;
  }

  private Node resize(Node first) {
    Node node = first;
    Node above = parent(node);
    int at = (int) above.index(node.key);
    int work = MAX_WORK;
    while (shouldInflate(above, node) && work > 0) {
      above = inflate(node);
      work--;
      node = child(above, at);
    }
    above = parent(node);
    if (work != MAX_WORK) {
      return above;
    }
    while (shouldHalve(above, node) && work > 0) {
      above = halve(node);
      work--;
      node = child(above, at);
    }
    if (node.children.length - node.empty() < 2) {
      return collapse(node);
    }
    return parent(node);
  }

  private static Node child(Node node, int at) {
    Node child = node.children[at];
    if (child == null) {
      throw new IllegalStateException("a node that was resized is gone");
    }
    return child;
  }

  private boolean shouldInflate(Node above, Node node) {
    long threshold =
        (long) node.children.length * (above == top ? INFLATE_THRESHOLD_ROOT : INFLATE_THRESHOLD);
    int used = node.children.length - node.empty() + node.full();
    // Per cent of the node that it would become, which is twice as large.
    return used > 1 && node.pos > 0 && 50L * used >= threshold;
  }

  private boolean shouldHalve(Node above, Node node) {
    long threshold =
        (long) node.children.length * (above == top ? HALVE_THRESHOLD_ROOT : HALVE_THRESHOLD);
    int used = node.children.length - node.empty();
    return used > 1 && node.bits > 1 && 100L * used < threshold;
  }

  private Node inflate(Node old) {
    Node wide = Node.inner(old.key, old.pos - 1, old.bits + 1);
    int bit = 1 << wide.pos;
    for (int i = old.children.length - 1; i >= 0; i--) {
      Node child = old.children[i];
      if (child == null) {
        continue;
      }
      if (!old.isFull(child)) {
        wide.put((int) wide.index(child.key), child);
      } else if (child.bits == 1) {
        wide.put(2 * i, child.children[0]);
        wide.put(2 * i + 1, child.children[1]);
      } else {
        int half = child.children.length / 2;
        Node low = Node.inner(child.key, child.pos, child.bits - 1);
        Node high = Node.inner(child.key | bit, child.pos, child.bits - 1);
        for (int k = 0; k < half; k++) {
          low.put(k, child.children[k]);
          high.put(k, child.children[half + k]);
        }
        wide.put(2 * i, low);
        wide.put(2 * i + 1, high);
      }
    }
    return replace(old, wide);
  }

  private Node halve(Node old) {
    Node narrow = Node.inner(old.key, old.pos + 1, old.bits - 1);
    for (int i = 0; i < narrow.children.length; i++) {
      Node low = old.children[2 * i];
      Node high = old.children[2 * i + 1];
      if (low == null || high == null) {
        narrow.put(i, low == null ? high : low);
      } else {
        Node inner = Node.inner(low.key, old.pos, 1);
        inner.put(0, low);
        inner.put(1, high);
        narrow.put(i, inner);
      }
    }
    return replace(old, narrow);
  }

  /** Puts a node into the place of another, and resizes its children; the one above. */
  private Node replace(Node old, Node node) {
    Node above = parent(old);
    above.put((int) above.index(node.key), node);
    for (int i = node.children.length - 1; i >= 0; i--) {
      Node child = node.children[i];
      if (child != null && node.isFull(child)) {
        resize(child);
      }
    }
    return above;
  }

  private Node collapse(Node node) {
    Node above = parent(node);
    Node only = null;
    for (Node child : node.children) {
      only = child == null ? only : child;
    }
    above.put((int) above.index(node.key), only);
    return above;
  }
}
