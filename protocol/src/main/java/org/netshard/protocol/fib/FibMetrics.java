package org.netshard.protocol.fib;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.CongestionNames;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * The metrics of a route, {@code RTAX_…} by number less 1.
 *
 * <p><b>Source:</b> {@code net/ipv4/metrics.c}, {@code ip_metrics_convert}; {@code
 * net/core/rtnetlink.c}, {@code rtnetlink_put_metrics}; {@code net/ipv4/fib_semantics.c}, {@code
 * fib_metrics_match}; {@code include/net/dst.h}.
 */
public final class FibMetrics {
  public static final int RTAX_LOCK = 1;
  public static final int RTAX_MTU = 2;
  public static final int RTAX_WINDOW = 3;
  public static final int RTAX_RTT = 4;
  public static final int RTAX_RTTVAR = 5;
  public static final int RTAX_SSTHRESH = 6;
  public static final int RTAX_CWND = 7;
  public static final int RTAX_ADVMSS = 8;
  public static final int RTAX_REORDERING = 9;
  public static final int RTAX_HOPLIMIT = 10;
  public static final int RTAX_INITCWND = 11;
  public static final int RTAX_FEATURES = 12;
  public static final int RTAX_RTO_MIN = 13;
  public static final int RTAX_INITRWND = 14;
  public static final int RTAX_QUICKACK = 15;
  public static final int RTAX_CC_ALGO = 16;
  public static final int RTAX_FASTOPEN_NO_COOKIE = 17;
  public static final int RTAX_MAX = 17;

  /** {@code RTAX_FEATURE_ECN}. */
  public static final int FEATURE_ECN = 1;

  /** {@code RTAX_FEATURE_TCP_USEC_TS}. */
  public static final int FEATURE_TCP_USEC_TS = 1 << 4;

  /** {@code DST_FEATURE_ECN_CA}: the congestion control of the route needs ECN. */
  public static final int FEATURE_ECN_CA = 1 << 31;

  /** {@code RTAX_FEATURE_MASK}: what can be asked for. */
  private static final int FEATURE_MASK = 0x1f;

  private static final int MTU_MOST = 65_535 - 15;
  private static final int ADVMSS_MOST = 65_535 - 40;
  private static final int HOPLIMIT_MOST = 255;

  private FibMetrics() {}

  /** A metric of a route, 0 if it has none ({@code dst_metric_raw}). */
  public static int get(int @Nullable [] metrics, int metric) {
    return metrics == null ? 0 : metrics[metric - 1];
  }

  /** The MTU of a way: what its route says, or that of the device. */
  public static int mtu(NetDevice dev, int @Nullable [] metrics) {
    int mtu = get(metrics, RTAX_MTU);
    return mtu != 0 ? mtu : dev.mtu();
  }

  /** Whether the kernel is not to find out a metric by itself ({@code dst_metric_locked}). */
  public static boolean locked(int @Nullable [] metrics, int metric) {
    return (get(metrics, RTAX_LOCK) & 1 << metric) != 0;
  }

  /** Brings each down to the most that it can be, as an unsigned number. */
  static void convert(int @Nullable [] metrics) {
    if (metrics != null) {
      limit(metrics, RTAX_MTU, MTU_MOST);
      limit(metrics, RTAX_ADVMSS, ADVMSS_MOST);
      limit(metrics, RTAX_HOPLIMIT, HOPLIMIT_MOST);
    }
  }

  private static void limit(int[] metrics, int metric, int most) {
    if (Integer.compareUnsigned(metrics[metric - 1], most) > 0) {
      metrics[metric - 1] = most;
    }
  }

  /**
   * What an attribute {@code RTA_METRICS} says.
   *
   * <p><b>Errors</b>: EINVAL for a metric that there is not, an algorithm of congestion control
   * that the kernel does not have, another length than that of a number, an unknown feature.
   *
   * @param attr the attribute, or null
   * @param mayLoad whether who asks has CAP_NET_ADMIN over the whole machine
   * @param error where the first element is to be 0 or {@code -errno}
   * @return the metrics, null if there are none or after an error
   */
  public static int @Nullable [] read(
      NetNs net, @Nullable NlAttr attr, boolean mayLoad, ExtAck ext, int[] error) {
    error[0] = 0;
    if (attr == null) {
      return null;
    }
    int[] metrics = new int[RTAX_MAX];
    boolean ecnCa = false;
    boolean any = false;
    for (NlAttr one : attr.inner()) {
      int type = one.type();
      if (type == 0) {
        continue;
      }
      if (type > RTAX_MAX) {
        error[0] = ext.fail(Errno.EINVAL, "Invalid metric type");
        return null;
      }
      int value;
      if (type == RTAX_CC_ALGO) {
        value = CongestionNames.key(net, one.text(), mayLoad);
        ecnCa = CongestionNames.needsEcn(one.text());
        if (value == 0) {
          error[0] = ext.fail(Errno.EINVAL, "Unknown tcp congestion algorithm");
          return null;
        }
      } else if (one.length() != Integer.BYTES) {
        error[0] = ext.failAt(Errno.EINVAL, one, "Invalid attribute in metrics");
        return null;
      } else {
        value = one.getInt();
      }
      if (type == RTAX_FEATURES && (value & ~FEATURE_MASK) != 0) {
        String text = "Unknown flag set in feature mask in metrics attribute";
        error[0] = ext.fail(Errno.EINVAL, text);
        return null;
      }
      metrics[type - 1] = value;
      any |= value != 0;
    }
    if (ecnCa) {
      metrics[RTAX_FEATURES - 1] |= FEATURE_ECN_CA;
    }
    convert(metrics);
    return any ? metrics : null;
  }

  /** Whether a route has the metrics that somebody names who deletes it. */
  static boolean match(NetNs net, @Nullable NlAttr attr, int @Nullable [] metrics) {
    if (attr == null) {
      return true;
    }
    for (NlAttr one : attr.inner()) {
      int type = one.type();
      if (type == 0) {
        continue;
      }
      boolean text = type == RTAX_CC_ALGO;
      if (type > RTAX_MAX || (!text && one.length() != Integer.BYTES)) {
        return false;
      }
      int value = text ? CongestionNames.key(net, one.text(), false) : one.getInt();
      int present = get(metrics, type);
      if ((type == RTAX_FEATURES ? present & ~FEATURE_ECN_CA : present) != value) {
        return false;
      }
    }
    return true;
  }

  /** Adds the metrics of a route to a message. */
  public static void put(NlMsg out, int @Nullable [] metrics) {
    if (metrics == null) {
      return;
    }
    int nest = -1;
    for (int type = 1; type <= RTAX_MAX; type++) {
      int value = metrics[type - 1];
      String name = type == RTAX_CC_ALGO ? CongestionNames.name(value) : null;
      if (type == RTAX_FEATURES) {
        value &= FEATURE_MASK;
      }
      if (value == 0) {
        continue;
      }
      nest = nest < 0 ? out.nest(RtmRoute.RTA_METRICS) : nest;
      if (name != null) {
        out.attrText(type, name);
      } else {
        out.attrInt(type, value);
      }
    }
    if (nest >= 0) {
      out.nestEnd(nest);
    }
  }
}
