package org.netshard.protocol.unix;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;

/**
 * The abstract names of a namespace; each type of sock has names of its own.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code __unix_find_socket_byname}, {@code
 * unix_abstract_hash}.
 */
public final class UnixTable {
  private static final NetGeneric<UnixTable> KEY = new NetGeneric<>(UnixTable::new);

  private final TreeMap<String, Sk> byName = new TreeMap<>();

  private UnixTable() {}

  /** The names of a namespace. */
  public static UnixTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** Whether nobody has one. */
  public boolean isEmpty() {
    return byName.isEmpty();
  }

  private static String key(byte[] address, int type) {
    return (char) ('0' + type) + new String(address, StandardCharsets.ISO_8859_1);
  }

  /** The sock with this name, or null. */
  @Nullable Sk find(byte[] address, int type) {
    return byName.get(key(address, type));
  }

  /** Gives a sock a name, unless another has it. */
  boolean add(Sk sk, byte[] address) {
    return byName.putIfAbsent(key(address, sk.type()), sk) == null;
  }

  /** Takes a name back. */
  void remove(Sk sk, byte[] address) {
    if (!byName.remove(key(address, sk.type()), sk)) {
      throw new IllegalStateException("an abstract name that is not there");
    }
  }
}
