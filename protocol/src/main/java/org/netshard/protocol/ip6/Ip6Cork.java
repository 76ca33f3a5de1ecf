package org.netshard.protocol.ip6;

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
import org.netshard.protocol.fib6.Fib6Route;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpOutput;

/**
 * A packet of IPv6 that is being put together, from one call or from several.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_output.c}: {@code __ip6_append_data}, {@code
 * __ip6_make_skb}.
 */
public final class Ip6Cork {
  private static final int FRAG_HDR_BYTES = 8;
  private static final int ALLOC_EXTRA_BYTES = Packet.LL_RESERVED_BYTES + FRAG_HDR_BYTES;

  private final NetNs net;
  private final @Nullable Sk sk;
  private final Ipcm6 ipc;
  private final byte[] saddr;
  private final byte[] daddr;
  private final NetDevice dev;
  private final int dport;
  private final int mtu;
  private final int @Nullable [] metrics;
  private final @Nullable Ip6TxOptions opt;
  private final int headerBytes;
  private final @Nullable TxStamp stamp;
  private byte[] bytes = new byte[0];
  private int length;
  private int truesize;
  private int charged;

  /**
   * An empty packet.
   *
   * @param sk who sends it, or null for the kernel itself
   * @param route its way
   * @param dev the device by which it leaves
   * @param dport the port that an error of its own names
   */
  public Ip6Cork(
      NetNs net,
      @Nullable Sk sk,
      Ipcm6 ipc,
      Ip6Route.Result route,
      byte[] daddr,
      NetDevice dev,
      int dport) {
    this.net = net;
    this.sk = sk;
    this.ipc = ipc;
    this.stamp = TxStamp.of(sk, ipc.sockc);
    this.saddr = route.saddr();
    this.daddr = daddr;
    this.dev = dev;
    this.dport = dport;
    Fib6Route found = route.route();
    this.metrics = found == null ? null : found.metrics();
    this.mtu = FibMetrics.mtu(dev, metrics);
    this.opt = ipc.opt;
    this.headerBytes = Ip6Header.BYTES + (opt == null ? 0 : opt.pushedBytes());
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
   * <p><b>Errors</b>, in order: EMSGSIZE if all together is too long, or would have to be cut and
   * must not be; those of {@link SendBuffer#room} with a header of a transport, ENOBUFS without one
   * beyond twice the send buffer; EFAULT.
   *
   * @param transportBytes room for the header of the transport, which comes first; 0 if it is there
   * @param from position in the message
   * @param count bytes of the message
   * @return 0, {@code -errno}, or {@link Progress#WAIT}
   */
  public int append(Sk sender, Caller caller, Msg msg, int transportBytes, int from, int count) {
    int added = tryAppend(sender, caller, msg, transportBytes, from, count);
    if (added < 0 && added != Progress.WAIT && added != Errno.EMSGSIZE.negated()) {
      net.addMib(Mib.IP6_OUT_DISCARDS, 1);
    }
    return added;
  }

  private int tryAppend(
      Sk sender, Caller caller, Msg msg, int transportBytes, int from, int count) {
    int added = transportBytes + count;
    int optBytes = opt == null ? 0 : opt.length();
    // Headers behind a fragment header count twice, as data and as headers.
    int all = length + added + (opt == null ? 0 : optBytes - opt.nflen());
    int headers = Ip6Header.BYTES + optBytes;
    boolean cut = all > mtu - headers;
    int longest = ignoresDf() ? Ip6Header.BYTES + Ip6Header.MAXPLEN : mtu;
    boolean refused = cut && ipc.dontfrag && keepsWhole(sender.protocol());
    if (refused) {
      Ip6Errors.localRxpmtu(sender, daddr, ipc.oif, mtu - optBytes);
    }
    if (refused || all > longest - headers) {
      int info = Math.max(mtu - optBytes, 0);
      Ip6Errors.localError(sender, Errno.EMSGSIZE, daddr, dport, info);
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

  private void charge(int added, int transportBytes) {
    if (length > 0) {
      truesize += added;
      return;
    }
    int header = Ip6Header.BYTES + (opt == null ? 0 : opt.nflen());
    int fragment = (mtu - header - FRAG_HDR_BYTES) & -8;
    int left = added + headerBytes - header;
    int head = headerBytes + transportBytes;
    do {
      int part = left + header > mtu ? fragment : left;
      truesize += truesize(header + part, head);
      left -= part;
      head = header;
    } while (left > 0);
  }

  /** The memory of a packet that the IP layer allocates; see {@code IpCork}. */
  static int truesize(int packetBytes, int headBytes) {
    int wanted = packetBytes + ALLOC_EXTRA_BYTES;
    if (wanted < Skb.MAX_ALLOC_BYTES) {
      return Skb.unaccountedTruesize(wanted);
    }
    return Skb.unaccountedTruesize(headBytes + ALLOC_EXTRA_BYTES) + packetBytes - headBytes;
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

  /** Whether {@code IPV6_DONTFRAG} counts for a protocol. */
  private static boolean keepsWhole(int protocol) {
    return protocol == Abi.IPPROTO_UDP
        || protocol == Abi.IPPROTO_ICMPV6
        || protocol == Abi.IPPROTO_RAW;
  }

  private boolean ignoresDf() {
    return sk == null || IpOutput.ignoresDf(Inet6Options.of(sk).pmtudisc());
  }

  /** Writes the IP header: the packet is complete but for its transport's header. */
  public Packet finish(int protocol) {
    int at = Packet.LL_RESERVED_BYTES;
    int label = ipc.flowinfo != 0 ? ipc.flowinfo : Ip6Output.autoFlowlabel(net, sk, saddr, daddr);
    int tclass = Math.max(ipc.tclass, 0);
    int first = opt == null ? protocol : opt.push(bytes, at + Ip6Header.BYTES, protocol, daddr);
    Ip6Header.write(bytes, at, tclass, label, first, hopLimit(), saddr, daddr);
    Packet packet = new Packet(dev, Packet.ETH_P_IPV6, bytes, at, truesize);
    packet.setTransport(transport());
    packet.setMarkAndPriority(ipc.sockc.mark, ipc.sockc.priority);
    packet.setTxStamp(stamp);
    packet.setPathMtu(mtu);
    packet.setIgnoreDf(ignoresDf());
    return packet;
  }

  /** Whether the device can add the checksum: to one packet without extension headers. */
  public boolean leavesChecksum() {
    return headerBytes == Ip6Header.BYTES && length + headerBytes <= mtu;
  }

  /** Sends a packet to the first of its hops, after the checksum was made with its destination. */
  public void redirectToHop(Packet packet) {
    if (opt != null) {
      byte[] hop = opt.pushedDaddr(daddr);
      System.arraycopy(hop, 0, packet.bytes(), packet.network() + Ip6Header.DADDR, hop.length);
    }
  }

  private int hopLimit() {
    if (ipc.hlimit >= 0) {
      return ipc.hlimit;
    }
    int limit = -1;
    if (sk != null) {
      Inet6Options inet6 = Inet6Options.of(sk);
      limit = Ipv6Address.isMulticast(daddr) ? inet6.mcastHops() : inet6.hopLimit();
    }
    if (limit >= 0) {
      return limit;
    }
    int hops = FibMetrics.get(metrics, FibMetrics.RTAX_HOPLIMIT);
    return hops != 0 ? hops : (int) net.sysctl(Sysctl.IPV6_CONF_DEFAULT_HOP_LIMIT);
  }
}
