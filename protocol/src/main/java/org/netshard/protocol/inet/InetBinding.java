package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkBinding;

/**
 * Where an Internet sock stands in the tables of its namespace.
 *
 * <p><b>Source:</b> {@code include/net/inet_connection_sock.h}, {@code icsk_bind_hash}; {@code
 * include/net/sock.h}, {@code sk_node}, {@code sk_max_ack_backlog}.
 */
public final class InetBinding implements SkBinding {
  /** {@code icsk_bind_hash}: the port of a sock of TCP. */
  @Nullable BindBucket bucket;

  /** Those beside it among the owners of the port ({@code sk_bind_node}). */
  @Nullable Sk previousOwner;

  @Nullable Sk nextOwner;

  /** {@code sk_reuseport_cb}: those with which it shares its port. */
  @Nullable ReuseportGroup reuseport;

  /** Whether it stands in the table of its proto ({@code sk_hashed}). */
  private boolean hashed;

  /** {@code sk_max_ack_backlog}: connections that may wait. */
  private int maxAckBacklog;

  /** {@code sk_ack_backlog}: connections that wait. */
  private int ackBacklog;

  private @Nullable InetConnection connection;
  private @Nullable InetUlp ulp;

  private InetBinding() {}

  /** That of a sock, or null if it was never bound. */
  public static @Nullable InetBinding of(Sk sk) {
    return (InetBinding) sk.binding();
  }

  /** That of a sock, made if there is none. */
  public static InetBinding forWrite(Sk sk) {
    InetBinding binding = of(sk);
    if (binding == null) {
      binding = new InetBinding();
      sk.setBinding(binding);
    }
    return binding;
  }

  /** The connection or the listener of the transport, or null. */
  public @Nullable InetConnection connection() {
    return connection;
  }

  /** Sets the connection or the listener. */
  public void setConnection(@Nullable InetConnection newConnection) {
    connection = newConnection;
  }

  /** {@code icsk_ulp_data}: what an upper layer protocol keeps of the sock, or null. */
  public @Nullable InetUlp ulp() {
    return ulp;
  }

  /** Sets what an upper layer protocol keeps of it. */
  public void setUlp(@Nullable InetUlp newUlp) {
    ulp = newUlp;
  }

  /** Whether a sock stands in the table of its proto. */
  public static boolean isHashed(Sk sk) {
    InetBinding binding = of(sk);
    return binding != null && binding.hashed;
  }

  /** Notes whether it stands in the table of its proto. */
  public void setHashed(boolean now) {
    hashed = now;
  }

  /** Connections that may wait to be accepted. */
  public int maxAckBacklog() {
    return maxAckBacklog;
  }

  /** Sets how many connections may wait to be accepted. */
  public void setMaxAckBacklog(int count) {
    maxAckBacklog = count;
  }

  /** Connections that wait to be accepted. */
  public int ackBacklog() {
    return ackBacklog;
  }

  /** Sets how many connections wait to be accepted. */
  public void setAckBacklog(int count) {
    ackBacklog = count;
  }
}
