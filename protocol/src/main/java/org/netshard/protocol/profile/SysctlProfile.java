package org.netshard.protocol.profile;

/**
 * One sysctl of a kernel: its name, where it exists and its value at boot.
 *
 * @param name dotted name, {@code net.ipv4.tcp_rmem}
 * @param scope which namespaces have it
 * @param value its value in the initial namespace, as reading the file gives it, without newline
 * @param freshValue its value in a namespace that was just made
 * @param type what a write may hold
 * @param mode permission bits of the file in the initial namespace, octal 0644 and so on
 */
public record SysctlProfile(
    String name, Scope scope, String value, String freshValue, Type type, int mode) {

  /** Which namespaces have a sysctl, and whether they share its value. */
  public enum Scope {
    /** Each namespace has its own value, starting from the compiled default. */
    NETNS,
    /** Each namespace has its own value, copied from the initial namespace when it is made. */
    NETNS_FROM_INIT,
    /** One value for the machine; other namespaces can read it and not write. */
    GLOBAL_READABLE,
    /** One value for the machine; only the initial namespace has the file. */
    GLOBAL
  }

  /** What the value of a sysctl is made of. */
  public enum Type {
    /** One or more decimal numbers, separated by white space. */
    NUMBERS,
    /** Text. */
    TEXT
  }
}
