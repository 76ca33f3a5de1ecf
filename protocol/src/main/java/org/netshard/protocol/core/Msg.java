package org.netshard.protocol.core;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;

/**
 * A message of a program: where its data lie, whom it is for or comes from, and what goes with it.
 *
 * <p><b>Source:</b> {@code include/linux/socket.h}, {@code struct msghdr}; {@code net/socket.c},
 * {@code copy_msghdr_from_user}; {@code lib/iov_iter.c}.
 */
public final class Msg {
  /** Size of a {@code struct user_msghdr}, bytes. */
  public static final int HEADER_BYTES = 56;

  /** Size of a {@code struct mmsghdr}, bytes: a header and a length. */
  public static final int ENTRY_BYTES = 64;

  /** The most messages that one call sends ({@code UIO_MAXIOV}). */
  public static final int MESSAGES_MAX = 1024;

  private static final int UIO_MAXIOV = 1024;
  private static final int IOVEC_BYTES = 16;
  private static final int MAX_RW_COUNT = Integer.MAX_VALUE & -SkMem.PAGE_SIZE;
  private static final int NAMELEN = 8;
  private static final int IOV = 16;
  private static final int IOVLEN = 24;
  private static final int CONTROL = 32;
  private static final int CONTROLLEN = 40;
  private static final int FLAGS = 48;
  private static final int CMSG_HEADER_BYTES = 16;

  /** Control messages up to this length need no memory of the sock. */
  private static final int CONTROL_ON_STACK_BYTES = 36;

  private static final UserMem[] NO_BASES = {};
  private static final int[] NO_LENGTHS = {};

  private UserMem header = UserMem.NULL;
  private UserMem name = UserMem.NULL;
  private int nameLength;
  private boolean hasName;
  private UserMem[] bases = NO_BASES;
  private int[] lengths = NO_LENGTHS;
  private int size;
  private UserMem control = UserMem.NULL;
  private long controlLength;
  private int controlUsed;
  private int flags;
  private int outFlags;
  private byte[] address = new byte[0];

  private Msg() {}

  /**
   * One piece of memory, as {@code sendto} and {@code recvfrom} name it.
   *
   * @param length of the memory, bytes; cut at the most that one call moves
   */
  public static Msg of(UserMem base, long length, int flags) {
    Msg msg = new Msg();
    msg.bases = new UserMem[] {base};
    msg.size = (int) Math.max(0, Math.min(length, MAX_RW_COUNT));
    msg.lengths = new int[] {msg.size};
    msg.flags = flags;
    return msg;
  }

  /**
   * Checks a header and its vector.
   *
   * <p><b>Errors</b>, in order: EFAULT for the header, EINVAL for a negative length of the name,
   * EMSGSIZE for more than 1024 pieces, EFAULT for the vector, EINVAL for a negative length in it.
   *
   * @return 0 or {@code -errno}
   */
  public static int check(UserMem header) {
    if (!header.accessible(0, HEADER_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (!header.pointer(0).isNull() && header.getInt(NAMELEN) < 0) {
      return Errno.EINVAL.negated();
    }
    return checkVector(header.pointer(IOV), header.getLong(IOVLEN), Errno.EMSGSIZE);
  }

  /**
   * Checks a vector.
   *
   * @param tooMany the error for more pieces than 1024
   * @return 0 or {@code -errno}
   */
  public static int checkVector(UserMem vector, long count, Errno tooMany) {
    if (count < 0 || count > UIO_MAXIOV) {
      return tooMany.negated();
    }
    if (!vector.accessible(0, (int) count * IOVEC_BYTES)) {
      return Errno.EFAULT.negated();
    }
    for (int i = 0; i < count; i++) {
      if (vector.getLong(i * IOVEC_BYTES + Long.BYTES) < 0) {
        return Errno.EINVAL.negated();
      }
    }
    return 0;
  }

  /** The message of a header that was checked. */
  public static Msg ofHeader(UserMem header, int flags) {
    Msg msg = ofVector(header.pointer(IOV), header.getLong(IOVLEN), flags);
    msg.header = header;
    msg.name = header.pointer(0);
    msg.nameLength = msg.name.isNull() ? 0 : Math.min(header.getInt(NAMELEN), 128);
    msg.hasName = msg.nameLength > 0;
    msg.outFlags = flags & Abi.MSG_CMSG_CLOEXEC;
    msg.control = header.pointer(CONTROL);
    msg.controlLength = msg.control.isNull() ? 0 : header.getLong(CONTROLLEN);
    return msg;
  }

  /** The message of a vector that was checked. */
  public static Msg ofVector(UserMem vector, long count, int flags) {
    Msg msg = new Msg();
    msg.flags = flags;
    msg.bases = new UserMem[(int) count];
    msg.lengths = new int[(int) count];
    for (int i = 0; i < count; i++) {
      long length = vector.getLong(i * IOVEC_BYTES + Long.BYTES);
      msg.bases[i] = vector.pointer(i * IOVEC_BYTES);
      msg.lengths[i] = (int) Math.min(length, MAX_RW_COUNT - msg.size);
      msg.size += msg.lengths[i];
    }
    return msg;
  }

  /** Whom the message is for, for {@code sendto}. */
  public Msg withName(UserMem newName, int length) {
    name = newName;
    nameLength = newName.isNull() ? 0 : length;
    hasName = !newName.isNull();
    return this;
  }

  /** Whether it is sent to a name, which with {@code sendto} may have no bytes. */
  public boolean hasName() {
    return hasName;
  }

  /** Bytes of all pieces together. */
  public int size() {
    return size;
  }

  /** {@code MSG_DONTWAIT} and so on, as the program gave them. */
  public int flags() {
    return flags;
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The address of a message that is sent. */
  public UserMem name() {
    return name;
  }

  /** Its length, or the room for that of one that is received, bytes; 0 if nobody asks. */
  public int nameLength() {
    return nameLength;
  }

  /** What goes with a message that is sent. */
  public UserMem control() {
    return control;
  }

  /** Its length, bytes. */
  public long controlLength() {
    return controlLength;
  }

  /**
   * Copies bytes out of the program's memory.
   *
   * @param from position in the message
   * @return the bytes, or null for a bad address
   */
  public byte @org.jspecify.annotations.Nullable [] read(int from, int length) {
    byte[] bytes = new byte[length];
    return readInto(from, bytes, 0, length) ? bytes : null;
  }

  /**
   * Copies bytes out of the program's memory into others.
   *
   * @param from position in the message
   * @param into where to, from {@code at} on
   * @return false for a bad address
   */
  public boolean readInto(int from, byte[] into, int at, int length) {
    int position = from;
    int done = 0;
    for (int i = 0; i < bases.length && done < length; i++) {
      if (position >= lengths[i]) {
        position -= lengths[i];
        continue;
      }
      int part = Math.min(lengths[i] - position, length - done);
      if (!bases[i].accessible(position, part)) {
        return false;
      }
      bases[i].copyTo(position, into, at + done, part);
      done += part;
      position = 0;
    }
    return true;
  }

  /**
   * Bytes from a position on that lie in the same page of the same piece, if pieces begin pages.
   */
  public int pageBytes(int from) {
    int position = from;
    for (int length : lengths) {
      if (position < length) {
        return Math.min(length - position, SkMem.PAGE_SIZE - position % SkMem.PAGE_SIZE);
      }
      position -= length;
    }
    return 0;
  }

  /**
   * Checks the control messages of one that is sent.
   *
   * <p><b>Errors</b>, in order: ENOBUFS for more than {@code net.core.optmem_max}, EFAULT.
   *
   * @return 0 or {@code -errno}
   */
  public int checkControl(long optmemMax) {
    if (controlLength > Integer.MAX_VALUE
        || (controlLength > CONTROL_ON_STACK_BYTES && controlLength > optmemMax)) {
      return Errno.ENOBUFS.negated();
    }
    boolean readable = controlLength <= 0 || control.accessible(0, (int) controlLength);
    return readable ? 0 : Errno.EFAULT.negated();
  }

  /**
   * Copies bytes into the program's memory.
   *
   * @param to position in the message
   * @return false for a bad address
   */
  public boolean write(int to, byte[] bytes, int offset, int length) {
    int position = to;
    int done = 0;
    for (int i = 0; i < bases.length && done < length; i++) {
      if (position >= lengths[i]) {
        position -= lengths[i];
        continue;
      }
      int part = Math.min(lengths[i] - position, length - done);
      if (!bases[i].accessible(position, part)) {
        return false;
      }
      bases[i].copyFrom(position, bytes, offset + done, part);
      done += part;
      position = 0;
    }
    return true;
  }

  /** Sets a flag of the result, {@code MSG_TRUNC} and so on. */
  public void addOutFlags(int more) {
    outFlags |= more;
  }

  /** The flags of the result. */
  public int outFlags() {
    return outFlags;
  }

  /** Says where a message came from. */
  public void setAddress(byte[] from) {
    address = from;
  }

  /** Where a message came from; no bytes if that is not said. */
  public byte[] address() {
    return address;
  }

  /**
   * Adds a control message to one that is received; one without room is cut and sets {@code
   * MSG_CTRUNC}.
   *
   * <p><b>Source:</b> {@code net/core/scm.c}, {@code put_cmsg}.
   */
  public void putCmsg(int level, int type, byte[] content) {
    long room = controlLength - controlUsed;
    if (control.isNull() || room < CMSG_HEADER_BYTES) {
      outFlags |= Abi.MSG_CTRUNC;
      return;
    }
    int length = CMSG_HEADER_BYTES + content.length;
    if (room < length) {
      outFlags |= Abi.MSG_CTRUNC;
      length = (int) room;
    }
    if (!control.accessible(controlUsed, length)) {
      return;
    }
    control.putLong(controlUsed, length);
    control.putInt(controlUsed + Long.BYTES, level);
    control.putInt(controlUsed + Long.BYTES + Integer.BYTES, type);
    control.put(controlUsed + CMSG_HEADER_BYTES, content, length - CMSG_HEADER_BYTES);
    controlUsed += (int) Math.min((length + 7) & -8, room);
  }

  /** Room that is left for the content of one more control message, bytes; below 0 if none. */
  public int controlRoom() {
    if (control.isNull()) {
      return -1;
    }
    long room = controlLength - controlUsed - CMSG_HEADER_BYTES;
    return (int) Math.min(room, Integer.MAX_VALUE);
  }

  /**
   * Writes what {@code recvmsg} gives back into the header: flags and lengths.
   *
   * @return 0 or {@code -errno}
   */
  public int finish() {
    if (header.isNull()) {
      return 0;
    }
    if (!name.isNull()) {
      int copied = Math.min(nameLength, address.length);
      if (!name.accessible(0, copied)) {
        return Errno.EFAULT.negated();
      }
      name.put(0, address, copied);
      header.putInt(NAMELEN, address.length);
    }
    header.putInt(FLAGS, outFlags);
    header.putLong(CONTROLLEN, controlUsed);
    return 0;
  }
}
