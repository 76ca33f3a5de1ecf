package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * IPsec policies of a sock.
 *
 * <p><b>Source:</b> {@code net/xfrm/xfrm_state.c}, {@code xfrm_user_policy}; {@code
 * net/xfrm/xfrm_user.c}, {@code xfrm_compile_policy}, {@code verify_newpolicy_info}.
 *
 * <p><b>Differs from Linux:</b> IPsec is not simulated: a valid policy is accepted and has no
 * effect, which is told as left out; templates after the policy are not looked at.
 */
public final class XfrmPolicy {
  private static final int PAGE_SIZE = 4096;

  /** {@code sizeof(struct xfrm_userpolicy_info)}. */
  private static final int POLICY_BYTES = 168;

  private static final int SEL_FAMILY_OFFSET = 40;
  private static final int INDEX_OFFSET = 156;
  private static final int DIR_OFFSET = 160;
  private static final int ACTION_OFFSET = 161;
  private static final int SHARE_OFFSET = 163;
  private static final int XFRM_SHARE_UNIQUE = 3;
  private static final int XFRM_POLICY_BLOCK = 1;
  private static final int XFRM_POLICY_OUT = 1;

  /** The low bits of an index are the direction. */
  private static final int INDEX_DIR_MASK = 7;

  private XfrmPolicy() {}

  /**
   * {@code IP_XFRM_POLICY} and {@code IP_IPSEC_POLICY}, and those of IPv6.
   *
   * <p><b>Errors</b>, in order: EPERM without CAP_NET_ADMIN, EMSGSIZE for no or too many bytes
   * (nothing at NULL removes the policies), EFAULT, EOPNOTSUPP for the form of {@code PF_KEY},
   * EINVAL.
   *
   * @param xfrm whether the policy is in the form of {@code XFRM}, not of {@code PF_KEY}
   */
  public static int setsockopt(Sk sk, Cred cred, boolean xfrm, UserMem optval, int optlen) {
    if (!cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    if (optval.isNull() && optlen == 0) {
      return 0;
    }
    if (optlen <= 0 || optlen > PAGE_SIZE) {
      return Errno.EMSGSIZE.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    if (!xfrm) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (!isPolicy(optval, optlen)) {
      return Errno.EINVAL.negated();
    }
    sk.net().machine().leftOut("IPsec is not simulated: a policy of a socket has no effect");
    return 0;
  }

  private static boolean isPolicy(UserMem optval, int optlen) {
    if (optlen < POLICY_BYTES
        || optval.getByte(SHARE_OFFSET) > XFRM_SHARE_UNIQUE
        || optval.getByte(ACTION_OFFSET) > XFRM_POLICY_BLOCK
        || optval.getByte(DIR_OFFSET) > XFRM_POLICY_OUT) {
      return false;
    }
    int index = optval.getInt(INDEX_OFFSET);
    if (index != 0 && (index & INDEX_DIR_MASK) != optval.getByte(DIR_OFFSET)) {
      return false;
    }
    int bitsMax =
        switch (optval.getShort(SEL_FAMILY_OFFSET)) {
          case Abi.AF_INET -> 32;
          case Abi.AF_INET6 -> 128;
          default -> -1;
        };
    return optval.getByte(SEL_FAMILY_OFFSET + 2) <= bitsMax
        && optval.getByte(SEL_FAMILY_OFFSET + 3) <= bitsMax;
  }
}
