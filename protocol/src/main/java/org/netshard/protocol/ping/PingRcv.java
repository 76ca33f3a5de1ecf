package org.netshard.protocol.ping;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.PacketRead;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Echo replies for ping sockets, and errors about their requests.
 *
 * <p><b>Source:</b> {@code net/ipv4/ping.c}: {@code ping_rcv}, {@code ping_lookup}, {@code
 * ping_err}.
 */
public final class PingRcv implements NetProtocol {
  private static final int IDENT = 4;

  private final boolean v6;

  /** For echo replies of ICMP, or of ICMPv6. */
  public PingRcv(boolean v6) {
    this.v6 = v6;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    byte[] daddr6 = v6 ? Ip6Header.daddr(packet) : null;
    int daddr = v6 ? 0 : IpHeader.daddr(packet);
    int ident = packet.u16(packet.transport() + IDENT);
    Sk sk = find(net, ident, daddr, daddr6, packet.ifindex());
    if (sk == null) {
      packet.drop(DropReason.NO_SOCKET);
      return;
    }
    packet.setStart(packet.transport());
    PacketRead.queue(sk, packet.copy());
  }

  /** {@code ping_lookup}: the sock with this identifier and address, or null. */
  private @Nullable Sk find(
      NetNs net, int ident, int daddr, byte @Nullable [] daddr6, int ifindex) {
    for (Sk sk : PingTable.of(net).withIdent(ident)) {
      if (sk.family() != (v6 ? Abi.AF_INET6 : Abi.AF_INET)) {
        continue;
      }
      boolean bound;
      if (daddr6 != null) {
        byte[] own = Inet6Options.of(sk).rcvSaddr();
        bound = Ipv6Address.isAny(own) || Arrays.equals(own, daddr6);
      } else {
        int own = InetOptions.of(sk).rcvSaddr();
        bound = own == 0 || own == daddr;
      }
      if (bound && (sk.boundDevIf() == 0 || sk.boundDevIf() == ifindex)) {
        return sk;
      }
    }
    return null;
  }

  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    int quoted = icmp.start();
    int at = v6 ? icmp.quotedTransport() : quoted + IpHeader.ihl(icmp.bytes(), quoted);
    int request = icmp.u8(at);
    if (request != (v6 ? Icmp6.ECHO_REQUEST : Icmp.ECHO) || icmp.u8(at + 1) != 0) {
      return;
    }
    // The message came to who sent the request, so its destination is that sock's address.
    byte[] own6 = v6 ? Ip6Header.daddr(icmp) : null;
    int own = v6 ? 0 : IpHeader.daddr(icmp);
    Sk sk = find(net, icmp.u16(at + IDENT), own, own6, icmp.ifindex());
    if (sk == null) {
      return;
    }
    IpErrors.Meaning meaning =
        v6 ? meaning6(sk, icmpType, icmpCode) : meaning4(sk, icmpType, icmpCode);
    if (meaning == null) {
      return;
    }
    boolean asked =
        v6 ? Inet6Options.of(sk).has(Inet6Flag.RECVERR6) : InetOptions.of(sk).has(InetFlag.RECVERR);
    if (asked && v6) {
      Ip6Errors.icmpError(sk, icmp, meaning.errno(), 0, info, at);
    } else if (asked) {
      IpErrors.icmpError(sk, icmp, meaning.errno(), 0, info, at);
    } else if (!meaning.hard() || sk.state() != Sk.TCP_ESTABLISHED) {
      return;
    }
    sk.setErr(meaning.errno());
    sk.errorReport();
  }

  private static IpErrors.@Nullable Meaning meaning4(Sk sk, int type, int code) {
    return type == Icmp.SOURCE_QUENCH || type == Icmp.REDIRECT
        ? new IpErrors.Meaning(Errno.EREMOTEIO.number(), false)
        : IpErrors.meaning(sk, type, code);
  }

  private static IpErrors.@Nullable Meaning meaning6(Sk sk, int type, int code) {
    return Ip6Errors.meaning(sk, type, code);
  }
}
