package org.netshard.namespace.sysctl;

import java.util.List;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;
import org.netshard.protocol.profile.SysctlProfile;
import org.netshard.protocol.profile.SysctlProfile.Format;
import org.netshard.protocol.profile.SysctlProfile.Kind;

/**
 * One write to a sysctl: the checks and conversions of its {@code proc_handler}.
 *
 * <p><b>Source:</b> {@code kernel/sysctl.c}: {@code do_proc_dointvec}, {@code do_proc_douintvec},
 * {@code do_proc_doulongvec_minmax}, {@code proc_dostring}; {@code net/ipv4/sysctl_net_ipv4.c}.
 */
final class ProcHandler {
  /** More than any buffer for text holds. */
  private static final int TEXT_MAX = 4096;

  private static final String SPACE = " \t\n";
  private static final int EINVAL = Errno.EINVAL.negated();

  private final NetSysctls net;
  private final int slot;
  private final SysctlProfile profile;
  private final Format format;
  private final String written;
  private final ProcText text;
  private final Cred writer;
  private final long position;

  /**
   * A write.
   *
   * @param position where in the file it begins
   * @param writer who writes, whose user namespace the ids in the text are of
   */
  ProcHandler(NetSysctls net, int slot, String written, long position, Cred writer) {
    this.writer = writer;
    this.position = position;
    this.net = net;
    this.slot = slot;
    this.profile = net.table().profile(slot);
    this.format = profile.format();
    this.written = written;
    this.text = new ProcText(written);
  }

  /**
   * Writes; the number of characters taken, or {@code -errno}. Behind position 0, text goes on
   * where it was, unsigned numbers are written as ever, and others are taken and ignored. Writing
   * nothing changes nothing, but some look at the old text all the same.
   */
  long write() {
    if (written.isEmpty() ? !isLookedAt() : position != 0 && !isWrittenAnywhere()) {
      return written.length();
    }
    return switch (format.kind()) {
      case INT, ULONG, SECONDS, MILLISECONDS, CENTISECONDS -> vector();
      case UINT -> unsigned();
      case GROUP_RANGE -> groupRange();
      case PORT_RANGE -> portRange();
      case UNPRIVILEGED_PORT -> unprivilegedPort();
      case TEXT -> stored(line(TEXT_MAX));
      case WORD -> word();
      case CONGESTION_CONTROL -> congestionControl();
      case ALLOWED_CONGESTION_CONTROL -> allowedCongestionControl();
      case BITMAP, CPU_MASK, FASTOPEN_KEY, STABLE_SECRET -> special();
      case TRIGGER -> written.length();
    };
  }

  private boolean isLookedAt() {
    return format.kind() == Kind.WORD || format.kind() == Kind.STABLE_SECRET;
  }

  private boolean isWrittenAnywhere() {
    return switch (format.kind()) {
      case UINT,
          TEXT,
          WORD,
          CONGESTION_CONTROL,
          ALLOWED_CONGESTION_CONTROL,
          FASTOPEN_KEY,
          BITMAP,
          CPU_MASK ->
          true;
      default -> false;
    };
  }

  private long special() {
    String value =
        switch (format.kind()) {
          case BITMAP ->
              SysctlFormats.bitmap(text, (int) format.max(), position == 0 ? "" : net.text(slot));
          case CPU_MASK -> SysctlFormats.cpuMask(line(written.length()), format.max());
          case FASTOPEN_KEY -> SysctlFormats.fastopenKey(line(TEXT_MAX));
          default ->
              profile.name().startsWith("net.ipv6.conf.all.")
                  ? SysctlFormats.EIO
                  : SysctlFormats.stableSecret(line(written.length()));
        };
    Errno error = SysctlFormats.error(value);
    return error == null ? stored(value) : error.negated();
  }

  private long stored(String value) {
    change(value);
    return written.length();
  }

  private void change(String value) {
    net.put(slot, value);
    SysctlLinks.written(net, profile.name(), value);
  }

  /** Several numbers: those before a bad one are kept. */
  private long vector() {
    String before = net.text(slot);
    String[] values = before.split("\t", -1);
    int result = numbers(values);
    String after = String.join("\t", values);
    if (!after.equals(before)) {
      change(after);
    }
    return result < 0 ? result : text.taken();
  }

  /** Reads numbers over old ones; 0 or {@code -errno}. */
  private int numbers(String[] values) {
    int index = 0;
    while (index < values.length && !text.atEnd()) {
      text.skipSpaces();
      if (text.atEnd()) {
        break;
      }
      if (!text.number(SPACE)) {
        return EINVAL;
      }
      String value = converted();
      if (value.isEmpty()) {
        return EINVAL;
      }
      values[index++] = value;
    }
    text.skipSpaces();
    return index == 0 ? EINVAL : 0;
  }

  /** The number as reading gives it back; empty if it is out of range. */
  private String converted() {
    long number = text.value();
    boolean negative = text.negative();
    return switch (format.kind()) {
      case INT, PORT_RANGE, UNPRIVILEGED_PORT -> signed(number, negative);
      case SECONDS -> Jiffies.seconds(number, negative, format);
      case MILLISECONDS -> Jiffies.milliseconds(number, negative, format);
      case CENTISECONDS -> Jiffies.centiseconds(number, negative);
      default -> negative || outside(number) ? "" : Long.toUnsignedString(number);
    };
  }

  private String signed(long number, boolean negative) {
    long greatest = negative ? 1L + Integer.MAX_VALUE : Integer.MAX_VALUE;
    if (Long.compareUnsigned(number, greatest) > 0) {
      return "";
    }
    long value = negative ? -number : number;
    return value < bound("min=", format.min()) || value > bound("max=", format.max())
        ? ""
        : Long.toString(value);
  }

  /** Whether an unsigned number is out of the bounds. */
  private boolean outside(long number) {
    return Long.compareUnsigned(number, bound("min=", format.min())) < 0
        || Long.compareUnsigned(number, bound("max=", format.max())) > 0;
  }

  /** A bound, which may be the value of another sysctl. */
  private long bound(String which, long otherwise) {
    for (String word : format.words()) {
      int other = word.startsWith(which) ? net.table().slot(word.substring(which.length())) : -1;
      if (other >= 0) {
        String value = net.text(other);
        return value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
      }
    }
    return otherwise;
  }

  /** One unsigned number; whatever follows it and a space is ignored. */
  private long unsigned() {
    text.skipSpaces();
    if (text.atEnd() || !text.number(SPACE) || text.negative() || outside(text.value())) {
      return EINVAL;
    }
    return stored(Long.toUnsignedString(text.value()));
  }

  /**
   * Group ids that may make ping sockets; a range whose end comes before its start allows nobody.
   *
   * <p><b>Errors:</b> EINVAL for a group that the writer's user namespace does not map.
   *
   * <p><b>Source:</b> {@code ipv4_ping_group_range}, {@code set_ping_group_range}.
   */
  private long groupRange() {
    String[] values = net.text(slot).split("\t", -1);
    int result = numbers(values);
    if (result < 0) {
      return result;
    }
    boolean nobody = Long.parseLong(values[1]) < Long.parseLong(values[0]);
    for (int i = 0; i < values.length; i++) {
      int group = writer.userNs().gidMap().toKernel((int) Long.parseLong(values[i]));
      if (group == IdMap.INVALID) {
        return EINVAL;
      }
      values[i] = Integer.toUnsignedString(group);
    }
    nobody |= Long.parseLong(values[1]) < Long.parseLong(values[0]);
    change(nobody ? "1\t0" : String.join("\t", values));
    return text.taken();
  }

  /**
   * The ephemeral ports, which do not begin below the unprivileged ones.
   *
   * <p><b>Source:</b> {@code ipv4_local_port_range}.
   */
  private long portRange() {
    String[] values = net.text(slot).split("\t", -1);
    int result = numbers(values);
    if (result < 0) {
      return result;
    }
    int low = Integer.parseInt(values[0]);
    int unprivileged = net.table().slot("net.ipv4.ip_unprivileged_port_start");
    boolean tooLow = unprivileged >= 0 && low < Integer.parseInt(net.text(unprivileged));
    if (Integer.parseInt(values[1]) < low || tooLow) {
      return EINVAL;
    }
    change(String.join("\t", values));
    return text.taken();
  }

  private long unprivilegedPort() {
    String[] values = {net.text(slot)};
    int result = numbers(values);
    if (result < 0) {
      return result;
    }
    if (Long.parseLong(values[0]) > net.number(Sysctl.IPV4_IP_LOCAL_PORT_RANGE, 0)) {
      return EINVAL;
    }
    change(values[0]);
    return text.taken();
  }

  private long word() {
    String word = position == 0 ? line(TEXT_MAX) : "";
    return format.words().contains(word) ? stored(word) : Errno.ENOENT.negated();
  }

  /**
   * The congestion control of new sockets: ENOENT if there is none of this name, not even in a
   * module that CAP_NET_ADMIN may have loaded, EPERM if it is restricted and this is not the
   * initial namespace; there it becomes unrestricted.
   *
   * <p><b>Source:</b> {@code net/ipv4/tcp_cong.c}, {@code tcp_set_default_congestion_control}.
   */
  private long congestionControl() {
    String name = line(15);
    if (!available().contains(name) && writer.capable(Capability.CAP_NET_ADMIN)) {
      net.table().requestModule("tcp_" + name);
    }
    if (!available().contains(name)) {
      return Errno.ENOENT.negated();
    }
    List<String> allowed = words(Sysctl.IPV4_TCP_ALLOWED_CONGESTION_CONTROL);
    if (!allowed.contains(name)) {
      if (!net.isInit()) {
        return Errno.EPERM.negated();
      }
      allow(available().stream().filter(c -> c.equals(name) || allowed.contains(c)).toList());
    }
    return stored(name);
  }

  private long allowedCongestionControl() {
    List<String> names = List.of(line(TEXT_MAX).split(" ", -1));
    int empty = names.indexOf("");
    List<String> wanted = empty < 0 ? names : names.subList(0, empty);
    if (!available().containsAll(wanted)) {
      return Errno.ENOENT.negated();
    }
    allow(available().stream().filter(wanted::contains).toList());
    return written.length();
  }

  private void allow(List<String> names) {
    net.put(net.table().slot(Sysctl.IPV4_TCP_ALLOWED_CONGESTION_CONTROL), String.join(" ", names));
  }

  private List<String> available() {
    return words(Sysctl.IPV4_TCP_AVAILABLE_CONGESTION_CONTROL);
  }

  private List<String> words(Sysctl sysctl) {
    return List.of(net.text(sysctl).split(" ", -1));
  }

  /**
   * The text up to its first newline or NUL, cut to a buffer ({@code proc_dostring}); behind
   * position 0, the old text up to there stands before it.
   */
  private String line(int max) {
    String old = position == 0 ? "" : net.text(slot);
    if (position > old.length()) {
      return old;
    }
    StringBuilder line = new StringBuilder(old.substring(0, (int) position));
    for (int i = 0; i < written.length() && line.length() < max; i++) {
      char c = written.charAt(i);
      if (c == '\n' || c == 0) {
        break;
      }
      line.append(c);
    }
    return line.toString();
  }
}
