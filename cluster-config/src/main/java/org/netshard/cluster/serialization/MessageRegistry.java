package org.netshard.cluster.serialization;

import java.util.List;

/**
 * What a module lets travel between nodes; found by {@link java.util.ServiceLoader}.
 *
 * <p>Ranges of ids in this project: 0 to 99 the built-in types, 100 to 299 {@code protocol}, 300 to
 * 499 {@code namespace}, 500 to 699 {@code node}; others from 1,000 on.
 */
public interface MessageRegistry {
  /** A name for error messages, such as the module's. */
  String name();

  /** The lowest id that this registry may give, at least {@link WireRegistry#ID_MIN}. */
  int idMin();

  /** The highest id that this registry may give, at most {@link WireRegistry#ID_MAX}. */
  int idMax();

  /** The classes with their ids. */
  List<WireType<?>> types();
}
