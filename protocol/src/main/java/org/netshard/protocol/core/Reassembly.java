package org.netshard.protocol.core;

import java.util.Map;
import java.util.TreeMap;

/**
 * The fragments of one packet that have come.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_fragment.c}, {@code inet_frag_queue_insert}; {@code
 * include/net/inet_frag.h}, {@code struct inet_frag_queue}.
 */
public final class Reassembly {
  private static final int IP_DF = 0x40;
  private static final int FRAG_OFF_AT = 6;

  private final TreeMap<Integer, Fragment> fragments = new TreeMap<>();
  private int end;
  private boolean lastIn;
  private int received;
  private int truesize;
  private int fragMaxSize;
  private boolean anyDf;

  private record Fragment(Packet packet, int payload, int length) {}

  /** What became of a fragment. */
  public enum Outcome {
    /** It waits for others. */
    WAIT,
    /** It was the last that was missing. */
    COMPLETE,
    /** It was there already. */
    DUPLICATE,
    /** It overlaps another. */
    OVERLAP,
    /** It makes no sense. */
    BAD
  }

  /**
   * Adds a fragment.
   *
   * @param payload where its data begin
   * @param offset of the data in the packet, bytes
   * @param more whether others follow it
   */
  public Outcome add(Packet packet, int payload, int offset, boolean more) {
    int length = packet.end() - payload;
    if (more) {
      length &= -8;
    }
    int its = offset + length;
    if (!more) {
      if (its < end || (lastIn && its != end)) {
        return Outcome.BAD;
      }
      lastIn = true;
      end = its;
    } else if (its > end) {
      if (lastIn) {
        return Outcome.BAD;
      }
      end = its;
    }
    if (length <= 0) {
      return Outcome.BAD;
    }
    Outcome overlap = overlap(offset, length);
    if (overlap != Outcome.WAIT) {
      return overlap;
    }
    fragments.put(offset, new Fragment(packet, payload, length));
    received += length;
    truesize += packet.truesize();
    fragMaxSize = Math.max(fragMaxSize, packet.end() - packet.network());
    anyDf |= (packet.u8(packet.network() + FRAG_OFF_AT) & IP_DF) != 0;
    return lastIn && received == end && hasFirst() ? Outcome.COMPLETE : Outcome.WAIT;
  }

  private Outcome overlap(int offset, int length) {
    Map.Entry<Integer, Fragment> before = fragments.floorEntry(offset);
    if (before != null) {
      int from = before.getKey();
      int to = from + before.getValue().length();
      if (offset + length <= to) {
        return Outcome.DUPLICATE;
      }
      if (offset < to) {
        return Outcome.OVERLAP;
      }
    }
    Integer after = fragments.higherKey(offset);
    return after != null && after < offset + length ? Outcome.OVERLAP : Outcome.WAIT;
  }

  /** Whether the first one is there. */
  public boolean hasFirst() {
    return fragments.containsKey(0);
  }

  /** The one at offset 0. */
  public Packet first() {
    Fragment first = fragments.get(0);
    if (first == null) {
      throw new IllegalStateException("the first fragment is not there");
    }
    return first.packet();
  }

  /** How many there are. */
  public int count() {
    return fragments.size();
  }

  /** Bytes of all together. */
  public int length() {
    return end;
  }

  /** Memory of all together, bytes. */
  public int truesize() {
    return truesize;
  }

  /** The longest of them with its header, bytes. */
  public int fragMaxSize() {
    return fragMaxSize;
  }

  /** Whether one of them said that it must not be cut. */
  public boolean anyDf() {
    return anyDf;
  }

  /** Copies the data of all. */
  public void copyTo(byte[] bytes, int at) {
    fragments.forEach(
        (offset, fragment) ->
            System.arraycopy(
                fragment.packet().bytes(),
                fragment.payload(),
                bytes,
                at + offset,
                fragment.length()));
  }
}
