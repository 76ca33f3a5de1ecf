package org.netshard.namespace.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.sysctl.NetSysctls;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.rtnetlink.Netdev;
import org.netshard.protocol.tcp.TcpFastOpenBlackhole;

/**
 * A network namespace.
 *
 * <p>Tasks, open nsfs files and user sockets hold its {@code count}; at 0 it is dead, though it is
 * cleaned up later. Kernel sockets hold it only passively: they do not keep it alive, and the
 * object is gone when the last passive reference is.
 *
 * <p><b>Source:</b> {@code include/net/net_namespace.h}, {@code struct net}.
 */
public final class NetState implements NetNs {
  private static final String BLACKHOLE_TIMEOUT =
      Sysctl.IPV4_TCP_FASTOPEN_BLACKHOLE_TIMEOUT_SEC.dottedName();

  /** The interface index of {@code lo} in every namespace. */
  public static final int LO_IFINDEX = 1;

  private final MachineState machine;
  private final UserNamespace userNs;
  private final int creatorUid;
  private final NetSysctls sysctls;
  private final long cookie;
  private final long inum;
  private int count = 1;
  private int passive = 1;
  private int socketsUsed;
  private @Nullable NetDevice lo;
  private List<NetDevice> others = List.of();
  private int lastIfindex = LO_IFINDEX;
  private @Nullable List<Generic<?>> generic;
  private int @Nullable [] protoInuse;
  private long @Nullable [] mibs;
  private @Nullable Object attachment;

  /** What a protocol keeps here. */
  private record Generic<T>(NetGeneric<T> key, T value) {}

  @Nullable NetState previous;
  @Nullable NetState next;

  NetState(
      MachineState machine,
      UserNamespace userNs,
      int creatorUid,
      NetSysctls sysctls,
      long cookie,
      long inum) {
    this.machine = machine;
    this.userNs = userNs;
    this.creatorUid = creatorUid;
    this.sysctls = sysctls;
    this.cookie = cookie;
    this.inum = inum;
  }

  @Override
  public long cookie() {
    return cookie;
  }

  @Override
  public UserNamespace userNs() {
    return userNs;
  }

  @Override
  public MachineState machine() {
    return machine;
  }

  /** The user to whose namespaces it counts ({@code ucounts}). */
  int creatorUid() {
    return creatorUid;
  }

  /** The inode number of its nsfs file, {@code net:[4026531833]}. */
  public long inum() {
    return inum;
  }

  /** Whether this is the namespace with which the machine booted. */
  public boolean isInit() {
    return sysctls.isInit();
  }

  /** What the layer above has attached, such as the actor that stands for the namespace. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Attaches something of the layer above; it means nothing to the model. */
  public void setAttachment(@Nullable Object newAttachment) {
    attachment = newAttachment;
  }

  /** Its sysctls. */
  public NetSysctls sysctls() {
    return sysctls;
  }

  @Override
  public long sysctl(Sysctl sysctl) {
    return sysctls.number(sysctl, 0);
  }

  @Override
  public long sysctl(Sysctl sysctl, int index) {
    return sysctls.number(sysctl, index);
  }

  @Override
  public String sysctlText(Sysctl sysctl) {
    return sysctls.text(sysctl);
  }

  @Override
  public void setSysctlText(Sysctl sysctl, String text) {
    sysctls.set(sysctl, text);
  }

  /** Opens a sysctl file here; see {@link NetSysctls#open}. */
  public int openSysctl(String name, boolean forRead, boolean forWrite, Cred cred) {
    return sysctls.open(name, forRead, forWrite, cred, userNs);
  }

  /** Reads a sysctl file here, without newline; null if it is absent or not readable. */
  public @Nullable String readSysctl(String name, Cred cred) {
    if (name.equals(MachineState.MAX_NET_NAMESPACES)) {
      return Long.toString(cred.userNs().netNamespacesMax());
    }
    return sysctls.read(name, userNs);
  }

  /** Writes a sysctl file here from its beginning; see {@link NetSysctls#write}. */
  public long writeSysctl(String name, String text, Cred cred) {
    return writeSysctl(name, text, 0, cred);
  }

  /** Writes a sysctl file here; see {@link NetSysctls#write}. */
  public long writeSysctl(String name, String text, long position, Cred cred) {
    long result = sysctls.write(name, text, position, cred, userNs);
    if (result > 0 && name.equals(MachineState.MAX_NET_NAMESPACES)) {
      String written = sysctls.read(name, userNs);
      cred.userNs().setNetNamespacesMax(Long.parseLong(written == null ? "0" : written));
    }
    if (result > 0 && name.equals(BLACKHOLE_TIMEOUT)) {
      TcpFastOpenBlackhole.reset(this);
    }
    return result;
  }

  @Override
  public int ifindex(String deviceName) {
    if (deviceName.equals("lo")) {
      return LO_IFINDEX;
    }
    for (NetDevice dev : others) {
      if (dev.name().equals(deviceName)) {
        return dev.ifindex();
      }
    }
    return 0;
  }

  @Override
  public @Nullable String deviceName(int ifindex) {
    NetDevice dev = ifindex == LO_IFINDEX ? null : device(ifindex);
    return ifindex == LO_IFINDEX ? "lo" : dev == null ? null : dev.name();
  }

  @Override
  public @Nullable NetDevice device(int ifindex) {
    if (ifindex == LO_IFINDEX) {
      return lo();
    }
    for (NetDevice dev : others) {
      if (dev.ifindex() == ifindex) {
        return dev;
      }
    }
    return null;
  }

  @Override
  public List<NetDevice> devices() {
    if (others.isEmpty()) {
      return List.of(lo());
    }
    List<NetDevice> all = new ArrayList<>();
    all.add(lo());
    all.addAll(others);
    return all;
  }

  /** {@code dev_new_index}: an index that no device here has had. */
  @Override
  public int newIfindex() {
    return ++lastIfindex;
  }

  /** {@code register_netdevice}. */
  @Override
  public void register(NetDevice dev) {
    if (ifindex(dev.name()) != 0) {
      throw new IllegalStateException(this + ": a second device " + dev.name());
    }
    others = new ArrayList<>(others);
    others.add(dev);
  }

  @Override
  public List<Sk> sockets(int family) {
    return machine.sockets(this).of(family);
  }

  /** {@code lo}, made when somebody first asks. */
  private NetDevice lo() {
    NetDevice present = lo;
    if (present == null) {
      present = NetDevice.lo();
      lo = present;
    }
    return present;
  }

  /** Whether {@code lo} is up; it is down at first. */
  @Override
  public boolean loIsUp() {
    return lo != null && lo.isUp();
  }

  /** Sets {@code lo} up or down. */
  public void setLoUp(boolean up) {
    Netdev.setUp(this, lo(), up);
  }

  @Override
  public <T> T generic(NetGeneric<T> key) {
    if (generic == null) {
      generic = new ArrayList<>(2);
    }
    for (Generic<?> kept : generic) {
      if (kept.key().equals(key)) {
        @SuppressWarnings("unchecked")
        T value = (T) kept.value();
        return value;
      }
    }
    T value = key.create();
    generic.add(new Generic<>(key, value));
    return value;
  }

  @Override
  public void addProtoInuse(Proto proto, int delta) {
    int[] counts = protoInuse;
    if (counts == null || counts.length <= proto.index()) {
      int size = Math.max(proto.index() + 1, machine.protos().size());
      counts = counts == null ? new int[size] : Arrays.copyOf(counts, size);
      protoInuse = counts;
    }
    counts[proto.index()] += delta;
    if (counts[proto.index()] < 0) {
      throw new IllegalStateException(this + ": count of " + proto + " below zero");
    }
  }

  /** Socks of a proto that {@code /proc/net/protocols} shows. */
  public int protoInuse(Proto proto) {
    int[] counts = protoInuse;
    return counts == null || counts.length <= proto.index() ? 0 : counts[proto.index()];
  }

  @Override
  public void addSocketsUsed(int delta) {
    socketsUsed += delta;
    if (socketsUsed < 0) {
      throw new IllegalStateException(this + ": count of sockets below zero");
    }
  }

  /** User sockets that sockstat shows as {@code sockets: used}. */
  public int socketsUsed() {
    return socketsUsed;
  }

  @Override
  public void addMib(Mib mib, long delta) {
    if (mibs == null) {
      mibs = new long[Mib.COUNT];
    }
    mibs[mib.ordinal()] += delta;
  }

  /** The value of a counter. */
  public long mib(Mib mib) {
    return mibs == null ? 0 : mibs[mib.ordinal()];
  }

  @Override
  public void get() {
    if (count <= 0) {
      throw new IllegalStateException(this + ": reference to a dead namespace");
    }
    count++;
  }

  @Override
  public void put() {
    count--;
    if (count == 0) {
      machine.queueCleanup(this);
    } else if (count < 0) {
      throw new IllegalStateException(this + ": put without get");
    }
  }

  /** References that keep the namespace alive. */
  public int count() {
    return count;
  }

  /** Whether something keeps the namespace alive. */
  public boolean alive() {
    return count > 0;
  }

  @Override
  public void getPassive() {
    passive++;
  }

  @Override
  public void putPassive() {
    passive--;
    if (passive < 0) {
      throw new IllegalStateException(this + ": passive put without get");
    }
  }

  /** References that do not keep the namespace alive, among them the namespace's own. */
  public int passive() {
    return passive;
  }

  /** What is still counted here, for messages; empty if nothing is. */
  String leftovers() {
    StringBuilder text = new StringBuilder();
    if (count != 0) {
      text.append(" count ").append(count);
    }
    if (socketsUsed != 0) {
      text.append(" sockets ").append(socketsUsed);
    }
    for (Proto proto : machine.protos()) {
      if (protoInuse(proto) != 0) {
        text.append(' ').append(proto.name()).append(' ').append(protoInuse(proto));
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return "net:[" + inum + "] cookie " + cookie;
  }
}
