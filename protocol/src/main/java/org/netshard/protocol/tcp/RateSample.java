package org.netshard.protocol.tcp;

/**
 * What one acknowledgement tells of the rate of delivery.
 *
 * <p>One object serves all connections of a namespace's turn, as only one acknowledgement is
 * handled at a time.
 *
 * <p><b>Source:</b> {@code include/net/tcp.h}, {@code struct rate_sample}; {@code
 * net/ipv4/tcp_rate.c}.
 */
final class RateSample {
  long priorMstamp;
  int priorDelivered;
  int priorDeliveredCe;
  int delivered;
  int deliveredCe;
  long intervalUs;
  long sndIntervalUs;
  long rcvIntervalUs;
  long rttUs;
  int losses;
  int ackedSacked;
  int priorInFlight;
  int lastEndSeq;
  boolean appLimited;
  boolean retrans;
  boolean ackDelayed;
}
