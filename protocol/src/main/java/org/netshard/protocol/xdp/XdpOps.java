package org.netshard.protocol.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.abi.XdpOption;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of AF_XDP sockets, which have no name.
 *
 * <p><b>Source:</b> {@code net/xdp/xsk.c}, {@code xsk_setsockopt}, {@code xsk_getsockopt}; {@code
 * net/xdp/xdp_umem.c}, {@code xdp_umem_reg}.
 *
 * <p><b>Differs from Linux:</b> a program's memory has no pages that could be pinned: every area
 * counts as mapped where a program can have one.
 */
public final class XdpOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final XdpOps INSTANCE = new XdpOps();

  private static final int UMEM_REG_V1_BYTES = 24;
  private static final int UMEM_REG_BYTES = 32;
  private static final int PAGE_BYTES = 4096;

  /** {@code vm.mmap_min_addr}: no program has memory below. */
  private static final long MMAP_MIN_ADDR = 0x1_0000;

  /** {@code TASK_SIZE_MAX}: no program has memory from here on. */
  private static final long TASK_SIZE_MAX = 0x7fff_ffff_f000L;

  private static final int UMEM_CHUNK_MIN_BYTES = 2048;

  /** {@code XDP_PACKET_HEADROOM}, the least packet and {@code struct skb_shared_info}, bytes. */
  private static final int CHUNK_OVERHEAD_BYTES = 704;

  /** {@code XDP_UMEM_UNALIGNED_CHUNK_FLAG}, {@code _TX_SW_CSUM}, {@code _TX_METADATA_LEN}. */
  private static final int UMEM_FLAGS_MASK = 7;

  private static final int UMEM_UNALIGNED_CHUNK_FLAG = 1;

  /** {@code TX_BATCH_SIZE}, packets: the least budget. */
  private static final int TX_BUDGET_MIN = 32;

  /** Offsets of producer, consumer, descriptors and flags in a mapped ring, bytes. */
  private static final long[] RING_OFFSETS = {0, 0x80, 0x140, 0xc4};

  private static final int RING_COUNT = 4;
  private static final int OFFSETS_V1 = 3;
  private static final int STATISTICS_V1_BYTES = 24;
  private static final int STATISTICS_BYTES = 48;
  private static final int OPTIONS_BYTES = 4;

  private XdpOps() {}

  /** {@code xsk_mmap}: EINVAL without a ring. */
  @Override
  public int mmap(Sk sk, int prot, long pageOffset) {
    return XdpOptions.of(sk).rings == 0
        ? Errno.EINVAL.negated()
        : SockNames.leftOut(sk, "mapping the ring of an XDP socket");
  }

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(XdpOptions.DEFAULTS);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  /**
   * {@code xsk_setsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level or unknown option, EINVAL if the
   * value is too short, EFAULT, EINVAL for a ring that is there or has a bad size, ENOMEM for
   * packets of 2^31 entries, EACCES for a budget below 32 or above the transmit ring's size.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level != Abi.SOL_XDP) {
      return Errno.ENOPROTOOPT.negated();
    }
    return switch (optname) {
      case XdpOption.XDP_RX_RING,
          XdpOption.XDP_TX_RING,
          XdpOption.XDP_UMEM_FILL_RING,
          XdpOption.XDP_UMEM_COMPLETION_RING ->
          initQueue(sk, optname, optval, optlen);
      case XdpOption.XDP_UMEM_REG -> registerUmem(sk, optval, optlen);
      case XdpOption.XDP_MAX_TX_SKB_BUDGET -> setTxBudget(sk, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  /** {@code xsk_init_queue}: the number of entries is a power of two. */
  private static int initQueue(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int entries = optval.getInt(0);
    if (Integer.bitCount(entries) != 1 || (XdpOptions.of(sk).rings & 1 << optname) != 0) {
      return Errno.EINVAL.negated();
    }
    boolean umemRing =
        optname == XdpOption.XDP_UMEM_FILL_RING || optname == XdpOption.XDP_UMEM_COMPLETION_RING;
    if (entries < 0 && !umemRing) {
      return Errno.ENOMEM.negated();
    }
    XdpOptions options = XdpOptions.forWrite(sk);
    options.rings |= 1 << optname;
    if (optname == XdpOption.XDP_TX_RING) {
      options.txEntries = entries;
    }
    return 0;
  }

  private static int setTxBudget(Sk sk, UserMem optval, int optlen) {
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int budget = optval.getInt(0);
    if (Integer.compareUnsigned(budget, TX_BUDGET_MIN) < 0
        || Integer.compareUnsigned(budget, XdpOptions.of(sk).txEntries) > 0) {
      return Errno.EACCES.negated();
    }
    XdpOptions.forWrite(sk).maxTxBudget = budget;
    return 0;
  }

  /** EINVAL, EFAULT, EBUSY if there is one; EINVAL for what makes no sense, EFAULT. */
  private static int registerUmem(Sk sk, UserMem optval, int optlen) {
    if (optlen < UMEM_REG_V1_BYTES) {
      return Errno.EINVAL.negated();
    }
    int size = optlen < UMEM_REG_BYTES ? UMEM_REG_V1_BYTES : UMEM_REG_BYTES;
    if (!optval.accessible(0, size)) {
      return Errno.EFAULT.negated();
    }
    if (XdpOptions.of(sk).umem) {
      return Errno.EBUSY.negated();
    }
    long addr = optval.getLong(0);
    long length = optval.getLong(8);
    int chunk = optval.getInt(16);
    int headroom = optval.getInt(20);
    int flags = size == UMEM_REG_BYTES ? optval.getInt(24) : 0;
    boolean aligned = (flags & UMEM_UNALIGNED_CHUNK_FLAG) == 0;
    boolean valid =
        Integer.compareUnsigned(chunk, UMEM_CHUNK_MIN_BYTES) >= 0
            && Integer.compareUnsigned(chunk, PAGE_BYTES) <= 0
            && (flags & ~UMEM_FLAGS_MASK) == 0
            && (!aligned || Integer.bitCount(chunk) == 1)
            && addr % PAGE_BYTES == 0
            && Long.compareUnsigned(length, chunk) >= 0
            && (!aligned || Long.remainderUnsigned(length, chunk) == 0)
            && Integer.compareUnsigned(headroom, chunk - CHUNK_OVERHEAD_BYTES) <= 0;
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    if (Long.compareUnsigned(addr, MMAP_MIN_ADDR) < 0
        || Long.compareUnsigned(addr, TASK_SIZE_MAX) >= 0
        || Long.compareUnsigned(length, TASK_SIZE_MAX - addr) > 0) {
      return Errno.EFAULT.negated();
    }
    XdpOptions.forWrite(sk).umem = true;
    return 0;
  }

  /**
   * {@code xsk_getsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level, EFAULT if the length cannot be
   * read, EINVAL if it is negative, EOPNOTSUPP for an unknown option, EINVAL for too little room,
   * EFAULT.
   */
  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level != Abi.SOL_XDP) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int len = optlen.getInt(0);
    if (len < 0) {
      return Errno.EINVAL.negated();
    }
    byte[] value;
    switch (optname) {
      case XdpOption.XDP_STATISTICS ->
          value = new byte[len < STATISTICS_BYTES ? STATISTICS_V1_BYTES : STATISTICS_BYTES];
      case XdpOption.XDP_MMAP_OFFSETS -> {
        int full = RING_COUNT * RING_OFFSETS.length * Long.BYTES;
        value = mmapOffsets(len < full ? OFFSETS_V1 : RING_OFFSETS.length);
      }
      case XdpOption.XDP_OPTIONS -> value = new byte[OPTIONS_BYTES];
      default -> {
        return Errno.EOPNOTSUPP.negated();
      }
    }
    if (len < value.length) {
      return Errno.EINVAL.negated();
    }
    return SocketOptions.putValue(optval, optlen, value.length, value);
  }

  private static byte[] mmapOffsets(int offsetCount) {
    ByteBuffer value =
        ByteBuffer.allocate(RING_COUNT * offsetCount * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int ring = 0; ring < RING_COUNT; ring++) {
      for (int i = 0; i < offsetCount; i++) {
        value.putLong(RING_OFFSETS[i]);
      }
    }
    return value.array();
  }

  /** {@code sock_no_getname}. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    return Errno.EOPNOTSUPP.negated();
  }
}
