package org.netshard.namespace.actor;

import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.CgroupFile;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.MemCgroupMessage;

/** What a kernel asks its {@code MemCgroup} for when a task uses the cgroup file system. */
sealed interface CgroupfsMessage extends MemCgroupMessage {
  /**
   * Make a directory, whose name is free.
   *
   * @param call the baton
   * @param parent where
   * @param name its name
   * @param owner whose it is
   */
  record Mkdir(Call call, Cgroup parent, String name, Cgroup.Owner owner)
      implements CgroupfsMessage {}

  /**
   * Remove a directory.
   *
   * @param call the baton
   * @param cgroup the cgroup
   */
  record Rmdir(Call call, Cgroup cgroup) implements CgroupfsMessage {}

  /**
   * Make the text of a file ready to be read.
   *
   * @param call the baton
   * @param file the open file
   * @param task who reads
   * @param from position in the file
   * @param count most bytes that are wanted
   */
  record Read(Call call, CgroupFile file, Task task, long from, long count)
      implements CgroupfsMessage {}

  /**
   * Take what is written to a file.
   *
   * @param call the baton
   * @param file the open file
   * @param task who writes
   * @param text what
   */
  record Write(Call call, CgroupFile file, Task task, String text) implements CgroupfsMessage {}
}
