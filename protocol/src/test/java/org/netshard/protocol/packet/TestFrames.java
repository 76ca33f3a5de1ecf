package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.core.TestSocks;

/** Packet sockets for tests, and datagrams of UDP that they see. */
final class TestFrames {
  private static final int ETH_P_IP = 0x0800;
  private static final int IP_HEADER = 20;
  private static final int UDP_HEADER = 8;
  private static final int LOOPBACK = 0x7f000001;
  private static final int TTL = 64;
  private static final int STATS_WORDS = 3;

  private TestFrames() {}

  /** A socket for packets of IPv4 that come in. */
  static Sk ipv4(TestNet net) {
    return TestSocks.make(net, "packet raw 8");
  }

  /** A socket for all packets, in and out. */
  static Sk all(TestNet net) {
    return TestSocks.make(net, "packet raw 768");
  }

  /** Sends a datagram over {@code lo}, and lets it arrive. */
  static void send(TestNet net, int payload, int sport, int dport) {
    NetDevice lo = net.device(1);
    if (lo == null) {
      throw new AssertionError("no lo");
    }
    int network = Packet.ETH_HLEN + 2;
    int transport = network + IP_HEADER;
    byte[] bytes = new byte[transport + UDP_HEADER + payload];
    bytes[network] = 0x45;
    bytes[network + 8] = TTL;
    bytes[network + 9] = Abi.IPPROTO_UDP;
    NetBytes.put16(bytes, network + 2, bytes.length - network);
    NetBytes.put32(bytes, network + 12, LOOPBACK);
    NetBytes.put32(bytes, network + 16, LOOPBACK);
    NetBytes.put16(bytes, transport, sport);
    NetBytes.put16(bytes, transport + 2, dport);
    NetBytes.put16(bytes, transport + 4, UDP_HEADER + payload);
    Packet packet = new Packet(lo, ETH_P_IP, bytes, network, 768);
    packet.setTransport(transport);
    DevQueue.xmit(net, packet);
    net.deliver();
  }

  static void send(TestNet net, int payload) {
    send(net, payload, 5000, 7000);
  }

  /** Sets an option; the result as {@code EINVAL} or a number. */
  static String set(Sk sk, int option, UserMem value, int length) {
    return Errno.resultText(
        SocketOptions.setsockopt(
            sk, ((TestNet) sk.net()).root(), Abi.SOL_PACKET, option, value, length));
  }

  static String set(Sk sk, int option, UserMem value) {
    return set(sk, option, value, value.size());
  }

  static String set(Sk sk, int option, int value) {
    return set(sk, option, UserMem.ofInt(value));
  }

  /** A {@code struct tpacket_req} or {@code tpacket_req3}. */
  static UserMem request(int... words) {
    UserMem request = UserMem.zeroed(words.length * Integer.BYTES);
    for (int i = 0; i < words.length; i++) {
      request.putInt(i * Integer.BYTES, words[i]);
    }
    return request;
  }

  /** Packets with drops, drops, and with version 3 how often the ring was full; then zero. */
  static String statistics(Sk sk) {
    return read(sk, PacketOption.PACKET_STATISTICS, STATS_WORDS);
  }

  /** How often a member went over to others, for a flow that is huge, and in vain. */
  static String rollovers(Sk sk) {
    UserMem value = UserMem.zeroed(24);
    get(sk, PacketOption.PACKET_ROLLOVER_STATS, value);
    return value.getLong(0) + " " + value.getLong(8) + " " + value.getLong(16);
  }

  private static String read(Sk sk, int option, int words) {
    UserMem value = UserMem.zeroed(words * Integer.BYTES);
    int length = get(sk, option, value);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length / Integer.BYTES; i++) {
      text.append(i == 0 ? "" : " ").append(value.getInt(i * Integer.BYTES));
    }
    return text.toString();
  }

  private static int get(Sk sk, int option, UserMem value) {
    UserMem length = UserMem.ofInt(value.size());
    int result =
        SocketOptions.getsockopt(
            sk, ((TestNet) sk.net()).root(), 1, Abi.SOL_PACKET, option, value, length);
    if (result != 0) {
      throw new AssertionError(Errno.resultText(result));
    }
    return length.getInt(0);
  }

  /** Whether somebody can read, as {@code poll} says. */
  static boolean isReadable(Sk sk) {
    return (sk.ops().poll(sk) & Poll.IN) != 0;
  }
}
