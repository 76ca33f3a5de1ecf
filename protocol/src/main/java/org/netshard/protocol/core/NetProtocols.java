package org.netshard.protocol.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers that packets go up through: who takes which ethertype, and which protocol of IPv4 and
 * of IPv6. All namespaces of all machines have the same.
 *
 * <p><b>Source:</b> {@code net/core/dev.c}, {@code ptype_base}; {@code net/ipv4/protocol.c}, {@code
 * inet_protos[]}; {@code net/ipv6/protocol.c}, {@code inet6_protos[]}.
 */
public final class NetProtocols {
  private static final int PROTOCOLS = 256;

  private final @Nullable NetProtocol[] inet = new @Nullable NetProtocol[PROTOCOLS];
  private final @Nullable NetProtocol[] inet6 = new @Nullable NetProtocol[PROTOCOLS];
  private @Nullable RawTap raw;
  private @Nullable RawTap raw6;
  private @Nullable Layer ip;
  private @Nullable Layer ipv6;
  private @Nullable Gso gso;

  /** A network layer ({@code struct packet_type}). */
  @FunctionalInterface
  public interface Layer {
    /** Takes a packet, whose {@code start} is the network header. */
    void rcv(NetNs net, Packet packet);
  }

  /** Raw sockets, which see packets before their transport does. */
  public interface RawTap {
    /**
     * Gives copies of a packet to all that want it ({@code raw_local_deliver}).
     *
     * @param packet its {@code start} is the transport's header
     * @return whether there was one
     */
    boolean deliver(NetNs net, Packet packet, int protocol);

    /** Tells them of an error; the message is as for {@link NetProtocol#err}. */
    void err(NetNs net, Packet icmp, int protocol, int icmpType, int icmpCode, int info);
  }

  /** Cuts packets that stand for several segments ({@code skb_gso_segment}). */
  @FunctionalInterface
  public interface Gso {
    /** The segments of a packet. */
    List<Packet> segment(Packet packet);
  }

  /** Adds what cuts packets. */
  public NetProtocols addGso(Gso cutter) {
    gso = cutter;
    return this;
  }

  /** What cuts packets, or null. */
  public @Nullable Gso gso() {
    return gso;
  }

  /** Adds raw sockets of both families. */
  public NetProtocols addRaw(RawTap tap, RawTap tap6) {
    raw = tap;
    raw6 = tap6;
    return this;
  }

  /** Raw sockets of IPv4, or null. */
  public @Nullable RawTap raw() {
    return raw;
  }

  /** Raw sockets of IPv6, or null. */
  public @Nullable RawTap raw6() {
    return raw6;
  }

  /** Adds a transport of IPv4 ({@code inet_add_protocol}). */
  public NetProtocols add(int protocol, NetProtocol handler) {
    inet[protocol] = handler;
    return this;
  }

  /** Adds a transport of IPv6 ({@code inet6_add_protocol}). */
  public NetProtocols add6(int protocol, NetProtocol handler) {
    inet6[protocol] = handler;
    return this;
  }

  /** Adds the network layers ({@code dev_add_pack}). */
  public NetProtocols addLayers(Layer ipLayer, Layer ipv6Layer) {
    ip = ipLayer;
    ipv6 = ipv6Layer;
    return this;
  }

  /** Who takes packets of this protocol of IPv4, or null. */
  public @Nullable NetProtocol inet(int protocol) {
    return inet[protocol];
  }

  /** Who takes packets of this protocol of IPv6, or null. */
  public @Nullable NetProtocol inet6(int protocol) {
    return inet6[protocol];
  }

  /** Who takes packets of this ethertype, or null. */
  public @Nullable Layer layer(int ethertype) {
    return switch (ethertype) {
      case Packet.ETH_P_IP -> ip;
      case Packet.ETH_P_IPV6 -> ipv6;
      default -> null;
    };
  }
}
