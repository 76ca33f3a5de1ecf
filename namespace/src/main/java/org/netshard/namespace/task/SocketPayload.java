package org.netshard.namespace.task;

import org.netshard.protocol.core.Sk;

/** What stands behind the file of a socket, as far as the model needs it. */
public interface SocketPayload {
  /** The sock. */
  Sk sk();
}
