package org.netshard.node.packetdrill.script;

import java.util.List;

/** An option of a segment. */
public sealed interface TcpOption {
  /** {@code nop}. */
  record Nop() implements TcpOption {}

  /** {@code eol}. */
  record Eol() implements TcpOption {}

  /**
   * {@code mss}.
   *
   * @param bytes the largest segment
   */
  record Mss(int bytes) implements TcpOption {}

  /**
   * {@code wscale}.
   *
   * @param shift bits by which windows are shifted
   */
  record Wscale(int shift) implements TcpOption {}

  /** {@code sackOK}. */
  record SackOk() implements TcpOption {}

  /**
   * {@code sack}.
   *
   * @param blocks what has come
   */
  record Sack(List<Block> blocks) implements TcpOption {
    public Sack {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * A block of {@code sack}.
   *
   * @param left its first sequence number
   * @param right the sequence number behind it
   */
  record Block(long left, long right) {}

  /**
   * {@code TS}.
   *
   * @param val the clock of the sender
   * @param ecr what it has last seen of the other's
   */
  record Timestamp(long val, long ecr) implements TcpOption {}

  /**
   * {@code FO}, {@code FOEXP}: Fast Open.
   *
   * @param cookie the cookie in hexadecimal digits; empty to ask for one
   * @param experimental whether it is the option for experiments
   */
  record FastOpen(String cookie, boolean experimental) implements TcpOption {}

  /**
   * {@code md5}.
   *
   * @param digest the digest in hexadecimal digits
   */
  record Md5(String digest) implements TcpOption {}

  /**
   * {@code ECN}: counters of AccECN.
   *
   * @param counters one to three, in the order of the option
   */
  record AccEcn(List<Counter> counters) implements TcpOption {
    public AccEcn {
      counters = List.copyOf(counters);
    }
  }

  /**
   * A counter of {@code ECN}.
   *
   * @param name {@code e0b}, {@code ceb} or {@code e1b}
   * @param bytes its value, 24 bits
   */
  record Counter(String name, int bytes) {}

  /**
   * An option that the language has no name for: only packets that the kernel has sent have them.
   *
   * @param kind its kind
   * @param data its data in hexadecimal digits
   */
  record Unknown(int kind, String data) implements TcpOption {}
}
