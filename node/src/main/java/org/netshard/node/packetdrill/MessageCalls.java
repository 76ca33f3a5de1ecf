package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Makes {@code sendmsg} and {@code recvmsg}, with their control messages. */
final class MessageCalls {
  private static final int MSGHDR_BYTES = 56;
  private static final int NAMELEN_AT = 8;
  private static final int IOV_AT = 16;
  private static final int IOVLEN_AT = 24;
  private static final int CONTROL_AT = 32;
  private static final int CONTROLLEN_AT = 40;
  private static final int FLAGS_AT = 48;
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int CONTROL_ROOM = 4096;
  private static final int NAME_ROOM = 128;
  private static final long NS_PER_S = 1_000_000_000;

  private final CallValues v;
  private final long startNs;
  private final long toleranceNs;

  MessageCalls(CallValues v, long startNs, long toleranceNs) {
    this.v = v;
    this.startNs = startNs;
    this.toleranceNs = toleranceNs;
  }

  private UserMem header(Expr.Struct message) {
    UserMem header = UserMem.zeroed(MSGHDR_BYTES);
    Expr iov = v.field(message, "msg_iov");
    UserMem vector = v.iovec(iov);
    header.putPointer(IOV_AT, vector);
    header.putLong(IOVLEN_AT, v.elements(iov).size());
    return header;
  }

  /**
   * {@code sendmsg}.
   *
   * @param address makes an address of what a script says of it
   */
  MadeCall sendmsg(int fd, Function<Expr, UserMem> address, boolean ping) {
    v.count(3, 3);
    Expr.Struct message = v.struct(v.arg(1));
    UserMem header = header(message);
    Expr name = message.field("msg_name");
    if (name != null) {
      UserMem bytes = address.apply(name);
      header.putPointer(0, bytes);
      header.putInt(NAMELEN_AT, bytes.size());
    }
    if (ping) {
      throw v.wrong("a message of ICMP by sendmsg is not simulated, as by sendto");
    }
    Expr control = message.field("msg_control");
    if (control != null) {
      UserMem bytes = control(v.elements(control));
      header.putPointer(CONTROL_AT, bytes);
      header.putLong(CONTROLLEN_AT, bytes.size());
    }
    return MadeCall.of(Syscall.of(SyscallName.SENDMSG, fd, header, v.number(2)));
  }

  private UserMem control(List<Expr> messages) {
    UserMem bytes = UserMem.zeroed((CMSG_HEADER_BYTES + Long.BYTES) * messages.size());
    int at = 0;
    for (Expr one : messages) {
      Expr.Struct cmsg = v.struct(one);
      bytes.putLong(at, CMSG_HEADER_BYTES + Integer.BYTES);
      bytes.putInt(at + 8, (int) v.number(v.field(cmsg, "cmsg_level")));
      bytes.putInt(at + 12, (int) v.number(v.field(cmsg, "cmsg_type")));
      bytes.putInt(at + CMSG_HEADER_BYTES, (int) v.number(v.field(cmsg, "cmsg_data")));
      at += CMSG_HEADER_BYTES + Long.BYTES;
    }
    return bytes;
  }

  MadeCall recvmsg(int fd) {
    v.count(3, 3);
    Expr.Struct message = v.struct(v.arg(1));
    UserMem header = header(message);
    header.putPointer(0, UserMem.zeroed(NAME_ROOM));
    header.putInt(NAMELEN_AT, NAME_ROOM);
    Expr control = message.field("msg_control");
    List<Expr> expected = control == null ? List.of() : v.elements(control);
    if (control != null) {
      header.putPointer(CONTROL_AT, UserMem.zeroed(CONTROL_ROOM));
      header.putLong(CONTROLLEN_AT, CONTROL_ROOM);
    }
    for (Expr one : expected) {
      Expr.Struct cmsg = v.struct(one);
      v.number(v.field(cmsg, "cmsg_level"));
      v.number(v.field(cmsg, "cmsg_type"));
    }
    Expr flags = message.field("msg_flags");
    long wanted = flags == null || flags instanceof Expr.Wildcard ? -1 : v.number(flags);
    Syscall call = Syscall.of(SyscallName.RECVMSG, fd, header, v.number(2));
    return MadeCall.of(
        call,
        (made, result) -> {
          int found = made.mem(1).getInt(FLAGS_AT);
          if (wanted >= 0 && found != wanted) {
            return "msg_flags: expected 0x%x, found 0x%x".formatted(wanted, found);
          }
          return control == null ? null : different(expected, received(made.mem(1)));
        });
  }

  /** A control message that was received. */
  private record Cmsg(int level, int type, UserMem data) {}

  private static List<Cmsg> received(UserMem header) {
    List<Cmsg> all = new ArrayList<>();
    UserMem control = header.pointer(CONTROL_AT);
    int end = (int) header.getLong(CONTROLLEN_AT);
    int at = 0;
    while (at + CMSG_HEADER_BYTES <= end) {
      int length = (int) control.getLong(at);
      if (length < CMSG_HEADER_BYTES || at + length > end) {
        break;
      }
      UserMem data = control.part(at + CMSG_HEADER_BYTES, length - CMSG_HEADER_BYTES);
      all.add(new Cmsg(control.getInt(at + 8), control.getInt(at + 12), data));
      at += (length + 7) & -8;
    }
    return all;
  }

  private @Nullable String different(List<Expr> expected, List<Cmsg> found) {
    for (int i = 0; i < expected.size(); i++) {
      String which = "control message " + (i + 1);
      if (i >= found.size()) {
        return which + " is missing: " + ScriptPrinter.print(expected.get(i));
      }
      Expr.Struct wanted = v.struct(expected.get(i));
      Cmsg cmsg = found.get(i);
      String wrong =
          CallMaker.different("level", v.number(v.field(wanted, "cmsg_level")), cmsg.level());
      wrong =
          wrong != null
              ? wrong
              : CallMaker.different("type", v.number(v.field(wanted, "cmsg_type")), cmsg.type());
      wrong = wrong != null ? wrong : data(wanted.field("cmsg_data"), cmsg.data());
      if (wrong != null) {
        return which + ": " + wrong;
      }
    }
    return found.size() > expected.size()
        ? "one more control message, of level %d and type %d"
            .formatted(found.get(expected.size()).level(), found.get(expected.size()).type())
        : null;
  }

  private @Nullable String data(@Nullable Expr wanted, UserMem found) {
    if (wanted == null || wanted instanceof Expr.Wildcard) {
      return null;
    }
    if (wanted instanceof Expr.Struct struct) {
      return struct.field("scm_sec") != null ? timestamp(struct, found) : error(struct, found);
    }
    long number =
        found.size() >= Integer.BYTES ? found.getInt(0) : found.size() >= 1 ? found.getByte(0) : -1;
    return CallMaker.different("data", v.number(wanted), number);
  }

  private @Nullable String timestamp(Expr.Struct wanted, UserMem found) {
    if (found.size() < 2 * Long.BYTES) {
      return "a time stamp of " + found.size() + " bytes";
    }
    long expectedNs = v.number(v.field(wanted, "scm_sec")) * NS_PER_S;
    expectedNs += v.number(v.field(wanted, "scm_nsec"));
    long foundNs = found.getLong(0) * NS_PER_S + found.getLong(Long.BYTES) - startNs;
    return Math.abs(expectedNs - foundNs) <= toleranceNs
        ? null
        : CallMaker.different("time in ns since the start", expectedNs, foundNs);
  }

  /** {@code struct sock_extended_err}. */
  private @Nullable String error(Expr.Struct wanted, UserMem found) {
    if (found.size() < 16) {
      return "an error of " + found.size() + " bytes";
    }
    long[] values = {
      found.getInt(0),
      found.getByte(4),
      found.getByte(5),
      found.getByte(6),
      found.getInt(8) & 0xffff_ffffL,
      found.getInt(12) & 0xffff_ffffL
    };
    List<String> names =
        List.of("ee_errno", "ee_origin", "ee_type", "ee_code", "ee_info", "ee_data");
    for (int i = 0; i < values.length; i++) {
      Expr value = wanted.field(names.get(i));
      String wrong =
          value == null || value instanceof Expr.Wildcard
              ? null
              : CallMaker.different(names.get(i), v.number(value), values[i]);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }
}
