package org.netshard.namespace.vfs;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.UserNamespace;

/**
 * What a program is told of an inode. Nothing here has a size.
 *
 * <p><b>Source:</b> {@code include/linux/stat.h}, {@code struct kstat}; {@code fs/stat.c}, {@code
 * cp_new_stat}; {@code arch/x86/include/uapi/asm/stat.h}.
 *
 * <p><b>Differs from Linux:</b> all times are 0, as those of sockets are there, too.
 *
 * @param superBlock its file system
 * @param ino its number
 * @param mode what kind of file it is, and who may do what
 * @param nlink how many names it has
 * @param uid its owner
 * @param gid its group
 * @param rdev the device that it is, or 0
 */
public record Kstat(
    SuperBlock superBlock, long ino, int mode, int nlink, int uid, int gid, long rdev) {
  /** Size of a {@code struct stat}, bytes. */
  public static final int STAT_BYTES = 144;

  public static final int DEV_AT = 0;
  public static final int INO_AT = 8;
  public static final int NLINK_AT = 16;
  public static final int MODE_AT = 24;
  public static final int UID_AT = 28;
  public static final int GID_AT = 32;
  public static final int RDEV_AT = 40;
  public static final int SIZE_AT = 48;
  public static final int BLKSIZE_AT = 56;
  public static final int BLOCKS_AT = 64;

  /** That of an inode that is no device. */
  public Kstat(SuperBlock superBlock, long ino, int mode, int nlink, int uid, int gid) {
    this(superBlock, ino, mode, nlink, uid, gid, 0);
  }

  /** What there is to tell of an inode of a file system. */
  public static Kstat of(Inode inode, long ino) {
    return new Kstat(
        inode.superBlock(),
        ino,
        inode.type() | inode.mode(),
        inode.nlink(),
        inode.uid(),
        inode.gid(),
        inode.rdev());
  }

  /** Whether it is a file of this kind ({@code S_ISREG} and so on). */
  public boolean is(int type) {
    return (mode & Abi.S_IFMT) == type;
  }

  /**
   * Tells it to a program.
   *
   * @param seenIn the user namespace of who asks
   * @return 0 or {@code -errno}: EFAULT
   */
  public int copyTo(UserMem stat, UserNamespace seenIn) {
    if (!stat.accessible(0, STAT_BYTES)) {
      return Errno.EFAULT.negated();
    }
    stat.put(0, new byte[STAT_BYTES], STAT_BYTES);
    stat.putLong(DEV_AT, superBlock.dev());
    stat.putLong(INO_AT, ino);
    stat.putLong(NLINK_AT, nlink);
    stat.putInt(MODE_AT, mode);
    stat.putInt(UID_AT, seenIn.seenUid(uid));
    stat.putInt(GID_AT, seenIn.seenGid(gid));
    stat.putLong(RDEV_AT, rdev);
    stat.putLong(BLKSIZE_AT, superBlock.blockBytes());
    return 0;
  }
}
