package org.netshard.namespace.task;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * An open file, which any number of descriptors share.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct file}.
 */
public final class OpenFile implements PassedFile {
  private final Kind kind;
  private final @Nullable Object payload;
  private int ownerUid;
  private int ownerGid;
  private @Nullable ObjCgroup objcg;
  private @Nullable FileOwner owner;
  private @Nullable List<FileWatcher> watchers;
  private int flags;
  private int references;

  /** What a file is. */
  public enum Kind {
    /** A socket; the payload is the actor of its sock. */
    SOCKET,
    /** A namespace; the payload is it, a network or a user namespace. */
    NSFS,
    /** A file or directory of {@code /proc} or of a cgroup; the payload is its handle. */
    PSEUDO,
    /** A pipe, a counter of events, or a set of files that are waited for. */
    ANON,
    /** Anything that is not simulated. */
    OTHER
  }

  /** A file of root's that no descriptor holds yet and that nobody pays for. */
  public OpenFile(Kind kind, int flags, @Nullable Object payload) {
    this(kind, flags, payload, 0, 0, null);
  }

  /**
   * A file that no descriptor holds yet.
   *
   * @param kind what it is
   * @param flags status flags, {@code O_RDWR} and so on ({@code f_flags})
   * @param payload what stands behind it
   * @param ownerUid owner of its inode; for a socket, the effective user that made it
   * @param ownerGid group of its inode
   * @param objcg who pays for it, or null
   */
  public OpenFile(
      Kind kind,
      int flags,
      @Nullable Object payload,
      int ownerUid,
      int ownerGid,
      @Nullable ObjCgroup objcg) {
    this.kind = kind;
    this.flags = flags;
    this.payload = payload;
    this.ownerUid = ownerUid;
    this.ownerGid = ownerGid;
    this.objcg = objcg;
  }

  /** What it is. */
  public Kind kind() {
    return kind;
  }

  /** What stands behind it. */
  public @Nullable Object payload() {
    return payload;
  }

  /** Owner of its inode. */
  public int ownerUid() {
    return ownerUid;
  }

  /** Group of its inode. */
  public int ownerGid() {
    return ownerGid;
  }

  /** Gives its inode to others. */
  public void setInodeOwner(int uid, int gid) {
    ownerUid = uid;
    ownerGid = gid;
  }

  /** Who pays for it, or null. */
  public @Nullable ObjCgroup objcg() {
    return objcg;
  }

  /** Sets who pays for it. */
  public void setObjcg(@Nullable ObjCgroup newObjcg) {
    objcg = newObjcg;
  }

  /** Who gets its signals ({@code f_owner}), or null if nobody asked yet. */
  @Nullable FileOwner owner() {
    return owner;
  }

  /** Sets who gets its signals. */
  void setOwner(FileOwner newOwner) {
    owner = newOwner;
  }

  /** Status flags ({@code f_flags}). */
  public int flags() {
    return flags;
  }

  /** Replaces the status flags. */
  public void setFlags(int newFlags) {
    flags = newFlags;
  }

  /** References of descriptors, of messages and of calls under way. */
  @Override
  public int references() {
    return references;
  }

  @Override
  public @Nullable Sk sk() {
    return payload instanceof SocketPayload socket ? socket.sk() : null;
  }

  /** Somebody keeps an eye on it from now on. */
  public void watch(FileWatcher watcher) {
    if (watchers == null) {
      watchers = new ArrayList<>(1);
    }
    if (!watchers.contains(watcher)) {
      watchers.add(watcher);
    }
  }

  /** It is closed for good: tells all who keep an eye on it. */
  public void forget() {
    if (watchers != null) {
      watchers.forEach(watcher -> watcher.forget(this));
      watchers = null;
    }
  }

  /** Takes one more reference ({@code get_file}). */
  @Override
  public void get() {
    references++;
  }

  /** Whether there is one reference only. */
  public boolean isLast() {
    return references == 1;
  }

  /** Gives a reference back; true if it was the last ({@code fput}). */
  public boolean put() {
    if (references == 0) {
      throw new IllegalStateException("a file without references is released");
    }
    return --references == 0;
  }
}
