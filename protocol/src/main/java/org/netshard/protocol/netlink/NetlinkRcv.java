package org.netshard.protocol.netlink;

import java.util.Arrays;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;

/**
 * How the kernel takes what a sock sends to it.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}: {@code netlink_rcv_skb}, {@code
 * __netlink_dump_start}.
 */
public final class NetlinkRcv {
  private NetlinkRcv() {}

  /** Takes all messages of one send; what is behind a bad length is ignored. */
  static void receive(NetlinkKernel kernel, Sk sk, Caller caller, byte[] data) {
    int at = 0;
    while (data.length - at >= Nl.NLMSG_HDRLEN) {
      int length = NlRequest.getInt(data, at);
      if (length < Nl.NLMSG_HDRLEN || length > data.length - at) {
        return;
      }
      receive(kernel, new NlRequest(sk, caller, Arrays.copyOfRange(data, at, at + length)));
      at += (length + 3) & ~3;
    }
  }

  private static void receive(NetlinkKernel kernel, NlRequest request) {
    ExtAck ext = new ExtAck();
    int error = 0;
    if (request.has(Nl.NLM_F_REQUEST) && request.type() >= Nl.NLMSG_MIN_TYPE) {
      error = kernel.receive(request, ext);
      if (error == NetlinkKernel.DUMPS) {
        return;
      }
    }
    if (error != 0 || request.has(Nl.NLM_F_ACK)) {
      NetlinkAck.ack(request, error, ext);
    }
  }

  /**
   * Begins a dump ({@code netlink_dump_start}).
   *
   * @return {@link NetlinkKernel#DUMPS}, or EBUSY if one is under way
   */
  public static int dump(NlRequest request, NetlinkDump dump) {
    NetlinkOptions options = NetlinkOptions.forWrite(request.sk());
    if (options.dump != null) {
      return Errno.EBUSY.negated();
    }
    options.dump = dump;
    NetlinkData.dump(request.sk());
    return NetlinkKernel.DUMPS;
  }
}
