package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The multicast groups that a sock has joined, newest first. It never changes; changes make a new
 * one. Addresses are kept as the program gave them: 4 bytes of IPv4 or 16 of IPv6.
 *
 * <p><b>Source:</b> {@code include/linux/igmp.h}, {@code struct ip_mc_socklist}; {@code
 * include/net/if_inet6.h}, {@code struct ipv6_mc_socklist}.
 */
public final class McList {
  /** {@code MCAST_EXCLUDE}: all sources but those named. */
  public static final int MCAST_EXCLUDE = 0;

  /** {@code MCAST_INCLUDE}: only the sources named. */
  public static final int MCAST_INCLUDE = 1;

  /** No membership. */
  public static final McList EMPTY = new McList(List.of());

  private static final int IP_MC_SOCKLIST_BYTES = 48;
  private static final int IPV6_MC_SOCKLIST_BYTES = 56;
  private static final int SF_SOCKLIST_BYTES = 24;

  private final List<Entry> entries;

  /**
   * A membership.
   *
   * @param group the address of the group
   * @param address the address of the device, as {@code IP_ADD_MEMBERSHIP} gave it, 0 for IPv6
   * @param ifindex the device
   * @param mode {@link #MCAST_EXCLUDE} or {@link #MCAST_INCLUDE}
   * @param sources the sources named
   * @param sourcesMax how many there is memory for ({@code sl_max})
   */
  public record Entry(
      byte[] group, int address, int ifindex, int mode, List<byte[]> sources, int sourcesMax) {
    public Entry {
      sources = List.copyOf(sources);
    }

    /** A membership without sources. */
    public Entry(byte[] group, int address, int ifindex, int mode) {
      this(group, address, ifindex, mode, List.of(), 0);
    }

    /** The same with another filter. */
    public Entry withFilter(int newMode, List<byte[]> newSources, int newSourcesMax) {
      return new Entry(group, address, ifindex, newMode, newSources, newSourcesMax);
    }

    /** Bytes of the membership without its sources. */
    public int bytes() {
      return group.length == Integer.BYTES ? IP_MC_SOCKLIST_BYTES : IPV6_MC_SOCKLIST_BYTES;
    }

    /** Bytes of the list of its sources. */
    public int sourceBytes() {
      return sourcesMax == 0 ? 0 : SF_SOCKLIST_BYTES + sourcesMax * group.length;
    }

    /** Where a source stands in the filter, or -1. */
    public int sourceIndex(byte[] source) {
      for (int i = 0; i < sources.size(); i++) {
        if (Arrays.equals(sources.get(i), source)) {
          return i;
        }
      }
      return -1;
    }
  }

  private McList(List<Entry> entries) {
    this.entries = entries;
  }

  /** How many groups. */
  public int size() {
    return entries.size();
  }

  /** The memberships, newest first. */
  public List<Entry> entries() {
    return entries;
  }

  /** The membership of a group on a device, or null. */
  public @Nullable Entry find(byte[] group, int ifindex) {
    for (Entry entry : entries) {
      if (entry.ifindex() == ifindex && Arrays.equals(entry.group(), group)) {
        return entry;
      }
    }
    return null;
  }

  /** The list with one more membership. */
  public McList plus(Entry added) {
    List<Entry> copy = new ArrayList<>(entries.size() + 1);
    copy.add(added);
    copy.addAll(entries);
    return new McList(copy);
  }

  /** The list without a membership. */
  public McList minus(Entry removed) {
    List<Entry> copy = new ArrayList<>(entries);
    copy.remove(removed);
    return copy.isEmpty() ? EMPTY : new McList(copy);
  }

  /** The list with a membership replaced. */
  public McList replace(Entry old, Entry replacement) {
    List<Entry> copy = new ArrayList<>(entries);
    copy.set(copy.indexOf(old), replacement);
    return new McList(copy);
  }
}
