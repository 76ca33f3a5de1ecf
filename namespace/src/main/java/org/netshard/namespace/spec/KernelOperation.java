package org.netshard.namespace.spec;

import java.util.Locale;

/**
 * A change of the kernel itself while it runs.
 *
 * @param atNs virtual time
 * @param kind the kernel's function
 * @param hocon the argument: a family or protosw in the syntax of a kernel profile
 * @param place where the user wrote it
 */
public record KernelOperation(long atNs, Kind kind, String hocon, String place) {
  /** Functions with which modules add to and take from a kernel. */
  public enum Kind {
    /** {@code sock_register}. */
    SOCK_REGISTER,
    /** {@code sock_unregister}. */
    SOCK_UNREGISTER,
    /** {@code inet_register_protosw}, of AF_INET or AF_INET6. */
    INET_REGISTER_PROTOSW,
    /** {@code inet_unregister_protosw}. */
    INET_UNREGISTER_PROTOSW;

    /** Name of the kernel's function. */
    public String functionName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
