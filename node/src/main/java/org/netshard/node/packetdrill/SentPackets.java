package org.netshard.node.packetdrill;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.PacketSpec.Tcp;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.node.packetdrill.script.TcpOption;

/** The packets that the kernel has sent and the script has not looked at yet. */
final class SentPackets {
  private final Settings settings;
  private final Sockets sockets;
  private final Consumer<String> log;
  private final ArrayDeque<SentPacket> waiting = new ArrayDeque<>();

  SentPackets(Settings settings, Sockets sockets, Consumer<String> log) {
    this.settings = settings;
    this.sockets = sockets;
    this.log = log;
  }

  /**
   * What was found where a packet was expected.
   *
   * @param found the packet in the numbers of the script
   * @param timeNs when it was sent, since the script began
   * @param problem what is not as expected, or null
   */
  record Outcome(PacketSpec found, long timeNs, @Nullable String problem) {}

  /** One was sent. */
  void add(SentPacket packet) {
    waiting.add(packet);
  }

  /**
   * Looks for a packet that is expected; those that are not of its socket are passed over. It may
   * have come in parts, which follow each other.
   *
   * @param sinceStartNs the time of the event
   * @param startNs when the script began
   * @return null if it has not been sent yet
   */
  @Nullable Outcome find(PacketSpec expected, long sinceStartNs, long startNs) {
    Conn conn = sockets.sender(expected);
    while (!waiting.isEmpty() && !sockets.isOwn(conn, waiting.getFirst())) {
      SentPacket other = waiting.removeFirst();
      log.accept(
          ScriptPrinter.seconds(other.timeNs() - startNs)
              + " not of the socket: "
              + ScriptPrinter.print(other.spec(conn)));
    }
    if (waiting.isEmpty()) {
      return null;
    }
    SentPacket first = waiting.getFirst();
    sockets.sent(conn, first);
    noteTimestamp(conn, expected, first);
    PacketSpec found = first.spec(conn);
    int parts = 1;
    if (expected.transport() instanceof Tcp wanted
        && found.transport() instanceof Tcp part
        && !settings.strictSegments()
        && part.payload() > 0
        && part.payload() < wanted.payload()) {
      List<SentPacket> all = new ArrayList<>();
      waiting.stream().filter(packet -> sockets.isOwn(conn, packet)).forEach(all::add);
      int bytes = part.payload();
      while (bytes < wanted.payload() && parts < all.size()) {
        bytes += payload(all.get(parts++).spec(conn));
      }
      if (bytes < wanted.payload()) {
        return null;
      }
      found = joined(conn, all.subList(0, parts));
    }
    PacketSpec shown = PacketCheck.shown(expected, found);
    String problem = new PacketCheck(settings).difference(expected, found, sinceStartNs);
    int nonZero = first.isIcmp() ? -1 : first.firstNonZero();
    if (problem == null && nonZero >= 0) {
      problem = "byte " + nonZero + " of the data is not 0";
    }
    for (int i = 0; i < parts; i++) {
      waiting.removeFirst();
    }
    return new Outcome(shown, first.timeNs() - startNs, problem);
  }

  private static int payload(PacketSpec packet) {
    return packet.transport() instanceof Tcp tcp ? tcp.payload() : 0;
  }

  private static void noteTimestamp(Conn conn, PacketSpec expected, SentPacket packet) {
    List<TcpOption> options = expected.transport() instanceof Tcp tcp ? tcp.options() : null;
    Long live = packet.isTcp() ? packet.tsVal() : null;
    if (options == null || live == null) {
      return;
    }
    for (TcpOption option : options) {
      if (option instanceof TcpOption.Timestamp ts) {
        conn.sentTs(ts.val(), live);
      }
    }
  }

  /** Parts as the one that they are of: what ends a packet is said by the last. */
  private static PacketSpec joined(Conn conn, List<SentPacket> parts) {
    PacketSpec first = parts.get(0).spec(conn);
    Tcp begin = (Tcp) first.transport();
    Tcp end = (Tcp) parts.get(parts.size() - 1).spec(conn).transport();
    int payload = 0;
    for (SentPacket part : parts) {
      payload += payload(part.spec(conn));
    }
    return new PacketSpec(
        false,
        first.ip(),
        new Tcp(
            begin.ports(),
            end.flags(),
            begin.seq(),
            payload,
            begin.ack(),
            begin.window(),
            begin.urg(),
            begin.options()));
  }
}
