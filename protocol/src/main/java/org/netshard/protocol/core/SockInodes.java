package org.netshard.protocol.core;

import java.util.Locale;

/**
 * Inode numbers of sockets, and of other files without a name, given out when somebody first looks.
 *
 * <p><b>Source:</b> {@code fs/inode.c}, {@code get_next_ino}.
 *
 * <p><b>Differs from Linux:</b> there a socket has its number from the beginning; here it gets one
 * when it is first listed, as few of a million ever are.
 */
public final class SockInodes {
  private static final NetGeneric<SockInodes> KEY = new NetGeneric<>(SockInodes::new);
  private static final int FIRST = 20_000;

  /** Permission bits of the inode of a new socket ({@code sock_alloc}): {@code S_IRWXUGO}. */
  static final short MODE = 0777;

  private int last = FIRST;

  private SockInodes() {}

  /** The number of the inode of a sock. */
  public static int of(Sk sk) {
    SkRare rare = sk.rareForWrite();
    if (rare.inode == 0) {
      rare.inode = next(sk.net().machine());
    }
    return rare.inode;
  }

  /** Permission bits of the inode of a sock. */
  public static int mode(Sk sk) {
    return sk.rare().inodeMode;
  }

  /** What {@code chmod} and {@code chown} change ({@code sockfs_setattr}). */
  public static void setattr(Sk sk, int uid, int gid, int mode) {
    sk.setOwner(uid, gid);
    if (mode != mode(sk)) {
      sk.rareForWrite().inodeMode = (short) mode;
    }
  }

  /** A number that no inode of this machine has had ({@code get_next_ino}). */
  public static int next(Machine machine) {
    return ++machine.generic(KEY).last;
  }

  /** What stands for the address of a sock ({@code %pK}): a hash, 16 hexadecimal digits. */
  public static String pointer(Sk sk) {
    return pointer(of(sk));
  }

  /** What stands for the address of something with this number. */
  public static String pointer(int number) {
    int hash = number * 0x9e3779b1;
    hash ^= hash >>> 15;
    return String.format(Locale.ROOT, "%016x", Integer.toUnsignedLong(hash * 0x85ebca6b));
  }
}
