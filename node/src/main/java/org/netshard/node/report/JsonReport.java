package org.netshard.node.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.HdrHistogram.Histogram;
import org.netshard.namespace.cgroup.MemcgEvent;
import org.netshard.namespace.spec.KernelReport.CgroupUse;
import org.netshard.namespace.spec.KernelReport.Output;
import org.netshard.namespace.spec.KernelReport.Unmet;
import org.netshard.namespace.spec.MemoryReport.Killed;
import org.netshard.namespace.spec.MemoryReport.Refusal;
import org.netshard.node.run.RunSummary;
import org.netshard.node.run.WorkloadTotal;
import org.netshard.node.scenario.Units;
import org.netshard.protocol.abi.Errno;

/** The report of a run as JSON. */
public final class JsonReport {
  private static final double NS_PER_SECOND = 1e9;
  private static final double[] PERCENTILES = {1, 50, 90, 99, 99.9};

  private JsonReport() {}

  /** The report as an object. */
  public static ObjectNode of(RunReport report) {
    RunSummary summary = report.summary();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("scenario", report.scenario().file());
    json.put("seed", report.scenario().seed());
    json.put("nodes", report.outcome().nodes());
    json.put("kernels", summary.kernels());
    json.put("traceHash", summary.traceHash());
    json.put("events", summary.events());
    json.put("calls", summary.calls());
    json.put("virtualSeconds", Units.seconds(report.outcome().virtualNs()));
    json.put("wallSeconds", Math.round(report.outcome().wallNs() / 1e6) / 1e3);
    json.put("namespaces", summary.namespacesCreated());
    json.put("namespacesAlive", summary.namespacesAlive());
    ObjectNode sockets = json.putObject("sockets");
    sockets.put("created", summary.socketsCreated());
    sockets.put("open", summary.socketsOpen());
    ObjectNode failed = sockets.putObject("failed");
    summary.failures().forEach(failed::put);
    ObjectNode byCall = json.putObject("byCall");
    summary
        .callsByName()
        .forEach(
            (name, total) ->
                byCall
                    .putObject(name)
                    .put("succeeded", total.succeeded())
                    .put("failed", total.failed()));
    expectations(json, summary);
    workloads(json, summary);
    ArrayNode warnings = json.putArray("warnings");
    summary.warnings().forEach(warning -> warnings.add(warning.text()));
    cgroups(json, summary);
    memory(json, summary);
    outputs(json, summary);
    ArrayNode crashes = json.putArray("crashes");
    summary
        .crashes()
        .forEach((kernel, event) -> crashes.addObject().put("kernel", kernel).put("event", event));
    return json;
  }

  private static void expectations(ObjectNode json, RunSummary summary) {
    ObjectNode expectations = json.putObject("expectations");
    expectations.put("met", summary.expectationsMet());
    expectations.put("notMet", summary.expectationsFailed());
    ArrayNode failed = expectations.putArray("failed");
    for (RunSummary.Of<Unmet> one : summary.unmet()) {
      Unmet unmet = one.what();
      failed
          .addObject()
          .put("place", unmet.place())
          .put("kernel", one.kernel())
          .put("task", unmet.task())
          .put("call", unmet.text())
          .put("expected", unmet.expected())
          .put("actual", unmet.actual())
          .put("atSeconds", Units.seconds(unmet.atNs()));
    }
  }

  private static void workloads(ObjectNode json, RunSummary summary) {
    ArrayNode workloads = json.putArray("workloads");
    for (WorkloadTotal total : summary.workloads()) {
      ObjectNode node = workloads.addObject();
      node.put("name", total.name());
      node.put("kind", total.kind());
      node.put("sent", total.sent());
      node.put("received", total.received());
      node.put("lost", total.lost());
      node.put("bytes", total.bytes());
      ObjectNode errors = node.putObject("errors");
      total.errors().forEach(errors::put);
      Histogram latencies = total.latencies();
      percentiles(node.putObject("latencySeconds"), latencies, latencies.getMean(), NS_PER_SECOND);
      ObjectNode throughput = node.putObject("perSecond");
      throughput.put("slotSeconds", total.slotSeconds());
      percentiles(
          throughput.putObject("messages"),
          total.throughput(false),
          total.meanThroughput(false),
          1);
      percentiles(
          throughput.putObject("bytes"), total.throughput(true), total.meanThroughput(true), 1);
    }
  }

  private static void percentiles(ObjectNode node, Histogram histogram, double mean, double unit) {
    boolean any = histogram.getTotalCount() > 0;
    node.put("mean", mean / unit);
    node.put("min", any ? histogram.getMinValue() / unit : 0);
    for (double percentile : PERCENTILES) {
      String name =
          "p" + new BigDecimal(Double.toString(percentile)).stripTrailingZeros().toPlainString();
      node.put(name, histogram.getValueAtPercentile(percentile) / unit);
    }
    node.put("max", histogram.getMaxValue() / unit);
  }

  private static void outputs(ObjectNode json, RunSummary summary) {
    ArrayNode outputs = json.putArray("outputs");
    for (RunSummary.Of<Output> one : summary.outputs()) {
      Output output = one.what();
      outputs
          .addObject()
          .put("place", output.place())
          .put("kernel", one.kernel())
          .put("line", output.line())
          .put("text", output.text())
          .put("atSeconds", Units.seconds(output.atNs()));
    }
  }

  private static void cgroups(ObjectNode json, RunSummary summary) {
    ArrayNode cgroups = json.putArray("cgroups");
    for (RunSummary.Of<CgroupUse> one : summary.cgroups()) {
      CgroupUse use = one.what();
      ObjectNode node = cgroups.addObject();
      node.put("kernel", one.kernel());
      node.put("path", use.path());
      node.put("currentBytes", use.currentBytes());
      node.put("peakBytes", use.peakBytes());
      if (use.limitBytes() == Long.MAX_VALUE) {
        node.put("limitBytes", "max");
      } else {
        node.put("limitBytes", use.limitBytes());
      }
      node.put("refused", use.refused());
      node.put("sockBytes", use.sockBytes());
      node.put("kernelBytes", use.kernelBytes());
      ObjectNode events = node.putObject("events");
      for (int i = 0; i < use.events().size(); i++) {
        events.put(MemcgEvent.values()[i].kernelName(), use.events().get(i));
      }
    }
  }

  private static void memory(ObjectNode json, RunSummary summary) {
    ArrayNode refused = json.putArray("refused");
    for (RunSummary.Of<Refusal> one : summary.refusals()) {
      Refusal refusal = one.what();
      refused
          .addObject()
          .put("kernel", one.kernel())
          .put("cgroup", refusal.cgroup())
          .put("limitOf", refusal.limit())
          .put("task", refusal.task())
          .put("call", refusal.call())
          .put("error", Errno.resultText(-refusal.errno()))
          .put("count", refusal.count())
          .put("firstSeconds", Units.seconds(refusal.firstNs()))
          .put("lastSeconds", Units.seconds(refusal.lastNs()));
    }
    ArrayNode killed = json.putArray("killed");
    for (RunSummary.Of<Killed> one : summary.killed()) {
      Killed task = one.what();
      killed
          .addObject()
          .put("kernel", one.kernel())
          .put("task", task.task())
          .put("pid", task.pid())
          .put("cgroup", task.cgroup())
          .put("by", task.by())
          .put("atSeconds", Units.seconds(task.atNs()));
    }
  }

  /** The report as text. */
  public static String text(RunReport report) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(of(report))
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
