package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group that a device has joined for socks, and the sources that they name.
 *
 * <p><b>Source:</b> {@code include/linux/igmp.h}, {@code struct ip_mc_list}; {@code
 * include/net/if_inet6.h}, {@code struct ifmcaddr6}; {@code net/ipv4/igmp.c}: {@code
 * ip_mc_add1_src}, {@code ip_mc_del1_src}.
 */
public final class IpMcGroup {
  private final int ifindex;
  private final byte[] group;
  private final long serial;
  private final List<Source> sources = new ArrayList<>(0);
  private int users;

  /** A source, and how many socks include it and exclude it. */
  public static final class Source {
    private final byte[] address;
    private int include;
    private int exclude;

    private Source(byte[] address) {
      this.address = address;
    }

    /** Its address, of 4 or 16 bytes; not to be changed. */
    public byte[] address() {
      return address;
    }

    /** How many socks want only this and others that they name. */
    public int include() {
      return include;
    }

    /** How many socks do not want this one. */
    public int exclude() {
      return exclude;
    }

    private void add(int mode, int delta) {
      if (mode == McList.MCAST_INCLUDE) {
        include += delta;
      } else {
        exclude += delta;
      }
    }
  }

  IpMcGroup(int ifindex, byte[] group, long serial) {
    this.ifindex = ifindex;
    this.group = group;
    this.serial = serial;
  }

  /** The device. */
  public int ifindex() {
    return ifindex;
  }

  /** Its address, of 4 or 16 bytes; not to be changed. */
  public byte[] group() {
    return group;
  }

  /** How many socks have joined it. */
  public int users() {
    return users;
  }

  /** The sources, in the order in which they were first named. */
  public List<Source> sources() {
    return Collections.unmodifiableList(sources);
  }

  /** When it was joined, among others. */
  long serial() {
    return serial;
  }

  void addUser(int delta) {
    users += delta;
  }

  /** Socks name the sources of a membership ({@code ip_mc_add_src}). */
  void addSources(McList.Entry entry) {
    for (byte[] address : entry.sources()) {
      Source known = find(address);
      Source source = known == null ? new Source(address) : known;
      if (known == null) {
        sources.add(source);
      }
      source.add(entry.mode(), 1);
    }
  }

  /** They do not name them any more ({@code ip_mc_del_src}). */
  void removeSources(McList.Entry entry) {
    for (byte[] address : entry.sources()) {
      Source source = find(address);
      if (source == null) {
        throw new IllegalStateException("a source that nobody has named is given up");
      }
      source.add(entry.mode(), -1);
      if (source.include == 0 && source.exclude == 0) {
        sources.remove(source);
      }
    }
  }

  private @Nullable Source find(byte[] address) {
    for (Source source : sources) {
      if (Arrays.equals(source.address, address)) {
        return source;
      }
    }
    return null;
  }
}
