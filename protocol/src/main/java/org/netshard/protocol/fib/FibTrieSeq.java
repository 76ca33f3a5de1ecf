package org.netshard.protocol.fib;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code /proc/net/fib_trie} and {@code /proc/net/fib_triestat}.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_trie.c}: {@code fib_trie_seq_show}, {@code
 * fib_triestat_seq_show}, {@code trie_show_stats}, {@code trie_collect_stats}.
 */
public final class FibTrieSeq {
  private static final int LEAF_BYTES = 48;
  private static final int TNODE_BYTES = 40;
  private static final int ALIAS_BYTES = 56;
  private static final int POINTER_BYTES = 8;
  private static final int KIB = 1024;
  private static final List<String> TYPES =
      List.of(
          "UNSPEC",
          "UNICAST",
          "LOCAL",
          "BROADCAST",
          "ANYCAST",
          "MULTICAST",
          "BLACKHOLE",
          "UNREACHABLE",
          "PROHIBIT",
          "THROW",
          "NAT",
          "XRESOLVE");

  private FibTrieSeq() {}

  /** {@code /proc/net/fib_trie}: the routes of each table, as they stand in it. */
  public static String trie(InetNet inet) {
    StringBuilder text = new StringBuilder();
    for (int table : inet.tables()) {
      LcTrie.Node root = root(inet, table);
      if (root != null) {
        name(text, table);
        show(text, root, root.isLeaf() ? 0 : 1);
      }
    }
    return text.toString();
  }

  private static LcTrie.@Nullable Node root(InetNet inet, int table) {
    FibTrie trie = inet.trie(table);
    return trie == null ? null : new LcTrie(trie.routes()).root();
  }

  private static void name(StringBuilder text, int table) {
    switch (table) {
      case Fib.RT_TABLE_LOCAL -> text.append("Local:\n");
      case Fib.RT_TABLE_MAIN -> text.append("Main:\n");
      default -> text.append("Id ").append(Integer.toUnsignedString(table)).append(":\n");
    }
  }

  private static void indent(StringBuilder text, int depth) {
    text.append("   ".repeat(depth));
  }

  private static String address(int key) {
    return (key >>> 24) + "." + (key >>> 16 & 0xff) + "." + (key >>> 8 & 0xff) + "." + (key & 0xff);
  }

  private static void show(StringBuilder text, LcTrie.Node node, int depth) {
    if (!node.isLeaf()) {
      indent(text, depth - 1);
      int length = Fib.BITS - node.pos - node.bits;
      text.append("  +-- ").append(address(node.key)).append('/').append(length);
      text.append(" %d %d %d\n".formatted(node.bits, node.full(), node.empty()));
      for (LcTrie.Node child : node.children) {
        if (child != null) {
          show(text, child, child.isLeaf() ? depth : depth + 1);
        }
      }
      return;
    }
    indent(text, depth);
    text.append("  |-- ").append(address(node.key)).append('\n');
    for (FibRoute route : node.routes) {
      indent(text, depth + 1);
      text.append("  /").append(route.dstLen()).append(' ').append(scope(route.scope()));
      text.append(' ').append(type(route.type()));
      text.append(route.tos() == 0 ? "\n" : " tos=" + route.tos() + "\n");
    }
  }

  private static String scope(int scope) {
    return switch (scope) {
      case Fib.RT_SCOPE_UNIVERSE -> "universe";
      case Fib.RT_SCOPE_SITE -> "site";
      case Fib.RT_SCOPE_LINK -> "link";
      case Fib.RT_SCOPE_HOST -> "host";
      case Fib.RT_SCOPE_NOWHERE -> "nowhere";
      default -> "scope=" + scope;
    };
  }

  private static String type(int type) {
    return type < TYPES.size() ? TYPES.get(type) : "type " + type;
  }

  /** {@code /proc/net/fib_triestat}: how large the tries are. */
  public static String triestat(InetNet inet) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Basic info: size of leaf: %d bytes, size of tnode: %d bytes.\n",
            LEAF_BYTES,
            TNODE_BYTES));
    for (int table : inet.tables()) {
      Stats stats = new Stats();
      LcTrie.Node root = root(inet, table);
      if (root != null) {
        stats.collect(root, root.isLeaf() ? 0 : 1);
      }
      name(text, table);
      stats.show(text);
    }
    return text.toString();
  }

  /** {@code struct trie_stat}. */
  private static final class Stats {
    private final int[] nodeSizes = new int[Fib.BITS];
    private int depthSum;
    private int depthMax;
    private int leaves;
    private int prefixes;
    private int tnodes;
    private int nulls;

    void collect(LcTrie.Node node, int depth) {
      if (node.isLeaf()) {
        leaves++;
        depthSum += depth;
        depthMax = Math.max(depthMax, depth);
        prefixes += node.routes.size();
        return;
      }
      tnodes++;
      nodeSizes[node.bits]++;
      nulls += node.empty();
      for (LcTrie.Node child : node.children) {
        if (child != null) {
          collect(child, child.isLeaf() ? depth : depth + 1);
        }
      }
    }

    void show(StringBuilder text) {
      int average = leaves == 0 ? 0 : depthSum * 100 / leaves;
      text.append(
          String.format(Locale.ROOT, "\tAver depth:     %d.%02d\n", average / 100, average % 100));
      text.append(String.format(Locale.ROOT, "\tMax depth:      %d\n", depthMax));
      text.append(String.format(Locale.ROOT, "\tLeaves:         %d\n", leaves));
      text.append(String.format(Locale.ROOT, "\tPrefixes:       %d\n", prefixes));
      text.append(String.format(Locale.ROOT, "\tInternal nodes: %d\n\t", tnodes));
      int pointers = 0;
      for (int bits = 1; bits < nodeSizes.length; bits++) {
        if (nodeSizes[bits] != 0) {
          text.append("  ").append(bits).append(": ").append(nodeSizes[bits]);
          pointers += nodeSizes[bits] << bits;
        }
      }
      int bytes =
          LEAF_BYTES * leaves
              + ALIAS_BYTES * prefixes
              + TNODE_BYTES * tnodes
              + POINTER_BYTES * pointers;
      text.append(String.format(Locale.ROOT, "\n\tPointers: %d\n", pointers));
      text.append(String.format(Locale.ROOT, "Null ptrs: %d\n", nulls));
      text.append(String.format(Locale.ROOT, "Total size: %d  kB\n", (bytes + KIB - 1) / KIB));
    }
  }
}
