package org.netshard.protocol.diag;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.tcp.TcpEndpoint;
import org.netshard.protocol.tcp.TcpSock;

/**
 * The filter of a question about Internet sockets: a program that compares ports, addresses and the
 * like, as {@code ss} makes it of an expression.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_diag.c}: {@code inet_diag_bc_audit}, {@code
 * inet_diag_bc_run}, {@code inet_diag_bc_sk}.
 */
final class DiagBytecode {
  private static final int REQUEST_BYTES = 56;
  private static final int REQ_BYTECODE = 1;
  private static final int REQ_PROTOCOL = 3;
  private static final int REQ_MAX = 4;

  private static final int NOP = 0;
  private static final int JMP = 1;
  private static final int S_GE = 2;
  private static final int S_LE = 3;
  private static final int D_GE = 4;
  private static final int D_LE = 5;
  private static final int AUTO = 6;
  private static final int S_COND = 7;
  private static final int D_COND = 8;
  private static final int DEV_COND = 9;
  private static final int MARK_COND = 10;
  private static final int S_EQ = 11;
  private static final int D_EQ = 12;
  private static final int CGROUP_COND = 13;

  /** Bytes of a {@code struct inet_diag_bc_op}. */
  private static final int OP_BYTES = 4;

  /** Bytes of a {@code struct inet_diag_hostcond} without its address. */
  private static final int HOSTCOND_BYTES = 8;

  /** The cgroup of every sock, as is told. */
  private static final long CGROUP_ID = 1;

  private final byte[] code;

  private DiagBytecode(byte[] code) {
    this.code = code;
  }

  /** What is compared ({@code struct inet_diag_entry}). */
  @SuppressWarnings("ArrayRecordComponent")
  private record Entry(
      int family,
      byte[] saddr,
      byte[] daddr,
      int sport,
      int dport,
      int ifindex,
      boolean auto,
      int mark) {}

  private static NlAttrs attrs(NlRequest request) {
    int from = Nl.NLMSG_HDRLEN + REQUEST_BYTES;
    NlAttrs found = NlAttrs.parse(request, from, REQ_MAX, new NlAttrs.Rule[0], false, new ExtAck());
    if (found == null) {
      throw new IllegalStateException("attributes without rules");
    }
    return found;
  }

  /** The protocol that is asked for ({@code inet_diag_get_protocol}). */
  static int protocol(NlRequest request) {
    NlAttr attr = attrs(request).get(REQ_PROTOCOL);
    return attr == null ? request.getByte(1) : attr.getInt();
  }

  /** The filter of a request whose filter is good. */
  static DiagBytecode of(NlRequest request) {
    NlAttr attr = attrs(request).get(REQ_BYTECODE);
    return new DiagBytecode(attr == null ? new byte[0] : attr.bytes());
  }

  // Checks.

  /**
   * Whether a request can be answered.
   *
   * <p><b>Errors</b>, in order: EINVAL for another length of the protocol, for a filter that is
   * none, EPERM for one that asks for marks without CAP_NET_ADMIN.
   *
   * @return 0 or {@code -errno}
   */
  static int audit(NlRequest request) {
    NlAttrs attrs = attrs(request);
    NlAttr protocol = attrs.get(REQ_PROTOCOL);
    if (protocol != null && protocol.length() != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    NlAttr filter = attrs.get(REQ_BYTECODE);
    return filter == null ? 0 : new DiagBytecode(filter.bytes()).check(InetDiag.isAdmin(request));
  }

  private int check(boolean admin) {
    int invalid = Errno.EINVAL.negated();
    if (code.length < OP_BYTES) {
      return invalid;
    }
    int at = 0;
    while (at < code.length) {
      int left = code.length - at;
      int op = left < OP_BYTES ? -1 : u8(at);
      if (op == MARK_COND && !admin) {
        return Errno.EPERM.negated();
      }
      int least = op < 0 ? -1 : least(op, at, left);
      if (least < 0) {
        return invalid;
      }
      int no = u16(at + 2);
      if (op != NOP && (badJump(no, least, left) || (no < left && !reaches(left - no)))) {
        return invalid;
      }
      if (badJump(u8(at + 1), least, left)) {
        return invalid;
      }
      at += u8(at + 1);
    }
    return at == code.length ? 0 : invalid;
  }

  private static boolean badJump(int jump, int least, int left) {
    return jump < least || jump > left + OP_BYTES || (jump & 3) != 0;
  }

  /** The bytes that an operation has at least, or -1 if it is wrong. */
  private int least(int op, int at, int left) {
    int least =
        switch (op) {
          case NOP, JMP, AUTO -> OP_BYTES;
          case S_GE, S_LE, D_GE, D_LE, S_EQ, D_EQ, DEV_COND -> OP_BYTES + 4;
          case MARK_COND, CGROUP_COND -> OP_BYTES + 8;
          case S_COND, D_COND -> OP_BYTES + HOSTCOND_BYTES;
          default -> -1;
        };
    if (least < 0 || left < least) {
      return -1;
    }
    if (op == S_COND || op == D_COND) {
      int bytes = addressBytes(u8(at + OP_BYTES));
      least += bytes;
      if (bytes < 0 || left < least || u8(at + OP_BYTES + 1) > Byte.SIZE * bytes) {
        return -1;
      }
    }
    return least;
  }

  private static int addressBytes(int family) {
    return switch (family) {
      case Abi.AF_UNSPEC -> 0;
      case Abi.AF_INET -> 4;
      case Abi.AF_INET6 -> 16;
      default -> -1;
    };
  }

  /** {@code valid_cc}: whether an operation begins so many bytes before the end. */
  private boolean reaches(int wanted) {
    int at = 0;
    while (at <= code.length) {
      int left = code.length - at;
      if (wanted >= left) {
        return wanted == left;
      }
      int yes = u8(at + 1);
      if (yes < OP_BYTES || (yes & 3) != 0) {
        return false;
      }
      at += yes;
    }
    return false;
  }

  // Running.

  /** Whether a sock is to be shown. */
  boolean shows(Sk sk) {
    return code.length == 0 || run(entry(sk));
  }

  /** Whether an end of a connection is to be shown. */
  boolean shows(TcpEndpoint end) {
    if (code.length == 0) {
      return true;
    }
    boolean v6 = end.family() == Abi.AF_INET6;
    Sk sk = end instanceof TcpSock tp ? tp.sk : null;
    return run(
        new Entry(
            end.family(),
            v6 ? end.saddr6() : bytes(end.saddr()),
            v6 ? end.daddr6() : bytes(end.daddr()),
            end.sport(),
            end.dport(),
            end.boundDevIf(),
            isAuto(sk),
            sk == null ? 0 : sk.mark()));
  }

  private static boolean isAuto(@Nullable Sk sk) {
    return sk == null || !sk.locked(Sk.SOCK_BINDPORT_LOCK);
  }

  private static Entry entry(Sk sk) {
    boolean v6 = sk.family() == Abi.AF_INET6;
    InetOptions inet = InetOptions.of(sk);
    return new Entry(
        sk.family(),
        v6 ? Inet6Options.of(sk).rcvSaddr() : bytes(inet.rcvSaddr()),
        v6 ? Inet6Options.of(sk).daddr() : bytes(inet.daddr()),
        sk.num(),
        sk.dport(),
        sk.boundDevIf(),
        isAuto(sk),
        sk.mark());
  }

  /** An address in network byte order. */
  private static byte[] bytes(int address) {
    return new byte[] {
      (byte) address, (byte) (address >> 8), (byte) (address >> 16), (byte) (address >> 24)
    };
  }

  private boolean run(Entry entry) {
    int at = 0;
    while (at < code.length) {
      at += holds(entry, at) ? u8(at + 1) : u16(at + 2);
    }
    return at == code.length;
  }

  private boolean holds(Entry entry, int at) {
    int operand = at + OP_BYTES;
    return switch (u8(at)) {
      case JMP -> false;
      case S_EQ -> entry.sport == u16(operand + 2);
      case S_GE -> entry.sport >= u16(operand + 2);
      case S_LE -> entry.sport <= u16(operand + 2);
      case D_EQ -> entry.dport == u16(operand + 2);
      case D_GE -> entry.dport >= u16(operand + 2);
      case D_LE -> entry.dport <= u16(operand + 2);
      case AUTO -> entry.auto;
      case S_COND -> isHost(entry, entry.saddr, entry.sport, operand);
      case D_COND -> isHost(entry, entry.daddr, entry.dport, operand);
      case DEV_COND -> entry.ifindex == u32(operand);
      case MARK_COND -> (entry.mark & u32(operand + 4)) == u32(operand);
      case CGROUP_COND -> u32(operand) == (int) CGROUP_ID && u32(operand + 4) == 0;
      default -> true;
    };
  }

  private boolean isHost(Entry entry, byte[] address, int port, int at) {
    int family = u8(at);
    int bits = u8(at + 1);
    int wanted = u32(at + 4);
    if (wanted != -1 && wanted != port) {
      return false;
    }
    if (family != Abi.AF_UNSPEC && family != entry.family) {
      return entry.family == Abi.AF_INET6
          && family == Abi.AF_INET
          && Ipv6Address.isV4Mapped(address)
          && same(address, 12, at + HOSTCOND_BYTES, bits);
    }
    return same(address, 0, at + HOSTCOND_BYTES, bits);
  }

  /** {@code bitstring_match}. */
  private boolean same(byte[] address, int from, int at, int bits) {
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      int own = address[from + bit / Byte.SIZE] & mask;
      if (own != (code[at + bit / Byte.SIZE] & mask)) {
        return false;
      }
    }
    return true;
  }

  private int u8(int at) {
    return code[at] & 0xff;
  }

  private int u16(int at) {
    return u8(at) | u8(at + 1) << 8;
  }

  private int u32(int at) {
    return u16(at) | u16(at + 2) << 16;
  }
}
