package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * Calls that send without a copy ({@code MSG_ZEROCOPY}): their numbers, and how many buffers still
 * hold their data. When none does, the program is told by the error queue that it may use the
 * memory again.
 *
 * <p><b>Differs from Linux:</b> data are copied when they are sent, as no device of a simulated
 * kernel reads a program's memory later; so the program is told so, as on Linux for {@code lo}, TUN
 * and packets that stay within the machine. Pages do not count against {@code RLIMIT_MEMLOCK}.
 *
 * <p><b>Source:</b> {@code net/core/skbuff.c}: {@code msg_zerocopy_realloc}, {@code
 * __msg_zerocopy_callback}, {@code msg_zerocopy_put_abort}; {@code
 * Documentation/networking/msg_zerocopy.rst}.
 */
public final class MsgZerocopy {
  /** Bytes of all calls that share one notification, at most. */
  private static final int BYTES_MAX = 1 << 19;

  private static final int CALLS_MAX = 0xffff - 1;

  private final Sk sk;
  private final int id;
  private int calls = 1;
  private int bytes;
  private boolean copied;
  private int refs = 1;

  private MsgZerocopy(Sk sk, int id, int bytes) {
    this.sk = sk;
    this.id = id;
    this.bytes = bytes;
  }

  /**
   * A call begins ({@code msg_zerocopy_realloc}).
   *
   * @param size of its data, bytes
   * @param last what the last buffer that waits belongs to, which the call may join; or null
   * @return null for ENOBUFS: {@code net.core.optmem_max} is in the way
   */
  public static @Nullable MsgZerocopy realloc(Sk sk, int size, @Nullable MsgZerocopy last) {
    SkRare rare = sk.rareForWrite();
    if (last != null
        && last.calls < CALLS_MAX
        && last.bytes + size <= BYTES_MAX
        && last.id + last.calls == rare.zckey) {
      last.calls++;
      last.bytes += size;
      rare.zckey++;
      last.refs++;
      return last;
    }
    return SkOmem.omalloc(sk) ? new MsgZerocopy(sk, rare.zckey++, size) : null;
  }

  /** One more buffer has its data ({@code net_zcopy_get}). */
  public void get() {
    refs++;
  }

  /** The data had to be copied on their way. */
  public void setCopied() {
    copied = true;
  }

  /** A buffer, or the call, has done with them ({@code msg_zerocopy_complete}). */
  public void put() {
    if (--refs > 0) {
      return;
    }
    SkOmem.ofree(sk);
    if (calls > 0 && !sk.flag(SockFlag.SOCK_DEAD)) {
      ErrSkb.queueZerocopy(sk, id, calls, copied);
    }
  }

  /** The call has sent nothing: its number is given back ({@code msg_zerocopy_put_abort}). */
  public void abort() {
    sk.rareForWrite().zckey--;
    calls--;
    put();
  }
}
