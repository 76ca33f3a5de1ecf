package org.netshard.namespace.cgroup;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * The files of stall times that every cgroup of version 2 has: {@code memory.pressure} and {@code
 * cgroup.pressure}, which hides it.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}: {@code cgroup_psi_files}, {@code
 * pressure_write}, {@code cgroup_pressure_write}; {@code kernel/sched/psi.c}, {@code
 * psi_trigger_create}.
 *
 * <p><b>Differs from Linux:</b> stalls count in cgroups that have the memory controller, not in
 * those below them that have not.
 */
final class PressureFiles {
  private static final Pattern TRIGGER =
      Pattern.compile("(?:some|full)\\s*(\\d+)\\s+(\\d+).*", Pattern.DOTALL);

  /** {@code WINDOW_MAX_US}. */
  private static final long WINDOW_MAX_US = 10_000_000;

  private static final long NS_PER_US = 1000;

  /** The windows of those without CAP_SYS_RESOURCE are multiples of this. */
  private static final long WINDOW_STEP_US = 2_000_000;

  private PressureFiles() {}

  static void addTo(List<Cftype> files) {
    files.add(
        Cftype.core("memory.pressure")
            .unless(cgroup -> cgroup.pressureOff)
            .notifies(file -> file.cgroup().pressureFile())
            .text("cgroup_memory_pressure_show", file -> text(file.cgroup()))
            .store(
                "cgroup_memory_pressure_write", (file, writer, text) -> storeTrigger(file, text)));
    files.add(
        Cftype.core("cgroup.pressure")
            .text("cgroup_pressure_show", file -> file.cgroup().pressureOff ? "0\n" : "1\n")
            .store(
                "cgroup_pressure_write", (file, writer, text) -> storeSwitch(file.cgroup(), text)));
  }

  private static String text(Cgroup cgroup) {
    MemcgState own = cgroup.own();
    return own == null ? new MemStall().text(cgroup.memcg().control().nowNs()) : own.pressureText();
  }

  /**
   * {@code some 150000 1000000}: tells when tasks stand still so many of so many microseconds.
   *
   * <p><b>Errors</b>, in order: EBUSY if the descriptor has a trigger; EINVAL for another form, a
   * window of none or of more than 10 s, or, without CAP_SYS_RESOURCE, of no multiple of 2 s, or a
   * threshold of none or above the window.
   */
  private static int storeTrigger(CgroupOpenFile file, String text) {
    if (file.hasTrigger()) {
      return Errno.EBUSY.negated();
    }
    Matcher matcher = TRIGGER.matcher(text);
    if (!matcher.matches()) {
      return Errno.EINVAL.negated();
    }
    long threshold = unsigned(matcher.group(1));
    long window = unsigned(matcher.group(2));
    boolean privileged = (file.opener().effective() & Capability.CAP_SYS_RESOURCE.bit()) != 0;
    if (window == 0
        || window > WINDOW_MAX_US
        || (!privileged && window % WINDOW_STEP_US != 0)
        || threshold == 0
        || threshold > window) {
      return Errno.EINVAL.negated();
    }
    MemcgState own = file.cgroup().own();
    MemStall stall = own == null ? new MemStall() : own.stall();
    long nowNs = file.tree().memcontrol().nowNs();
    FileEvents events = file.cgroup().pressureFile();
    file.setTrigger(stall, stall.watch(threshold * NS_PER_US, window * NS_PER_US, nowNs, events));
    return 0;
  }

  /** A number as {@code sscanf} takes it for {@code %u}: what does not fit is cut off. */
  private static long unsigned(String digits) {
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = value * 10 + (digits.charAt(i) - '0');
    }
    return value & 0xffff_ffffL;
  }

  private static int storeSwitch(Cgroup cgroup, String text) {
    Kstrtox.Parsed on = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (on.failed()) {
      return on.result();
    }
    if (on.value() < 0 || on.value() > 1) {
      return Errno.ERANGE.negated();
    }
    cgroup.pressureOff = on.value() == 0;
    return 0;
  }
}
