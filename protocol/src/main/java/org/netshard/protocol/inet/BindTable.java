package org.netshard.protocol.inet;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * The local ports of TCP in a namespace.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_connection_sock.c}, {@code inet_csk_get_port}, {@code
 * inet_csk_find_open_port}; {@code net/ipv4/inet_hashtables.c}, {@code inet_bind_hash}, {@code
 * inet_put_port}.
 */
public final class BindTable {
  private static final NetGeneric<BindTable> KEY = new NetGeneric<>(BindTable::new);

  private final TreeMap<Integer, BindBucket> buckets = new TreeMap<>();

  private BindTable() {}

  /** The ports of a namespace. */
  public static BindTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** Whether nobody has a port. */
  public boolean isEmpty() {
    return buckets.isEmpty();
  }

  /** How many socks have this port. */
  public int owners(int port) {
    BindBucket bucket = buckets.get(port);
    return bucket == null ? 0 : bucket.owners().size();
  }

  /**
   * Gives a sock a port, or checks whether it may listen on the one that it has.
   *
   * <p><b>Errors:</b> EADDRINUSE.
   *
   * @param wanted the port, or 0 for any
   */
  public int getPort(Sk sk, int wanted) {
    int port = wanted == 0 ? findOpenPort(sk) : wanted;
    if (port == 0) {
      return Errno.EADDRINUSE.negated();
    }
    BindBucket bucket = buckets.get(port);
    if (bucket == null) {
      bucket = new BindBucket(port);
      buckets.put(port, bucket);
    } else if (wanted != 0 && !bucket.fastMatch(sk) && bucket.conflict(sk, true, true)) {
      return Errno.EADDRINUSE.negated();
    }
    bucket.setConnectOnly(false);
    bucket.updateFastreuse(sk);
    InetBinding binding = InetBinding.forWrite(sk);
    if (binding.bucket == null) {
      binding.bucket = bucket;
      bucket.owners().addHead(sk);
      sk.setNum(port);
    }
    return 0;
  }

  /** Gives a sock the port of another, as a connection has that of its listener. */
  public static void inheritPort(Sk child, Sk parent) {
    InetBinding from = InetBinding.of(parent);
    BindBucket bucket = from == null ? null : from.bucket;
    if (bucket != null) {
      bind(bucket, child);
    }
  }

  private static void bind(BindBucket bucket, Sk sk) {
    InetBinding.forWrite(sk).bucket = bucket;
    bucket.owners().addHead(sk);
    sk.setNum(bucket.port());
  }

  /** Whether {@code connect} may look at this port: nobody has bound to it. */
  public boolean mayConnectFrom(int port) {
    BindBucket bucket = buckets.get(port);
    return bucket == null || bucket.isConnectOnly();
  }

  /** Whether a sock is the only one that has its port. */
  public static boolean isOnlyOwner(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    BindBucket bucket = binding == null ? null : binding.bucket;
    return bucket != null && bucket.owners().size() == 1;
  }

  /** Gives a sock that connects a port that {@link #mayConnectFrom} allows. */
  public void connectFrom(Sk sk, int port) {
    BindBucket bucket = buckets.get(port);
    if (bucket == null) {
      bucket = new BindBucket(port);
      bucket.setConnectOnly(true);
      buckets.put(port, bucket);
    }
    bind(bucket, sk);
  }

  /** Takes a sock's port back ({@code inet_put_port}); nothing if it has none. */
  public static void putPort(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    BindBucket bucket = binding == null ? null : binding.bucket;
    if (binding == null || bucket == null) {
      return;
    }
    binding.bucket = null;
    sk.setNum(0);
    bucket.owners().remove(sk);
    if (bucket.owners().isEmpty()) {
      of(sk.net()).buckets.remove(bucket.port());
    }
  }

  /** A port that the sock may have, odd if there is one, as even ones are for connect; or 0. */
  private int findOpenPort(Sk sk) {
    LocalPorts ports = LocalPorts.of(sk);
    int found = findOpenPort(sk, ports, false);
    boolean again = found == 0 && sk.net().sysctl(Sysctl.IPV4_IP_AUTOBIND_REUSE) != 0;
    return again ? findOpenPort(sk, ports, true) : found;
  }

  private int findOpenPort(Sk sk, LocalPorts ports, boolean relax) {
    int low = ports.low();
    int high = ports.high() + 1;
    if (sk.reuse() != Sk.SK_CAN_REUSE || high - low < 4) {
      return scan(sk, ports, low, high, relax);
    }
    int half = low + (((high - low) >> 2) << 1);
    int found = scan(sk, ports, low, half, relax);
    return found != 0 ? found : scan(sk, ports, half, high, relax);
  }

  private int scan(Sk sk, LocalPorts ports, int low, int high, boolean relax) {
    int remaining = high - low;
    if (remaining > 1) {
      remaining &= ~1;
    }
    int offset = sk.net().machine().randomBelow(remaining) | 1;
    for (int parity = 0; parity < 2; parity++) {
      int port = low + offset - parity;
      for (int i = 0; i < remaining; i += 2, port += 2) {
        if (port >= high) {
          port -= remaining;
        }
        if (!ports.isReserved(port) && isOpen(sk, port, relax)) {
          return port;
        }
      }
    }
    return 0;
  }

  private boolean isOpen(Sk sk, int port, boolean relax) {
    @Nullable BindBucket bucket = buckets.get(port);
    return bucket == null || !bucket.conflict(sk, relax, false);
  }

  /** Puts a sock that begins to listen among those that packets can reach ({@code inet_hash}). */
  public static void hash(Sk sk) {
    InetBinding.forWrite(sk).setHashed(true);
    if (sk.flag(SockFlag.SK_REUSEPORT)) {
      sk.setFlag(SockFlag.SK_REUSEPORT_CB, true);
    }
    sk.net().addProtoInuse(sk.proto(), 1);
  }

  /** Takes it out again ({@code inet_unhash}). */
  public static void unhash(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding == null || !InetBinding.isHashed(sk)) {
      return;
    }
    binding.setHashed(false);
    sk.setFlag(SockFlag.SK_REUSEPORT_CB, false);
    sk.net().addProtoInuse(sk.proto(), -1);
  }
}
