package org.netshard.protocol.ip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TxStamp;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.fib.FibRoute;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpRoute;

/**
 * A packet of IPv4 that is being put together, from one call or from several.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_output.c}: {@code ip_setup_cork}, {@code __ip_append_data},
 * {@code __ip_make_skb}, {@code ip_flush_pending_frames}; {@code include/net/inet_sock.h}, {@code
 * struct inet_cork}.
 */
public final class IpCork {
  /** {@code IP_MAX_MTU}: the longest packet, bytes. */
  public static final int IP_MAX_MTU = 65535;

  private static final int MIN_MTU = 68;

  private final NetNs net;
  private final @Nullable Sk sk;
  private final Ipcm ipc;
  private final IpRoute.Result route;
  private final NetDevice dev;
  private final int dport;
  private final int mtu;
  private final int @Nullable [] metrics;
  private final int headerBytes;
  private int saddr;
  private int daddr;
  private final @Nullable TxStamp stamp;
  private byte[] bytes = new byte[0];
  private int length;
  private int truesize;
  private int charged;

  /**
   * An empty packet.
   *
   * @param sk who sends it, or null for the kernel itself
   * @param ipc what it is to have
   * @param route where it goes
   * @param dport the port that an error of its own names
   */
  public IpCork(NetNs net, @Nullable Sk sk, Ipcm ipc, IpRoute.Result route, int dport) {
    this.net = net;
    this.sk = sk;
    this.ipc = ipc;
    this.stamp = TxStamp.of(sk, ipc.sockc);
    this.route = route;
    this.dport = dport;
    this.saddr = route.saddr();
    this.daddr = route.daddr();
    this.dev = IpOutput.device(net, route);
    boolean interfaceMtu = sk != null && IpOutput.usesInterfaceMtu(InetOptions.of(sk).pmtudisc());
    FibRoute found = route.route();
    this.metrics = found == null ? null : found.metrics();
    this.mtu = interfaceMtu ? dev.mtu() : Math.min(FibMetrics.mtu(dev, metrics), IP_MAX_MTU);
    this.headerBytes = IpHeader.BYTES + ipc.options.length;
  }

  /** Where the packet goes. */
  public IpRoute.Result route() {
    return route;
  }

  /** The source address of the packet. */
  public int saddr() {
    return saddr;
  }

  /** The destination of the packet. */
  public int daddr() {
    return daddr;
  }

  /**
   * Changes the addresses of the packet, not its way: {@code connect} writes over {@code
   * inet->cork.fl} while data wait.
   */
  public void redirect(int newSaddr, int newDaddr) {
    saddr = newSaddr;
    daddr = newDaddr;
  }

  /** Bytes behind the IP header. */
  public int length() {
    return length;
  }

  /** The MTU of its way, bytes. */
  public int mtu() {
    return mtu;
  }

  /** Where what is behind the IP header begins in its bytes. */
  public int transport() {
    return Packet.LL_RESERVED_BYTES + headerBytes;
  }

  /** Its bytes. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Adds data.
   *
   * <p><b>Errors</b>, in order: EMSGSIZE if all together is too long, of which the sock learns by
   * its error queue; those of {@link SendBuffer#room} with a header of a transport, ENOBUFS without
   * one beyond twice the send buffer; EFAULT.
   *
   * @param transportBytes room for the header of the transport, which comes first; 0 if it is there
   * @param from position in the message
   * @param count bytes of the message
   * @return 0, {@code -errno}, or {@link Progress#WAIT}
   */
  public int append(Sk sender, Caller caller, Msg msg, int transportBytes, int from, int count) {
    int added = tryAppend(sender, caller, msg, transportBytes, from, count);
    if (added < 0 && added != Progress.WAIT && added != Errno.EMSGSIZE.negated()) {
      net.addMib(Mib.IP_OUT_DISCARDS, 1);
    }
    return added;
  }

  private int tryAppend(
      Sk sender, Caller caller, Msg msg, int transportBytes, int from, int count) {
    if (mtu < MIN_MTU) {
      return Errno.ENETUNREACH.negated();
    }
    int added = transportBytes + count;
    int longest = ignoresDf() ? IP_MAX_MTU : mtu;
    if (length + added > longest - headerBytes) {
      int info = mtu - ipc.options.length;
      IpErrors.localError(sender, Errno.EMSGSIZE, route.daddr(), dport, info);
      return Errno.EMSGSIZE.negated();
    }
    if (transportBytes > 0) {
      boolean now = msg.has(Abi.MSG_DONTWAIT);
      int room = SendBuffer.room(sender, caller, now ? 0 : sender.rare().sndtimeoJiffies());
      if (room < 0) {
        return room;
      }
    } else if (sender.wmemAlloc() > 2 * sender.sndbuf()) {
      return Errno.ENOBUFS.negated();
    }
    byte[] grown = Arrays.copyOf(bytes, transport() + length + added);
    if (!msg.readInto(from, grown, transport() + length + transportBytes, count)) {
      return Errno.EFAULT.negated();
    }
    charge(added, transportBytes);
    bytes = grown;
    if (stamp != null) {
      stamp.drawKey();
    }
    length += added;
    return 0;
  }

  /** Adds bytes of the kernel itself. */
  void append(byte[] content) {
    bytes = Arrays.copyOf(bytes, transport() + length + content.length);
    System.arraycopy(content, 0, bytes, transport() + length, content.length);
    charge(content.length, 0);
    length += content.length;
  }

  /** What a longer packet takes: a head for the first bytes, and pages for what comes later. */
  private void charge(int added, int transportBytes) {
    if (length > 0) {
      truesize += added;
      return;
    }
    int fragment = (mtu - headerBytes) & -8;
    int left = added;
    int head = headerBytes + transportBytes;
    do {
      int part = left + headerBytes > mtu ? fragment : left;
      truesize += truesize(headerBytes + part, head);
      left -= part;
      head = headerBytes;
    } while (left > 0);
  }

  /**
   * The memory of a packet that the IP layer allocates: with more than four pages, all but the
   * headers is in pages, which count by the byte.
   */
  static int truesize(int packetBytes, int headBytes) {
    int wanted = packetBytes + Packet.ALLOC_EXTRA_BYTES;
    if (wanted < Skb.MAX_ALLOC_BYTES) {
      return Skb.unaccountedTruesize(wanted);
    }
    int head = Skb.unaccountedTruesize(headBytes + Packet.ALLOC_EXTRA_BYTES);
    return head + packetBytes - headBytes;
  }

  /** What waits counts in the send buffer until it is sent ({@code wmem_alloc_delta}). */
  public void hold(Sk sender) {
    sender.addWmemAlloc(truesize - charged);
    charged = truesize;
  }

  /** It is not to be sent, or is being sent: it leaves the send buffer. */
  public void release(Sk sender) {
    sender.addWmemAlloc(-charged);
    charged = 0;
  }

  private boolean ignoresDf() {
    return sk != null && IpOutput.ignoresDf(InetOptions.of(sk).pmtudisc());
  }

  /** Writes the IP header: the packet is complete but for its transport's header. */
  public Packet finish(int protocol) {
    int at = Packet.LL_RESERVED_BYTES;
    int total = headerBytes + length;
    InetOptions inet = sk == null ? null : InetOptions.of(sk);
    boolean fits = total <= mtu && !FibMetrics.locked(metrics, FibMetrics.RTAX_MTU);
    boolean df = inet != null && IpOutput.setsDf(inet.pmtudisc(), fits);
    boolean ignoreDf = ignoresDf();
    if (ipc.options.length > 0) {
      IpOptionsBuild.build(net, bytes, at + IpHeader.BYTES, ipc.options, route);
    }
    IpHeader.write(
        bytes,
        at,
        ipc.options.length,
        ipc.tos,
        IpOutput.selectIdent(net, sk, df && !ignoreDf, saddr, daddr, protocol),
        df ? IpHeader.IP_DF : 0,
        ttl(inet),
        protocol,
        saddr,
        daddr);
    Packet packet = new Packet(dev, Packet.ETH_P_IP, bytes, at, truesize);
    packet.setTransport(transport());
    packet.setMarkAndPriority(ipc.sockc.mark, ipc.sockc.priority);
    packet.setRoute(IpOutput.endsHere(net, route), IpOutput.cast(route.type()));
    packet.setTxStamp(stamp);
    packet.setIgnoreDf(ignoreDf);
    packet.setPathMtu(mtu);
    return packet;
  }

  private int ttl(@Nullable InetOptions inet) {
    if (ipc.ttl != 0) {
      return ipc.ttl;
    }
    if (inet != null && InetAddress4.isMulticast(route.daddr())) {
      return inet.mcTtl();
    }
    if (inet != null && inet.ucTtl() >= 0) {
      return inet.ucTtl();
    }
    int hops = FibMetrics.get(metrics, FibMetrics.RTAX_HOPLIMIT);
    return hops != 0 ? hops : (int) net.sysctl(Sysctl.IPV4_IP_DEFAULT_TTL);
  }
}
