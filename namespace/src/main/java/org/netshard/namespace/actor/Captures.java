package org.netshard.namespace.actor;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.pcap.Frame;
import org.netshard.namespace.pcap.PcapngWriter;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;

/**
 * The captures of one kernel: a file for each namespace in which a packet came, written by the node
 * on which the kernel runs.
 *
 * <p>A packet over {@code lo} is there once, as it comes in: libpcap leaves out the outgoing one of
 * the two that it sees.
 *
 * <p>No file is kept open, as there may be more namespaces than a process may have files; each is
 * appended to when enough has been gathered.
 */
final class Captures {
  private static final int FLUSH_BYTES = 256 * 1024;

  private final Path folder;
  private final KernelModel model;
  private final String kernel;
  private final Map<Long, Capture> byNet = new TreeMap<>();
  private byte[] frame = {};
  private @Nullable Packet packet;
  private @Nullable NetState net;
  private String failure = "";

  /** The capture of one namespace. */
  private static final class Capture {
    private final Path file;
    private final PcapngWriter writer = new PcapngWriter("Linux 6.18, simulated");
    private final Map<String, Integer> interfaces = new TreeMap<>();
    private boolean begun;

    Capture(Path file) {
      this.file = file;
    }

    int interfaceOf(NetDevice dev) {
      return interfaces.computeIfAbsent(dev.name(), writer::addInterface);
    }
  }

  private Captures(Path folder, String kernel, KernelModel model) {
    this.folder = folder;
    this.kernel = kernel;
    this.model = model;
  }

  /**
   * Captures into a folder that a client names, as far as the node lets it.
   *
   * @param folder the folder, or empty for no captures
   * @param within the folder in which the node has captures written, or empty if in none
   * @throws BadSpecException if the node allows no captures there
   */
  static @Nullable Captures of(String folder, String kernel, KernelModel model, String within)
      throws BadSpecException {
    if (folder.isEmpty()) {
      return null;
    }
    try {
      Path wanted = Path.of(folder).toAbsolutePath().normalize();
      if (!within.isEmpty() && wanted.startsWith(Path.of(within).toAbsolutePath().normalize())) {
        return new Captures(wanted, kernel, model);
      }
    } catch (InvalidPathException e) {
      throw new BadSpecException("captures: " + e.getMessage());
    }
    throw new BadSpecException(
        "captures into %s: the node does not allow them; its netshard.captures.within is \"%s\""
            .formatted(folder, within));
  }

  /** A packet comes in: what it is like now is kept, as what is done with it may change it. */
  void comes(NetState where, Packet incoming) {
    net = where;
    packet = incoming;
    frame = Frame.of(incoming);
  }

  /** All is done with the packet that came last. */
  void done(long nowNs) {
    Packet taken = packet;
    NetState where = net;
    if (taken == null || where == null || !failure.isEmpty()) {
      return;
    }
    write(where, taken, frame, Frame.inboundFlags(taken), nowNs);
    packet = null;
  }

  /** A packet was dropped before its device could send it. */
  void dropped(NetState where, Packet outgoing, long nowNs) {
    if (failure.isEmpty()) {
      write(where, outgoing, Frame.of(outgoing), PcapngWriter.OUTBOUND, nowNs);
    }
  }

  private void write(NetState where, Packet taken, byte[] bytes, int flags, long nowNs) {
    Capture capture = byNet.get(where.cookie());
    if (capture == null) {
      capture =
          new Capture(folder.resolve(fileName(kernel) + "@" + fileName(name(where)) + ".pcapng"));
      byNet.put(where.cookie(), capture);
    }
    DropReason dropped = taken.dropped();
    String comment = dropped == null ? "" : "dropped: " + dropped.kernelName();
    capture.writer.packet(capture.interfaceOf(taken.dev()), nowNs, bytes, flags, comment);
    if (capture.writer.size() >= FLUSH_BYTES) {
      flush(capture);
    }
  }

  private String name(NetState where) {
    String name = model.nameOf(where);
    return name == null ? "net-" + where.cookie() : name;
  }

  /** A name that stays in its folder, whatever a scenario calls its kernels and namespaces. */
  private static String fileName(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  /**
   * Writes what has been gathered.
   *
   * @return what went wrong, or empty
   */
  String flush() {
    byNet.values().forEach(this::flush);
    return failure;
  }

  private void flush(Capture capture) {
    if (!failure.isEmpty()) {
      return;
    }
    try {
      if (capture.begun) {
        Files.write(capture.file, capture.writer.take(), StandardOpenOption.APPEND);
      } else {
        Files.createDirectories(folder);
        Files.write(capture.file, capture.writer.take());
        capture.begun = true;
      }
    } catch (IOException e) {
      failure = "the capture " + capture.file + " cannot be written: " + e;
    }
  }
}
