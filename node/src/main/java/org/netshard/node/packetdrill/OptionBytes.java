package org.netshard.node.packetdrill;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.netshard.node.packetdrill.script.TcpOption;
import org.netshard.protocol.core.NetBytes;

/** Options of TCP as bytes. */
final class OptionBytes {
  private static final int EOL = 0;
  private static final int NOP = 1;
  private static final int MSS = 2;
  private static final int WSCALE = 3;
  private static final int SACK_OK = 4;
  private static final int SACK = 5;
  private static final int TIMESTAMP = 8;
  private static final int MD5 = 19;
  private static final int FASTOPEN = 34;
  private static final int ACCECN0 = 172;
  private static final int ACCECN1 = 174;
  private static final int EXPERIMENT = 254;
  private static final String FASTOPEN_MAGIC = "f989";
  private static final int BLOCK_BYTES = 8;
  private static final int COUNTER_BYTES = 3;
  private static final List<String> COUNTERS0 = List.of("e0b", "ceb", "e1b");
  private static final List<String> COUNTERS1 = List.of("e1b", "ceb", "e0b");

  private OptionBytes() {}

  /** The bytes of options; their number need not be one of four. */
  static byte[] of(List<TcpOption> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    options.forEach(option -> out.writeBytes(of(option)));
    return out.toByteArray();
  }

  private static byte[] of(TcpOption option) {
    if (option instanceof TcpOption.Eol) {
      return new byte[] {EOL};
    }
    if (option instanceof TcpOption.Nop) {
      return new byte[] {NOP};
    }
    if (option instanceof TcpOption.Mss mss) {
      byte[] bytes = begin(MSS, 2);
      NetBytes.put16(bytes, 2, mss.bytes());
      return bytes;
    }
    if (option instanceof TcpOption.Wscale wscale) {
      byte[] bytes = begin(WSCALE, 1);
      bytes[2] = (byte) wscale.shift();
      return bytes;
    }
    if (option instanceof TcpOption.SackOk) {
      return begin(SACK_OK, 0);
    }
    if (option instanceof TcpOption.Sack sack) {
      byte[] bytes = begin(SACK, BLOCK_BYTES * sack.blocks().size());
      for (int i = 0; i < sack.blocks().size(); i++) {
        NetBytes.put32(bytes, 2 + BLOCK_BYTES * i, (int) sack.blocks().get(i).left());
        NetBytes.put32(bytes, 6 + BLOCK_BYTES * i, (int) sack.blocks().get(i).right());
      }
      return bytes;
    }
    if (option instanceof TcpOption.Timestamp ts) {
      byte[] bytes = begin(TIMESTAMP, 8);
      NetBytes.put32(bytes, 2, (int) ts.val());
      NetBytes.put32(bytes, 6, (int) ts.ecr());
      return bytes;
    }
    if (option instanceof TcpOption.AccEcn ecn) {
      return accEcn(ecn);
    }
    return hexOption(option);
  }

  private static byte[] hexOption(TcpOption option) {
    int kind;
    String digits;
    if (option instanceof TcpOption.FastOpen fo) {
      kind = fo.experimental() ? EXPERIMENT : FASTOPEN;
      digits = (fo.experimental() ? FASTOPEN_MAGIC : "") + fo.cookie();
    } else if (option instanceof TcpOption.Md5 md5) {
      kind = MD5;
      digits = md5.digest();
    } else {
      TcpOption.Unknown unknown = (TcpOption.Unknown) option;
      kind = unknown.kind();
      digits = unknown.data();
    }
    byte[] data = HexFormat.of().parseHex(digits);
    byte[] bytes = begin(kind, data.length);
    System.arraycopy(data, 0, bytes, 2, data.length);
    return bytes;
  }

  private static byte[] accEcn(TcpOption.AccEcn ecn) {
    boolean first0 = ecn.counters().get(0).name().equals("e0b");
    byte[] bytes = begin(first0 ? ACCECN0 : ACCECN1, COUNTER_BYTES * ecn.counters().size());
    for (int i = 0; i < ecn.counters().size(); i++) {
      int value = ecn.counters().get(i).bytes();
      bytes[2 + COUNTER_BYTES * i] = (byte) (value >> 16);
      NetBytes.put16(bytes, 3 + COUNTER_BYTES * i, value);
    }
    return bytes;
  }

  private static byte[] begin(int kind, int dataBytes) {
    byte[] bytes = new byte[2 + dataBytes];
    bytes[0] = (byte) kind;
    bytes[1] = (byte) bytes.length;
    return bytes;
  }

  /** The options that bytes are; what has a wrong length is unknown, and nothing is read behind. */
  static List<TcpOption> read(byte[] bytes, int from, int to) {
    List<TcpOption> options = new ArrayList<>();
    int at = from;
    while (at < to) {
      int kind = bytes[at] & 0xff;
      if (kind == EOL || kind == NOP) {
        options.add(kind == EOL ? new TcpOption.Eol() : new TcpOption.Nop());
        at++;
        continue;
      }
      int length = at + 1 < to ? bytes[at + 1] & 0xff : 0;
      if (length < 2 || at + length > to) {
        options.add(new TcpOption.Unknown(kind, hex(bytes, at + 1, to)));
        break;
      }
      options.add(one(bytes, at, kind, length));
      at += length;
    }
    return options;
  }

  private static String hex(byte[] bytes, int from, int to) {
    return HexFormat.of().formatHex(bytes, Math.min(from, to), to);
  }

  private static long u32(byte[] bytes, int at) {
    return NetBytes.get32(bytes, at) & 0xffff_ffffL;
  }

  private static TcpOption one(byte[] bytes, int at, int kind, int length) {
    String data = hex(bytes, at + 2, at + length);
    if (kind == MSS && length == 4) {
      return new TcpOption.Mss(NetBytes.get16(bytes, at + 2));
    }
    if (kind == WSCALE && length == 3) {
      return new TcpOption.Wscale(bytes[at + 2] & 0xff);
    }
    if (kind == SACK_OK && length == 2) {
      return new TcpOption.SackOk();
    }
    if (kind == SACK && (length - 2) % BLOCK_BYTES == 0) {
      List<TcpOption.Block> blocks = new ArrayList<>();
      for (int i = at + 2; i < at + length; i += BLOCK_BYTES) {
        blocks.add(new TcpOption.Block(u32(bytes, i), u32(bytes, i + 4)));
      }
      return new TcpOption.Sack(blocks);
    }
    if (kind == TIMESTAMP && length == 10) {
      return new TcpOption.Timestamp(u32(bytes, at + 2), u32(bytes, at + 6));
    }
    if (kind == MD5 && length == 18) {
      return new TcpOption.Md5(data);
    }
    if (kind == FASTOPEN) {
      return new TcpOption.FastOpen(data, false);
    }
    if (kind == EXPERIMENT && data.startsWith(FASTOPEN_MAGIC)) {
      return new TcpOption.FastOpen(data.substring(FASTOPEN_MAGIC.length()), true);
    }
    boolean accEcn = kind == ACCECN0 || kind == ACCECN1;
    if (accEcn && length > 2 && length <= 11 && (length - 2) % COUNTER_BYTES == 0) {
      List<String> names = kind == ACCECN0 ? COUNTERS0 : COUNTERS1;
      List<TcpOption.Counter> counters = new ArrayList<>();
      for (int i = 0; i < (length - 2) / COUNTER_BYTES; i++) {
        int value = at + 2 + COUNTER_BYTES * i;
        int number = (bytes[value] & 0xff) << 16 | NetBytes.get16(bytes, value + 1);
        counters.add(new TcpOption.Counter(names.get(i), number));
      }
      return new TcpOption.AccEcn(counters);
    }
    return new TcpOption.Unknown(kind, data);
  }
}
