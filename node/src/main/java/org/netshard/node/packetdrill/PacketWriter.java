package org.netshard.node.packetdrill;

import java.util.List;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.PacketSpec.TosCheck;
import org.netshard.node.packetdrill.script.TcpOption;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;

/** Makes packets that come, with the numbers of the kernel in the places of those of the script. */
final class PacketWriter {
  private static final int IP4_BYTES = 20;
  private static final int IP6_BYTES = 40;
  private static final int TCP_BYTES = 20;
  private static final int UDP_BYTES = 8;
  private static final int ICMP_BYTES = 8;
  private static final int ECHOED_BYTES = 8;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;
  private static final int TTL = 255;
  private static final int UDP_CHECK = 6;
  private static final int TCP_CHECK = 16;

  /** The flags in the order of their bits, from FIN to AE. */
  private static final String FLAG_BITS = "FSRP.UEWA";

  private static final int ECE_BIT = 6;

  private final Settings settings;
  private final Conn conn;
  private final boolean v6;

  PacketWriter(Settings settings, Conn conn) {
    this.settings = settings;
    this.conn = conn;
    this.v6 = settings.version().packets6();
  }

  /**
   * A packet from its network header on.
   *
   * @throws ScriptFailure if it echoes a time stamp that was never sent
   */
  byte[] write(PacketSpec packet) {
    if (packet.transport() instanceof PacketSpec.Tcp tcp) {
      return tcp(packet, tcp);
    }
    if (packet.transport() instanceof PacketSpec.Udp udp) {
      return udp(packet, udp);
    }
    return icmp(packet, (PacketSpec.Icmp) packet.transport());
  }

  private int headerBytes() {
    return v6 ? IP6_BYTES : IP4_BYTES;
  }

  private byte[] remote() {
    byte[] known = conn.remoteIp;
    return known == null ? settings.remote() : known;
  }

  private byte[] local() {
    byte[] known = conn.localIp;
    return known == null ? settings.local() : known;
  }

  /** A packet with its network header, and zeros behind it. */
  private byte[] begin(PacketSpec.Ip ip, int protocol, int bytes) {
    byte[] packet = new byte[headerBytes() + bytes];
    int tos = ip.check() == TosCheck.NONE ? 0 : ip.tos();
    int ttl = ip.ttl() == PacketSpec.NONE ? TTL : ip.ttl();
    header(packet, 0, remote(), local(), protocol, bytes, tos, ttl);
    if (v6 && ip.flowLabel() != PacketSpec.NONE) {
      NetBytes.put32(packet, 0, 6 << 28 | tos << 20 | ip.flowLabel());
    }
    return packet;
  }

  private void header(
      byte[] packet, int at, byte[] from, byte[] to, int protocol, int bytes, int tos, int ttl) {
    if (v6) {
      NetBytes.put32(packet, at, 6 << 28 | tos << 20);
      NetBytes.put16(packet, at + 4, bytes);
      packet[at + 6] = (byte) protocol;
      packet[at + 7] = (byte) ttl;
      System.arraycopy(from, 0, packet, at + 8, from.length);
      System.arraycopy(to, 0, packet, at + 24, to.length);
      return;
    }
    packet[at] = 0x45;
    packet[at + 1] = (byte) tos;
    NetBytes.put16(packet, at + 2, IP4_BYTES + bytes);
    packet[at + 8] = (byte) ttl;
    packet[at + 9] = (byte) protocol;
    System.arraycopy(from, 0, packet, at + 12, from.length);
    System.arraycopy(to, 0, packet, at + 16, to.length);
    int sum = InetChecksum.finish(InetChecksum.add(0, packet, at, IP4_BYTES));
    NetBytes.put16(packet, at + 10, sum);
  }

  /** Fills in the checksum of the transport. */
  private void checksum(byte[] packet, int protocol, int checkAt) {
    int transport = headerBytes();
    int length = packet.length - transport;
    long sum = InetChecksum.add(0, packet, transport, length);
    int addrBytes = v6 ? 16 : 4;
    int saddrAt = v6 ? 8 : 12;
    sum =
        InetChecksum.addPseudo(
            sum, packet, saddrAt, saddrAt + addrBytes, addrBytes, length, protocol);
    int folded = InetChecksum.finish(sum);
    boolean mangled = protocol == UDP && folded == 0;
    NetBytes.put16(packet, transport + checkAt, mangled ? 0xffff : folded);
  }

  private void ports(byte[] packet, int at, PacketSpec.Ports ports) {
    NetBytes.put16(packet, at, ports.source() != 0 ? ports.source() : conn.remotePort);
    NetBytes.put16(packet, at + 2, ports.destination() != 0 ? ports.destination() : conn.localPort);
  }

  private byte[] tcp(PacketSpec spec, PacketSpec.Tcp tcp) {
    boolean syn = tcp.has('S');
    List<TcpOption> said = tcp.options() == null ? List.of() : tcp.options();
    byte[] options = OptionBytes.of(said.stream().map(option -> live(option, tcp)).toList());
    int header = TCP_BYTES + options.length;
    byte[] packet = begin(spec.ip(), TCP, header + tcp.payload());
    int at = headerBytes();
    ports(packet, at, tcp.ports());
    NetBytes.put32(packet, at + 4, (int) conn.remoteToLive(tcp.seq(), syn));
    int ack = tcp.has('.') ? (int) conn.localToLive(tcp.ack(), syn) : (int) tcp.ack();
    NetBytes.put32(packet, at + 8, ack);
    NetBytes.put16(packet, at + 12, ((header / 4) << 12) | flagBits(tcp));
    NetBytes.put16(packet, at + 14, Math.max(0, tcp.window()));
    NetBytes.put16(packet, at + 18, tcp.urg());
    System.arraycopy(options, 0, packet, at + TCP_BYTES, options.length);
    checksum(packet, TCP, TCP_CHECK);
    return packet;
  }

  private static int flagBits(PacketSpec.Tcp tcp) {
    int bits = 0;
    for (int i = 0; i < FLAG_BITS.length(); i++) {
      bits |= tcp.has(FLAG_BITS.charAt(i)) ? 1 << i : 0;
    }
    // The count of AccECN has its lowest bit in ECE, the next in CWR, the highest in AE.
    return tcp.ace() == PacketSpec.NONE ? bits : bits | tcp.ace() << ECE_BIT;
  }

  private TcpOption live(TcpOption option, PacketSpec.Tcp tcp) {
    if (option instanceof TcpOption.Sack sack) {
      return new TcpOption.Sack(
          sack.blocks().stream()
              .map(
                  block ->
                      new TcpOption.Block(
                          conn.localToLive(block.left(), tcp.has('S')),
                          conn.localToLive(block.right(), tcp.has('S'))))
              .toList());
    }
    if (option instanceof TcpOption.Timestamp ts && tcp.has('.')) {
      Long ecr = conn.tsToLive(ts.ecr(), settings.tsEcrScaled());
      if (ecr == null) {
        throw new ScriptFailure(
            "the time stamp " + ts.ecr() + " that is echoed was in no packet that was expected");
      }
      return new TcpOption.Timestamp(ts.val(), ecr);
    }
    return option;
  }

  private byte[] udp(PacketSpec spec, PacketSpec.Udp udp) {
    byte[] packet = begin(spec.ip(), UDP, UDP_BYTES + udp.payload());
    int at = headerBytes();
    ports(packet, at, udp.ports());
    NetBytes.put16(packet, at + 4, UDP_BYTES + udp.payload());
    checksum(packet, UDP, UDP_CHECK);
    return packet;
  }

  private byte[] icmp(PacketSpec spec, PacketSpec.Icmp icmp) {
    IcmpNames names = IcmpNames.of(v6);
    Integer type = names.type(icmp.type());
    Integer code = type == null ? null : names.code(type, icmp.code());
    if (type == null || code == null) {
      throw new ScriptFailure("no type and code of ICMP: " + icmp.type() + " " + icmp.code());
    }
    byte[] packet = begin(spec.ip(), v6 ? ICMP6 : ICMP, icmpBytes(icmp));
    int at = headerBytes();
    packet[at] = type.byteValue();
    packet[at + 1] = code.byteValue();
    if (icmp.mtu() != PacketSpec.NONE) {
      NetBytes.put32(packet, at + 4, (int) icmp.mtu());
    } else if (icmp.echoId() != 0) {
      NetBytes.put16(packet, at + 4, icmp.echoId());
    }
    echo(packet, at + ICMP_BYTES, icmp);
    if (v6) {
      checksum(packet, ICMP6, 2);
    } else {
      long sum = InetChecksum.add(0, packet, at, packet.length - at);
      NetBytes.put16(packet, at + 2, InetChecksum.finish(sum));
    }
    return packet;
  }

  private int icmpBytes(PacketSpec.Icmp icmp) {
    if (icmp.echoed() instanceof PacketSpec.RawEcho raw) {
      return Math.max(ICMP_BYTES, raw.bytes());
    }
    boolean none = icmp.echoed() instanceof PacketSpec.NoEcho;
    return none ? ICMP_BYTES : ICMP_BYTES + headerBytes() + ECHOED_BYTES;
  }

  /** The beginning of the packet that a message is about, which went the other way. */
  private void echo(byte[] packet, int at, PacketSpec.Icmp icmp) {
    int transport = at + headerBytes();
    if (icmp.echoed() instanceof PacketSpec.TcpEcho tcp) {
      header(packet, at, local(), remote(), TCP, TCP_BYTES + tcp.payload(), 0, TTL);
      NetBytes.put32(packet, transport + 4, (int) conn.localToLive(tcp.seq(), false));
    } else if (icmp.echoed() instanceof PacketSpec.UdpEcho udp) {
      header(packet, at, local(), remote(), UDP, UDP_BYTES + udp.payload(), 0, TTL);
      NetBytes.put16(packet, transport + 4, UDP_BYTES + udp.payload());
    } else {
      return;
    }
    NetBytes.put16(packet, transport, conn.localPort);
    NetBytes.put16(packet, transport + 2, conn.remotePort);
  }
}
