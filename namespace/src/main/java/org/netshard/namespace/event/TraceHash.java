package org.netshard.namespace.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Packet;

/**
 * The hash over everything that happened in one kernel, in order: SHA-256 over its name, its events
 * and their results. Two runs that did the same have the same hash, on any number of nodes.
 *
 * <p>It allocates nothing before the first event.
 */
public final class TraceHash {
  private static final int BUFFER_BYTES = 2048;
  private static final int RECORD_BYTES_MAX = 128;

  /**
   * Content up to this length is hashed itself, longer content by its CRC-32C, for which processors
   * have an instruction: in bulk transfers nothing else would take as long.
   */
  private static final int CONTENT_BYTES_MAX = 64;

  /** What of a packet is hashed: its headers and the beginning of its data. */
  private static final int PACKET_BYTES_MAX = 128;

  private final String kernel;
  private @Nullable MessageDigest digest;
  private @Nullable ByteBuffer buffer;
  private @Nullable CRC32C crc;

  /** The hash of this kernel. */
  public TraceHash(String kernel) {
    this.kernel = kernel;
  }

  /**
   * Adds a call and its result, with what it left in the caller's memory.
   *
   * @param timeNs virtual time of its end
   * @param pid process that made it
   */
  public void add(long timeNs, int pid, Syscall call, long result) {
    ByteBuffer out = room(RECORD_BYTES_MAX);
    out.putLong(timeNs);
    out.putInt(pid);
    out.put((byte) call.name().ordinal());
    if (!call.isSimulated()) {
      addContent(call.callName().getBytes(StandardCharsets.UTF_8));
      out = room(RECORD_BYTES_MAX);
    }
    int pointers = 0;
    for (int i = 0; i < call.argCount(); i++) {
      out.putLong(call.arg(i));
      pointers |= call.isPointer(i) ? 1 << i : 0;
    }
    out.putLong(result);
    for (int i = 0; pointers >>> i != 0; i++) {
      if ((pointers >>> i & 1) != 0) {
        addContent(call.mem(i));
      }
    }
  }

  /**
   * Adds a packet that has come.
   *
   * @param net cookie of the namespace to which it has come
   */
  public void add(long timeNs, long net, Packet packet) {
    int length = Math.min(packet.end() - packet.network(), PACKET_BYTES_MAX);
    ByteBuffer out = room(3 * Long.BYTES + length);
    out.putLong(timeNs).putLong(net).putLong(packet.end() - packet.network());
    out.put(packet.bytes(), packet.network(), length);
  }

  /** Adds an event that is not a call. */
  public void add(long timeNs, String event) {
    room(Long.BYTES).putLong(timeNs);
    addContent(event.getBytes(StandardCharsets.UTF_8));
  }

  /** The hash up to now, in hexadecimal; more can be added afterwards. */
  public String hex() {
    room(0);
    flush();
    MessageDigest present = digest;
    if (present == null) {
      throw new IllegalStateException("no digest");
    }
    try {
      return HexFormat.of().formatHex(((MessageDigest) present.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addContent(UserMem mem) {
    int size = mem.size();
    ByteBuffer out = room(Integer.BYTES + CONTENT_BYTES_MAX).putInt(size);
    if (size <= CONTENT_BYTES_MAX) {
      mem.copyTo(0, out.array(), out.arrayOffset() + out.position(), size);
      out.position(out.position() + size);
    } else {
      out.putInt(crcOf(mem));
    }
    mem.pointers().values().forEach(this::addContent);
  }

  private void addContent(byte[] content) {
    room(Integer.BYTES).putInt(content.length);
    for (int offset = 0; offset < content.length; offset += CONTENT_BYTES_MAX) {
      int length = Math.min(CONTENT_BYTES_MAX, content.length - offset);
      room(length).put(content, offset, length);
    }
  }

  private int crcOf(UserMem mem) {
    CRC32C present = crc;
    if (present == null) {
      present = new CRC32C();
      crc = present;
    }
    present.reset();
    mem.update(present);
    return (int) present.getValue();
  }

  private ByteBuffer room(int bytes) {
    ByteBuffer present = buffer;
    if (present == null) {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
      present = ByteBuffer.allocate(BUFFER_BYTES);
      buffer = present;
      present.put(kernel.getBytes(StandardCharsets.UTF_8));
    }
    if (present.remaining() < bytes) {
      flush();
    }
    return present;
  }

  private void flush() {
    if (buffer != null && digest != null) {
      buffer.flip();
      digest.update(buffer);
      buffer.clear();
    }
  }
}
