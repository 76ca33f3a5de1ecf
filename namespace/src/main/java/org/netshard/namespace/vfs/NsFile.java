package org.netshard.namespace.vfs;

import org.netshard.namespace.task.Task;

/** The file of a namespace; what stands behind it is the namespace. */
final class NsFile extends RegularFile {
  private final Object namespace;

  NsFile(Object namespace) {
    this.namespace = namespace;
  }

  @Override
  Object open(Task opener, int flags) {
    return namespace;
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.NSFS;
  }

  @Override
  boolean isImmutable() {
    return true;
  }
}
