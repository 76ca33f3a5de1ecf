package org.netshard.protocol.core;

/**
 * Runs a classic BPF program over a packet.
 *
 * <p><b>Source:</b> {@code Documentation/networking/filter.rst}; {@code net/core/filter.c}, {@code
 * bpf_convert_filter}, which says what each instruction means.
 *
 * <p><b>Differs from Linux:</b> of the ancillary loads, those of the queue, the hash, the network
 * link attributes and the random number give 0.
 */
final class BpfRun {
  private static final int SKF_AD_OFF = -0x1000;
  private static final int SKF_NET_OFF = -0x100000;
  private static final int SKF_LL_OFF = -0x200000;
  private static final int MEMWORDS = 16;

  private final byte[] insns;
  private final Packet packet;
  private final int base;
  private final int[] mem = new int[MEMWORDS];
  private int accumulator;
  private int index;
  private boolean failed;

  private BpfRun(byte[] insns, Packet packet, int base) {
    this.insns = insns;
    this.packet = packet;
    this.base = base;
  }

  /**
   * The result of a program: how many bytes of the packet are kept, 0 for none.
   *
   * @param base where the packet begins for the program
   */
  static int run(byte[] insns, Packet packet, int base) {
    return new BpfRun(insns, packet, base).run();
  }

  private int code(int pc) {
    return (insns[pc * 8] & 0xff) | (insns[pc * 8 + 1] & 0xff) << 8;
  }

  private int k(int pc) {
    return Integer.reverseBytes(NetBytes.get32(insns, pc * 8 + 4));
  }

  private int run() {
    int pc = 0;
    while (true) {
      int code = code(pc);
      int k = k(pc);
      switch (code & 7) {
        case 0 -> load(code, k);
        case 1 -> loadIndex(code, k);
        case 2 -> mem[k] = accumulator;
        case 3 -> mem[k] = index;
        case 4 -> alu(code, k);
        case 5 -> pc += jump(code, k, pc);
        case 6 -> {
          return (code & 0x18) == 0x10 ? accumulator : k;
        }
        default -> {
          if ((code & 0xf8) == 0x80) {
            accumulator = index;
          } else {
            index = accumulator;
          }
        }
      }
      if (failed) {
        return 0;
      }
      pc++;
    }
  }

  private void load(int code, int k) {
    int size = code & 0x18;
    switch (code & 0xe0) {
      case 0x00 -> accumulator = k;
      case 0x20 -> accumulator = k >= SKF_AD_OFF && k < 0 ? ancillary(k - SKF_AD_OFF) : at(k, size);
      case 0x40 -> accumulator = at(index + k, size);
      case 0x60 -> accumulator = mem[k];
      case 0x80 -> accumulator = packet.end() - base;
      default -> throw new IllegalStateException("BPF load " + code);
    }
  }

  private void loadIndex(int code, int k) {
    switch (code & 0xe0) {
      case 0x00 -> index = k;
      case 0x60 -> index = mem[k];
      case 0x80 -> index = packet.end() - base;
      case 0xa0 -> index = (at(k, 0x10) & 0xf) << 2;
      default -> throw new IllegalStateException("BPF load of X " + code);
    }
  }

  /** A number of the packet; one beyond its end ends the program with 0. */
  private int at(int offset, int size) {
    int from = base + offset;
    if (offset < 0) {
      boolean network = offset >= SKF_NET_OFF;
      boolean link = !network && offset >= SKF_LL_OFF;
      if (!network && !link) {
        failed = true;
        return 0;
      }
      from =
          network
              ? packet.network() + offset - SKF_NET_OFF
              : packet.network() - Packet.ETH_HLEN + offset - SKF_LL_OFF;
    }
    int length = size == 0 ? 4 : size == 8 ? 2 : 1;
    if (from < 0 || from + length > packet.end()) {
      failed = true;
      return 0;
    }
    return switch (length) {
      case 4 -> packet.u32(from);
      case 2 -> packet.u16(from);
      default -> packet.u8(from);
    };
  }

  private int ancillary(int offset) {
    return switch (offset) {
      case 0 -> packet.ethertype();
      case 4 -> packet.type().ordinal();
      case 8 -> packet.ifindex();
      case 20 -> packet.mark();
      case 28 -> packet.dev().type();
      case 52 -> transportOffset();
      case 56 -> 0;
      default -> 0;
    };
  }

  private int transportOffset() {
    return packet.transport() - base;
  }

  private void alu(int code, int k) {
    int operand = (code & 8) != 0 ? index : k;
    switch (code & 0xf0) {
      case 0x00 -> accumulator += operand;
      case 0x10 -> accumulator -= operand;
      case 0x20 -> accumulator *= operand;
      case 0x30, 0x90 -> {
        if (operand == 0) {
          failed = true;
        } else if ((code & 0xf0) == 0x30) {
          accumulator = Integer.divideUnsigned(accumulator, operand);
        } else {
          accumulator = Integer.remainderUnsigned(accumulator, operand);
        }
      }
      case 0x40 -> accumulator |= operand;
      case 0x50 -> accumulator &= operand;
      case 0x60 -> accumulator <<= operand;
      case 0x70 -> accumulator >>>= operand;
      case 0x80 -> accumulator = -accumulator;
      case 0xa0 -> accumulator ^= operand;
      default -> throw new IllegalStateException("BPF arithmetic " + code);
    }
  }

  private int jump(int code, int k, int pc) {
    int operand = (code & 8) != 0 ? index : k;
    boolean taken;
    switch (code & 0xf0) {
      case 0x00 -> {
        return k;
      }
      case 0x10 -> taken = accumulator == operand;
      case 0x20 -> taken = Integer.compareUnsigned(accumulator, operand) > 0;
      case 0x30 -> taken = Integer.compareUnsigned(accumulator, operand) >= 0;
      case 0x40 -> taken = (accumulator & operand) != 0;
      default -> throw new IllegalStateException("BPF jump " + code);
    }
    return insns[pc * 8 + (taken ? 2 : 3)] & 0xff;
  }
}
