package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;

/**
 * Makes calls that move data or wait for it out of what a log says of them.
 *
 * <p>Of a message that was received, the log shows what came, not the room that was there for it:
 * there is as much as the lengths say, and for control messages as much as came.
 */
final class IoDecoder {
  private static final int IOVEC_BYTES = 16;
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int EVENTS_MAX = 1 << 16;
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int PIECES_TOO_MANY = 1025;

  private final CallDecoder decoder;

  IoDecoder(CallDecoder decoder) {
    this.decoder = decoder;
  }

  Syscall decode(SyscallName name) {
    return switch (name) {
      case SENDTO -> sendto();
      case RECVFROM -> recvfrom();
      case SENDMSG, RECVMSG ->
          Syscall.of(
              name,
              decoder.number(0),
              header(decoder.argument(1), name == SyscallName.SENDMSG),
              decoder.number(2));
      case SENDMMSG ->
          Syscall.of(name, decoder.number(0), headers(true), decoder.number(2), decoder.number(3));
      case RECVMMSG ->
          Syscall.of(
              name,
              decoder.number(0),
              headers(false),
              decoder.number(2),
              decoder.number(3),
              time(decoder.argument(4)));
      case VMSPLICE ->
          Syscall.of(name, decoder.number(0), vector(name), decoder.number(2), decoder.number(3));
      case READV, WRITEV -> Syscall.of(name, decoder.number(0), vector(name), decoder.number(2));
      case PIPE -> Syscall.of(name, decoder.output(decoder.argument(0), Long.BYTES));
      case PIPE2 ->
          Syscall.of(name, decoder.output(decoder.argument(0), Long.BYTES), decoder.number(1));
      case POLL -> Syscall.of(name, pollfds(), decoder.number(1), decoder.number(2));
      case EPOLL_CTL ->
          Syscall.of(name, decoder.number(0), decoder.number(1), decoder.number(2), epollEvent());
      case EPOLL_WAIT ->
          Syscall.of(
              name, decoder.number(0), events(decoder), decoder.number(2), decoder.number(3));
      default -> throw new IllegalStateException("no call that moves data: " + name);
    };
  }

  private Syscall sendto() {
    long length = decoder.number(2);
    return Syscall.of(
        SyscallName.SENDTO,
        decoder.number(0),
        decoder.bytes(decoder.argument(1), length),
        length,
        decoder.number(3),
        address(decoder.argument(4), decoder.number(5)),
        decoder.number(5));
  }

  private Syscall recvfrom() {
    long length = decoder.number(2);
    return Syscall.of(
        SyscallName.RECVFROM,
        decoder.number(0),
        decoder.output(decoder.argument(1), length),
        length,
        decoder.number(3),
        Notation.isNull(decoder.argument(4))
            ? UserMem.NULL
            : decoder.output(decoder.argument(4), 128),
        CallDecoder.length(decoder.argument(5)));
  }

  private UserMem address(StraceValue value, long length) {
    return value.plain() instanceof Struct struct
        ? CallDecoder.padded(SockAddr.bytes(struct, -1), length)
        : decoder.unknown(value, length);
  }

  /** {@code [{msg_hdr={…}, msg_len=5}, …]}, and room for those that the log does not show. */
  private UserMem headers(boolean sends) {
    StraceValue value = decoder.argument(1);
    long count = Math.max(0, Math.min(decoder.number(2), Msg.MESSAGES_MAX));
    if (!(value.before().plain() instanceof Array array)) {
      return decoder.unknown(value, count * Msg.ENTRY_BYTES);
    }
    int entries = (int) Math.max(count, array.elements().size());
    UserMem vector = UserMem.zeroed(entries * Msg.ENTRY_BYTES);
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (element.plain() instanceof Struct entry && entry.field("msg_hdr") != null) {
        StraceValue field = entry.field("msg_hdr");
        UserMem header = header(field == null ? element : field, sends);
        if (header.accessible(0, Msg.HEADER_BYTES)) {
          vector.putPart(at, header);
          int start = at;
          header.pointers().forEach((from, to) -> vector.putPointer(start + from, to));
        }
      }
      at += Msg.ENTRY_BYTES;
    }
    return vector;
  }

  private UserMem time(StraceValue value) {
    if (!(value.before().plain() instanceof Struct struct)) {
      return decoder.unknown(value, 16);
    }
    UserMem time = UserMem.zeroed(16);
    time.putLong(0, SockAddr.require(struct, "tv_sec"));
    time.putLong(8, SockAddr.require(struct, "tv_nsec"));
    return time;
  }

  private UserMem header(StraceValue value, boolean sends) {
    if (!(value.plain() instanceof Struct struct)) {
      return decoder.unknown(value, Msg.HEADER_BYTES);
    }
    UserMem header = UserMem.zeroed(Msg.HEADER_BYTES);
    StraceValue msgName = struct.field("msg_name");
    StraceValue nameLength = struct.field("msg_namelen");
    long length = nameLength == null ? 0 : Notation.number(nameLength.before());
    if (msgName != null && !Notation.isNull(msgName)) {
      header.putPointer(
          0, sends ? address(msgName, length) : UserMem.zeroed((int) Math.max(0, length)));
    }
    if (length < 0 && !sends) {
      // Of a message that was not received, only this is shown; without room it would not count.
      header.putPointer(0, UserMem.zeroed(1));
    }
    header.putInt(8, (int) length);
    StraceValue iov = struct.field("msg_iov");
    long count = SockAddr.optional(struct, "msg_iovlen");
    if (iov == null && decoder.failedWith(Errno.EMSGSIZE)) {
      count = PIECES_TOO_MANY;
    }
    header.putPointer(16, iov == null ? UserMem.NULL : vector(iov, count, sends));
    boolean hidden =
        iov == null
            && !sends
            && !decoder.failedWith(Errno.EMSGSIZE)
            && !decoder.failedWith(Errno.EFAULT);
    if (hidden) {
      // Nothing is received without room for it, which is an end of the data and no error.
      UserMem room = UserMem.zeroed(IOVEC_BYTES);
      room.putPointer(0, UserMem.zeroed(1));
      room.putLong(Long.BYTES, 1);
      header.putPointer(16, room);
      count = 1;
    }
    header.putLong(24, count);
    control(struct, header, sends);
    return header;
  }

  private void control(Struct struct, UserMem header, boolean sends) {
    long length = SockAddr.optional(struct, "msg_controllen");
    StraceValue control = struct.field("msg_control");
    UserMem mem =
        sends && control != null && control.plain() instanceof Array array
            ? cmsgs(shown(array), length)
            : UserMem.zeroed((int) Math.max(0, Math.min(length, Short.MAX_VALUE)));
    if (length > 0) {
      header.putPointer(32, mem);
    }
    header.putLong(40, length);
  }

  /** Control messages that are sent, all of whose contents the log must show. */
  private static Array shown(Array array) {
    for (StraceValue element : array.elements()) {
      if (element.plain() instanceof Struct cmsg
          && cmsg.field("cmsg_data") == null
          && SockAddr.require(cmsg, "cmsg_len") > CMSG_HEADER_BYTES) {
        throw new NotationException(cmsg.text(), "strace does not show what this message says");
      }
    }
    return array;
  }

  /** Control messages as bytes; what cannot be read is zeros. */
  static UserMem cmsgs(Array array, long length) {
    UserMem mem = UserMem.zeroed((int) Math.max(0, Math.min(length, Short.MAX_VALUE)));
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (!(element.plain() instanceof Struct cmsg) || !mem.accessible(at, CMSG_HEADER_BYTES)) {
        break;
      }
      long cmsgLength = SockAddr.require(cmsg, "cmsg_len");
      mem.putLong(at, cmsgLength);
      mem.putInt(at + 8, (int) SockAddr.require(cmsg, "cmsg_level"));
      mem.putInt(at + 12, (int) SockAddr.require(cmsg, "cmsg_type"));
      int content = (int) Math.max(0, cmsgLength - CMSG_HEADER_BYTES);
      byte[] data = cmsgData(cmsg.field("cmsg_data"), content);
      if (mem.accessible(at + CMSG_HEADER_BYTES, data.length)) {
        mem.put(at + CMSG_HEADER_BYTES, data, data.length);
      }
      at += (int) ((cmsgLength + 7) & -8);
    }
    return mem;
  }

  /** Whether the log shows all bytes of the control message that begins at this offset. */
  static boolean isWhole(Array array, int offset) {
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (!(element.plain() instanceof Struct cmsg)) {
        return false;
      }
      long length = SockAddr.require(cmsg, "cmsg_len");
      if (at == offset) {
        int content = (int) Math.max(0, length - CMSG_HEADER_BYTES);
        return cmsgData(cmsg.field("cmsg_data"), content).length == content;
      }
      at += (int) ((length + 7) & -8);
    }
    return false;
  }

  /** The content of a control message: bytes, if as many elements as bytes are shown. */
  private static byte[] cmsgData(@Nullable StraceValue value, int content) {
    if (value == null) {
      return new byte[0];
    }
    if (value.plain() instanceof Str string) {
      return string.bytes();
    }
    List<StraceValue> members = new ArrayList<>();
    if (value.plain() instanceof Array array) {
      members.addAll(array.elements());
    } else if (value.plain() instanceof Struct struct) {
      members.addAll(struct.members());
    }
    int size = members.size() == content ? Byte.BYTES : Integer.BYTES;
    UserMem mem = UserMem.zeroed(members.size() * size);
    for (int i = 0; i < members.size(); i++) {
      StraceValue member = members.get(i);
      StraceValue number = member instanceof Named named ? named.value() : member;
      if (!(number.plain() instanceof IntValue) && !(number.plain() instanceof Function)) {
        return new byte[0];
      }
      if (size == Byte.BYTES) {
        mem.putByte(i, (int) Notation.number(number));
      } else {
        mem.putInt(i * Integer.BYTES, (int) Notation.number(number));
      }
    }
    return mem.content();
  }

  private UserMem vector(SyscallName name) {
    return vector(decoder.argument(1), decoder.number(2), name != SyscallName.READV);
  }

  private UserMem vector(StraceValue value, long count, boolean sends) {
    if (!(value.plain() instanceof Array array)) {
      return decoder.unknown(value, count * IOVEC_BYTES);
    }
    UserMem vector = UserMem.zeroed(array.elements().size() * IOVEC_BYTES);
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (!(element.plain() instanceof Struct piece)) {
        throw new NotationException(element.text(), "expected {iov_base=…, iov_len=…}");
      }
      long length = SockAddr.require(piece, "iov_len");
      StraceValue base = piece.field("iov_base");
      if (base == null) {
        throw new NotationException(piece.text(), "iov_base is missing");
      }
      if (!(base.plain() instanceof Str)
          && !OptionValue.isAddress(base)
          && !Notation.isNull(base)
          && !NetlinkNotation.isMessage(base)) {
        throw new NotationException(base.text(), "data that strace has decoded are not read");
      }
      vector.putPointer(at, sends ? decoder.bytes(base, length) : decoder.output(base, length));
      vector.putLong(at + 8, length);
      at += IOVEC_BYTES;
    }
    return vector;
  }

  /** Room for what epoll tells. */
  static UserMem events(CallDecoder decoder) {
    return decoder.output(
        decoder.argument(1), Math.min(decoder.number(2), EVENTS_MAX) * EPOLL_EVENT_BYTES);
  }

  UserMem pollfds() {
    StraceValue value = decoder.argument(0);
    if (!(value.plain() instanceof Array array)) {
      return decoder.unknown(value, decoder.number(1) * POLLFD_BYTES);
    }
    UserMem mem = UserMem.zeroed(array.elements().size() * POLLFD_BYTES);
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (element.plain() instanceof Struct pollfd) {
        mem.putInt(at, (int) SockAddr.require(pollfd, "fd"));
        mem.putShort(at + 4, (int) SockAddr.optional(pollfd, "events"));
      }
      at += POLLFD_BYTES;
    }
    return mem;
  }

  private UserMem epollEvent() {
    StraceValue value = decoder.argument(3);
    if (!(value.plain() instanceof Struct struct)) {
      return decoder.unknown(value, EPOLL_EVENT_BYTES);
    }
    UserMem mem = UserMem.zeroed(EPOLL_EVENT_BYTES);
    mem.putInt(0, (int) SockAddr.require(struct, "events"));
    if (struct.field("data") instanceof Struct data) {
      mem.putLong(4, SockAddr.optional(data, "u64"));
    }
    return mem;
  }
}
