package org.netshard.protocol.netlink;

/**
 * The kernel's end of a netlink protocol.
 *
 * <p><b>Source:</b> {@code include/linux/netlink.h}, {@code struct netlink_kernel_cfg}.
 */
@FunctionalInterface
public interface NetlinkKernel {
  /** What {@link #receive} returns when it has begun a dump, so that nothing is acknowledged. */
  int DUMPS = Integer.MIN_VALUE + 1;

  /**
   * Receives one message that is a request and not netlink's own.
   *
   * @param ack what is told to the sender besides the error
   * @return 0, {@code -errno}, or {@link #DUMPS}
   */
  int receive(NlRequest request, ExtAck ack);
}
