package org.netshard.protocol.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.memcg.ObjCgroup;

/** What a {@code Net} understands. */
public sealed interface NetMessage extends BatonMessage {
  /**
   * Make a socket ({@code __sock_create}).
   *
   * @param call the baton; its {@code create()} holds what is asked
   */
  record SockCreate(Call call) implements NetMessage {}

  /**
   * A socket could not be made after its inode was: release the inode and say why.
   *
   * @param call the baton
   * @param result {@code -errno}
   */
  record CreateFailed(Call call, int result) implements NetMessage {}

  /**
   * The sock is gone; release the inode ({@code sock_release}).
   *
   * @param call the baton
   * @param objcg who pays for the inode, or null
   */
  record SockRelease(Call call, @Nullable ObjCgroup objcg) implements NetMessage {}

  /**
   * A packet has come to a device ({@code net_rx_action}).
   *
   * @param call the baton, which carries no call now
   * @param packet the packet
   */
  record NetRx(Call call, Packet packet) implements NetMessage {}

  /**
   * The sock is ready; ask {@code security_socket_post_create} before it is given out.
   *
   * @param call the baton
   */
  record PostCreate(Call call) implements NetMessage {}
}
