package org.netshard.protocol.rtnetlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.fib.RtmIfaddr;
import org.netshard.protocol.fib.RtmRoute;
import org.netshard.protocol.fib6.RtmIfaddr6;
import org.netshard.protocol.fib6.RtmRoute6;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NetlinkKernel;
import org.netshard.protocol.netlink.NetlinkRcv;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.sched.RtmQdisc;

/**
 * The kernel's end of NETLINK_ROUTE: which message means what.
 *
 * <p><b>Source:</b> {@code net/core/rtnetlink.c}: {@code rtnetlink_rcv_msg}, {@code rtnl_dump_all}.
 */
public final class Rtnetlink implements NetlinkKernel {
  /** The one object of this kind, which has no state. */
  public static final Rtnetlink INSTANCE = new Rtnetlink();

  private static final int RTM_BASE = 16;
  private static final int RTM_MAX = 123;
  private static final int NEW = 0;
  private static final int DEL = 1;
  private static final int GET = 2;
  private static final int SET = 3;

  private static final int LINK = 16;
  private static final int ADDR = 20;
  private static final int ROUTE = 24;
  private static final int NEIGH = 28;
  private static final int RULE = 32;
  private static final int QDISC = 36;
  private static final int NSID = 88;

  private Rtnetlink() {}

  /**
   * {@code rtnetlink_rcv_msg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for a type that is too large, EPERM without
   * CAP_NET_ADMIN for what is no question, EOPNOTSUPP for what nobody answers, those of the
   * message.
   */
  @Override
  public int receive(NlRequest request, ExtAck ext) {
    int type = request.type();
    if (type > RTM_MAX) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (request.payload() < 1) {
      return 0;
    }
    int kind = (type - RTM_BASE) & 3;
    boolean admin =
        request.caller().cred().nsCapable(request.net().userNs(), Capability.CAP_NET_ADMIN);
    if (kind != GET && !admin) {
      return Errno.EPERM.negated();
    }
    int object = type - kind;
    int family = request.getByte(0);
    if (kind == GET && (request.flags() & Nl.NLM_F_DUMP) != 0) {
      NetlinkDump dump = dump(request, object, family);
      if (dump == null) {
        return unknown(request);
      }
      return NetlinkRcv.dump(request, dump);
    }
    if (kind == DEL && request.has(Nl.NLM_F_BULK)) {
      return ext.fail(Errno.EOPNOTSUPP, "Bulk delete is not supported");
    }
    return switch (object) {
      case LINK -> link(request, kind, ext);
      case ADDR -> addr(request, kind, family, ext);
      case ROUTE -> route(request, kind, family, ext);
      case NEIGH -> kind == GET ? ext.fail(Errno.EINVAL, "No device specified") : unknown(request);
      case QDISC -> qdisc(request, kind, ext);
      case NSID -> ext.fail(Errno.EINVAL, "nsid is missing");
      case RULE -> kind == GET ? Errno.EOPNOTSUPP.negated() : unknown(request);
      default -> unknown(request);
    };
  }

  private static int unknown(NlRequest request) {
    request
        .net()
        .machine()
        .leftOut(
            "rtnetlink message " + request.type() + " is not simulated: it fails with EOPNOTSUPP");
    return Errno.EOPNOTSUPP.negated();
  }

  private static int link(NlRequest request, int kind, ExtAck ext) {
    return switch (kind) {
      case NEW -> SetLink.newlink(request, ext);
      case DEL -> SetLink.dellink(request, ext);
      case SET -> SetLink.setlink(request, ext);
      default -> RtmLink.getlink(request, ext);
    };
  }

  private static int qdisc(NlRequest request, int kind, ExtAck ext) {
    return switch (kind) {
      case NEW -> RtmQdisc.newqdisc(request, ext);
      case DEL -> RtmQdisc.delqdisc(request, ext);
      case GET -> RtmQdisc.getqdisc(request, ext);
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  private static int addr(NlRequest request, int kind, int family, ExtAck ext) {
    boolean inet6 = family == Abi.AF_INET6;
    if (!inet6 && (family != Abi.AF_INET || kind == GET)) {
      return Errno.EOPNOTSUPP.negated();
    }
    return switch (kind) {
      case NEW -> inet6 ? RtmIfaddr6.newaddr(request, ext) : RtmIfaddr.newaddr(request, ext);
      case DEL -> inet6 ? RtmIfaddr6.deladdr(request, ext) : RtmIfaddr.deladdr(request, ext);
      case GET -> RtmIfaddr6.getaddr(request, ext);
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  private static int route(NlRequest request, int kind, int family, ExtAck ext) {
    boolean inet6 = family == Abi.AF_INET6;
    if (!inet6 && family != Abi.AF_INET) {
      return Errno.EOPNOTSUPP.negated();
    }
    return switch (kind) {
      case NEW -> inet6 ? RtmRoute6.newroute(request, ext) : RtmRoute.newroute(request, ext);
      case DEL -> inet6 ? RtmRoute6.delroute(request, ext) : RtmRoute.delroute(request, ext);
      case GET -> inet6 ? RtmRoute6.getroute(request, ext) : GetRoute.getroute(request, ext);
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  private static @Nullable NetlinkDump dump(NlRequest request, int object, int family) {
    return switch (object) {
      case LINK -> family == Abi.AF_INET6 ? RtmLink6.dump(request) : RtmLink.dump(request);
      case ADDR ->
          switch (family) {
            case Abi.AF_INET -> RtmIfaddr.dump(request);
            case Abi.AF_INET6 -> RtmIfaddr6.dump(request);
            default -> all(request, RtmIfaddr.dump(request), RtmIfaddr6.dump(request));
          };
      case ROUTE ->
          switch (family) {
            case Abi.AF_INET -> RtmRoute.dump(request);
            case Abi.AF_INET6 -> RtmRoute6.dump(request);
            default -> all(request, RtmRoute.dump(request), RtmRoute6.dump(request));
          };
      case NEIGH -> new NetlinkDump(request, List::of);
      case RULE -> RtmRule.dump(request);
      case QDISC -> RtmQdisc.dump(request);
      default -> null;
    };
  }

  /** {@code rtnl_dump_all}: what each family lists, one behind the other. */
  private static NetlinkDump all(NlRequest request, NetlinkDump inet, NetlinkDump inet6) {
    if (inet.error() != 0) {
      return inet;
    }
    NetlinkDump both =
        new NetlinkDump(
            request,
            () -> {
              List<org.netshard.protocol.netlink.NlMsg> messages =
                  new ArrayList<>(inet.source().messages());
              messages.addAll(inet6.source().messages());
              return messages;
            });
    return both.withAnswerFlags(inet.answerFlags());
  }
}
