package org.netshard.namespace.task;

/** Who keeps an eye on files without holding them, as an epoll set does. */
public interface FileWatcher {
  /** A file is closed for good ({@code eventpoll_release_file}). */
  void forget(OpenFile file);
}
