package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/** The inode of a socket's file, which outlives the socket that made it. */
public final class SocketInode {
  private @Nullable Sk sk;

  /** The inode that a sock makes, or, with null, one whose sock is closed. */
  public SocketInode(@Nullable Sk sk) {
    this.sk = sk;
  }

  /** The sock behind it ({@code unix_find_socket_byinode}), or null once that is closed. */
  public @Nullable Sk sk() {
    return sk;
  }

  /** The sock is closed. */
  public void forget() {
    sk = null;
  }
}
