package org.netshard.protocol.core;

import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;

/**
 * The calls that a kind of sock answers ({@code struct proto_ops} and {@code struct proto}).
 *
 * <p>Every call returns 0 or {@code -errno}. Socket-level options ({@code SOL_SOCKET}) are common
 * to all kinds and do not come here.
 */
public interface SockOps {
  /**
   * Sets up the parts of a new sock that belong to this kind, after {@code sock_init_data}.
   *
   * <p><b>Source:</b> the family's {@code create} and the proto's {@code init}.
   */
  void init(Sk sk);

  /**
   * Reads an option.
   *
   * @param optval where the value goes
   * @param optlen a 32-bit length, read and written
   */
  int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen);

  /** Sets an option from {@code optlen} bytes at {@code optval}. */
  int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen);

  /**
   * Writes the address of this end of the sock.
   *
   * @param addr where the address goes
   * @param addrlen a 32-bit length, read and written
   */
  int getsockname(Sk sk, UserMem addr, UserMem addrlen);
}
