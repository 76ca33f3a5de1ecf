package org.netshard.node.wire;

import java.util.List;
import org.netshard.cluster.serialization.MessageRegistry;
import org.netshard.cluster.serialization.WireType;
import org.netshard.node.run.RunProtocol;

/** The messages of this module that travel. */
public final class NodeMessages implements MessageRegistry {
  @Override
  public String name() {
    return "node";
  }

  @Override
  public int idMin() {
    return 500;
  }

  @Override
  public int idMax() {
    return 699;
  }

  @Override
  public List<WireType<?>> types() {
    return List.of(
        WireType.of(500, RunProtocol.StartRun.class),
        WireType.of(501, RunProtocol.KernelOffer.class),
        WireType.of(502, RunProtocol.MoreReports.class),
        WireType.of(503, RunProtocol.CancelRun.class),
        WireType.of(504, RunProtocol.Hello.class),
        WireType.of(505, RunProtocol.ClockReady.class),
        WireType.of(506, RunProtocol.KernelsBooted.class),
        WireType.of(507, RunProtocol.BootedKernel.class),
        WireType.of(508, RunProtocol.WindowReached.class),
        WireType.of(509, RunProtocol.ReportBatch.class),
        WireType.of(510, RunProtocol.KernelsHalted.class),
        WireType.of(520, RunProtocol.Welcome.class),
        WireType.of(521, RunProtocol.BeginRun.class),
        WireType.of(522, RunProtocol.OpenWindow.class),
        WireType.of(523, RunProtocol.GiveReports.class),
        WireType.of(524, RunProtocol.EndRun.class),
        WireType.of(530, RunProtocol.RunAccepted.class),
        WireType.of(531, RunProtocol.GiveKernels.class),
        WireType.of(532, RunProtocol.RunProgress.class),
        WireType.of(533, RunProtocol.SomeReports.class),
        WireType.of(534, RunProtocol.RunEnded.class),
        WireType.of(535, RunProtocol.RunFailed.class),
        WireType.of(536, RunProtocol.RunClosed.class));
  }
}
