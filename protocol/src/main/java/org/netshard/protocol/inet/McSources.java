package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkOmem;

/**
 * One change of a membership's source filter, the same for both versions of IP.
 *
 * <p><b>Source:</b> {@code net/ipv4/igmp.c}, {@code ip_mc_source}; {@code net/ipv6/mcast.c}, {@code
 * ip6_mc_source}.
 */
public final class McSources {
  /** The result of {@link #change} when the last included source goes: the group is to be left. */
  public static final int LEAVE_GROUP = 1;

  /** {@code IP_SFBLOCK}: sources for which memory is taken at once. */
  private static final int SFBLOCK = 10;

  private McSources() {}

  /** What {@link #change} did: the result, and the membership as it is now. */
  public record Change(int result, McList.Entry entry) {}

  /**
   * Adds or removes a source.
   *
   * <p><b>Errors</b>, in order: EINVAL if there are sources of the other mode, EADDRNOTAVAIL if the
   * source is not there (remove) or is there already (add), ENOBUFS at the limit.
   *
   * @param mode the mode in which the change makes sense
   * @param sourcesMax the limit of the sysctl
   */
  public static Change change(
      McList.Entry entry, boolean add, int mode, byte[] source, long sourcesMax) {
    if (entry.mode() != mode && !entry.sources().isEmpty()) {
      return new Change(Errno.EINVAL.negated(), entry);
    }
    int room = entry.sourcesMax();
    McList.Entry current = entry.withFilter(mode, entry.sources(), room);
    int at = current.sourceIndex(source);
    if (!add) {
      if (at < 0) {
        return new Change(Errno.EADDRNOTAVAIL.negated(), current);
      }
      if (current.sources().size() == 1 && mode == McList.MCAST_INCLUDE) {
        return new Change(LEAVE_GROUP, current);
      }
      List<byte[]> fewer = new ArrayList<>(current.sources());
      fewer.remove(at);
      return new Change(0, current.withFilter(mode, fewer, room));
    }
    if (current.sources().size() >= sourcesMax) {
      return new Change(Errno.ENOBUFS.negated(), current);
    }
    if (current.sources().size() == room) {
      room += SFBLOCK;
    }
    if (at >= 0) {
      McList.Entry grown = current.withFilter(mode, current.sources(), room);
      return new Change(Errno.EADDRNOTAVAIL.negated(), grown);
    }
    List<byte[]> more = new ArrayList<>(current.sources());
    more.add(source);
    return new Change(0, current.withFilter(mode, more, room));
  }

  /** Takes the memory of a changed list of sources and frees the old; false without room. */
  public static boolean realloc(Sk sk, McList.Entry old, McList.Entry replacement) {
    if (old.sourcesMax() == replacement.sourcesMax()) {
      return true;
    }
    if (replacement.sourcesMax() > 0 && !SkOmem.alloc(sk, replacement.sourceBytes())) {
      return false;
    }
    SkOmem.free(sk, old.sourceBytes());
    return true;
  }
}
