package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpInput;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Input;
import org.netshard.protocol.ping.PingRcv;
import org.netshard.protocol.raw.Raw6Rcv;
import org.netshard.protocol.raw.RawRcv;
import org.netshard.protocol.tcp.TcpRcv;
import org.netshard.protocol.udp.Udp6Rcv;
import org.netshard.protocol.udp.UdpRcv;

/**
 * The layers above the devices, as the kernel puts them together when it boots.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_init}; {@code net/ipv6/af_inet6.c},
 * {@code inet6_init}.
 */
public final class InetProtocols {
  /** All of them. */
  public static final NetProtocols ALL =
      new NetProtocols()
          .addRaw(new RawRcv(), new Raw6Rcv())
          .addGso(SkbGso::segment)
          .addLayers(IpInput::rcv, Ip6Input::rcv)
          .add(Icmp.PROTOCOL, new Icmp(new PingRcv(false)))
          .add6(Icmp6.PROTOCOL, new Icmp6(new PingRcv(true)))
          .add(Abi.IPPROTO_TCP, new TcpRcv(false))
          .add6(Abi.IPPROTO_TCP, new TcpRcv(true))
          .add(Abi.IPPROTO_UDP, new UdpRcv(false))
          .add(Abi.IPPROTO_UDPLITE, new UdpRcv(true))
          .add6(Abi.IPPROTO_UDP, new Udp6Rcv(false))
          .add6(Abi.IPPROTO_UDPLITE, new Udp6Rcv(true));

  private InetProtocols() {}
}
