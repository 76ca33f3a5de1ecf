package org.netshard.protocol.core;

import java.util.Arrays;

/**
 * A classic BPF program: its check before a sock takes it, and its size after.
 *
 * <p><b>Source:</b> {@code net/core/filter.c}, {@code bpf_check_classic}, {@code
 * check_load_and_stores}, {@code bpf_convert_filter}; {@code include/uapi/linux/bpf_common.h}.
 */
final class ClassicBpf {
  /** Size of a {@code struct sock_filter} in bytes: code, jt, jf, k. */
  static final int INSN_BYTES = 8;

  /** Size of a {@code struct sock_fprog} in bytes: length, padding, pointer. */
  static final int FPROG_BYTES = 16;

  /** {@code BPF_MAXINSNS}. */
  static final int INSN_COUNT_MAX = 4096;

  private static final int BPF_LD = 0;
  private static final int BPF_LDX = 1;
  private static final int BPF_ST = 2;
  private static final int BPF_STX = 3;
  private static final int BPF_ALU = 4;
  private static final int BPF_JMP = 5;
  private static final int BPF_RET = 6;
  private static final int BPF_MISC = 7;

  private static final int BPF_MEM = 0x60;
  private static final int BPF_DIV = 0x30;
  private static final int BPF_LSH = 0x60;
  private static final int BPF_RSH = 0x70;
  private static final int BPF_NEG = 0x80;
  private static final int BPF_MOD = 0x90;
  private static final int BPF_XOR = 0xa0;
  private static final int BPF_JA = 0x00;
  private static final int BPF_JSET = 0x40;
  private static final int BPF_X = 0x08;

  /** {@code BPF_MEMWORDS}: cells of scratch memory. */
  private static final int BPF_MEMWORDS = 16;

  /** Size of {@code struct bpf_prog} before its instructions, bytes. */
  private static final int BPF_PROG_BYTES = 96;

  /** Instructions that every converted program begins with. */
  private static final int PROLOGUE = 3;

  /** Instructions that one with a load from the packet begins with, besides. */
  private static final int LOAD_PROLOGUE = 4;

  /** Instructions of {@code A / X} and {@code A % X}, which must not divide by zero. */
  private static final int DIV_BY_X = 5;

  private static final int SKF_AD_OFF = -0x1000;
  private static final int SKF_AD_MAX = 64;

  private final byte[] insns;
  private final int count;

  private ClassicBpf(byte[] insns) {
    this.insns = insns;
    this.count = insns.length / INSN_BYTES;
  }

  /** Whether the kernel takes this program: known codes, jumps inside, memory written first. */
  static boolean isValid(byte[] insns) {
    ClassicBpf program = new ClassicBpf(insns);
    for (int pc = 0; pc < program.count; pc++) {
      if (!program.isValidInsn(pc)) {
        return false;
      }
    }
    return (program.code(program.count - 1) & 7) == BPF_RET && program.loadsFollowStores();
  }

  /**
   * Bytes that the program takes ({@code bpf_prog_size}) once it is converted to eBPF, whose
   * instructions are 8 bytes too.
   */
  static int convertedBytes(byte[] insns) {
    ClassicBpf program = new ClassicBpf(insns);
    int length = PROLOGUE;
    boolean loads = false;
    for (int pc = 0; pc < program.count; pc++) {
      length += program.converted(pc);
      loads |= program.loadsPacket(pc);
    }
    return BPF_PROG_BYTES + INSN_BYTES * (length + (loads ? LOAD_PROLOGUE : 0));
  }

  private boolean loadsPacket(int pc) {
    return switch (code(pc)) {
      case 0x40, 0x48, 0x50, 0xb1 -> true;
      case 0x20, 0x28, 0x30 -> !isAncillary(k(pc));
      default -> false;
    };
  }

  private static boolean isAncillary(int k) {
    return k >= SKF_AD_OFF && k < SKF_AD_OFF + SKF_AD_MAX;
  }

  /** How many instructions one becomes. */
  private int converted(int pc) {
    int code = code(pc);
    boolean x = (code & BPF_X) != 0;
    int operation = code & 0xf0;
    return switch (code & 7) {
      case BPF_LD -> convertedLoad(code, k(pc));
      case BPF_LDX -> code == 0xb1 ? convertedLoad(0x30, k(pc)) + 6 : 1;
      case BPF_ALU -> x && (operation == BPF_DIV || operation == BPF_MOD) ? DIV_BY_X : 1;
      case BPF_JMP -> operation == BPF_JA ? 1 : convertedJump(pc, operation, x);
      case BPF_RET -> code == 0x06 ? 2 : 1;
      default -> 1;
    };
  }

  /** Loads from the packet have a way around the helper, and one through it. */
  private static int convertedLoad(int code, int k) {
    boolean absolute = code == 0x20 || code == 0x28 || code == 0x30;
    boolean indirect = code == 0x40 || code == 0x48 || code == 0x50;
    if (absolute && isAncillary(k)) {
      return ancillary(k - SKF_AD_OFF);
    }
    int slow = 8;
    if (indirect) {
      return slow + (k == 0 ? 0 : 1);
    }
    if (!absolute) {
      return 1;
    }
    if (k < 0) {
      return slow;
    }
    boolean swapped = code != 0x30;
    return slow + 4 + (k == 0 ? 0 : 1) + (swapped ? 1 : 0) + (k > Short.MAX_VALUE ? 2 : 0);
  }

  private static int ancillary(int offset) {
    return switch (offset) {
      case 0, 4, 60 -> 2;
      case 20, 24, 32, 40, 44 -> 1;
      case 48 -> 3;
      default -> 4;
    };
  }

  private int convertedJump(int pc, int operation, boolean x) {
    int constant = !x && k(pc) < 0 ? 1 : 0;
    boolean one = jf(pc) == 0 || (jt(pc) == 0 && operation != BPF_JSET);
    return constant + (one ? 1 : 2);
  }

  private int code(int pc) {
    return (insns[pc * INSN_BYTES] & 0xff) | (insns[pc * INSN_BYTES + 1] & 0xff) << 8;
  }

  private int jt(int pc) {
    return insns[pc * INSN_BYTES + 2] & 0xff;
  }

  private int jf(int pc) {
    return insns[pc * INSN_BYTES + 3] & 0xff;
  }

  private int k(int pc) {
    int at = pc * INSN_BYTES + 4;
    return (insns[at] & 0xff)
        | (insns[at + 1] & 0xff) << 8
        | (insns[at + 2] & 0xff) << 16
        | (insns[at + 3] & 0xff) << 24;
  }

  private boolean isValidInsn(int pc) {
    int code = code(pc);
    if ((code & ~0xff) != 0) {
      return false;
    }
    int operation = code & 0xf0;
    return switch (code & 7) {
      case BPF_LD -> isValidLoad(code, k(pc));
      case BPF_LDX ->
          code == 0x80 + BPF_LDX
              || code == 0x01
              || code == 0xb1
              || (code == BPF_MEM + BPF_LDX && isCell(k(pc)));
      case BPF_ST, BPF_STX -> (code & 0xf8) == 0 && isCell(k(pc));
      case BPF_ALU -> isValidAlu(operation, (code & BPF_X) != 0, k(pc));
      case BPF_JMP -> isValidJump(pc, operation, (code & BPF_X) != 0);
      case BPF_RET -> code == 0x06 || code == 0x16;
      default -> code == 0x00 + BPF_MISC || code == 0x80 + BPF_MISC;
    };
  }

  private static boolean isCell(int k) {
    return Integer.compareUnsigned(k, BPF_MEMWORDS) < 0;
  }

  private static boolean isValidLoad(int code, int k) {
    return switch (code) {
      case 0x00, 0x80, 0x40, 0x48, 0x50 -> true;
      case 0x20, 0x28, 0x30 -> !isUnknownAncillary(k);
      case BPF_MEM -> isCell(k);
      default -> false;
    };
  }

  /** Whether an absolute load is from the ancillary area, at a place without a meaning. */
  private static boolean isUnknownAncillary(int k) {
    if (Integer.compareUnsigned(k, SKF_AD_OFF) < 0) {
      return false;
    }
    int offset = k - SKF_AD_OFF;
    return offset < 0 || offset % 4 != 0 || offset > SKF_AD_MAX - 4;
  }

  private static boolean isValidAlu(int operation, boolean x, int k) {
    return switch (operation) {
      case BPF_DIV, BPF_MOD -> x || k != 0;
      case BPF_LSH, BPF_RSH -> x || Integer.compareUnsigned(k, 32) < 0;
      case BPF_NEG -> !x;
      default -> operation <= BPF_XOR;
    };
  }

  private boolean isValidJump(int pc, int operation, boolean x) {
    if (operation == BPF_JA) {
      return !x && Integer.compareUnsigned(k(pc), count - pc - 1) < 0;
    }
    return operation <= BPF_JSET && pc + jt(pc) + 1 < count && pc + jf(pc) + 1 < count;
  }

  /** {@code check_load_and_stores}: on every path a cell is written before it is read. */
  private boolean loadsFollowStores() {
    int[] masks = new int[count];
    Arrays.fill(masks, 0xffff);
    int written = 0;
    for (int pc = 0; pc < count; pc++) {
      written &= masks[pc];
      int code = code(pc);
      int kind = code & 7;
      if (kind == BPF_ST || kind == BPF_STX) {
        written |= 1 << k(pc);
      } else if ((code & 0xe7) == BPF_MEM + BPF_LD || (code & 0xe7) == BPF_MEM + BPF_LDX) {
        if ((written & (1 << k(pc))) == 0) {
          return false;
        }
      } else if (kind == BPF_JMP && (code & 0xf0) == BPF_JA) {
        masks[pc + 1 + k(pc)] &= written;
        written = 0xffff;
      } else if (kind == BPF_JMP) {
        masks[pc + 1 + jt(pc)] &= written;
        masks[pc + 1 + jf(pc)] &= written;
        written = 0xffff;
      }
    }
    return true;
  }
}
