package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.core.Proto;

/** What holds of every kernel when all its tasks have ended, whatever they did. */
final class EndChecks {
  private EndChecks() {}

  /**
   * Nothing crashed, and nothing is left: no file, no socket, no memory, no count.
   *
   * @param what said if it is not so
   */
  static void nothingIsLeft(KernelReport report, KernelModel model, String what) {
    assertThat(report.crash()).as(what).isEmpty();
    assertThat(model.tasks()).as(what).isEmpty();
    assertThat(report.socketsOpen()).as(what).isZero();
    assertThat(model.openFiles()).as(what).isZero();
    assertThat(report.namespacesAlive()).as(what).isOne();
    assertThat(report.cgroups()).as(what).allMatch(cgroup -> cgroup.currentBytes() == 0);
    NetState init = model.machine().initNet();
    assertThat(model.machine().next(init)).as(what).isNull();
    assertThat(init.socketsUsed()).as(what).isZero();
    assertThat(model.machine().protos())
        .as(what)
        .allMatch(proto -> model.machine().socketsAllocated(proto) == 0)
        .allMatch(proto -> init.protoInuse(proto) == 0);
    for (Proto.Pool pool : Proto.Pool.values()) {
      if (pool != Proto.Pool.NONE) {
        assertThat(model.machine().pool(pool).exactPages()).as("%s %s", pool, what).isZero();
      }
    }
  }
}
