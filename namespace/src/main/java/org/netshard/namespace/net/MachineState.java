package org.netshard.namespace.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.files.FileNames;
import org.netshard.namespace.sysctl.SysctlTable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.ProtoMem;
import org.netshard.protocol.core.Softirqs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.inet.InetProtocols;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.profile.SysctlProfile;

/**
 * A machine: what its network namespaces share, and the list of them.
 *
 * <p>A namespace that nothing keeps alive is queued; {@link #runCleanup} ends all that are queued,
 * the last one first, as the kernel's work item does.
 *
 * <p><b>Source:</b> {@code net/core/net_namespace.c}: {@code copy_net_ns}, {@code setup_net},
 * {@code __put_net}, {@code cleanup_net}.
 *
 * <p><b>Differs from Linux:</b> inode numbers of namespaces are the lowest free ones from a fixed
 * start, as no other part of the simulated kernel takes any.
 */
public final class MachineState implements Machine {
  /** The limit of network namespaces, which each user namespace has for itself. */
  static final String MAX_NET_NAMESPACES = "user.max_net_namespaces";

  private static final long INIT_INUM = 4026531833L;
  private static final long FIRST_INUM = 4026532177L;
  private static final int[] NOTHING_ALLOCATED = {};

  private final KernelProfile profile;
  private final FamilyTable families;
  private final SysctlTable sysctls;
  private final UserNamespace initUserNs;
  private final NetState initNet;
  private @Nullable BitSet inums;
  private @Nullable List<NetState> dying;
  private NetState lastNet;
  private int namespaceCount = 1;
  private long namespacesCreated = 1;
  private long lastSockCookie;
  private long lastNetCookie = 1;
  private long nowNs;
  private int[] allocated = NOTHING_ALLOCATED;
  private final ProtoMem tcpMem;
  private final ProtoMem udpMem;
  private int cpu;
  private int orphanCount;
  private @Nullable Set<String> leftOut;
  private @Nullable FileNames fileNames;
  private @Nullable TaskFiles taskFiles;
  private @Nullable Softirqs softirqs;
  private @Nullable HopTrace trace;
  private long random;
  private @Nullable ArrayDeque<PassedFile> delayedFput;

  /** A machine at boot, with its initial namespace; what is random comes from seed 0. */
  public MachineState(MachineImage image) {
    this(image, 0);
  }

  /**
   * A machine at boot, with its initial namespace.
   *
   * @param seed where what Linux draws at random comes from
   */
  public MachineState(MachineImage image, long seed) {
    random = seed;
    profile = image.profile();
    families = image.families();
    tcpMem = new ProtoMem(profile.chargeCpus());
    udpMem = new ProtoMem(profile.chargeCpus());
    sysctls = new SysctlTable(image.sysctls());
    SysctlProfile max = sysctls.profile(MAX_NET_NAMESPACES);
    initUserNs = new UserNamespace(max == null ? Integer.MAX_VALUE : Long.parseLong(max.value()));
    initNet = new NetState(this, initUserNs, 0, sysctls.init(), lastNetCookie, INIT_INUM);
    lastNet = initNet;
    addKernelSockets(initNet);
  }

  /** What kind of kernel this is. */
  public KernelProfile profile() {
    return profile;
  }

  /** Its families. */
  public FamilyTable families() {
    return families;
  }

  /** Its kinds of sock, in the order of {@code /proc/net/protocols}. */
  public List<Proto> protos() {
    return families.protos();
  }

  @Override
  public Proto proto(String name) {
    for (Proto proto : protos()) {
      if (proto.name().equals(name)) {
        return proto;
      }
    }
    throw new IllegalStateException("this kernel has no proto " + name);
  }

  @Override
  public void requestModule(String name) {
    sysctls.requestModule(name);
  }

  /** Its sysctls. */
  public SysctlTable sysctls() {
    return sysctls;
  }

  /** The initial user namespace. */
  public UserNamespace initUserNs() {
    return initUserNs;
  }

  /** The initial network namespace. */
  public NetState initNet() {
    return initNet;
  }

  /**
   * Whether a task may make a network namespace that a user namespace shall own.
   *
   * <p><b>Errors</b>, in order: EPERM without CAP_SYS_ADMIN in that user namespace, ENOSPC if it or
   * one of its ancestors has as many network namespaces as it may.
   *
   * @return 0 or {@code -errno}
   */
  public int mayCopyNetNs(Cred cred, UserNamespace owner) {
    if (!cred.nsCapable(owner, Capability.CAP_SYS_ADMIN)) {
      return Errno.EPERM.negated();
    }
    if (!owner.incNetNamespaces(cred.euid())) {
      return Errno.ENOSPC.negated();
    }
    owner.decNetNamespaces(cred.euid());
    return 0;
  }

  /**
   * Makes a network namespace ({@code copy_net_ns} after its checks, {@code setup_net}). It has one
   * reference, the caller's.
   *
   * @param creator the namespace of the task that makes it
   */
  public NetState newNetNs(UserNamespace owner, NetState creator) {
    return newNetNs(owner, 0, creator);
  }

  /**
   * The same, made by another user than root.
   *
   * @param uid the user to whose namespaces it counts
   */
  public NetState newNetNs(UserNamespace owner, int uid, NetState creator) {
    if (!owner.incNetNamespaces(uid)) {
      throw new IllegalStateException("more network namespaces than allowed, unchecked");
    }
    BitSet taken = inums == null ? new BitSet() : inums;
    inums = taken;
    int free = taken.nextClearBit(0);
    taken.set(free);
    NetState net =
        new NetState(
            this,
            owner,
            uid,
            sysctls.create(creator.sysctls()),
            ++lastNetCookie,
            FIRST_INUM + free);
    addKernelSockets(net);
    net.previous = lastNet;
    lastNet.next = net;
    lastNet = net;
    namespaceCount++;
    namespacesCreated++;
    return net;
  }

  /** The namespace after this one in the order of cookies, or null; begin with the initial one. */
  public @Nullable NetState next(NetState net) {
    return net.next;
  }

  /** Namespaces that are not cleaned up yet. */
  public int namespaceCount() {
    return namespaceCount;
  }

  /** Namespaces ever made, the initial one included. */
  public long namespacesCreated() {
    return namespacesCreated;
  }

  /** The kernel's own netlink sockets: not counted, and held by nothing but themselves. */
  private void addKernelSockets(NetState net) {
    for (int i = 0; i < profile.kernelNetlink().size(); i++) {
      net.getPassive();
    }
  }

  void queueCleanup(NetState net) {
    if (net == initNet) {
      throw new IllegalStateException("the initial namespace has lost its last reference");
    }
    if (dying == null) {
      dying = new ArrayList<>(1);
    }
    dying.add(net);
  }

  /** Whether dead namespaces wait for {@link #runCleanup}. */
  public boolean cleanupPending() {
    return dying != null;
  }

  /**
   * Ends all dead namespaces ({@code cleanup_net}).
   *
   * @return those that ended, in this order
   * @throws IllegalStateException if sockets are still counted in one of them
   */
  public List<NetState> runCleanup() {
    List<NetState> batch = new ArrayList<>();
    List<NetState> ended = dying == null ? List.of() : dying;
    for (int i = ended.size() - 1; i >= 0; i--) {
      batch.add(ended.get(i));
    }
    dying = null;
    for (NetState net : batch) {
      end(net);
    }
    return batch;
  }

  private void end(NetState net) {
    String leftovers = net.leftovers();
    if (!leftovers.isEmpty()) {
      throw new IllegalStateException(net + " ends with" + leftovers);
    }
    NetState before = net.previous;
    if (before == null) {
      throw new IllegalStateException(net + " is not in the list");
    }
    NetState after = net.next;
    before.next = after;
    if (after == null) {
      lastNet = before;
    } else {
      after.previous = before;
    }
    net.previous = null;
    net.next = null;
    for (int i = 0; i < profile.kernelNetlink().size(); i++) {
      net.putPassive();
    }
    if (inums != null) {
      inums.clear((int) (net.inum() - FIRST_INUM));
    }
    net.userNs().decNetNamespaces(net.creatorUid());
    net.putPassive();
    namespaceCount--;
  }

  @Override
  public long nextSockCookie() {
    return ++lastSockCookie;
  }

  @Override
  public void addSocketsAllocated(Proto proto, int delta) {
    if (allocated.length <= proto.index()) {
      allocated = Arrays.copyOf(allocated, Math.max(proto.index() + 1, protos().size()));
    }
    allocated[proto.index()] += delta;
    if (allocated[proto.index()] < 0) {
      throw new IllegalStateException("allocated socks of " + proto + " below zero");
    }
  }

  @Override
  public int socketsAllocated(Proto proto) {
    String name = baseName(proto);
    int sum = 0;
    for (int i = 0; i < allocated.length; i++) {
      if (allocated[i] != 0 && baseName(protos().get(i)).equals(name)) {
        sum += allocated[i];
      }
    }
    return sum;
  }

  /** The name of a proto for IPv4 and IPv6 alike. */
  private static String baseName(Proto proto) {
    String name = proto.name();
    return name.endsWith("v6") ? name.substring(0, name.length() - 2) : name;
  }

  @Override
  public ProtoMem pool(Proto.Pool pool) {
    return switch (pool) {
      case TCP -> tcpMem;
      case UDP -> udpMem;
      case NONE -> throw new IllegalStateException("there is no such pool");
    };
  }

  @Override
  public Gfp softirqGfp() {
    return profile.softirqChargeFails() ? Gfp.NOWAIT : Gfp.ATOMIC;
  }

  @Override
  public int cpu() {
    return cpu;
  }

  /** Sets the CPU that runs now. */
  public void setCpu(int newCpu) {
    cpu = newCpu;
  }

  @Override
  public void addOrphans(int delta) {
    orphanCount += delta;
    if (orphanCount < 0) {
      throw new IllegalStateException("orphans below zero");
    }
  }

  @Override
  public int orphanCount() {
    return orphanCount;
  }

  @Override
  public long nowNs() {
    return nowNs;
  }

  @Override
  public Softirqs softirqs() {
    Softirqs present = softirqs;
    if (present == null) {
      throw new IllegalStateException("nobody handles what happens later");
    }
    return present;
  }

  /** Says who wants to know every function that is reached, or nobody with null. */
  public void setTrace(@Nullable HopTrace newTrace) {
    trace = newTrace;
  }

  @Override
  public @Nullable HopTrace trace() {
    return trace;
  }

  /** Says who handles what happens later. */
  public void setSoftirqs(Softirqs handler) {
    softirqs = handler;
  }

  @Override
  public NetProtocols protocols() {
    return InetProtocols.ALL;
  }

  /** The next number of SplitMix64, whose state is a counter. */
  @Override
  public int randomBelow(int bound) {
    if (bound <= 0) {
      throw new IllegalStateException("a random number below " + bound);
    }
    random += 0x9e3779b97f4a7c15L;
    long mixed = (random ^ (random >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    long high = (mixed ^ (mixed >>> 31)) >>> 32;
    return (int) ((high * bound) >>> 32);
  }

  @Override
  public FileNames socketFiles() {
    if (fileNames == null) {
      fileNames = new FileNames();
    }
    return fileNames;
  }

  /** Says who knows the files of tasks. */
  public void setTaskFiles(TaskFiles files) {
    taskFiles = files;
  }

  /** The sockets of a namespace that a task can reach. */
  public NetSockets sockets(NetState net) {
    return taskFiles == null ? new NetSockets(net) : taskFiles.sockets(net);
  }

  @Override
  public <T> T generic(NetGeneric<T> key) {
    return initNet.generic(key);
  }

  @Override
  public void fput(PassedFile file) {
    if (delayedFput == null) {
      delayedFput = new ArrayDeque<>(2);
    }
    delayedFput.add(file);
  }

  /** Files that tasks have open. */
  long openFiles() {
    return taskFiles == null ? 0 : taskFiles.openFiles();
  }

  /** A file that stands for a process, which nobody has a reference of. */
  public PassedFile pidFile(int pid) {
    TaskFiles present = taskFiles;
    if (present == null) {
      throw new IllegalStateException("a machine without tasks");
    }
    return present.pidFile(pid);
  }

  /** A file whose reference is to be given back, or null ({@code delayed_fput}). */
  public @Nullable PassedFile delayedFput() {
    return delayedFput == null ? null : delayedFput.poll();
  }

  @Override
  public void leftOut(String what) {
    if (leftOut == null) {
      leftOut = new LinkedHashSet<>();
    }
    leftOut.add(what);
  }

  /** What was asked for and is left out, each once, in the order in which it was asked for. */
  public Set<String> leftOut() {
    return leftOut == null ? Set.of() : Collections.unmodifiableSet(leftOut);
  }

  /** Sets the virtual time; it never goes back. */
  public void setNowNs(long now) {
    if (now < nowNs) {
      throw new IllegalStateException("time goes back from " + nowNs + " to " + now);
    }
    nowNs = now;
  }
}
