package org.netshard.protocol.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.inet.InetProtocols;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.rtnetlink.Netdev;

/** A namespace for tests: one device {@code lo} of index 1, sysctls of a fresh namespace. */
public final class TestNet implements NetNs, Machine, Softirqs {
  private final Map<Sysctl, String> sysctls = new EnumMap<>(Sysctl.class);
  private final Map<NetGeneric<?>, Object> generic = new LinkedHashMap<>();
  private final List<PassedFile> released = new ArrayList<>();
  private final List<Sk> sockets = new ArrayList<>();
  private final UserNamespace userNs;
  private long cookies = 100;
  private int references;
  private int protoInuse;
  private int socketsUsed;
  private int socketsAllocated;
  private final Map<Proto.Pool, ProtoMem> pools = new EnumMap<>(Proto.Pool.class);
  private final Map<String, Proto> protos = new TreeMap<>();
  private final Map<Mib, Long> mibs = new EnumMap<>(Mib.class);
  private long nowNs;
  private int orphans;
  private final TestFiles files = new TestFiles();
  private final NetDevice lo = NetDevice.lo();
  private int drawn;
  private final ArrayDeque<Packet> arriving = new ArrayDeque<>();
  private final List<Runnable> timers = new ArrayList<>();
  private final List<Packet> txDropped = new ArrayList<>();

  /** A namespace of the initial user namespace. */
  public TestNet() {
    this(new UserNamespace(1000));
  }

  /** A namespace whose {@code lo} has never been up. */
  public static TestNet fresh() {
    return new TestNet(new UserNamespace(1000), false);
  }

  /** A namespace of this user namespace. */
  public TestNet(UserNamespace userNs) {
    this(userNs, true);
  }

  private TestNet(UserNamespace userNs, boolean up) {
    this.userNs = userNs;
    for (Sysctl sysctl : Sysctl.values()) {
      sysctls.put(sysctl, fresh(sysctl));
    }
    if (up) {
      setLoUp(true);
    }
  }

  private static String fresh(Sysctl sysctl) {
    return switch (sysctl) {
      case CORE_RMEM_DEFAULT, CORE_WMEM_DEFAULT -> "212992";
      case CORE_RMEM_MAX, CORE_WMEM_MAX -> "4194304";
      case CORE_OPTMEM_MAX -> "131072";
      case CORE_SOMAXCONN -> "4096";
      case FS_FILE_MAX, FS_NR_OPEN -> "1048576";
      case CORE_MEM_PCPU_RSV -> "256";
      case IPV4_TCP_MEM -> "287901\t383869\t575802";
      case IPV4_UDP_MEM -> "575802\t767738\t1151604";
      case IPV4_TCP_MAX_ORPHANS -> "131072";
      case IPV4_TCP_RMEM -> "4096\t131072\t33554432";
      case IPV4_TCP_WMEM -> "4096\t16384\t4194304";
      case IPV4_TCP_CONGESTION_CONTROL -> "bbr";
      case IPV4_TCP_ALLOWED_CONGESTION_CONTROL -> "reno bbr";
      case IPV4_TCP_AVAILABLE_CONGESTION_CONTROL -> "reno bbr cubic";
      case IPV4_TCP_KEEPALIVE_TIME -> "7200";
      case IPV4_TCP_KEEPALIVE_INTVL -> "75";
      case IPV4_TCP_KEEPALIVE_PROBES -> "9";
      case IPV4_TCP_SYN_RETRIES -> "6";
      case IPV4_TCP_FIN_TIMEOUT -> "60";
      case IPV4_TCP_REORDERING -> "3";
      case IPV4_TCP_NOTSENT_LOWAT -> "4294967295";
      case IPV4_TCP_RTO_MAX_MS -> "120000";
      case IPV4_TCP_RTO_MIN_US -> "200000";
      case IPV4_UDP_RMEM_MIN, IPV4_UDP_WMEM_MIN -> "4096";
      case IPV4_IP_DEFAULT_TTL, IPV6_CONF_ALL_HOP_LIMIT, IPV6_CONF_DEFAULT_HOP_LIMIT -> "64";
      case IPV4_ROUTE_MIN_PMTU -> "552";
      case IPV4_IP_LOCAL_PORT_RANGE -> "32768\t60999";
      case IPV4_IP_LOCAL_RESERVED_PORTS, IPV4_TCP_FASTOPEN_KEY -> "";
      case IPV4_IP_UNPRIVILEGED_PORT_START -> "1024";
      case IPV4_PING_GROUP_RANGE -> "0\t2147483647";
      case IPV4_IGMP_MAX_MEMBERSHIPS -> "20";
      case IPV4_IGMP_MAX_MSF -> "10";
      case IPV6_MLD_MAX_MSF -> "64";
      case UNIX_MAX_DGRAM_QLEN -> "10";
      case CORE_TXREHASH,
          IPV4_TCP_FASTOPEN,
          IPV6_AUTO_FLOWLABELS,
          IPV6_FLOWLABEL_CONSISTENCY,
          MPTCP_ENABLED ->
          "1";
      default -> "0";
    };
  }

  /** Root with every capability of the namespace's own user namespace. */
  public Cred root() {
    return Cred.of(0, 0, new int[0], Capability.ALL, userNs);
  }

  /** The user 1000 without capabilities. */
  public Cred nobody() {
    return Cred.of(1000, 1000, new int[0], 0, userNs);
  }

  /** The same user with some capabilities. */
  public Cred withCaps(Capability... caps) {
    long set = 0;
    for (Capability cap : caps) {
      set |= cap.bit();
    }
    return Cred.of(1000, 1000, new int[0], set, userNs);
  }

  /** Sets a sysctl. */
  public TestNet set(Sysctl sysctl, String value) {
    sysctls.put(sysctl, value);
    return this;
  }

  /** Sets the virtual time. */
  public void setNowNs(long now) {
    nowNs = now;
  }

  /** References held by user and kernel sockets. */
  public int references() {
    return references;
  }

  /** Socks counted by {@link #addProtoInuse}. */
  public int protoInuse() {
    return protoInuse;
  }

  /** Socks counted by {@link #addSocketsUsed}. */
  public int socketsUsed() {
    return socketsUsed;
  }

  /** Socks counted by {@link #addSocketsAllocated}, of all protos. */
  public int allSocketsAllocated() {
    return socketsAllocated;
  }

  @Override
  public int socketsAllocated(Proto proto) {
    return socketsAllocated;
  }

  @Override
  public ProtoMem pool(Proto.Pool pool) {
    return pools.computeIfAbsent(pool, p -> new ProtoMem(0));
  }

  @Override
  public int cpu() {
    return 0;
  }

  @Override
  public Gfp softirqGfp() {
    return Gfp.ATOMIC;
  }

  @Override
  public int orphanCount() {
    return orphans;
  }

  @Override
  public void addOrphans(int delta) {
    orphans += delta;
  }

  /** Sets how many TCP socks no file refers to. */
  public void setOrphans(int count) {
    orphans = count;
  }

  @Override
  public void addMib(Mib mib, long delta) {
    mibs.merge(mib, delta, Long::sum);
  }

  /** The value of a counter. */
  public long mib(Mib mib) {
    return mibs.getOrDefault(mib, 0L);
  }

  @Override
  public long cookie() {
    return 4711;
  }

  @Override
  public UserNamespace userNs() {
    return userNs;
  }

  @Override
  public long sysctl(Sysctl sysctl) {
    return sysctl(sysctl, 0);
  }

  @Override
  public long sysctl(Sysctl sysctl, int index) {
    return Long.parseLong(sysctlText(sysctl).split("\\s+", -1)[index]);
  }

  @Override
  public void setSysctlText(Sysctl sysctl, String text) {
    sysctls.put(sysctl, text);
  }

  @Override
  public String sysctlText(Sysctl sysctl) {
    String text = sysctls.get(sysctl);
    if (text == null) {
      throw new IllegalStateException(sysctl.dottedName());
    }
    return text;
  }

  @Override
  public Machine machine() {
    return this;
  }

  @Override
  public int ifindex(String deviceName) {
    return deviceName.equals("lo") ? 1 : 0;
  }

  @Override
  public @Nullable String deviceName(int ifindex) {
    return ifindex == 1 ? "lo" : null;
  }

  @Override
  public @Nullable NetDevice device(int ifindex) {
    return ifindex == 1 ? lo : null;
  }

  @Override
  public List<Sk> sockets(int family) {
    return sockets.stream().filter(sk -> sk.family() == family).toList();
  }

  /** Makes a socket known, as if a task had it. */
  public void addSocket(Sk sk) {
    sockets.add(sk);
  }

  @Override
  public int newIfindex() {
    throw new UnsupportedOperationException("a test's namespace has lo only");
  }

  @Override
  public void register(NetDevice dev) {
    throw new UnsupportedOperationException("a test's namespace has lo only");
  }

  @Override
  public List<NetDevice> devices() {
    return List.of(lo);
  }

  @Override
  public void fput(PassedFile file) {
    released.add(file);
  }

  /** Files that were given back. */
  public List<PassedFile> released() {
    return released;
  }

  @Override
  public boolean loIsUp() {
    return lo.isUp();
  }

  /** Sets {@code lo} up or down. */
  public void setLoUp(boolean up) {
    Netdev.setUp(this, lo, up);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T generic(NetGeneric<T> key) {
    return (T) generic.computeIfAbsent(key, NetGeneric::create);
  }

  @Override
  public TestFiles socketFiles() {
    return files;
  }

  @Override
  public Softirqs softirqs() {
    return this;
  }

  @Override
  public void netRx(NetNs net, Packet packet, long atNs) {
    arriving.add(packet);
  }

  @Override
  public void txDropped(NetNs net, Packet packet) {
    txDropped.add(packet);
  }

  @Override
  public void timer(TimerEvent event) {
    timers.add(event);
  }

  @Override
  public void cancel(TimerEvent event) {
    event.markCancelled();
  }

  /** The packets that were dropped on their way out. */
  public List<Packet> txDropped() {
    return txDropped;
  }

  /** The packets that are about to arrive, which it takes away. */
  public List<Packet> takeArriving() {
    List<Packet> taken = List.copyOf(arriving);
    arriving.clear();
    return taken;
  }

  /** Lets all packets arrive, and those that they cause. */
  public void deliver() {
    Packet packet;
    while ((packet = arriving.poll()) != null) {
      DevQueue.receive(this, packet);
    }
  }

  /** Lets all timers end. */
  public void endTimers() {
    List<Runnable> due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  @Override
  public NetProtocols protocols() {
    return InetProtocols.ALL;
  }

  /** Not random: each number is a good deal from the one before. */
  @Override
  public int randomBelow(int bound) {
    drawn += 7919;
    return drawn % bound;
  }

  @Override
  public Proto proto(String name) {
    return protos.computeIfAbsent(
        name, each -> new Proto(new ProtoProfile(each, 1, true), protos.size()));
  }

  @Override
  public void addProtoInuse(Proto proto, int delta) {
    protoInuse += delta;
  }

  @Override
  public void addSocketsUsed(int delta) {
    socketsUsed += delta;
  }

  @Override
  public void get() {
    references++;
  }

  @Override
  public void put() {
    references--;
  }

  @Override
  public void getPassive() {
    references++;
  }

  @Override
  public void putPassive() {
    references--;
  }

  @Override
  public long nextSockCookie() {
    return ++cookies;
  }

  @Override
  public void addSocketsAllocated(Proto proto, int delta) {
    socketsAllocated += delta;
  }

  @Override
  public void leftOut(String what) {}

  @Override
  public void requestModule(String name) {}

  @Override
  public long nowNs() {
    return nowNs;
  }
}
