package org.netshard.protocol.unix;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.core.SocketFiles;
import org.netshard.protocol.core.SocketInode;

/**
 * Giving AF_UNIX socks names: abstract ones, those of files, and such as the kernel chooses.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_bind}, {@code unix_validate_addr},
 * {@code unix_autobind}, {@code unix_bind_abstract}, {@code unix_bind_bsd}.
 */
final class UnixBind {
  /** {@code offsetof(struct sockaddr_un, sun_path)}, bytes. */
  static final int PATH_AT = 2;

  /** Size of a {@code struct sockaddr_un}, bytes. */
  private static final int SOCKADDR_UN_BYTES = 110;

  private static final int AUTOBIND_NAMES = 1 << 20;

  private UnixBind() {}

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a bad length or family; for a file those of its path,
   * EADDRINUSE if it is there, EINVAL if the sock has a name; for an abstract name EINVAL if the
   * sock has one, EADDRINUSE. A sock that has a name and asks for any keeps it.
   */
  static int bind(Sk sk, Caller caller, SockAddr address) {
    if (address.length() == PATH_AT && address.family() == Abi.AF_UNIX) {
      return autobind(sk);
    }
    int error = validate(address);
    if (error != 0) {
      return error;
    }
    return isAbstract(address)
        ? bindAbstract(sk, address.get(0, address.length()))
        : bindFile(sk, caller, path(address));
  }

  /** EINVAL for an address without path, too long, or of another family. */
  static int validate(SockAddr address) {
    boolean bad =
        address.length() <= PATH_AT
            || address.length() > SOCKADDR_UN_BYTES
            || address.family() != Abi.AF_UNIX;
    return bad ? Errno.EINVAL.negated() : 0;
  }

  static boolean isAbstract(SockAddr address) {
    return address.getByte(PATH_AT) == 0;
  }

  /** The path of a file, without NUL ({@code unix_mkname_bsd}). */
  static byte[] path(SockAddr address) {
    byte[] path = address.get(PATH_AT, address.length() - PATH_AT);
    int end = 0;
    while (end < path.length && path[end] != 0) {
      end++;
    }
    return Arrays.copyOf(path, end);
  }

  private static int bindAbstract(Sk sk, byte[] address) {
    if (UnixSock.isBound(sk)) {
      return Errno.EINVAL.negated();
    }
    if (!UnixTable.of(sk.net()).add(sk, address)) {
      return Errno.EADDRINUSE.negated();
    }
    UnixSock.forWrite(sk).address = address;
    return 0;
  }

  private static int bindFile(Sk sk, Caller caller, byte[] path) {
    SocketFiles files = sk.net().machine().socketFiles();
    SocketInode inode = new SocketInode(sk);
    int error = files.mknod(caller, path, SockInodes.mode(sk), inode);
    if (error != 0) {
      return error == Errno.EEXIST.negated() ? Errno.EADDRINUSE.negated() : error;
    }
    if (UnixSock.isBound(sk)) {
      files.unmake(caller, path);
      return Errno.EINVAL.negated();
    }
    byte[] address = new byte[PATH_AT + path.length + 1];
    address[0] = Abi.AF_UNIX;
    System.arraycopy(path, 0, address, PATH_AT, path.length);
    UnixSock unix = UnixSock.forWrite(sk);
    unix.address = address;
    unix.inode = inode;
    return 0;
  }

  /** Five hexadecimal digits that nobody has. <b>Errors:</b> ENOSPC. */
  static int autobind(Sk sk) {
    if (UnixSock.isBound(sk)) {
      return 0;
    }
    UnixTable table = UnixTable.of(sk.net());
    int start = sk.net().machine().randomBelow(AUTOBIND_NAMES);
    for (int i = 1; i <= AUTOBIND_NAMES; i++) {
      byte[] address = autobindAddress((start + i) % AUTOBIND_NAMES);
      if (table.add(sk, address)) {
        UnixSock.forWrite(sk).address = address;
        return 0;
      }
    }
    return Errno.ENOSPC.negated();
  }

  private static byte[] autobindAddress(int number) {
    String name = String.format(Locale.ROOT, "%c%c%c%05x", Abi.AF_UNIX, 0, 0, number);
    return name.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Takes the name of a sock back that is closed; a file stays. */
  static void release(Sk sk) {
    UnixSock unix = UnixSock.of(sk);
    if (unix == null || unix.address == null || unix.nameOfListener) {
      return;
    }
    if (unix.inode != null) {
      unix.inode.forget();
    } else {
      UnixTable.of(sk.net()).remove(sk, unix.address);
    }
  }
}
