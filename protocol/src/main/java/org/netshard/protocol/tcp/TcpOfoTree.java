package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.SkbQueue;

/**
 * What waits out of order: all pieces in a queue, and the buffers that they make in a red-black
 * tree.
 *
 * <p>The tree is the kernel's, as its shape is to be seen: a segment is compared with the buffers
 * on its way down, and joins the first that it follows, whatever is behind that.
 *
 * <p><b>Source:</b> {@code lib/rbtree.c}: {@code __rb_insert}, {@code ____rb_erase_color}; {@code
 * include/linux/rbtree_augmented.h}, {@code __rb_erase_augmented}; {@code net/ipv4/tcp_input.c},
 * {@code tcp_rbtree_insert}.
 */
final class TcpOfoTree {
  /** A buffer: pieces that follow each other in the queue. */
  static final class Node {
    TcpSkb head;
    TcpSkb last;
    @Nullable Node parent;
    @Nullable Node left;
    @Nullable Node right;
    boolean red = true;

    private Node(TcpSkb only) {
      this.head = only;
      this.last = only;
    }

    /** Another piece is its last one. */
    void append(TcpSkb skb) {
      last = skb;
      skb.node = this;
    }

    /** It is another buffer of one piece, in the same place ({@code rb_replace_node}). */
    void become(TcpSkb only) {
      head = only;
      last = only;
      only.node = this;
    }
  }

  final SkbQueue pieces = new SkbQueue();
  @Nullable Node root;

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /** Puts a buffer of one piece, which is in the queue, where it belongs by its number. */
  void insert(TcpSkb skb) {
    Node parent = null;
    boolean left = false;
    for (Node node = root; node != null; node = left ? node.left : node.right) {
      parent = node;
      left = Seq.before(skb.seq, node.head.seq);
    }
    link(skb, parent, left);
  }

  /** Puts one below another ({@code rb_link_node}, {@code rb_insert_color}). */
  void link(TcpSkb skb, @Nullable Node parent, boolean left) {
    Node node = new Node(skb);
    skb.node = node;
    node.parent = parent;
    if (parent == null) {
      root = node;
    } else if (left) {
      parent.left = node;
    } else {
      parent.right = node;
    }
    balanceInserted(node);
  }

  private void balanceInserted(Node inserted) {
    Node node = inserted;
    Node parent = node.parent;
    while (parent != null && parent.red) {
      Node grand = parent.parent;
      if (grand == null) {
        break;
      }
      boolean left = parent == grand.left;
      Node uncle = left ? grand.right : grand.left;
      if (uncle != null && uncle.red) {
        uncle.red = false;
        parent.red = false;
        grand.red = true;
        node = grand;
        parent = node.parent;
        continue;
      }
      if (node == (left ? parent.right : parent.left)) {
        rotate(parent, left);
        parent = node;
      }
      parent.red = false;
      grand.red = true;
      rotate(grand, !left);
      break;
    }
    if (root != null) {
      root.red = false;
    }
  }

  /** Takes a buffer out ({@code rb_erase}). */
  void erase(Node node) {
    Node moved = node;
    if (node.left != null && node.right != null) {
      // The one after it takes its place and its colour.
      moved = node.right;
      while (moved.left != null) {
        moved = moved.left;
      }
    }
    Node child = moved.left != null ? moved.left : moved.right;
    Node parent = moved.parent;
    boolean wasBlack = !moved.red;
    replaceInParent(moved, child);
    if (moved != node) {
      parent = parent == node ? moved : parent;
      moved.red = node.red;
      moved.left = node.left;
      moved.right = node.right;
      if (moved.left != null) {
        moved.left.parent = moved;
      }
      if (moved.right != null) {
        moved.right.parent = moved;
      }
      replaceInParent(node, moved);
    }
    if (!wasBlack) {
      return;
    }
    if (child != null) {
      child.red = false;
    } else {
      balanceErased(parent);
    }
  }

  /** One side of a node has a black one less, and is empty. */
  private void balanceErased(@Nullable Node shortened) {
    Node node = null;
    Node parent = shortened;
    while (parent != null && !isRed(node)) {
      boolean left = node == parent.left;
      Node sibling = left ? parent.right : parent.left;
      if (sibling == null) {
        throw new IllegalStateException("a side without black nodes");
      }
      if (sibling.red) {
        sibling.red = false;
        parent.red = true;
        rotate(parent, left);
        continue;
      }
      Node far = left ? sibling.right : sibling.left;
      Node near = left ? sibling.left : sibling.right;
      if (!isRed(far) && !isRed(near)) {
        sibling.red = true;
        node = parent;
        parent = node.parent;
        continue;
      }
      if (!isRed(far) && near != null) {
        near.red = false;
        sibling.red = true;
        rotate(sibling, !left);
        far = sibling;
        sibling = near;
      }
      sibling.red = parent.red;
      parent.red = false;
      if (far != null) {
        far.red = false;
      }
      rotate(parent, left);
      return;
    }
    if (node != null) {
      node.red = false;
    }
  }

  private static boolean isRed(@Nullable Node node) {
    return node != null && node.red;
  }

  /** Rotates a node down to the left, or to the right. */
  private void rotate(Node node, boolean left) {
    Node up = left ? node.right : node.left;
    if (up == null) {
      throw new IllegalStateException("nothing to rotate with");
    }
    Node inner = left ? up.left : up.right;
    replaceInParent(node, up);
    if (left) {
      node.right = inner;
      up.left = node;
    } else {
      node.left = inner;
      up.right = node;
    }
    if (inner != null) {
      inner.parent = node;
    }
    node.parent = up;
  }

  private void replaceInParent(Node node, @Nullable Node other) {
    Node parent = node.parent;
    if (parent == null) {
      root = other;
    } else if (parent.left == node) {
      parent.left = other;
    } else {
      parent.right = other;
    }
    if (other != null) {
      other.parent = parent;
    }
  }
}
