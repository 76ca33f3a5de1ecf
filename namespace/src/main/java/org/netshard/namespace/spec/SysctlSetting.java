package org.netshard.namespace.spec;

/**
 * One line of {@code sysctl.conf}.
 *
 * @param name dotted name
 * @param value the text to write
 * @param place where the user wrote it, for messages
 */
public record SysctlSetting(String name, String value, String place) {}
