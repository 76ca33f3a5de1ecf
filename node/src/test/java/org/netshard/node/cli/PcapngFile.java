package org.netshard.node.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A pcapng file read back, written from the format's draft and not from the code that writes it.
 *
 * <p>Reading it checks the structure: block lengths at both ends, padding, options, interfaces.
 */
final class PcapngFile {
  private static final int LINKTYPE_ETHERNET = 1;

  private final List<String> interfaces = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();

  /**
   * A packet of the file.
   *
   * @param timeNs its time
   * @param device name of its interface
   * @param flags its {@code epb_flags}
   * @param comment its comment, or empty
   * @param bytes from the link header on
   */
  record Frame(long timeNs, String device, int flags, String comment, byte[] bytes) {}

  /** One option of a block. */
  private record Option(int code, byte[] value) {}

  private PcapngFile() {}

  static PcapngFile read(Path path) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    PcapngFile file = new PcapngFile();
    boolean first = true;
    while (in.hasRemaining()) {
      int at = in.position();
      int type = in.getInt();
      int length = in.getInt();
      expect(length % 4 == 0 && length >= 12 && at + length <= in.limit(), "length of a block", at);
      expect(in.getInt(at + length - 4) == length, "length at the end of a block", at);
      ByteBuffer body = in.slice(at + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN);
      expect(first == (type == 0x0a0d0d0a), "one section header, at the beginning", at);
      switch (type) {
        case 0x0a0d0d0a -> {
          expect(body.getInt() == 0x1a2b3c4d, "byte order", at);
          expect(body.getShort() == 1 && body.getShort() == 0, "version", at);
          expect(body.getLong() == -1, "length of the section", at);
          List<Option> unused = options(body, at);
        }
        case 1 -> file.interfaceBlock(body, at);
        case 6 -> file.packetBlock(body, at);
        default -> throw new AssertionError("block of type " + type + " at " + at);
      }
      first = false;
      in.position(at + length);
    }
    return file;
  }

  private static void expect(boolean right, String what, int at) {
    if (!right) {
      throw new AssertionError(what + " is wrong at byte " + at);
    }
  }

  private void interfaceBlock(ByteBuffer body, int at) {
    expect(body.getShort() == LINKTYPE_ETHERNET, "link type", at);
    expect(body.getShort() == 0 && body.getInt() == 0, "snapshot length", at);
    String name = "";
    boolean nanoseconds = false;
    for (Option option : options(body, at)) {
      name = option.code == 2 ? new String(option.value, StandardCharsets.UTF_8) : name;
      nanoseconds |= option.code == 9 && option.value.length == 1 && option.value[0] == 9;
    }
    expect(nanoseconds && !name.isEmpty(), "name or resolution of an interface", at);
    interfaces.add(name);
  }

  private void packetBlock(ByteBuffer body, int at) {
    int device = body.getInt();
    expect(device >= 0 && device < interfaces.size(), "interface of a packet", at);
    long time = ((long) body.getInt() << 32) | (body.getInt() & 0xffffffffL);
    int captured = body.getInt();
    expect(captured == body.getInt(), "captured length", at);
    byte[] bytes = new byte[captured];
    body.get(bytes);
    body.position(body.position() + (4 - captured % 4) % 4);
    String comment = "";
    int flags = 0;
    for (Option option : options(body, at)) {
      comment = option.code == 1 ? new String(option.value, StandardCharsets.UTF_8) : comment;
      if (option.code == 2) {
        flags = ByteBuffer.wrap(option.value).order(ByteOrder.LITTLE_ENDIAN).getInt();
      }
    }
    frames.add(new Frame(time, interfaces.get(device), flags, comment, bytes));
  }

  private static List<Option> options(ByteBuffer body, int at) {
    List<Option> options = new ArrayList<>();
    while (true) {
      int code = body.getShort();
      byte[] value = new byte[body.getShort()];
      body.get(value);
      body.position(body.position() + (4 - value.length % 4) % 4);
      if (code == 0) {
        expect(value.length == 0 && !body.hasRemaining(), "end of the options", at);
        return options;
      }
      options.add(new Option(code, value));
    }
  }

  /** Names of its interfaces. */
  List<String> interfaces() {
    return interfaces;
  }

  /** Its packets. */
  List<Frame> frames() {
    return frames;
  }
}
