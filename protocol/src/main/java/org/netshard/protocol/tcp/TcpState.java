package org.netshard.protocol.tcp;

/**
 * The states of a connection, by Linux's numbers.
 *
 * <p><b>Source:</b> RFC 9293, section 3.3.2; {@code include/net/tcp_states.h}.
 */
public final class TcpState {
  public static final int ESTABLISHED = 1;
  public static final int SYN_SENT = 2;
  public static final int SYN_RECV = 3;
  public static final int FIN_WAIT1 = 4;
  public static final int FIN_WAIT2 = 5;
  public static final int TIME_WAIT = 6;
  public static final int CLOSE = 7;
  public static final int CLOSE_WAIT = 8;
  public static final int LAST_ACK = 9;
  public static final int LISTEN = 10;
  public static final int CLOSING = 11;

  /** A request that is not a sock yet; seen as {@link #SYN_RECV}. */
  public static final int NEW_SYN_RECV = 12;

  private TcpState() {}

  /** A set of states, for {@link #in}. */
  public static int set(int... states) {
    int set = 0;
    for (int state : states) {
      set |= 1 << state;
    }
    return set;
  }

  /** Whether a state is in a set. */
  public static boolean in(int state, int set) {
    return (1 << state & set) != 0;
  }
}
