package org.netshard.namespace.spec;

/**
 * How closely a kernel is watched while it runs; it does the same in any case.
 *
 * @param ledger whether all its memory is summed up after each event ({@code --check ledger})
 * @param sampleNs virtual time between two samples of its memory; 0 for none
 * @param pcapFolder folder for captures of its packets ({@code --pcap}), on the node where it runs;
 *     empty for none
 */
public record Observe(boolean ledger, long sampleNs, String pcapFolder) {
  /** Not at all. */
  public static final Observe NOTHING = new Observe(false, 0);

  /** Without captures. */
  public Observe(boolean ledger, long sampleNs) {
    this(ledger, sampleNs, "");
  }
}
