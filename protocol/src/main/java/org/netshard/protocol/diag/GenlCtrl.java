package org.netshard.protocol.diag;

import java.util.List;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NetlinkKernel;
import org.netshard.protocol.netlink.NetlinkRcv;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlAttrs.Rule;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;

/**
 * The kernel's end of NETLINK_GENERIC: the family that tells of families, and no other.
 *
 * <p><b>Source:</b> {@code net/netlink/genetlink.c}: {@code genl_rcv_msg}, {@code ctrl_getfamily},
 * {@code ctrl_fill_info}.
 */
public final class GenlCtrl implements NetlinkKernel {
  /** The one object of this kind, which has no state. */
  public static final GenlCtrl INSTANCE = new GenlCtrl();

  private static final int GENL_ID_CTRL = 16;
  private static final int HEADER_BYTES = 4;
  private static final int CTRL_CMD_NEWFAMILY = 1;
  private static final int CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_CMD_GETPOLICY = 10;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;
  private static final int CTRL_ATTR_VERSION = 3;
  private static final int CTRL_ATTR_HDRSIZE = 4;
  private static final int CTRL_ATTR_MAXATTR = 5;
  private static final int CTRL_ATTR_OPS = 6;
  private static final int CTRL_ATTR_MCAST_GROUPS = 7;
  private static final int CTRL_ATTR_MAX = 10;
  private static final int GENL_CMD_CAP_DO = 2;
  private static final int GENL_CMD_CAP_DUMP = 4;
  private static final int GENL_CMD_CAP_HASPOL = 8;
  private static final int VERSION = 2;
  private static final String NAME = "nlctrl";

  private static final Rule[] POLICY = {
    Rule.u16(CTRL_ATTR_FAMILY_ID), Rule.text(CTRL_ATTR_FAMILY_NAME, 15)
  };

  private GenlCtrl() {}

  /**
   * {@code genl_rcv_msg}.
   *
   * <p><b>Errors</b>, in order: ENOENT for a family that is not there, EINVAL for a short message,
   * EOPNOTSUPP for another command; EINVAL without a family, ENOENT for one that is not there.
   */
  @Override
  public int receive(NlRequest request, ExtAck ext) {
    if (request.type() != GENL_ID_CTRL) {
      return Errno.ENOENT.negated();
    }
    if (request.payload() < HEADER_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (request.getByte(0) != CTRL_CMD_GETFAMILY) {
      return Errno.EOPNOTSUPP.negated();
    }
    if ((request.flags() & Nl.NLM_F_DUMP) == Nl.NLM_F_DUMP) {
      NetlinkDump dump = new NetlinkDump(request, () -> List.of(fill(request, Nl.NLM_F_MULTI)));
      return NetlinkRcv.dump(request, dump);
    }
    int from = Nl.NLMSG_HDRLEN + HEADER_BYTES;
    NlAttrs tb = NlAttrs.parse(request, from, CTRL_ATTR_MAX, POLICY, false, ext);
    if (tb == null) {
      return NlAttrs.error(ext);
    }
    NlAttr id = tb.get(CTRL_ATTR_FAMILY_ID);
    NlAttr name = tb.get(CTRL_ATTR_FAMILY_NAME);
    if (id == null && name == null) {
      return Errno.EINVAL.negated();
    }
    boolean found = id != null && id16(id) == GENL_ID_CTRL;
    found = name == null ? found : name.text().equals(NAME);
    return found ? Netlink.answer(request, fill(request, 0)) : Errno.ENOENT.negated();
  }

  private static int id16(NlAttr id) {
    byte[] bytes = id.bytes();
    return (bytes[0] & 0xff) | ((bytes[1] & 0xff) << 8);
  }

  private static NlMsg fill(NlRequest request, int flags) {
    NlMsg out = new NlMsg().begin(GENL_ID_CTRL, flags, request.seq(), request.portid());
    out.putByte(CTRL_CMD_NEWFAMILY).putByte(VERSION).putShort(0);
    out.attrText(CTRL_ATTR_FAMILY_NAME, NAME).attrShort(CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
    out.attrInt(CTRL_ATTR_VERSION, VERSION).attrInt(CTRL_ATTR_HDRSIZE, 0);
    out.attrInt(CTRL_ATTR_MAXATTR, 0);
    int ops = out.nest(CTRL_ATTR_OPS);
    putOp(out, 1, CTRL_CMD_GETFAMILY, GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL);
    putOp(out, 2, CTRL_CMD_GETPOLICY, GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL);
    out.nestEnd(ops);
    int groups = out.nest(CTRL_ATTR_MCAST_GROUPS);
    int group = out.nest(1);
    out.attrInt(2, GENL_ID_CTRL).attrText(1, "notify").nestEnd(group);
    return out.nestEnd(groups);
  }

  private static void putOp(NlMsg out, int index, int command, int flags) {
    int at = out.nest(index);
    out.attrInt(1, command).attrInt(2, flags).nestEnd(at);
  }
}
