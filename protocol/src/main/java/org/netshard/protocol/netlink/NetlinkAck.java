package org.netshard.protocol.netlink;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.NetlinkOption;

/**
 * Acknowledgements, errors, and the end of a dump.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}: {@code netlink_ack}, {@code
 * netlink_ack_tlv_fill}, {@code netlink_dump_done}; {@code net/netlink/policy.c}, {@code
 * __netlink_policy_dump_write_attr}.
 */
final class NetlinkAck {
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int NLMSGERR_ATTR_OFFS = 2;
  private static final int NLMSGERR_ATTR_POLICY = 4;
  private static final int NL_POLICY_TYPE_ATTR_TYPE = 1;
  private static final int NL_POLICY_TYPE_ATTR_MIN_VALUE_U = 4;
  private static final int NL_POLICY_TYPE_ATTR_MAX_VALUE_U = 5;
  private static final int NL_POLICY_TYPE_ATTR_MIN_LENGTH = 6;
  private static final int NL_POLICY_TYPE_ATTR_MAX_LENGTH = 7;
  private static final int NL_ATTR_TYPE_U8 = 2;
  private static final int NL_ATTR_TYPE_U16 = 3;
  private static final int NL_ATTR_TYPE_U32 = 4;

  private NetlinkAck() {}

  /** Answers a request with its error, or with 0. */
  static void ack(NlRequest request, int error, ExtAck ext) {
    NetlinkOptions options = NetlinkOptions.of(request.sk());
    boolean tlvs = options.has(NetlinkOption.NETLINK_EXT_ACK) && hasTlvs(ext, error);
    boolean whole = error != 0 && !options.has(NetlinkOption.NETLINK_CAP_ACK);
    int flags = (whole ? 0 : Nl.NLM_F_CAPPED) | (tlvs ? Nl.NLM_F_ACK_TLVS : 0);
    NlMsg out = new NlMsg().begin(Nl.NLMSG_ERROR, flags, request.seq(), request.portid());
    out.putInt(error);
    byte[] original = request.message();
    if (whole) {
      out.put(original).putZeros(-original.length & 3);
    } else {
      out.put(Arrays.copyOf(original, Nl.NLMSG_HDRLEN));
    }
    if (tlvs) {
      fill(out, ext, error);
    }
    Netlink.answer(request.sk(), NlMsg.done(out));
  }

  private static boolean hasTlvs(ExtAck ext, int error) {
    return ext.msg() != null || (error != 0 && (ext.badAttrOffset() >= 0 || ext.policy() != null));
  }

  private static void fill(NlMsg out, ExtAck ext, int error) {
    String text = ext.msg();
    if (text != null) {
      out.attrText(NLMSGERR_ATTR_MSG, text);
    }
    if (error == 0) {
      return;
    }
    if (ext.badAttrOffset() >= 0) {
      out.attrInt(NLMSGERR_ATTR_OFFS, ext.badAttrOffset());
    }
    putPolicy(out, ext.policy());
  }

  private static void putPolicy(NlMsg out, ExtAck.@Nullable Policy policy) {
    if (policy == null) {
      return;
    }
    int nest = out.nest(NLMSGERR_ATTR_POLICY | Nl.NLA_F_NESTED);
    long max =
        switch (policy.type()) {
          case NL_ATTR_TYPE_U8 -> 0xff;
          case NL_ATTR_TYPE_U16 -> 0xffff;
          case NL_ATTR_TYPE_U32 -> 0xffffffffL;
          default -> -1;
        };
    if (max >= 0) {
      out.putShort(12).putShort(NL_POLICY_TYPE_ATTR_MIN_VALUE_U).putLong(0);
      out.putShort(12).putShort(NL_POLICY_TYPE_ATTR_MAX_VALUE_U).putLong(max);
    }
    if (policy.minLength() >= 0) {
      out.attrInt(NL_POLICY_TYPE_ATTR_MIN_LENGTH, policy.minLength());
    }
    if (policy.maxLength() >= 0) {
      out.attrInt(NL_POLICY_TYPE_ATTR_MAX_LENGTH, policy.maxLength());
    }
    out.attrInt(NL_POLICY_TYPE_ATTR_TYPE, policy.type()).nestEnd(nest);
  }

  /** Adds the end of a dump. */
  static void done(NlMsg out, NetlinkDump dump, NetlinkOptions options) {
    ExtAck ext = dump.ack();
    boolean tlvs = options.has(NetlinkOption.NETLINK_EXT_ACK) && hasTlvs(ext, dump.error());
    int flags = Nl.NLM_F_MULTI | dump.answerFlags() | (tlvs ? Nl.NLM_F_ACK_TLVS : 0);
    out.begin(Nl.NLMSG_DONE, flags, dump.seq(), dump.portid()).putInt(dump.error());
    if (tlvs) {
      fill(out, ext, dump.error());
    }
    out.end();
  }
}
