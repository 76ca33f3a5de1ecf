package org.netshard.protocol.rtnetlink;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.sched.Qdiscs;

/**
 * Messages that change the queueing discipline at the root of a device.
 *
 * <p><b>Source:</b> {@code net/sched/sch_api.c}: {@code tc_modify_qdisc}, {@code tc_get_qdisc}.
 *
 * <p><b>Differs from Linux:</b> there are no classes and no ingress.
 */
final class RtmQdisc {
  private static final int TCMSG_BYTES = 20;
  private static final int PARENT_AT = 12;
  private static final int TC_H_ROOT = 0xffff_ffff;
  private static final int TCA_KIND = 1;
  private static final int TCA_OPTIONS = 2;
  private static final int TCA_MAX = 16;
  private static final NlAttrs.Rule[] NO_RULES = {};

  private RtmQdisc() {}

  /**
   * {@code RTM_NEWQDISC}, {@code RTM_DELQDISC}.
   *
   * <p><b>Errors</b>, in order: EINVAL for the message, ENODEV, EOPNOTSUPP for what is not the
   * root; of a deletion EINVAL for another kind and ENOENT for none; else ENOENT and EEXIST by the
   * flags, EINVAL for another kind, those of the discipline.
   */
  static int change(NlRequest request, boolean delete, ExtAck ext) {
    if (request.payload() < TCMSG_BYTES) {
      return Errno.EINVAL.negated();
    }
    NlAttrs tb =
        NlAttrs.parse(request, Nl.NLMSG_HDRLEN + TCMSG_BYTES, TCA_MAX, NO_RULES, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(4));
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    if (request.getInt(PARENT_AT) != TC_H_ROOT) {
      net.machine().leftOut("a qdisc that is not the root is not simulated: EOPNOTSUPP");
      return Errno.EOPNOTSUPP.negated();
    }
    NlAttr kind = tb.get(TCA_KIND);
    Qdisc there = dev.rootQdisc();
    boolean other = kind != null && there != null && !kind.text().equals(there.kind());
    if (delete) {
      if (other) {
        return ext.fail(Errno.EINVAL, "Invalid qdisc name");
      }
      if (there == null) {
        return ext.fail(Errno.ENOENT, "Cannot delete qdisc with handle of zero");
      }
      dev.setRootQdisc(null);
      return 0;
    }
    boolean creates = request.has(Nl.NLM_F_CREATE);
    boolean replaces = creates && request.has(Nl.NLM_F_REPLACE);
    if (there == null || (replaces && (other || request.has(Nl.NLM_F_EXCL)))) {
      if (!creates) {
        String hint = "Qdisc not found. To create specify NLM_F_CREATE flag";
        return ext.fail(Errno.ENOENT, hint);
      }
      return Qdiscs.create(net, dev, kind == null ? "" : kind.text(), tb.get(TCA_OPTIONS), ext);
    }
    if (request.has(Nl.NLM_F_EXCL)) {
      return ext.fail(Errno.EEXIST, "Exclusivity flag on, cannot modify");
    }
    if (other) {
      return ext.fail(Errno.EINVAL, "Invalid qdisc name");
    }
    return Qdiscs.change(there, tb.get(TCA_OPTIONS), ext);
  }
}
