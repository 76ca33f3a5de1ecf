package org.netshard.namespace.anon;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SocketPayload;
import org.netshard.namespace.vfs.PollSource;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.WaitQueue;

/**
 * What an open file says of itself to those who wait for several.
 *
 * <p><b>Source:</b> {@code include/linux/poll.h}, {@code vfs_poll}.
 */
public final class Pollable {
  private static final int ALWAYS = Poll.IN | Poll.OUT | Poll.RDNORM | Poll.WRNORM;

  private Pollable() {}

  /** What can be done with a file now; a file that is always ready says so. */
  public static int poll(OpenFile file) {
    if (file.payload() instanceof SocketPayload socket) {
      Sk sk = socket.sk();
      if (!sk.ops().movesData(sk)) {
        String what = "waiting for a " + sk.proto() + " socket is not simulated: it is never ready";
        sk.net().machine().leftOut(what);
      }
      return sk.ops().poll(sk);
    }
    return file.payload() instanceof PollSource source ? source.poll() : ALWAYS;
  }

  /** Those who wait for a change of it; null if it never changes. */
  public static @Nullable WaitQueue waitQueue(OpenFile file) {
    if (file.payload() instanceof SocketPayload socket) {
      return socket.sk().waitQueue();
    }
    return file.payload() instanceof PollSource source ? source.waitQueue() : null;
  }
}
