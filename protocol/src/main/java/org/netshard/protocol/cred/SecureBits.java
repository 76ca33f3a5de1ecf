package org.netshard.protocol.cred;

/**
 * The bits of {@code PR_SET_SECUREBITS}: which privileges user id 0 does not bring. The bit above
 * each locks it.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/securebits.h}.
 */
public final class SecureBits {
  /** {@code execve} as root gives no capabilities. */
  public static final int NOROOT = 1;

  /** A change of the user id to or from 0 changes no capabilities. */
  public static final int NO_SETUID_FIXUP = 1 << 2;

  /** Permitted capabilities outlive the change of the user id ({@code PR_SET_KEEPCAPS}). */
  public static final int KEEP_CAPS = 1 << 4;

  /** No ambient capability can be raised. */
  public static final int NO_CAP_AMBIENT_RAISE = 1 << 6;

  /** Two bits that only interpreters of scripts look at. */
  private static final int EXEC = 1 << 8 | 1 << 10;

  private static final int BITS =
      NOROOT | NO_SETUID_FIXUP | KEEP_CAPS | NO_CAP_AMBIENT_RAISE | EXEC;

  /** The bits that lock others. */
  public static final int LOCKS = BITS << 1;

  /** Every bit that there is. */
  public static final int ALL = BITS | LOCKS;

  /** The bits that a task may change without CAP_SETPCAP. */
  public static final int UNPRIVILEGED = EXEC | EXEC << 1;

  private SecureBits() {}

  /** The bit that locks another one. */
  public static int lock(int bit) {
    return bit << 1;
  }
}
