package org.netshard.protocol.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * ICMP messages of a namespace by their type.
 *
 * <p><b>Source:</b> {@code include/net/icmp.h}, {@code ICMPMSGIN_INC_STATS}; {@code
 * include/net/netns/mib.h}, {@code struct icmpmsg_mib}.
 */
public final class IcmpMsgMib {
  private static final NetGeneric<IcmpMsgMib> KEY = new NetGeneric<>(IcmpMsgMib::new);
  private static final NetGeneric<IcmpMsgMib> KEY6 = new NetGeneric<>(IcmpMsgMib::new);

  private final TreeMap<Integer, Long> in = new TreeMap<>();
  private final TreeMap<Integer, Long> out = new TreeMap<>();

  private IcmpMsgMib() {}

  /** Those of ICMP, or of ICMPv6. */
  public static IcmpMsgMib of(NetNs net, boolean v6) {
    return net.generic(v6 ? KEY6 : KEY);
  }

  /** One has come. */
  public void countIn(int type) {
    in.merge(type, 1L, Long::sum);
  }

  /** One is sent. */
  public void countOut(int type) {
    out.merge(type, 1L, Long::sum);
  }

  /** How many have come, by type. */
  public SortedMap<Integer, Long> in() {
    return Collections.unmodifiableSortedMap(in);
  }

  /** How many were sent, by type. */
  public SortedMap<Integer, Long> out() {
    return Collections.unmodifiableSortedMap(out);
  }
}
