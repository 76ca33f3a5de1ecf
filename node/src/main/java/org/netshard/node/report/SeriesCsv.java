package org.netshard.node.report;

import java.math.BigDecimal;
import org.netshard.namespace.spec.MemoryReport.CgroupSample;
import org.netshard.namespace.spec.MemoryReport.SockSample;
import org.netshard.node.run.RunSummary;

/**
 * Memory over virtual time as comma-separated values: a row for each cgroup or machine that changed
 * since its last sample.
 */
public final class SeriesCsv {
  private static final int NANO_DIGITS = 9;

  private SeriesCsv() {}

  /** The file {@code cgroups.csv}; sizes are bytes, {@code max} counts the event. */
  public static String cgroups(RunSummary summary) {
    StringBuilder text = new StringBuilder("time_s,kernel,cgroup,current,sock,kernel_memory,max\n");
    for (RunSummary.Of<CgroupSample> one : summary.cgroupSamples()) {
      CgroupSample sample = one.what();
      row(
          text,
          seconds(sample.atNs()),
          quoted(one.kernel()),
          quoted(sample.path()),
          sample.currentBytes(),
          sample.sockBytes(),
          sample.kernelBytes(),
          sample.maxEvents());
    }
    return text.toString();
  }

  /** The file {@code sockets.csv}: what sockstat says of each machine; {@code mem} is pages. */
  public static String sockets(RunSummary summary) {
    StringBuilder text =
        new StringBuilder("time_s,kernel,used,tcp_alloc,tcp_orphan,tcp_mem,udp_mem\n");
    for (RunSummary.Of<SockSample> one : summary.sockSamples()) {
      SockSample sample = one.what();
      row(
          text,
          seconds(sample.atNs()),
          quoted(one.kernel()),
          sample.used(),
          sample.tcpAllocated(),
          sample.tcpOrphans(),
          sample.tcpPages(),
          sample.udpPages());
    }
    return text.toString();
  }

  private static void row(StringBuilder text, Object... cells) {
    for (int i = 0; i < cells.length; i++) {
      text.append(i == 0 ? "" : ",").append(cells[i]);
    }
    text.append('\n');
  }

  /** Exact, as a double would not be after 104 days. */
  private static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos, NANO_DIGITS).toPlainString();
  }

  private static String quoted(String text) {
    boolean plain = text.indexOf(',') < 0 && text.indexOf('"') < 0 && text.indexOf('\n') < 0;
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
