package org.netshard.node.wire;

import java.util.List;
import org.netshard.cluster.serialization.MessageRegistry;
import org.netshard.cluster.serialization.WireType;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.NetnsSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.namespace.spec.WorkloadReport;

/** The classes of the module {@code namespace} that travel. */
public final class NamespaceMessages implements MessageRegistry {
  @Override
  public String name() {
    return "namespace";
  }

  @Override
  public int idMin() {
    return 300;
  }

  @Override
  public int idMax() {
    return 499;
  }

  @Override
  public List<WireType<?>> types() {
    return List.of(
        WireType.of(300, KernelProtocol.Boot.class),
        WireType.of(301, KernelProtocol.RunWindow.class),
        WireType.of(302, KernelProtocol.Report.class),
        WireType.of(303, KernelProtocol.Halt.class),
        WireType.of(310, KernelSpec.class),
        WireType.of(311, SysctlSetting.class),
        WireType.of(312, NetnsSpec.class),
        WireType.of(313, CgroupSpec.class),
        WireType.of(314, LsmRule.class),
        WireType.of(315, LsmRule.Hook.class),
        WireType.of(316, TaskSpec.class),
        WireType.of(317, ScriptedCall.class),
        WireType.of(318, ScriptedCall.Variable.class),
        WireType.of(319, ScriptedCall.Expectation.class),
        WireType.of(320, ScriptedCall.Expectation.Kind.class),
        WireType.of(321, StormSpec.class),
        WireType.of(322, KernelOperation.class),
        WireType.of(323, KernelOperation.Kind.class),
        WireType.of(324, ScriptedCall.Written.class),
        WireType.of(325, SetupLine.class),
        WireType.of(326, SetupLine.Command.class),
        WireType.of(330, KernelReport.class),
        WireType.of(331, KernelReport.Failure.class),
        WireType.of(332, KernelReport.CallCount.class),
        WireType.of(333, KernelReport.Unmet.class),
        WireType.of(334, KernelReport.CgroupUse.class),
        WireType.of(335, Observe.class),
        WireType.of(336, MemoryReport.class),
        WireType.of(337, MemoryReport.Refusal.class),
        WireType.of(338, MemoryReport.Killed.class),
        WireType.of(339, MemoryReport.CgroupSample.class),
        WireType.of(340, MemoryReport.SockSample.class),
        WireType.of(341, KernelReport.Output.class),
        WireType.of(350, LoadSpec.class),
        WireType.of(351, LoadSpec.Kind.class),
        WireType.of(352, Distribution.class),
        WireType.of(353, Distribution.Shape.class),
        WireType.of(354, WorkloadReport.class),
        WireType.of(355, WorkloadReport.CallErrors.class),
        WireType.of(356, WorkloadReport.Bucket.class),
        WireType.of(357, WorkloadReport.Slot.class),
        WireType.of(358, LoadSpec.Tcp.class));
  }
}
