package org.netshard.protocol.core;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.protocol.abi.Errno;

/** Names of socket files without directories, for tests. */
public final class TestFiles implements SocketFiles {
  private final Map<String, SocketInode> inodes = new TreeMap<>();

  private static String name(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  @Override
  public int mknod(Caller caller, byte[] path, int mode, SocketInode inode) {
    return inodes.putIfAbsent(name(path), inode) == null ? 0 : Errno.EEXIST.negated();
  }

  @Override
  public void unmake(Caller caller, byte[] path) {
    inodes.remove(name(path));
  }

  @Override
  public Found find(Caller caller, byte[] path) {
    SocketInode inode = inodes.get(name(path));
    return new Found(inode == null ? Errno.ENOENT.negated() : 0, inode);
  }
}
