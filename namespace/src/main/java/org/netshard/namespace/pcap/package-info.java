/**
 * Captures of packets as pcapng, the format of Wireshark.
 *
 * <p>Read {@link org.netshard.namespace.pcap.PcapngWriter} first. Nothing here writes files;
 * whoever runs a kernel does.
 */
@NullMarked
package org.netshard.namespace.pcap;

import org.jspecify.annotations.NullMarked;
