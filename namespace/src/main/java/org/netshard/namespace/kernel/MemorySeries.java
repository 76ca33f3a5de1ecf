package org.netshard.namespace.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgEvent;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.spec.MemoryReport.CgroupSample;
import org.netshard.namespace.spec.MemoryReport.SockSample;
import org.netshard.protocol.core.Proto;

/**
 * The memory of a machine over virtual time, sampled at fixed intervals. Between two events nothing
 * changes, so it is looked at only when an event comes after a moment of a sample; what has not
 * changed since the last sample gives none.
 */
public final class MemorySeries {
  private final KernelModel model;
  private final long everyNs;
  private final List<CgroupSample> cgroups;
  private final List<SockSample> socks;
  private final Map<String, CgroupSample> last;
  private @Nullable SockSample lastSocks;
  private long nextNs;

  /** A series of a machine; it has no samples if the interval is 0. */
  public MemorySeries(KernelModel model, long everyNs) {
    this.model = model;
    this.everyNs = everyNs;
    this.nextNs = everyNs == 0 ? Long.MAX_VALUE : 0;
    this.cgroups = everyNs == 0 ? List.of() : new ArrayList<>();
    this.socks = everyNs == 0 ? List.of() : new ArrayList<>();
    this.last = everyNs == 0 ? Map.of() : new TreeMap<>();
  }

  /** Time goes on to an event, before it happens. */
  public void passTo(long nowNs) {
    if (nowNs >= nextNs) {
      sample(nextNs);
      nextNs = (nowNs / everyNs + 1) * everyNs;
    }
  }

  /** Adds what the last events changed. */
  public void end(long nowNs) {
    if (nextNs != Long.MAX_VALUE) {
      sample(nowNs);
    }
  }

  private void sample(long atNs) {
    model.cgroups().root().memcg().children().forEach(child -> sample(child, atNs));
    MachineState machine = model.machine();
    Proto tcp = machine.families().proto("TCP");
    SockSample now =
        new SockSample(
            atNs,
            model.socketsOpen(),
            tcp == null ? 0 : machine.socketsAllocated(tcp),
            machine.orphanCount(),
            machine.pool(Proto.Pool.TCP).exactPages(),
            machine.pool(Proto.Pool.UDP).exactPages());
    SockSample before = lastSocks;
    boolean same =
        before != null
            && before.used() == now.used()
            && before.tcpAllocated() == now.tcpAllocated()
            && before.tcpOrphans() == now.tcpOrphans()
            && before.tcpPages() == now.tcpPages()
            && before.udpPages() == now.udpPages();
    if (!same) {
      lastSocks = now;
      socks.add(now);
    }
  }

  private void sample(MemcgState memcg, long atNs) {
    CgroupSample now =
        new CgroupSample(
            atNs,
            memcg.shownPath(),
            memcg.currentBytes(),
            memcg.sockBytes(),
            memcg.kernelBytes(),
            memcg.events(MemcgEvent.MAX));
    CgroupSample before = last.get(now.path());
    boolean same =
        before != null
            && before.currentBytes() == now.currentBytes()
            && before.sockBytes() == now.sockBytes()
            && before.kernelBytes() == now.kernelBytes()
            && before.maxEvents() == now.maxEvents();
    if (!same) {
      last.put(now.path(), now);
      cgroups.add(now);
    }
    memcg.children().forEach(child -> sample(child, atNs));
  }

  /** The samples of cgroups, in the order of time. */
  public List<CgroupSample> cgroups() {
    return cgroups;
  }

  /** The samples of the machine's socks, in the order of time. */
  public List<SockSample> socks() {
    return socks;
  }
}
