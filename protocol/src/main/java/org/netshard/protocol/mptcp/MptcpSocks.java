package org.netshard.protocol.mptcp;

import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;

/**
 * The connections of MPTCP in a namespace, by their token.
 *
 * <p><b>Source:</b> {@code net/mptcp/token.c}.
 */
public final class MptcpSocks {
  private static final NetGeneric<MptcpSocks> KEY = new NetGeneric<>(MptcpSocks::new);

  private final TreeMap<Integer, Sk> tokens = new TreeMap<>();

  private MptcpSocks() {}

  /** Those of a namespace. */
  static MptcpSocks of(NetNs net) {
    return net.generic(KEY);
  }

  /** {@code mptcp_token_exists}. */
  boolean has(int token) {
    return tokens.containsKey(token);
  }

  /** {@code mptcp_token_new_connect}, {@code mptcp_token_accept}: a connection has a token now. */
  void add(int token, Sk sk) {
    tokens.put(token, sk);
    sk.net().addProtoInuse(sk.proto(), 1);
  }

  /** {@code mptcp_token_destroy}. */
  void remove(int token, Sk sk) {
    if (tokens.remove(token, sk)) {
      sk.net().addProtoInuse(sk.proto(), -1);
    }
  }

  /** Shows all connections. */
  public static void forEach(NetNs net, Consumer<Sk> action) {
    of(net).tokens.values().forEach(action);
  }

  /** Shows the orphans: those that no file refers to any more, and their subflows. */
  public static void withoutFile(NetNs net, Consumer<Sk> action) {
    forEach(
        net,
        sk -> {
          MptcpSock msk = MptcpSock.known(sk);
          // One that waits to be accepted is found by the queue of its listener.
          if (!msk.hasFile && !msk.inAcceptQueue) {
            action.accept(sk);
            Sk first = msk.first;
            if (first != null) {
              action.accept(first);
            }
          }
        });
  }

  /** The first subflow of a sock of MPTCP that has a file, or null. */
  public static @Nullable Sk subflow(Sk sk) {
    if (!(sk.ops() instanceof MptcpOps)) {
      return null;
    }
    MptcpSock msk = MptcpSock.of(sk);
    return msk == null || !msk.hasFile ? null : msk.first;
  }
}
