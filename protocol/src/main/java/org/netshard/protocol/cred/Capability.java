package org.netshard.protocol.cred;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capability; its number is its ordinal.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/capability.h}.
 */
public enum Capability {
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_KILL,
  CAP_SETGID,
  CAP_SETUID,
  CAP_SETPCAP,
  CAP_LINUX_IMMUTABLE,
  CAP_NET_BIND_SERVICE,
  CAP_NET_BROADCAST,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  CAP_IPC_LOCK,
  CAP_IPC_OWNER,
  CAP_SYS_MODULE,
  CAP_SYS_RAWIO,
  CAP_SYS_CHROOT,
  CAP_SYS_PTRACE,
  CAP_SYS_PACCT,
  CAP_SYS_ADMIN,
  CAP_SYS_BOOT,
  CAP_SYS_NICE,
  CAP_SYS_RESOURCE,
  CAP_SYS_TIME,
  CAP_SYS_TTY_CONFIG,
  CAP_MKNOD,
  CAP_LEASE,
  CAP_AUDIT_WRITE,
  CAP_AUDIT_CONTROL,
  CAP_SETFCAP,
  CAP_MAC_OVERRIDE,
  CAP_MAC_ADMIN,
  CAP_SYSLOG,
  CAP_WAKE_ALARM,
  CAP_BLOCK_SUSPEND,
  CAP_AUDIT_READ,
  CAP_PERFMON,
  CAP_BPF,
  CAP_CHECKPOINT_RESTORE;

  /** Every capability that this kernel knows. */
  public static final long ALL = (1L << values().length) - 1;

  /** The bit of this capability in a set. */
  public long bit() {
    return 1L << ordinal();
  }

  /** The capability of this name, or null. */
  public static @Nullable Capability byName(String name) {
    for (Capability capability : values()) {
      if (capability.name().equals(name)) {
        return capability;
      }
    }
    return null;
  }

  /** The names in a set, in the order of their numbers. */
  public static List<String> names(long set) {
    List<String> names = new ArrayList<>();
    for (Capability capability : values()) {
      if ((set & capability.bit()) != 0) {
        names.add(capability.name());
      }
    }
    return names;
  }
}
