package org.netshard.protocol.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;

/**
 * A buffer with the data of one send, as it waits in the queue of a sock.
 *
 * <p><b>Source:</b> {@code include/linux/skbuff.h}, {@code struct sk_buff}; {@code
 * include/net/af_unix.h}, {@code struct unix_skb_parms}.
 */
public class Skb {
  private static final int CACHE_LINE = 64;
  private static final int SHARED_INFO_BYTES = 320;
  private static final int SK_BUFF_BYTES = 256;
  private static final int KMALLOC_LEAST = 512;
  private static final int SMALL_HEAD_BYTES = 256;

  /** {@code SKB_MAX_HEAD(0)}: data that fits with its end into one page, bytes. */
  public static final int MAX_HEAD_BYTES = SkMem.PAGE_SIZE - SHARED_INFO_BYTES;

  /** {@code SKB_MAX_ALLOC}: data that fits with its end into four pages, bytes. */
  public static final int MAX_ALLOC_BYTES = 4 * SkMem.PAGE_SIZE - SHARED_INFO_BYTES;

  /** {@code MAX_SKB_FRAGS}: pages that a buffer can have besides its head. */
  public static final int MAX_FRAGS = 17;

  private final byte[] data;
  private int truesize;
  private int consumed;
  private @Nullable PassedFile connection;
  private @Nullable Sk owner;
  private int pid;
  private @Nullable Cred cred;
  private List<PassedFile> files = List.of();
  @Nullable Skb next;
  @Nullable Skb previous;

  /**
   * A buffer that belongs to nobody yet.
   *
   * @param data its bytes, which nobody changes any more
   * @param truesize memory that it takes, bytes
   */
  public Skb(byte[] data, int truesize) {
    this.data = data;
    this.truesize = truesize;
  }

  /**
   * The memory of a buffer: a head, whose data and end {@code kmalloc} rounds up, whole pages, and
   * the structure itself.
   *
   * @param headBytes of data in the head
   * @param pagedBytes of data in pages
   */
  public static int truesize(int headBytes, int pagedBytes) {
    int aligned = (headBytes + CACHE_LINE - 1) & -CACHE_LINE;
    int least = Math.max(aligned + SHARED_INFO_BYTES, KMALLOC_LEAST);
    int head = least == Integer.highestOneBit(least) ? least : Integer.highestOneBit(least) << 1;
    int pages = (pagedBytes + SkMem.PAGE_SIZE - 1) & -SkMem.PAGE_SIZE;
    return head + SK_BUFF_BYTES + pages;
  }

  /**
   * The memory of a buffer that no cgroup pays for as kernel memory: up to 256 bytes of head come
   * from a slab of their own ({@code skb_small_head_cache}).
   *
   * @param headBytes of data in the head
   */
  public static int unaccountedTruesize(int headBytes) {
    return headBytes <= SMALL_HEAD_BYTES
        ? SMALL_HEAD_BYTES + SHARED_INFO_BYTES + SK_BUFF_BYTES
        : truesize(headBytes, 0);
  }

  /** {@code SKB_TRUESIZE(0)}: what an empty buffer needs at least. */
  public static final int LEAST_TRUESIZE = SK_BUFF_BYTES + SHARED_INFO_BYTES;

  /** Its bytes, not to be changed. */
  public byte[] data() {
    return data;
  }

  /** Memory that it takes, bytes. */
  public int truesize() {
    return truesize;
  }

  /** It takes so many bytes now, while it belongs to nobody. */
  public void setTruesize(int bytes) {
    truesize = bytes;
  }

  /** Bytes that have been read already ({@code UNIXCB.consumed}). */
  public int consumed() {
    return consumed;
  }

  /** More of it has been read. */
  public void consume(int bytes) {
    consumed += bytes;
  }

  /** None of it has been read. */
  public void resetConsumed() {
    consumed = 0;
  }

  /** Bytes that have not been read ({@code unix_skb_len}). */
  public int remaining() {
    return data.length - consumed;
  }

  /** The sock that sent it, in whose send buffer it counts; null if none. */
  public @Nullable Sk owner() {
    return owner;
  }

  /** It counts in the send buffer of a sock ({@code skb_set_owner_w}). */
  public void setOwnerW(Sk sender) {
    owner = sender;
    SkbOwner.setOwnerW(sender, truesize);
  }

  /** It has been read, or is dropped: it leaves the send buffer ({@code consume_skb}). */
  public void free() {
    Sk sender = owner;
    if (sender != null) {
      owner = null;
      SkbOwner.wfree(sender, truesize);
      sender.ops().wfree(sender, truesize);
    }
  }

  /** Process that sent it; 0 if that is not said. */
  public int pid() {
    return pid;
  }

  /** Credentials of the sender, or null if they are not said. */
  public @Nullable Cred cred() {
    return cred;
  }

  /** Says who sent it. */
  public void setSender(int newPid, Cred newCred) {
    pid = newPid;
    cred = newCred;
  }

  /** The files that it brings. */
  public List<PassedFile> files() {
    return files;
  }

  /** Files that it brings, or brings no longer. */
  public void setFiles(List<PassedFile> passed) {
    files = passed;
  }

  /** The new sock that a connection brings to a listener, or null. */
  public @Nullable PassedFile connection() {
    return connection;
  }

  /** It brings a new sock to a listener. */
  public void setConnection(PassedFile end) {
    connection = end;
  }

  /** The one before it in its queue, or null. */
  public @Nullable Skb previous() {
    return previous;
  }

  /** The one after it in its queue, or null. */
  public @Nullable Skb next() {
    return next;
  }
}
