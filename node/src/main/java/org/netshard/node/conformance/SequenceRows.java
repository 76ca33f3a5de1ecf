package org.netshard.node.conformance;

import java.util.List;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;

/**
 * Rows about calls that follow each other. For a row all steps before its own are made too, on
 * sockets of its own.
 */
final class SequenceRows {
  private final SyscallErrorsTable table;
  private final RowTargets targets;
  private String sequence = "";
  private int id;
  private int position;

  SequenceRows(SyscallErrorsTable table, RowTargets targets) {
    this.table = table;
    this.targets = targets;
  }

  /** Plans the sequence of a row up to its own step, or counts it as not simulated. */
  void plan(TableRow row, Kind kind, String name, KernelModel model) {
    boolean tcp = kind.isInet() && kind.type() == Abi.SOCK_STREAM;
    boolean planned =
        tcp
            ? new TcpSequences(table, this, targets, row, kind).plan(name)
            : new DataSequences(table, this, targets, row, kind).plan(name);
    if (!planned) {
      new AddressSequences(table, this, row, kind).plan(name, model);
    }
  }

  /** Makes the steps up to that of the row. */
  void run(TableRow row, SequenceSteps sequenceSteps) {
    List<SequenceSteps.Step> steps = sequenceSteps.all();
    int own = own(row, steps);
    if (own < 0) {
      table.leaveOut(row, "a step of \"" + row.cell(SyscallErrorsTable.STATE) + "\"");
      return;
    }
    steps.subList(0, own).forEach(step -> table.make(step.call()));
    table.finishStep(row, steps.get(own));
  }

  /**
   * Which step a row is about, or -1. Several have one name; rows are numbered, so that the
   * distance to the row before tells which it is.
   */
  private int own(TableRow row, List<SequenceSteps.Step> steps) {
    String name = row.cell(SyscallErrorsTable.OPERATION);
    String of = row.cell(SyscallErrorsTable.KIND) + row.cell(SyscallErrorsTable.STATE);
    List<String> names =
        steps.stream().map(SequenceSteps.Step::name).filter(step -> !step.isEmpty()).toList();
    int rowId = row.number(0);
    int at = of.equals(sequence) ? position + rowId - id : -1;
    if (at < 0 || at >= names.size() || !names.get(at).equals(name)) {
      at = names.indexOf(name);
    }
    sequence = of;
    id = rowId;
    position = at;
    int seen = -1;
    for (int i = 0; i < steps.size() && at >= 0; i++) {
      seen += steps.get(i).name().isEmpty() ? 0 : 1;
      if (seen == at) {
        return i;
      }
    }
    return -1;
  }
}
