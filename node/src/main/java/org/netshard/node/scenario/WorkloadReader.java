package org.netshard.node.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.spec.WorkloadSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;

/** Reads one of {@code workloads}: the keys of its kind, and what they may be. */
final class WorkloadReader {
  private static final int STORM_NOFILE = 1_048_576;
  private static final int LOAD_NOFILE = 1024;
  private static final long TIMEOUT_NS = 1_000_000_000;
  private static final Distribution SIZE = Distribution.constant(64);
  private static final Distribution PING_SIZE = Distribution.constant(56);

  /** The least bytes of a message that carries its number and its time. */
  private static final int SIZE_MIN = 16;

  private static final int SIZE_MAX = 65_507;
  private static final int BACKLOG = 4096;
  private static final int ADDR6_BYTES = 16;
  private static final int PORT_MAX = 65_535;

  /** Keys of every kind. */
  private static final List<String> COMMON =
      List.of(
          "kind", "name", "kernel", "netns", "cgroup", "uid", "caps", "nofile", "start", "count");

  /** Further keys by kind. */
  private static final Map<String, List<String>> KEYS =
      new TreeMap<>(
          Map.of(
              "tcp-server",
                  List.of("address", "port", "backlog", "workers", "response", "service", "family"),
              "tcp-client",
                  List.of(
                      "address", "port", "parallel", "requests", "rate", "think", "size", "family"),
              "socket-storm", List.of("rate", "think", "family", "type", "protocol", "mode"),
              "udp-flow",
                  List.of("parallel", "rate", "think", "size", "port", "family", "protocol"),
              "ping", List.of("parallel", "rate", "think", "size", "timeout", "family"),
              "bulk", List.of("parallel", "rate", "think", "size", "port", "family"),
              "http-like",
                  List.of(
                      "parallel", "rate", "think", "size", "response", "service", "port", "family"),
              "unix-pair", List.of("parallel", "think", "size", "response", "service", "type"),
              "request-response",
                  List.of(
                      "parallel",
                      "think",
                      "size",
                      "response",
                      "service",
                      "timeout",
                      "port",
                      "family",
                      "type",
                      "protocol")));

  private final Item item;
  private final Problems problems;
  private final String kind;
  private final int family;
  private final int type;
  private final int protocol;
  private final Distribution rate;
  private final Distribution think;
  private final Distribution size;
  private final Distribution response;
  private final Distribution service;
  private final long startNs;
  private final long timeoutNs;

  WorkloadReader(Item item, CallReader calls, Problems problems) {
    this.item = item;
    this.problems = problems;
    this.kind = item.text("kind");
    boolean storm = kind.equals(StormSpec.KIND);
    boolean stream = storm || kind.equals("unix-pair") || overTcp();
    int usual = kind.equals("unix-pair") ? Abi.AF_UNIX : Abi.AF_INET;
    this.family = calls.symbol(item, "family", usual);
    boolean overUnix = family == Abi.AF_UNIX && kind.equals("request-response");
    int usualType = stream || overUnix ? Abi.SOCK_STREAM : Abi.SOCK_DGRAM;
    this.type = calls.symbol(item, "type", usualType);
    this.protocol =
        kind.equals("ping")
            ? family == Abi.AF_INET6 ? Abi.IPPROTO_ICMPV6 : Abi.IPPROTO_ICMP
            : calls.symbol(item, "protocol", 0);
    this.rate = draw("rate", WorkloadReader::rate, Distribution.ZERO);
    this.think = draw("think", WorkloadReader::nanos, Distribution.ZERO);
    this.size = draw("size", WorkloadReader::bytes, kind.equals("ping") ? PING_SIZE : SIZE);
    this.response = draw("response", WorkloadReader::bytes, SIZE);
    this.service = draw("service", WorkloadReader::nanos, Distribution.ZERO);
    this.startNs = item.nanos("start", 0, problems);
    this.timeoutNs = item.nanos("timeout", TIMEOUT_NS, problems);
    checkKeys();
    if (!storm) {
      checkLoad();
    }
  }

  /** The workload on one kernel in one namespace. */
  WorkloadSpec read(String name, String netns, long caps) {
    String cgroup = item.text("cgroup", KernelPlan.ROOT);
    int uid = (int) item.number("uid", 0);
    long count = item.number("count", 1);
    if (kind.equals(StormSpec.KIND)) {
      return new StormSpec(
          name,
          netns,
          cgroup,
          uid,
          caps,
          (int) item.number("nofile", STORM_NOFILE),
          startNs,
          count,
          rate,
          think,
          family,
          type,
          protocol,
          item.text("mode", "close").equals("hold"));
    }
    return new LoadSpec(
        LoadSpec.Kind.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')),
        name,
        netns,
        cgroup,
        uid,
        caps,
        (int) item.number("nofile", LOAD_NOFILE),
        startNs,
        count,
        isServer() ? 0 : (int) item.number("parallel", 1),
        family,
        type,
        protocol,
        (int) item.number("port", 0),
        size,
        response,
        rate,
        think,
        service,
        timeoutNs,
        tcp());
  }

  private boolean isServer() {
    return kind.equals("tcp-server");
  }

  private boolean hasAddress() {
    return isServer() || kind.equals("tcp-client");
  }

  private LoadSpec.Tcp tcp() {
    byte[] address = address();
    if (!hasAddress() || address == null) {
      return LoadSpec.Tcp.NONE;
    }
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    int port = (int) item.number("port", 0);
    int length =
        family == Abi.AF_INET6
            ? SockAddr.putIn6(storage, address, port, 0)
            : SockAddr.putIn(storage, UserMem.of(address).getInt(0), port);
    return new LoadSpec.Tcp(
        UserMem.of(Arrays.copyOf(storage, length)),
        (int) item.number("backlog", BACKLOG),
        (int) item.number("workers", 1),
        item.number("requests", 1));
  }

  /** The address: of servers any by default, of clients that of {@code lo}; null for a bad one. */
  private byte @Nullable [] address() {
    boolean six = family == Abi.AF_INET6;
    String any = six ? "::" : "0.0.0.0";
    String loopback = six ? "::1" : "127.0.0.1";
    byte[] address = IpText.parse(item.text("address", isServer() ? any : loopback));
    return address == null || address.length != (six ? ADDR6_BYTES : Integer.BYTES)
        ? null
        : address;
  }

  private void checkAddress() {
    if (!item.has("port")) {
      problems.add(item.place("kind"), "key `port` is missing in a " + kind);
    }
    if (address() == null) {
      problems.add(
          item.place("address"),
          "`%s` is no address of %s"
              .formatted(item.text("address"), family == Abi.AF_INET6 ? "IPv6" : "IPv4"));
    }
  }

  private void checkKeys() {
    List<String> known = KEYS.getOrDefault(kind, List.of());
    item.node()
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!COMMON.contains(key) && !known.contains(key)) {
                problems.add(
                    item.keyPlace(key),
                    "`%s` is no key of %s; besides those of all kinds it has %s"
                        .formatted(key, kind, String.join(", ", known)));
              }
            });
  }

  private void checkLoad() {
    boolean unix = family == Abi.AF_UNIX;
    boolean inet = family == Abi.AF_INET || family == Abi.AF_INET6;
    boolean good =
        switch (kind) {
          case "unix-pair" -> unix;
          case "request-response" -> inet || unix;
          default -> inet;
        };
    if (!good) {
      problems.add(
          item.place("family"),
          "`%s` is no family for %s; allowed are AF_INET and AF_INET6%s"
              .formatted(
                  item.text("family"),
                  kind,
                  kind.equals("request-response") ? ", and AF_UNIX" : ""));
      return;
    }
    boolean tcp = inet && type == Abi.SOCK_STREAM && (kind.equals("request-response") || overTcp());
    boolean known = type == Abi.SOCK_STREAM || type == Abi.SOCK_SEQPACKET;
    if (type != Abi.SOCK_DGRAM && !tcp && !(unix && known)) {
      problems.add(
          item.place("type"),
          "`%s` is no type for %s over %s; allowed are %s"
              .formatted(
                  item.text("type"),
                  kind,
                  unix ? "AF_UNIX" : "IP",
                  unix
                      ? "SOCK_STREAM, SOCK_SEQPACKET and SOCK_DGRAM"
                      : "SOCK_STREAM and SOCK_DGRAM"));
    }
    if (item.number("port", 0) + item.number("parallel", 1) - 1 > PORT_MAX) {
      problems.add(item.place("port"), "the last port would be above " + PORT_MAX);
    }
    if (hasAddress()) {
      checkAddress();
    }
    checkSize("size", size);
    checkSize("response", response);
  }

  private boolean overTcp() {
    return kind.equals("bulk") || kind.equals("http-like") || hasAddress();
  }

  private void checkSize(String key, Distribution drawn) {
    boolean ping = kind.equals("ping");
    double least =
        switch (drawn.shape()) {
          case CONSTANT, UNIFORM, PARETO -> drawn.first();
          case EXPONENTIAL, NORMAL, LOGNORMAL -> SIZE_MIN;
        };
    boolean large = drawn.max() != Double.POSITIVE_INFINITY && drawn.max() > SIZE_MAX;
    if (large || (!ping && least < SIZE_MIN)) {
      problems.add(
          item.place(key),
          "`%s` is out of range; allowed are %d to %d"
              .formatted(item.text(key), ping ? 0 : SIZE_MIN, SIZE_MAX));
    }
  }

  private Distribution draw(
      String key, Function<String, Optional<Double>> unit, Distribution otherwise) {
    if (!item.has(key)) {
      return otherwise;
    }
    try {
      return DistributionNotation.parse(item.text(key), unit);
    } catch (DistributionNotation.BadDistributionException bad) {
      problems.add(item.place(key), String.valueOf(bad.getMessage()));
      return otherwise;
    }
  }

  private static Optional<Double> nanos(String text) {
    return Units.nanos(text).map(Long::doubleValue);
  }

  private static Optional<Double> bytes(String text) {
    return Units.bytes(text).map(Long::doubleValue);
  }

  private static Optional<Double> rate(String text) {
    double number = Double.parseDouble(text);
    return number > 0 ? Optional.of(number) : Optional.empty();
  }
}
