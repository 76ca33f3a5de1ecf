package org.netshard.protocol.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The socket filter of a sock, and the program that chooses in a reuseport group.
 *
 * <p><b>Source:</b> {@code net/core/filter.c}, {@code sk_attach_filter}, {@code sk_detach_filter},
 * {@code sk_get_filter}; {@code net/core/sock_reuseport.c}, {@code reuseport_attach_prog}.
 *
 * <p><b>Differs from Linux:</b> a pointer inside of a {@code struct sock_fprog} is an offset into
 * the memory that holds the struct, as a program in it has no other address. There are no eBPF
 * programs, so a descriptor of one is always EBADF.
 */
public final class SkFilter {
  /** Header of UDP, which a program that chooses in a group does not see, bytes. */
  private static final int REUSEPORT_HEADER_BYTES = 8;

  private SkFilter() {}

  /**
   * {@code SO_ATTACH_FILTER}.
   *
   * <p><b>Errors</b>, in order: EPERM on TCP without CAP_NET_ADMIN, EINVAL if it is no {@code
   * struct sock_fprog} by its length, EFAULT, EPERM if the filter is locked, EINVAL for a NULL,
   * empty or too long program, EFAULT, EINVAL for a program that makes no sense, ENOMEM beyond
   * {@code net.core.optmem_max}.
   */
  static int attach(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (sk.isTcp() && !cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    int error = checkProgram(sk, optval, optlen);
    if (error != 0) {
      return error;
    }
    byte[] program = program(optval);
    if (!SkOmem.alloc(sk, ClassicBpf.convertedBytes(program))) {
      return Errno.ENOMEM.negated();
    }
    replace(sk, program);
    return 0;
  }

  private static void replace(Sk sk, byte @Nullable [] program) {
    byte[] old = sk.rare().filter;
    if (old != null) {
      SkOmem.free(sk, ClassicBpf.convertedBytes(old));
    }
    sk.rareForWrite().filter = program;
  }

  /** The checks of {@link #attach}. */
  public static int checkProgram(Sk sk, UserMem optval, int optlen) {
    int error = check(sk, optval, optlen);
    if (error == 0 && !ClassicBpf.isValid(program(optval))) {
      return Errno.EINVAL.negated();
    }
    return error;
  }

  /** Whether a sock has a filter. */
  public static boolean isAttached(Sk sk) {
    return sk.rare().filter != null;
  }

  /**
   * Asks the filter of a sock about a packet, and cuts it as the filter says ({@code
   * sk_filter_trim_cap}).
   *
   * @param packet its {@code start} is where it begins for the filter
   * @param least bytes that are never cut
   * @return whether the sock takes it
   */
  public static boolean run(Sk sk, Packet packet, int least) {
    if (sk.rare().filter == null) {
      return true;
    }
    int kept = kept(sk, packet);
    if (kept == 0) {
      return false;
    }
    if (Integer.compareUnsigned(kept, packet.len()) < 0) {
      packet.trim(Math.max(kept, least));
    }
    return true;
  }

  /**
   * How many bytes of a packet the filter of a sock keeps, unsigned: 0 if it does not want it, its
   * length without a filter.
   */
  public static int kept(Sk sk, Packet packet) {
    byte[] program = sk.rare().filter;
    return program == null ? packet.len() : BpfRun.run(program, packet, packet.start());
  }

  /**
   * Runs a program that belongs to no sock.
   *
   * @param base where the packet begins for it
   */
  public static int runProgram(byte[] program, Packet packet, int base) {
    return BpfRun.run(program, packet, base);
  }

  /**
   * Which sock of a group a packet is for, as a program says that one of them has brought; below 0
   * if there is none.
   *
   * @param packet its {@code start} is the transport's header, which the program does not see
   */
  public static int reuseportIndex(List<Sk> group, Packet packet) {
    for (Sk sk : group) {
      byte[] program = sk.rare().reuseportProgram;
      if (program != null) {
        return BpfRun.run(program, packet, packet.transport() + REUSEPORT_HEADER_BYTES);
      }
    }
    return -1;
  }

  /** {@code SO_ATTACH_BPF} and {@code SO_ATTACH_REUSEPORT_EBPF}: EINVAL, EPERM, EBADF. */
  static int attachBpf(Sk sk, int optlen) {
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    return (sk.flag(SockFlag.SOCK_FILTER_LOCKED) ? Errno.EPERM : Errno.EBADF).negated();
  }

  /** {@code SO_DETACH_FILTER}: EPERM if it is locked, ENOENT if there is none. */
  static int detach(Sk sk) {
    if (sk.flag(SockFlag.SOCK_FILTER_LOCKED)) {
      return Errno.EPERM.negated();
    }
    if (sk.rare().filter == null) {
      return Errno.ENOENT.negated();
    }
    replace(sk, null);
    return 0;
  }

  /**
   * {@code SO_GET_FILTER}: lengths are instructions, and a length of 0 asks for their number.
   *
   * <p><b>Errors</b>, in order: EINVAL if the room is too small, EFAULT.
   */
  static int get(Sk sk, UserMem optval, UserMem optlen, int len) {
    byte[] filter = sk.rare().filter;
    int count = filter == null ? 0 : filter.length / ClassicBpf.INSN_BYTES;
    if (filter != null && len != 0) {
      if (len < count) {
        return Errno.EINVAL.negated();
      }
      if (!optval.accessible(0, filter.length)) {
        return Errno.EFAULT.negated();
      }
      optval.put(0, filter, filter.length);
    }
    return SocketOptions.putLen(optlen, count);
  }

  /**
   * {@code SO_ATTACH_REUSEPORT_CBPF}.
   *
   * <p><b>Errors</b>, in order: those of {@link #attach} but the first, EINVAL without {@code
   * SO_REUSEPORT}, or if the sock was hashed without a group, as a raw one is from the beginning;
   * ENOMEM beyond {@code net.core.optmem_max}, to which it is not charged.
   */
  static int attachReuseport(Sk sk, UserMem optval, int optlen) {
    int error = checkProgram(sk, optval, optlen);
    if (error != 0) {
      return error;
    }
    boolean hashed = sk.type() == Abi.SOCK_RAW && sk.num() != 0;
    if (!sk.flag(SockFlag.SK_REUSEPORT) || hashed) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SK_REUSEPORT_CB, true);
    sk.setFlag(SockFlag.SK_REUSEPORT_PROG, true);
    sk.rareForWrite().reuseportProgram = program(optval);
    return 0;
  }

  /** {@code SO_DETACH_REUSEPORT_BPF}: EINVAL without {@code SO_REUSEPORT}, ENOENT for none. */
  static int detachReuseport(Sk sk) {
    if (!sk.flag(SockFlag.SK_REUSEPORT_CB) && !sk.flag(SockFlag.SK_REUSEPORT)) {
      return Errno.EINVAL.negated();
    }
    if (!sk.flag(SockFlag.SK_REUSEPORT_PROG)) {
      return Errno.ENOENT.negated();
    }
    sk.setFlag(SockFlag.SK_REUSEPORT_PROG, false);
    sk.rareForWrite().reuseportProgram = null;
    return 0;
  }

  private static int check(Sk sk, UserMem fprog, int optlen) {
    if (optlen != ClassicBpf.FPROG_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!fprog.accessible(0, ClassicBpf.FPROG_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (sk.flag(SockFlag.SOCK_FILTER_LOCKED)) {
      return Errno.EPERM.negated();
    }
    int count = fprog.getShort(0);
    long pointer = fprog.getLong(8);
    if (pointer == 0 || count == 0 || count > ClassicBpf.INSN_COUNT_MAX) {
      return Errno.EINVAL.negated();
    }
    boolean mapped =
        pointer > 0
            && pointer <= fprog.size()
            && fprog.accessible((int) pointer, count * ClassicBpf.INSN_BYTES);
    return mapped ? 0 : Errno.EFAULT.negated();
  }

  /** The instructions of a {@code struct sock_fprog} that was found good. */
  public static byte[] program(UserMem fprog) {
    return fprog.get((int) fprog.getLong(8), fprog.getShort(0) * ClassicBpf.INSN_BYTES);
  }
}
