package org.netshard.namespace.spec;

/**
 * A memory cgroup with a flat limit.
 *
 * @param path absolute path, {@code /red}
 * @param limitBytes most bytes that it may hold; {@link Long#MAX_VALUE} for no limit
 */
public record CgroupSpec(String path, long limitBytes) {}
