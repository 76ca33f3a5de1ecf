package org.netshard.namespace.spec;

import java.util.regex.Pattern;
import org.netshard.namespace.spec.ScriptedCall.Expectation;

/**
 * A line of a shell that sets a kernel up, before anything runs or while it runs.
 *
 * <p>In {@code path} and {@code text}, {@code $NAME.pid} stands for the number of a task.
 *
 * @param atNs virtual time; {@link #BEFORE_ALL} for before anything runs
 * @param command what is done
 * @param path the file or directory
 * @param text what is written
 * @param expected what the result must be
 * @param line the line as the user wrote it
 * @param place where the user wrote it
 */
public record SetupLine(
    long atNs,
    Command command,
    String path,
    String text,
    Expectation expected,
    String line,
    String place) {
  /** Before anything runs. */
  public static final long BEFORE_ALL = -1;

  /** What stands for the number of a task; the group is its name. */
  public static final Pattern PID =
      Pattern.compile("\\$([A-Za-z0-9](?:[A-Za-z0-9_@-]|\\.(?!pid\\b))*)\\.pid\\b");

  /** What a line does. */
  public enum Command {
    /** {@code mkdir path}. */
    MKDIR,
    /** {@code mkdir -p path}. */
    MKDIR_PARENTS,
    /** {@code rmdir path}. */
    RMDIR,
    /** {@code echo text > path}, {@code sysctl -w}. */
    ECHO,
    /** {@code cat path}. */
    CAT,
    /** {@code ip}: the text is a message of NETLINK_ROUTE, in hexadecimal digits. */
    IP,
    /** What {@code ip netns exec} does first: goes to the network namespace of a file. */
    NETNS_ENTER,
    /** Goes back to the network namespace where it was. */
    NETNS_LEAVE
  }
}
