package org.netshard.namespace.spec;

/**
 * One rule of the security hooks of socket creation. The first rule that matches decides.
 *
 * @param hook which hook asks it
 * @param task name of a task, or empty for any
 * @param family address family, or {@link #ANY}
 * @param type socket type without flags, or {@link #ANY}
 * @param protocol protocol as the call gives it, or {@link #ANY}
 * @param kern 1 for sockets of the kernel, 0 for those of programs, or {@link #ANY}
 * @param errno positive errno to fail with; 0 to allow
 */
public record LsmRule(
    Hook hook, String task, int family, int type, int protocol, int kern, int errno) {
  /** Matches every value. */
  public static final int ANY = Integer.MIN_VALUE;

  /** A security hook of socket creation. */
  public enum Hook {
    /** {@code security_socket_create}: before anything is allocated. */
    SOCKET_CREATE,
    /** {@code security_socket_post_create}: when the family has made the sock. */
    SOCKET_POST_CREATE
  }
}
