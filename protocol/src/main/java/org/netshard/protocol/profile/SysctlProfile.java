package org.netshard.protocol.profile;

import java.util.List;

/**
 * One sysctl of a kernel: its name, where it exists and its value at boot.
 *
 * @param name dotted name, {@code net.ipv4.tcp_rmem}
 * @param scope which namespaces have it
 * @param mode permission bits of the file in the initial namespace, octal 0644 and so on
 * @param freshMode the same in any other namespace
 * @param format what a write may hold
 * @param value its value in the initial namespace, as reading the file gives it, without newline
 * @param freshValue its value in a namespace that was just made
 */
public record SysctlProfile(
    String name,
    Scope scope,
    int mode,
    int freshMode,
    Format format,
    String value,
    String freshValue) {

  /** Which namespaces have a sysctl, and whether they share its value. */
  public enum Scope {
    /** Each namespace has its own value, starting from the compiled default. */
    NETNS,
    /** Each namespace has its own value, copied from the initial namespace when it is made. */
    NETNS_FROM_INIT,
    /** Each namespace has its own value, but only those that root owns have the file. */
    NETNS_OF_INIT_USER,
    /** One value for the machine; other namespaces can read it and not write. */
    GLOBAL_READABLE,
    /** One value for the machine; only the initial namespace has the file. */
    GLOBAL,
    /** One value for the machine, of another part of the kernel than the network. */
    MACHINE;

    /** Whether every namespace has a value of its own. */
    public boolean perNamespace() {
      return this == NETNS || this == NETNS_FROM_INIT || this == NETNS_OF_INIT_USER;
    }
  }

  /** What the value of a sysctl is made of: the kernel's {@code proc_handler}. */
  public enum Kind {
    /** Signed 32-bit numbers ({@code proc_dointvec_minmax}). */
    INT,
    /**
     * One unsigned number of 8 or 32 bits ({@code proc_dou8vec_minmax}, {@code proc_douintvec}).
     */
    UINT,
    /** Unsigned 64-bit numbers ({@code proc_doulongvec_minmax}). */
    ULONG,
    /** Seconds kept as jiffies ({@code proc_dointvec_jiffies}). */
    SECONDS,
    /**
     * Milliseconds kept as jiffies, so that they are rounded up ({@code proc_dointvec_ms_jiffies}).
     */
    MILLISECONDS,
    /** Hundredths of a second kept as jiffies ({@code proc_dointvec_userhz_jiffies}). */
    CENTISECONDS,
    /** A line of text ({@code proc_dostring}). */
    TEXT,
    /** One of some words. */
    WORD,
    /** Two group ids ({@code ipv4_ping_group_range}). */
    GROUP_RANGE,
    /** Two ports ({@code ipv4_local_port_range}). */
    PORT_RANGE,
    /** A port not above the ephemeral ones ({@code ipv4_privileged_ports}). */
    UNPRIVILEGED_PORT,
    /** Numbers and ranges of numbers below a bound ({@code proc_do_large_bitmap}). */
    BITMAP,
    /** Name of a congestion control ({@code proc_tcp_congestion_control}). */
    CONGESTION_CONTROL,
    /** Names of the congestion controls that all may use. */
    ALLOWED_CONGESTION_CONTROL,
    /** TCP Fast Open keys ({@code proc_tcp_fastopen_key}). */
    FASTOPEN_KEY,
    /**
     * An IPv6 address, not readable before it was written ({@code addrconf_sysctl_stable_secret}).
     */
    STABLE_SECRET,
    /** A set of processors in hexadecimal. */
    CPU_MASK,
    /** Any write does something; nothing can be read. */
    TRIGGER
  }

  /**
   * The kind of a value, with its bounds.
   *
   * @param kind the kind
   * @param min least number; unsigned for {@link Kind#ULONG}
   * @param max greatest number; unsigned for {@link Kind#ULONG}
   * @param words the words of {@link Kind#WORD}
   */
  public record Format(Kind kind, long min, long max, List<String> words) {
    public Format {
      words = List.copyOf(words);
    }
  }
}
