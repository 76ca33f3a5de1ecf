package org.netshard.node.strace;

import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.TcpOption;

/** Which options read memory that {@code strace} does not show. */
final class HiddenInput {
  private static final int IP_MREQN_BYTES = 12;
  private static final int NF_OPTIONS = 6;
  private static final int IPT_BASE_CTL = IpOption.IPT_BASE_CTL;

  private HiddenInput() {}

  /** Whether the option takes a question from the memory that gets the answer. */
  static boolean ofGetsockopt(List<StraceValue> arguments) {
    int option = Notation.intNumber(arguments.get(2));
    return switch (Notation.intNumber(arguments.get(1))) {
      case Abi.IPPROTO_IP ->
          option == IpOption.IP_MSFILTER
              || option == IpOption.MCAST_MSFILTER
              || option == IpOption.SO_IP_SET
              || isNetfilter(option, IPT_BASE_CTL)
              || isNetfilter(option, IpOption.ARPT_BASE_CTL);
      case Abi.IPPROTO_IPV6 ->
          option == Ipv6Option.MCAST_MSFILTER
              || option == Ipv6Option.IPV6_FLOWLABEL_MGR
              || isNetfilter(option, IPT_BASE_CTL);
      case Abi.IPPROTO_TCP ->
          option == TcpOption.TCP_ZEROCOPY_RECEIVE
              || option == TcpOption.TCP_AO_INFO
              || option == TcpOption.TCP_AO_GET_KEYS;
      case MptcpOption.SOL_MPTCP -> option != MptcpOption.MPTCP_INFO;
      default -> false;
    };
  }

  private static boolean isNetfilter(int option, int base) {
    return option >= base && option < base + NF_OPTIONS;
  }

  /** Whether the value has a device that is not printed. */
  static boolean ofSetsockopt(List<StraceValue> arguments) {
    int option = Notation.intNumber(arguments.get(2));
    return Notation.intNumber(arguments.get(1)) == Abi.IPPROTO_IP
        && (option == IpOption.IP_ADD_MEMBERSHIP || option == IpOption.IP_DROP_MEMBERSHIP)
        && Notation.number(arguments.get(4)) >= IP_MREQN_BYTES;
  }
}
