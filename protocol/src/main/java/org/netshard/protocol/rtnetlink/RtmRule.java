package org.netshard.protocol.rtnetlink;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * Messages about rules: those of a new namespace, for there are no others.
 *
 * <p><b>Source:</b> {@code net/core/fib_rules.c}: {@code fib_nl_dumprule}, {@code
 * fib_nl_fill_rule}; {@code fib_default_rules_init} of each family.
 */
final class RtmRule {
  private static final int RTM_NEWRULE = 32;
  private static final int FRA_PRIORITY = 6;
  private static final int FRA_SUPPRESS_PREFIXLEN = 14;
  private static final int FRA_TABLE = 15;
  private static final int FRA_PROTOCOL = 21;
  private static final int FR_ACT_TO_TBL = 1;
  private static final int RTPROT_KERNEL = 2;
  private static final int RTNL_FAMILY_IPMR = 128;
  private static final int RTNL_FAMILY_IP6MR = 129;
  private static final int PRIORITY_MAIN = 0x7ffe;
  private static final int PRIORITY_DEFAULT = 0x7fff;

  /** A rule that sends all packets to a table. */
  private record Rule(int family, int priority, int table) {}

  /** All rules, in the order in which families have registered them. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(Abi.AF_INET, 0, Fib.RT_TABLE_LOCAL),
          new Rule(Abi.AF_INET, PRIORITY_MAIN, Fib.RT_TABLE_MAIN),
          new Rule(Abi.AF_INET, PRIORITY_DEFAULT, Fib.RT_TABLE_DEFAULT),
          new Rule(RTNL_FAMILY_IPMR, PRIORITY_DEFAULT, Fib.RT_TABLE_DEFAULT),
          new Rule(RTNL_FAMILY_IP6MR, PRIORITY_DEFAULT, Fib.RT_TABLE_MAIN),
          new Rule(Abi.AF_INET6, 0, Fib.RT_TABLE_LOCAL),
          new Rule(Abi.AF_INET6, PRIORITY_MAIN, Fib.RT_TABLE_MAIN));

  private RtmRule() {}

  /** {@code RTM_GETRULE} of all rules of a family, or of all families for 0. */
  static NetlinkDump dump(NlRequest request) {
    int family = request.getByte(0);
    return new NetlinkDump(request, () -> messages(request, family)).doneTogether();
  }

  private static List<NlMsg> messages(NlRequest request, int family) {
    List<NlMsg> all = new ArrayList<>();
    for (Rule rule : RULES) {
      if (family != Abi.AF_UNSPEC && family != rule.family()) {
        continue;
      }
      NlMsg out = new NlMsg().begin(RTM_NEWRULE, Nl.NLM_F_MULTI, request.seq(), request.portid());
      out.putByte(rule.family()).putByte(0).putByte(0).putByte(0);
      out.putByte(rule.table()).putByte(0).putByte(0).putByte(FR_ACT_TO_TBL).putInt(0);
      out.attrInt(FRA_TABLE, rule.table()).attrInt(FRA_SUPPRESS_PREFIXLEN, -1);
      out.attrByte(FRA_PROTOCOL, RTPROT_KERNEL);
      if (rule.priority() != 0) {
        out.attrInt(FRA_PRIORITY, rule.priority());
      }
      all.add(out);
    }
    return all;
  }
}
