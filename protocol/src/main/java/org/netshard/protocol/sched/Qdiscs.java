package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;

/** The kinds of queueing discipline that there are ({@code register_qdisc}). */
public final class Qdiscs {
  private static final String NETEM = "netem";

  private Qdiscs() {}

  /**
   * Makes one for a device ({@code qdisc_create}).
   *
   * <p><b>Errors</b>, in order: ENOENT for an unknown kind, those of its options.
   *
   * @return 0 or {@code -errno}
   */
  public static int create(
      NetNs net, NetDevice dev, String kind, @Nullable NlAttr options, ExtAck ext) {
    if (!kind.equals(NETEM)) {
      return ext.fail(Errno.ENOENT, "Specified qdisc kind is unknown");
    }
    int error = NetemOptions.check(options, ext);
    if (error == 0 && options != null) {
      dev.setRootQdisc(new Netem(net, NetemOptions.of(options)));
    }
    return error;
  }

  /** Gives one other options ({@code qdisc_change}). <b>Errors:</b> those of its options. */
  public static int change(Qdisc qdisc, @Nullable NlAttr options, ExtAck ext) {
    int error = NetemOptions.check(options, ext);
    if (error == 0 && options != null) {
      ((Netem) qdisc).change(NetemOptions.of(options));
    }
    return error;
  }
}
