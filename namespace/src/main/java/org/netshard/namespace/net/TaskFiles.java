package org.netshard.namespace.net;

import org.netshard.protocol.core.PassedFile;

/** The files of tasks, as network namespaces and their sockets ask for them. */
public interface TaskFiles {
  /** The sockets of a namespace that a task can reach. */
  NetSockets sockets(NetState net);

  /** Files that are open, those counted against {@code fs.file-max}. */
  long openFiles();

  /** A file that stands for a process, which nobody has a reference of ({@code pidfd_prepare}). */
  PassedFile pidFile(int tgid);
}
