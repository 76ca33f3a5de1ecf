package org.netshard.namespace.spec;

import java.util.List;

/**
 * A network namespace that a scenario names, or many that it counts.
 *
 * @param name name, unique in its kernel
 * @param count how many; above 1 they are called {@code name-0}, {@code name-1}, …
 * @param sysctls written in it before anything runs
 */
public record NetnsSpec(String name, int count, List<SysctlSetting> sysctls) {
  public NetnsSpec {
    sysctls = List.copyOf(sysctls);
  }
}
