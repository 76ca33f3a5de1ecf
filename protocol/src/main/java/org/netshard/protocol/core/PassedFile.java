package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/** An open file as SCM_RIGHTS sends it; the holder has a reference. */
public interface PassedFile {
  /** The sock, if it is a socket. */
  @Nullable Sk sk();

  /** How many references there are. */
  int references();

  /** Takes one more reference, which goes back by {@link Machine#fput}. */
  void get();
}
