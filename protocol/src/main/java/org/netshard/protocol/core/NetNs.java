package org.netshard.protocol.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.UserNamespace;

/**
 * A network namespace as the protocols see it.
 *
 * <p><b>Source:</b> {@code include/net/net_namespace.h}, {@code struct net}.
 */
public interface NetNs {
  /** The identity that {@code SO_NETNS_COOKIE} gives: unique in a kernel, never used again. */
  long cookie();

  /** The user namespace that owns this one. */
  UserNamespace userNs();

  /** The present value of a sysctl, of whatever scope; the first number of several. */
  long sysctl(Sysctl sysctl);

  /** One of the numbers of a sysctl that holds several. */
  long sysctl(Sysctl sysctl, int index);

  /** The present value of a sysctl as text. */
  String sysctlText(Sysctl sysctl);

  /** Gives a sysctl a value that the kernel itself has chosen. */
  void setSysctlText(Sysctl sysctl, String text);

  /** The machine to which the namespace belongs. */
  Machine machine();

  /** The interface index of a device of this name, or 0. */
  int ifindex(String deviceName);

  /** The name of the device with this index, or null. */
  @Nullable String deviceName(int ifindex);

  /** The device with this index, or null. */
  @Nullable NetDevice device(int ifindex);

  /** All its devices, by index. */
  List<NetDevice> devices();

  /** An index for a device that is to be registered ({@code dev_new_index}). */
  int newIfindex();

  /** Adds a device; its name must be free ({@code register_netdevice}). */
  void register(NetDevice dev);

  /** All sockets of a family that a task can reach, by task and descriptor. */
  List<Sk> sockets(int family);

  /** Whether {@code lo} is up now. */
  boolean loIsUp();

  /** What a protocol keeps for this namespace. */
  <T> T generic(NetGeneric<T> key);

  /** Counts socks of a proto that {@code /proc/net/protocols} shows ({@code sock_prot_inuse}). */
  void addProtoInuse(Proto proto, int delta);

  /** Counts the user sockets that sockstat shows as {@code sockets: used}. */
  void addSocketsUsed(int delta);

  /** Adds to a counter of {@code /proc/net/snmp} or {@code netstat} ({@code NET_ADD_STATS}). */
  void addMib(Mib mib, long delta);

  /** Takes a reference that keeps the namespace alive, as user sockets do ({@code get_net}). */
  void get();

  /** Gives such a reference back ({@code put_net}); the last one begins the cleanup. */
  void put();

  /** Takes a reference of a kernel socket, which does not keep the namespace alive. */
  void getPassive();

  /** Gives a reference of a kernel socket back. */
  void putPassive();
}
