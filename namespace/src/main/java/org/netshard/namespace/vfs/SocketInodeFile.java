package org.netshard.namespace.vfs;

import org.netshard.namespace.task.OpenFile;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/** The inode of an open socket, which cannot be opened once more ({@code no_open}). */
final class SocketInodeFile extends Inode {
  private final OpenFile file;
  private final Sk sk;

  SocketInodeFile(OpenFile file, Sk sk) {
    this.file = file;
    this.sk = sk;
  }

  @Override
  public int mode() {
    return SockInodes.mode(sk);
  }

  @Override
  int type() {
    return Abi.S_IFSOCK;
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.SOCKFS;
  }

  @Override
  public int uid() {
    return file.ownerUid();
  }

  @Override
  public int gid() {
    return file.ownerGid();
  }
}
