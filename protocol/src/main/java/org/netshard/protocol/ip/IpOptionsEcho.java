package org.netshard.protocol.ip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;

/**
 * The options of an answer to a packet: those that ask to be sent back, a source route the other
 * way round.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_options.c}: {@code __ip_options_echo}, and {@code
 * ip_options_undo} after it, so that they are as a program gives options.
 */
final class IpOptionsEcho {
  private static final int OPTIONS_MAX = 40;

  private final NetNs net;
  private final byte[] bytes;
  private final int header;
  private final byte[] echo = new byte[OPTIONS_MAX];
  private int at;

  private IpOptionsEcho(NetNs net, Packet packet) {
    this.net = net;
    this.bytes = packet.bytes();
    this.header = packet.network();
  }

  /** The options of an answer, which may be none; null if one of the packet is not valid. */
  static byte @Nullable [] of(NetNs net, Packet packet) {
    if (IpHeader.ihl(packet) == IpHeader.BYTES) {
      return new byte[0];
    }
    return new IpOptionsEcho(net, packet).build(IpOptionsParse.of(net, packet));
  }

  private byte @Nullable [] build(IpOptionsParse parse) {
    boolean valid =
        (parse.rr == 0 || recordRoute(header + parse.rr))
            && (parse.ts == 0 || timestamp(header + parse.ts));
    if (!valid) {
      return null;
    }
    if (parse.srr != 0) {
      sourceRoute(header + parse.srr);
    }
    if (parse.cipso != 0) {
      copy(header + parse.cipso);
    }
    return Arrays.copyOf(echo, (at + 3) & -4);
  }

  private int copy(int from) {
    int length = bytes[from + 1] & 0xff;
    System.arraycopy(bytes, from, echo, at, length);
    int to = at;
    at += length;
    return to;
  }

  private boolean recordRoute(int from) {
    int length = bytes[from + 1] & 0xff;
    int pointer = bytes[from + 2] & 0xff;
    if (pointer <= length && pointer + 3 > length) {
      return false;
    }
    int to = copy(from);
    if (pointer <= length) {
      clear(to + pointer - 1);
    }
    return true;
  }

  /** Marks a slot as one that is to be filled in. */
  private void clear(int slot) {
    Arrays.fill(echo, slot, slot + Integer.BYTES, (byte) 0);
  }

  private boolean timestamp(int from) {
    int length = bytes[from + 1] & 0xff;
    int pointer = bytes[from + 2] & 0xff;
    int kind = bytes[from + 3] & 0xf;
    boolean withAddress = kind == IpOptionsParse.IPOPT_TS_TSANDADDR;
    boolean known = withAddress || kind == IpOptionsParse.IPOPT_TS_TSONLY;
    int slot = pointer + (withAddress ? Integer.BYTES : 0);
    boolean open = pointer <= length;
    if (open && known && (pointer + 3 > length || slot + 3 > length)) {
      return false;
    }
    int to = copy(from);
    if (open && known) {
      clear(to + slot - 1);
      if (withAddress) {
        clear(to + pointer - 1);
      }
    } else if (open
        && kind == IpOptionsParse.IPOPT_TS_PRESPEC
        && pointer + 7 <= length
        && !IpOptionsParse.isForeign(net, NetBytes.getAddr(bytes, from + pointer - 1))) {
      clear(to + pointer + 3);
    }
    return true;
  }

  /** The way back: the hops that were passed, last first, without the sender itself. */
  private void sourceRoute(int from) {
    int length = bytes[from + 1] & 0xff;
    int source = Math.min(bytes[from + 2] & 0xff, length + 1) - Integer.BYTES;
    if (source <= 3) {
      return;
    }
    int first = NetBytes.getAddr(bytes, from + source - 1);
    int count = 4;
    for (source -= 4; source > 3; source -= 4, count += 4) {
      System.arraycopy(bytes, from + source - 1, echo, at + count + 3, Integer.BYTES);
    }
    int saddr = NetBytes.getAddr(bytes, header + IpHeader.SADDR);
    if (saddr == NetBytes.getAddr(bytes, from + source + 3)) {
      count -= 4;
    }
    if (count > 3) {
      echo[at] = bytes[from];
      echo[at + 1] = (byte) (count + 3);
      echo[at + 2] = 4;
      NetBytes.putAddr(echo, at + 3, first);
      at += count + 3;
    }
  }
}
