package org.netshard.node.strace;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;

/**
 * A {@code struct stat} between {@code strace}'s notation and bytes.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/print_struct_stat.c}; {@code printmode.c}; {@code
 * print_timespec.c}.
 */
final class StatNotation {
  private static final int MINOR_BITS = 8;
  private static final int MINOR_MASK = 0xff;
  private static final int TIMES_AT = 72;
  private static final String[] TIMES = {"st_atime", "st_mtime", "st_ctime"};
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** What is the same whenever and wherever the call is made: no numbers of inodes, no times. */
  private static final String[] COMPARED = {
    "st_mode", "st_nlink", "st_uid", "st_gid", "st_blksize", "st_blocks", "st_size"
  };

  private StatNotation() {}

  /** The bytes of what is shown. */
  static byte[] bytes(Struct struct) {
    UserMem stat = UserMem.zeroed(Kstat.STAT_BYTES);
    if (struct.field("st_dev") instanceof Function dev) {
      long major = Notation.number(dev.arguments().get(0));
      long minor = Notation.number(dev.arguments().get(1));
      stat.putLong(
          Kstat.DEV_AT, (minor & MINOR_MASK) | major << MINOR_BITS | (minor & ~MINOR_MASK) << 12);
    }
    stat.putLong(Kstat.INO_AT, SockAddr.optional(struct, "st_ino"));
    stat.putLong(Kstat.NLINK_AT, SockAddr.optional(struct, "st_nlink"));
    stat.putInt(Kstat.MODE_AT, (int) SockAddr.optional(struct, "st_mode"));
    stat.putInt(Kstat.UID_AT, (int) SockAddr.optional(struct, "st_uid"));
    stat.putInt(Kstat.GID_AT, (int) SockAddr.optional(struct, "st_gid"));
    stat.putLong(Kstat.SIZE_AT, SockAddr.optional(struct, "st_size"));
    stat.putLong(Kstat.BLKSIZE_AT, SockAddr.optional(struct, "st_blksize"));
    stat.putLong(Kstat.BLOCKS_AT, SockAddr.optional(struct, "st_blocks"));
    for (int i = 0; i < TIMES.length; i++) {
      int at = TIMES_AT + 2 * Long.BYTES * i;
      stat.putLong(at, SockAddr.optional(struct, TIMES[i]));
      stat.putLong(at + Long.BYTES, SockAddr.optional(struct, TIMES[i] + "_nsec"));
    }
    return stat.content();
  }

  /** What {@code strace -v} prints. */
  static Struct struct(UserMem stat) {
    List<StraceValue> fields = new ArrayList<>();
    long dev = stat.getLong(Kstat.DEV_AT);
    long minor = (dev & MINOR_MASK) | (dev >>> 12 & ~MINOR_MASK);
    StraceValue major = Notation.hex(dev >>> MINOR_BITS & 0xfff);
    fields.add(new Named("st_dev", new Function("makedev", List.of(major, Notation.hex(minor)))));
    fields.add(number("st_ino", stat.getLong(Kstat.INO_AT)));
    fields.add(new Named("st_mode", mode(stat.getInt(Kstat.MODE_AT))));
    fields.add(number("st_nlink", stat.getLong(Kstat.NLINK_AT)));
    fields.add(number("st_uid", stat.getInt(Kstat.UID_AT) & 0xffffffffL));
    fields.add(number("st_gid", stat.getInt(Kstat.GID_AT) & 0xffffffffL));
    fields.add(number("st_blksize", stat.getLong(Kstat.BLKSIZE_AT)));
    fields.add(number("st_blocks", stat.getLong(Kstat.BLOCKS_AT)));
    fields.add(number("st_size", stat.getLong(Kstat.SIZE_AT)));
    for (int i = 0; i < TIMES.length; i++) {
      int at = TIMES_AT + 2 * Long.BYTES * i;
      long seconds = stat.getLong(at);
      long nanos = stat.getLong(at + Long.BYTES);
      IntValue time = IntValue.of(seconds);
      boolean none = seconds == 0 && nanos == 0;
      fields.add(
          new Named(
              TIMES[i],
              none ? time : new Annotated(time, Annotated.Kind.COMMENT, date(seconds, nanos))));
      fields.add(number(TIMES[i] + "_nsec", nanos));
    }
    return new Struct(fields);
  }

  private static Named number(String name, long number) {
    return new Named(name, IntValue.of(number));
  }

  private static String date(long seconds, long nanos) {
    String fraction = nanos == 0 ? "" : String.format(Locale.ROOT, ".%09d", nanos);
    return SECONDS.format(Instant.ofEpochSecond(seconds)) + fraction + "+0000";
  }

  private static StraceValue mode(int mode) {
    List<StraceValue> members = new ArrayList<>();
    String type = Constants.name(Table.FILE_TYPE, mode & Abi.S_IFMT);
    if (type != null) {
      members.add(new Symbol(type));
    }
    long rest = Notation.addFlags(mode & ~Abi.S_IFMT, members, Table.MODE);
    members.add(new IntValue(rest, StraceValue.Radix.OCTAL));
    return Notation.joined(members);
  }

  /** What a log shows that is not in memory, or null if all is there that does not vary. */
  static @Nullable String difference(Struct recorded, UserMem stat) {
    if (!stat.accessible(0, Kstat.STAT_BYTES)) {
      return null;
    }
    Struct simulated = struct(stat);
    for (String field : COMPARED) {
      StraceValue wanted = recorded.field(field);
      StraceValue got = simulated.field(field);
      if (wanted != null && got != null && Notation.number(wanted) != Notation.number(got)) {
        return field;
      }
    }
    return null;
  }
}
