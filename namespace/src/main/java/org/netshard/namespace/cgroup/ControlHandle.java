package org.netshard.namespace.cgroup;

/** What an open file is that leads to a control file of cgroups. */
public interface ControlHandle {
  /** The open control file. */
  CgroupOpenFile controlFile();
}
