package org.netshard.protocol.sched;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * Messages about queueing disciplines.
 *
 * <p><b>Source:</b> {@code net/sched/sch_api.c}: {@code tc_modify_qdisc}, {@code tc_get_qdisc},
 * {@code tc_dump_qdisc}, {@code tc_fill_qdisc}. Which of several errors comes was read off Linux
 * 6.18.44.
 */
public final class RtmQdisc {
  static final int RTM_NEWQDISC = 36;
  static final int TCA_KIND = 1;
  static final int TCA_OPTIONS = 2;

  private static final int RTM_DELQDISC = 37;
  private static final int TCA_STATS = 3;
  private static final int TCA_STATS2 = 7;
  private static final int TCA_HW_OFFLOAD = 12;
  private static final int TCA_MAX = 17;
  private static final int TCA_XSTATS = 4;
  private static final int TCA_STATS_BASIC = 1;
  private static final int TCA_STATS_APP = 4;
  private static final int TCA_STATS_QUEUE = 3;
  private static final int TCMSG_BYTES = 20;
  private static final int IFINDEX_AT = 4;
  private static final int HANDLE_AT = 8;
  private static final int PARENT_AT = 12;
  private static final int TC_H_ROOT = -1;
  private static final int TC_H_MIN_MASK = 0xffff;
  private static final int REFCNT = 2;
  private static final int IFNAMSIZ = 16;
  private static final int RTNLGRP_TC = 4;
  private static final byte[] NOTHING = {};

  private static final NlAttrs.Rule[] POLICY = {
    NlAttrs.Rule.text(TCA_KIND, IFNAMSIZ - 1),
  };

  /** {@code autohandle}: the last number that was given to a discipline without one. */
  private static final class AutoHandle {
    static final NetGeneric<AutoHandle> KEY = new NetGeneric<>(AutoHandle::new);

    private int last = 0x8000_0000;

    int next() {
      last += TC_H_MIN_MASK + 1;
      return last;
    }
  }

  private RtmQdisc() {}

  private static @Nullable NlAttrs parse(NlRequest request, ExtAck ext) {
    if (request.payload() < TCMSG_BYTES) {
      ext.fail(Errno.EINVAL, "Invalid header length");
      return null;
    }
    int from = Nl.NLMSG_HDRLEN + TCMSG_BYTES;
    return NlAttrs.parse(request, from, TCA_MAX, POLICY, false, ext);
  }

  /** {@code RTM_NEWQDISC}: {@code tc qdisc add}, {@code change} and {@code replace}. */
  public static int newqdisc(NlRequest request, ExtAck ext) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    NetDevice dev = request.net().device(request.getInt(IFINDEX_AT));
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    int parent = request.getInt(PARENT_AT);
    int handle = request.getInt(HANDLE_AT);
    SchedQdisc there = (SchedQdisc) dev.qdisc();
    if (parent != TC_H_ROOT) {
      return notAtRoot(request, parent, handle, ext);
    }
    boolean create = request.has(Nl.NLM_F_CREATE);
    boolean exclusive = request.has(Nl.NLM_F_EXCL);
    if (there != null && (handle == 0 || handle == there.handle())) {
      if (handle == 0 && differs(there, tb)) {
        return graft(request, dev, tb, handle, ext);
      }
      if (exclusive) {
        return ext.fail(Errno.EEXIST, "Exclusivity flag on, cannot modify");
      }
      return change(request, there, tb, ext);
    }
    if (there != null && handle != 0 && !request.has(Nl.NLM_F_REPLACE)) {
      return ext.fail(Errno.EEXIST, "NLM_F_REPLACE needed to override");
    }
    if ((handle & TC_H_MIN_MASK) != 0) {
      return ext.fail(Errno.EINVAL, "Invalid minor handle");
    }
    if (!create) {
      return ext.fail(Errno.ENOENT, "Qdisc not found. To create specify NLM_F_CREATE flag");
    }
    return graft(request, dev, tb, handle, ext);
  }

  private static int notAtRoot(NlRequest request, int parent, int handle, ExtAck ext) {
    if (parent != 0) {
      request.net().machine().leftOut("classes of queueing disciplines are not simulated: ENOENT");
      return ext.fail(Errno.ENOENT, "Failed to find specified qdisc");
    }
    return handle == 0
        ? ext.fail(Errno.EINVAL, "Handle cannot be zero")
        : ext.fail(Errno.ENOENT, "Failed to find specified qdisc");
  }

  private static boolean differs(SchedQdisc qdisc, NlAttrs tb) {
    NlAttr kind = tb.get(TCA_KIND);
    return kind != null && !kind.text().equals(qdisc.id());
  }

  private static int change(NlRequest request, SchedQdisc there, NlAttrs tb, ExtAck ext) {
    if (differs(there, tb)) {
      return ext.fail(Errno.EINVAL, "Invalid qdisc name: must match existing qdisc");
    }
    NlAttr options = tb.get(TCA_OPTIONS);
    int result = options == null ? 0 : there.change(options, ext);
    if (result == 0) {
      announce(request, there.dev(), NOTHING, 0);
    }
    return result;
  }

  /** {@code qdisc_create}, {@code qdisc_graft}. */
  private static int graft(NlRequest request, NetDevice dev, NlAttrs tb, int wanted, ExtAck ext) {
    NetNs net = request.net();
    NlAttr kind = tb.get(TCA_KIND);
    AutoHandle auto = net.machine().generic(AutoHandle.KEY);
    int handle = wanted == 0 ? auto.next() : wanted;
    SchedQdisc made = kind == null ? null : QdiscKinds.create(kind.text(), net, dev, handle);
    if (made == null) {
      String name = kind == null ? "" : kind.text();
      net.machine().leftOut("queueing discipline " + name + " is not simulated: ENOENT");
      return ext.fail(Errno.ENOENT, "Specified qdisc kind is unknown");
    }
    int result = made.change(tb.get(TCA_OPTIONS), ext);
    if (result != 0) {
      return result;
    }
    byte[] old = leaving(request, dev);
    dev.graft(made);
    announce(request, dev, old, Nl.NLM_F_REPLACE);
    return 0;
  }

  /** {@code RTM_DELQDISC}. */
  public static int delqdisc(NlRequest request, ExtAck ext) {
    return find(request, ext, true);
  }

  /** {@code RTM_GETQDISC} of one. */
  public static int getqdisc(NlRequest request, ExtAck ext) {
    return find(request, ext, false);
  }

  private static int find(NlRequest request, ExtAck ext, boolean delete) {
    NlAttrs tb = parse(request, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    NetNs net = request.net();
    NetDevice dev = net.device(request.getInt(IFINDEX_AT));
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    int parent = request.getInt(PARENT_AT);
    int handle = request.getInt(HANDLE_AT);
    SchedQdisc there = (SchedQdisc) dev.qdisc();
    if (parent != TC_H_ROOT && parent != 0) {
      return ext.fail(Errno.ENOENT, "Failed to find qdisc with specified classid");
    }
    if (parent == 0 && (there == null || there.handle() != handle)) {
      return ext.fail(Errno.ENOENT, "Failed to find qdisc with specified handle");
    }
    if (handle != 0 && (there == null ? 0 : there.handle()) != handle) {
      return ext.fail(Errno.EINVAL, "Invalid handle");
    }
    NlAttr kind = tb.get(TCA_KIND);
    if (kind != null && !kind.text().equals(dev.qdiscName())) {
      return ext.fail(Errno.EINVAL, "Invalid qdisc name: must match existing qdisc");
    }
    if (!delete) {
      if (!isBuiltin(dev)) {
        // qdisc_get_notify: who asks hears of it as everybody does, if it listens or wants an echo.
        announce(request, dev, NOTHING, 0);
      }
      return 0;
    }
    if (parent == 0) {
      return ext.fail(Errno.EINVAL, "Classid cannot be zero");
    }
    if (there == null) {
      return ext.fail(Errno.ENOENT, "Cannot delete qdisc with handle of zero");
    }
    byte[] old = leaving(request, dev);
    dev.graft(null);
    if (old.length > 0) {
      Netlink.notify(net, RTNLGRP_TC, old, Netlink.Info.of(request));
    }
    return 0;
  }

  /** {@code TCQ_F_BUILTIN}: nobody hears of it. */
  private static boolean isBuiltin(NetDevice dev) {
    return dev.qdiscName().equals("noop");
  }

  private static boolean isHeard(NlRequest request) {
    return Netlink.isHeard(request.net(), RTNLGRP_TC, Netlink.Info.of(request));
  }

  /** The message that the discipline of a device goes; empty if nobody hears it. */
  private static byte[] leaving(NlRequest request, NetDevice dev) {
    if (!isHeard(request) || isBuiltin(dev)) {
      return NOTHING;
    }
    return NlMsg.done(fill(request, dev, RTM_DELQDISC, 0, request.getInt(PARENT_AT)));
  }

  /**
   * {@code qdisc_notify}: tells of the discipline that a device has.
   *
   * @param before what is told before it, in the same buffer
   */
  private static void announce(NlRequest request, NetDevice dev, byte[] before, int flags) {
    if (isHeard(request)) {
      int parent = request.getInt(PARENT_AT);
      byte[] message = NlMsg.done(fill(request, dev, RTM_NEWQDISC, flags, parent));
      byte[] both = Arrays.copyOf(before, before.length + message.length);
      System.arraycopy(message, 0, both, before.length, message.length);
      Netlink.notify(request.net(), RTNLGRP_TC, both, Netlink.Info.of(request));
    }
  }

  /** All disciplines of all devices, or of one ({@code tc_dump_qdisc}). */
  public static NetlinkDump dump(NlRequest request) {
    int ifindex = request.payload() >= TCMSG_BYTES ? request.getInt(IFINDEX_AT) : 0;
    return new NetlinkDump(
        request,
        () -> {
          List<NlMsg> messages = new ArrayList<>();
          for (NetDevice dev : request.net().devices()) {
            boolean wanted = ifindex == 0 || dev.ifindex() == ifindex;
            if (wanted && !isBuiltin(dev)) {
              messages.add(fill(request, dev, RTM_NEWQDISC, Nl.NLM_F_MULTI, TC_H_ROOT));
            }
          }
          return messages;
        });
  }

  /** {@code tc_fill_qdisc}: the discipline of a device, which may be its default. */
  private static NlMsg fill(NlRequest request, NetDevice dev, int type, int flags, int parent) {
    Qdisc qdisc = dev.qdisc();
    NlMsg out = new NlMsg().begin(type, flags, request.seq(), request.portid());
    out.putInt(0).putInt(dev.ifindex()).putInt(qdisc == null ? 0 : qdisc.handle());
    // One that goes is not the device's any more, nor that of its only queue.
    int refcnt = type == RTM_DELQDISC ? 1 : REFCNT;
    out.putInt(parent).putInt(refcnt).attrText(TCA_KIND, dev.qdiscName());
    if (qdisc instanceof SchedQdisc sched) {
      sched.dump(out);
    }
    out.attrByte(TCA_HW_OFFLOAD, 0);
    int drops = qdisc == null ? 0 : (int) qdisc.drops();
    int overlimits = qdisc == null ? 0 : (int) qdisc.overlimits();
    int requeues = qdisc == null ? 0 : (int) qdisc.requeues();
    int qlen = qdisc == null ? 0 : qdisc.qlen();
    int backlog = qdisc == null ? 0 : (int) qdisc.backlog();
    long bytes = qdisc == null ? 0 : qdisc.bytes();
    int packets = qdisc == null ? 0 : (int) qdisc.packets();
    byte[] app = appStats(qdisc);
    int stats2 = out.nest(TCA_STATS2);
    if (app.length > 0) {
      out.attr(TCA_STATS_APP, app);
    }
    int nest = out.nest(TCA_STATS_BASIC);
    out.putLong(bytes).putInt(packets).putInt(0).nestEnd(nest);
    nest = out.nest(TCA_STATS_QUEUE);
    out.putInt(qlen).putInt(backlog).putInt(drops).putInt(requeues).putInt(overlimits);
    out.nestEnd(nest).nestEnd(stats2);
    nest = out.nest(TCA_STATS);
    out.putLong(bytes).putInt(packets).putInt(drops).putInt(overlimits).putInt(0).putInt(0);
    out.putInt(qlen).putInt(backlog).putInt(0).nestEnd(nest);
    return app.length > 0 ? out.attr(TCA_XSTATS, app) : out;
  }

  /** {@code gnet_stats_copy_app}. */
  private static byte[] appStats(@Nullable Qdisc qdisc) {
    if (!(qdisc instanceof SchedQdisc sched)) {
      return NOTHING;
    }
    NlMsg out = new NlMsg().begin(0, 0, 0, 0);
    sched.dumpStats(out);
    byte[] message = NlMsg.done(out);
    return Arrays.copyOfRange(message, Nl.NLMSG_HDRLEN, message.length);
  }
}
