package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.PacketSpec.Ip;
import org.netshard.node.packetdrill.script.PacketSpec.Ports;
import org.netshard.node.packetdrill.script.PacketSpec.TosCheck;
import org.netshard.node.packetdrill.script.TcpOption;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;

/** A packet that the kernel has sent. */
final class SentPacket {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;
  private static final int IP6_BYTES = 40;
  private static final int UDP_BYTES = 8;
  private static final int TCP_BYTES = 20;
  private static final int ICMP_BYTES = 8;
  private static final String FLAG_BITS = "FSRP.UEWA";

  /** The order in which flags are written. */
  private static final String FLAG_ORDER = "FSRPEWAU.";

  private static final int FLAG_MASK = 0x1ff;

  private final byte[] bytes;
  private final long timeNs;
  private final boolean v6;
  private final int transport;
  private final int protocol;

  private SentPacket(byte[] bytes, long timeNs, boolean v6, int transport, int protocol) {
    this.bytes = bytes;
    this.timeNs = timeNs;
    this.v6 = v6;
    this.transport = transport;
    this.protocol = protocol;
  }

  /**
   * What came out of a device.
   *
   * @param nowNs when, virtual nanoseconds
   */
  static SentPacket of(Packet packet, long nowNs) {
    byte[] bytes = packet.get(packet.network(), packet.end() - packet.network());
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    int transport = v6 ? IP6_BYTES : (bytes[0] & 0xf) * 4;
    return new SentPacket(bytes, nowNs, v6, transport, bytes[v6 ? 6 : 9] & 0xff);
  }

  /** When it was sent, virtual nanoseconds. */
  long timeNs() {
    return timeNs;
  }

  byte[] source() {
    return v6 ? Arrays.copyOfRange(bytes, 8, 24) : Arrays.copyOfRange(bytes, 12, 16);
  }

  byte[] destination() {
    return v6 ? Arrays.copyOfRange(bytes, 24, 40) : Arrays.copyOfRange(bytes, 16, 20);
  }

  private boolean hasPorts() {
    return (protocol == TCP || protocol == UDP) && bytes.length >= transport + UDP_BYTES;
  }

  int sourcePort() {
    return hasPorts() ? NetBytes.get16(bytes, transport) : 0;
  }

  int destinationPort() {
    return hasPorts() ? NetBytes.get16(bytes, transport + 2) : 0;
  }

  boolean isTcp() {
    return protocol == TCP && bytes.length >= transport + TCP_BYTES;
  }

  boolean isUdp() {
    return protocol == UDP && hasPorts();
  }

  boolean isIcmp() {
    return protocol == (v6 ? ICMP6 : ICMP) && bytes.length >= transport + ICMP_BYTES;
  }

  boolean isSyn() {
    return isTcp() && flags().indexOf('S') >= 0;
  }

  boolean isAck() {
    return isTcp() && flags().indexOf('.') >= 0;
  }

  /** The sequence number of a segment as the kernel has it. */
  long seq() {
    return u32(transport + 4);
  }

  /** The clock of the sender in the time stamps of a segment as the kernel has it, or null. */
  @Nullable Long tsVal() {
    for (TcpOption option : OptionBytes.read(bytes, transport + TCP_BYTES, payloadAt())) {
      if (option instanceof TcpOption.Timestamp ts) {
        return ts.val();
      }
    }
    return null;
  }

  /** {@code IP.tos} or {@code traffic class}. */
  int tos() {
    return v6 ? NetBytes.get16(bytes, 0) >> 4 & 0xff : bytes[1] & 0xff;
  }

  int ttl() {
    return bytes[v6 ? 7 : 8] & 0xff;
  }

  /** The flow label of IPv6, {@link PacketSpec#NONE} of IPv4. */
  int flowLabel() {
    return v6 ? NetBytes.get32(bytes, 0) & 0xf_ffff : PacketSpec.NONE;
  }

  private long u32(int at) {
    return NetBytes.get32(bytes, at) & 0xffff_ffffL;
  }

  private String flags() {
    int bits = NetBytes.get16(bytes, transport + 12) & FLAG_MASK;
    StringBuilder flags = new StringBuilder();
    for (int i = 0; i < FLAG_ORDER.length(); i++) {
      char flag = FLAG_ORDER.charAt(i);
      if ((bits & 1 << FLAG_BITS.indexOf(flag)) != 0) {
        flags.append(flag);
      }
    }
    return flags.toString();
  }

  private int payloadAt() {
    return isTcp()
        ? Math.min(bytes.length, transport + (NetBytes.get16(bytes, transport + 12) >> 12) * 4)
        : Math.min(bytes.length, transport + UDP_BYTES);
  }

  /** Where data that are not zero begin, as scripts send zeros; -1 if there are none. */
  int firstNonZero() {
    int from = payloadAt();
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return i - from;
      }
    }
    return -1;
  }

  /** The packet in the numbers of the script. */
  PacketSpec spec(Conn conn) {
    int tosValue = tos();
    Ip ip = new Ip(TosCheck.TOS, tosValue, flowLabel(), ttl());
    if (isTcp()) {
      return new PacketSpec(false, ip, tcp(conn));
    }
    if (isUdp()) {
      int payload = NetBytes.get16(bytes, transport + 4) - UDP_BYTES;
      return new PacketSpec(false, ip, new PacketSpec.Udp(ports(conn), payload));
    }
    return new PacketSpec(false, ip, icmp(conn));
  }

  /** Nothing if the ports are those of the connection. */
  private Ports ports(Conn conn) {
    boolean own = sourcePort() == conn.localPort && destinationPort() == conn.remotePort;
    return own ? Ports.UNSAID : new Ports(sourcePort(), destinationPort());
  }

  private PacketSpec.Tcp tcp(Conn conn) {
    boolean syn = isSyn();
    long ack = u32(transport + 8);
    List<TcpOption> options = new ArrayList<>();
    for (TcpOption option : OptionBytes.read(bytes, transport + TCP_BYTES, payloadAt())) {
      options.add(script(conn, option, syn));
    }
    return new PacketSpec.Tcp(
        ports(conn),
        flags(),
        conn.localToScript(seq(), syn),
        bytes.length - payloadAt(),
        isAck() ? conn.remoteToScript(ack, syn) : ack,
        NetBytes.get16(bytes, transport + 14),
        NetBytes.get16(bytes, transport + 18),
        options);
  }

  private static TcpOption script(Conn conn, TcpOption option, boolean syn) {
    if (option instanceof TcpOption.Timestamp ts) {
      return new TcpOption.Timestamp(conn.tsToScript(ts.val()), ts.ecr());
    }
    if (!(option instanceof TcpOption.Sack sack)) {
      return option;
    }
    return new TcpOption.Sack(
        sack.blocks().stream()
            .map(
                block ->
                    new TcpOption.Block(
                        conn.remoteToScript(block.left(), syn),
                        conn.remoteToScript(block.right(), syn)))
            .toList());
  }

  private PacketSpec.Transport icmp(Conn conn) {
    if (!isIcmp()) {
      return new PacketSpec.Icmp(
          "protocol_" + protocol, "", PacketSpec.NONE, 0, new PacketSpec.NoEcho());
    }
    IcmpNames names = IcmpNames.of(v6);
    int type = bytes[transport] & 0xff;
    int code = bytes[transport + 1] & 0xff;
    PacketSpec.@Nullable Echoed echoed = echoed(conn);
    return new PacketSpec.Icmp(
        names.typeName(type),
        names.codeName(type, code),
        PacketSpec.NONE,
        0,
        echoed != null ? echoed : new PacketSpec.RawEcho(bytes.length - transport));
  }

  private PacketSpec.@Nullable Echoed echoed(Conn conn) {
    int at = transport + ICMP_BYTES;
    int header = v6 ? IP6_BYTES : 20;
    if (bytes.length < at + header + UDP_BYTES || bytes[at] >> 4 != (v6 ? 6 : 4)) {
      return null;
    }
    int length = v6 ? NetBytes.get16(bytes, at + 4) : NetBytes.get16(bytes, at + 2) - header;
    int inner = bytes[at + (v6 ? 6 : 9)] & 0xff;
    if (inner == TCP) {
      long seq = conn.remoteToScript(u32(at + header + 4), false);
      return new PacketSpec.TcpEcho(seq, Math.max(0, length - TCP_BYTES));
    }
    return inner == UDP ? new PacketSpec.UdpEcho(Math.max(0, length - UDP_BYTES)) : null;
  }
}
