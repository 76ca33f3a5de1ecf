package org.netshard.protocol.unix;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.memcg.Charged;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Kmalloc;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Pages;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/**
 * A buffer of a UNIX sock. Unlike those of other families it is kernel memory that somebody pays
 * for: the cgroup of the task that sent it, until it is read, wherever the sock itself belongs.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}: {@code unix_create1}, which sets {@code
 * sk_allocation} to {@code GFP_KERNEL_ACCOUNT}; {@code net/core/skbuff.c}: {@code
 * alloc_skb_with_frags}, {@code kmalloc_reserve}; {@code net/unix/garbage.c}, {@code
 * unix_prepare_fpl}.
 */
public final class UnixSkb extends Skb {
  /** {@code sizeof(struct scm_fp_list)}: the files of a message, however many, bytes. */
  static final int FP_LIST_BYTES = 2080;

  /** {@code sizeof(struct unix_edge)}: what {@link UnixGc} needs for each socket, bytes. */
  private static final int EDGE_BYTES = 48;

  private static final int SK_BUFF_BYTES = 256;

  /** {@code PAGE_ALLOC_COSTLY_ORDER}: the largest run of pages that is asked for, as a power. */
  private static final int MAX_ORDER = 3;

  private final @Nullable ObjCgroup payer;
  private final int headBytes;
  private int pages;
  private @Nullable ObjCgroup listPayer;
  private int edges;

  private UnixSkb(byte[] data, int headBytes, int pagedBytes, @Nullable ObjCgroup payer) {
    super(data, truesize(headBytes, pagedBytes));
    this.headBytes = truesize(headBytes, 0) - SK_BUFF_BYTES;
    this.payer = payer;
  }

  /**
   * {@code alloc_skb_with_frags}.
   *
   * @param data its bytes
   * @param pagedBytes how many of them are in pages and not in the head
   * @param payer who pays for it, or null
   * @return null if there is no room, in which case nothing is charged
   */
  static @Nullable UnixSkb alloc(byte[] data, int pagedBytes, @Nullable ObjCgroup payer) {
    UnixSkb skb = new UnixSkb(data, data.length - pagedBytes, pagedBytes, payer);
    return payer == null || skb.charge(payer, pagedBytes) ? skb : null;
  }

  private boolean charge(ObjCgroup from, int pagedBytes) {
    if (!from.charge(SK_BUFF_BYTES, Slab.UNRECLAIMABLE, Gfp.KERNEL)) {
      return false;
    }
    if (!Kmalloc.charge(from, headBytes, Gfp.KERNEL)) {
      from.uncharge(SK_BUFF_BYTES, Slab.UNRECLAIMABLE);
      return false;
    }
    int wanted = (pagedBytes + SkMem.PAGE_SIZE - 1) / SkMem.PAGE_SIZE;
    int order = MAX_ORDER;
    while (pages < wanted) {
      while (order > 0 && wanted - pages < 1 << order) {
        order--;
      }
      // A run of pages is only tried; single ones are waited for.
      if (from.chargePages(1 << order, Pages.PLAIN, order > 0 ? Gfp.NOWAIT : Gfp.KERNEL)) {
        pages += 1 << order;
      } else if (order > 0) {
        order--;
      } else {
        uncharge(from);
        return false;
      }
    }
    return true;
  }

  private void uncharge(ObjCgroup from) {
    from.uncharge(SK_BUFF_BYTES, Slab.UNRECLAIMABLE);
    Kmalloc.uncharge(from, headBytes);
    if (pages > 0) {
      from.unchargePages(pages, Pages.PLAIN);
    }
  }

  /**
   * Takes the list of files over that a message brings, and makes room for what they are in flight
   * ({@code unix_attach_fds}).
   *
   * @param newListPayer who pays for the list, or null
   * @param sockets how many of the files are UNIX sockets
   * @return false if there is no room, in which case nothing is taken over
   */
  boolean attach(@Nullable ObjCgroup newListPayer, int sockets) {
    if (payer != null && sockets > 0 && !Kmalloc.charge(payer, sockets * EDGE_BYTES, Gfp.KERNEL)) {
      return false;
    }
    edges = sockets;
    listPayer = newListPayer;
    return true;
  }

  /** Puts it at the end of what another sock has to read. */
  void queue(Sk other) {
    if (!files().isEmpty()) {
      UnixGc.of(other.net().machine()).add(files());
    }
    other.receiveQueue().add(this);
  }

  /** Drops it with all that it brings, as nobody will read it ({@code kfree_skb}). */
  void discard(Machine machine) {
    files().forEach(machine::fput);
    free();
  }

  /** The files have left it ({@code unix_detach_fds}). */
  void detach() {
    if (payer != null && edges > 0) {
      Kmalloc.uncharge(payer, edges * EDGE_BYTES);
    }
    if (listPayer != null) {
      Kmalloc.uncharge(listPayer, FP_LIST_BYTES);
    }
    edges = 0;
    listPayer = null;
  }

  @Override
  public void free() {
    detach();
    super.free();
    if (payer != null) {
      uncharge(payer);
    }
  }

  /** Tells the ledger of all that is charged for it. */
  public void tell(Charged charged) {
    if (payer != null) {
      charged.object(payer, SK_BUFF_BYTES, Slab.UNRECLAIMABLE);
      Kmalloc.tell(charged, payer, headBytes);
      if (pages > 0) {
        charged.pages(payer, pages, Pages.PLAIN);
      }
      if (edges > 0) {
        Kmalloc.tell(charged, payer, edges * EDGE_BYTES);
      }
    }
    if (listPayer != null) {
      Kmalloc.tell(charged, listPayer, FP_LIST_BYTES);
    }
  }
}
