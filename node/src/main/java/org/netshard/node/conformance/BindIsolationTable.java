package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.node.conformance.IsolationSteps.Sock;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;

/**
 * Ports and addresses in one network namespace and in two: so far the experiments that only bind
 * and listen.
 */
final class BindIsolationTable extends TableProgram {
  private static final int DESCRIPTION = 2;
  private static final int OBSERVED = 3;
  private static final int[] LOW_PORTS = {1, 79, 80, 81, 1023, 1024};
  private static final int PARITY_SOCKETS = 64;
  private static final int RANGE_SOCKETS = 6;
  private static final String UNPRIVILEGED = "net.ipv4.ip_unprivileged_port_start";
  private static final String RANGE = "net.ipv4.ip_local_port_range";
  private static final String RESERVED = "net.ipv4.ip_local_reserved_ports";
  private static final String NONLOCAL4 = "net.ipv4.ip_nonlocal_bind";
  private static final String NONLOCAL6 = "net.ipv6.ip_nonlocal_bind";

  private final Map<Pattern, BiConsumer<IsolationSteps, Matcher>> experiments =
      new LinkedHashMap<>();
  private @Nullable Site site;

  /**
   * Namespaces A and B, and processes in them.
   *
   * @param a first namespace
   * @param b second one
   * @param down one whose {@code lo} is down
   * @param inA root in A
   * @param otherInA root too
   * @param userInA a user without capabilities
   * @param inB root in B
   * @param userInB a user without capabilities
   * @param inDown root where {@code lo} is down
   */
  private record Site(
      KernelModel model,
      NetState a,
      NetState b,
      NetState down,
      int inA,
      int otherInA,
      int userInA,
      int inB,
      int userInB,
      int inDown) {
    static Site of(KernelModel model) {
      NetState a = freshNetns(model);
      NetState b = freshNetns(model);
      NetState down = freshNetns(model);
      down.setLoUp(false);
      return new Site(
          model,
          a,
          b,
          down,
          member(model, a, true),
          member(model, a, true),
          member(model, a, false),
          member(model, b, true),
          member(model, b, false),
          member(model, down, true));
    }

    private static int member(KernelModel model, NetState net, boolean root) {
      int id = root ? 0 : NOBODY;
      return process(model, cred(model, id, id, new int[0], root ? ROOT_CAPS : 0), net, NOFILE);
    }

    void write(NetState net, String sysctl, String value) {
      net.writeSysctl(sysctl, value, model.rootCred());
    }
  }

  BindIsolationTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
    flags();
    addresses();
    choice();
    privileged();
    nonlocal();
  }

  private Site site() {
    Site here = site;
    if (here == null) {
      throw new IllegalStateException("no row has begun");
    }
    return here;
  }

  @Override
  void row(TableRow row, KernelModel model) {
    if (site == null) {
      site = Site.of(model);
    }
    site().write(site().a(), UNPRIVILEGED, "1024");
    site().write(site().a(), RANGE, "32768 60999");
    site().write(site().a(), RESERVED, "\n");
    for (Map.Entry<Pattern, BiConsumer<IsolationSteps, Matcher>> kind : experiments.entrySet()) {
      Matcher matcher = kind.getKey().matcher(row.cell(DESCRIPTION));
      if (matcher.matches()) {
        IsolationSteps steps = new IsolationSteps(this, row, OBSERVED);
        try {
          kind.getValue().accept(steps, matcher);
        } catch (IllegalArgumentException wrong) {
          throw row.bad(DESCRIPTION, "an address, a port and a value of an option as numbers");
        }
        steps.end();
        return;
      }
    }
    result().notSimulated(row, "the experiment \"" + row.cell(DESCRIPTION) + "\"");
  }

  private void experiment(String pattern, BiConsumer<IsolationSteps, Matcher> plan) {
    experiments.put(Pattern.compile(pattern), plan);
  }

  private static int type(String name) {
    return name.startsWith("TCP")
        ? Abi.SOCK_STREAM
        : name.startsWith("UDP") ? Abi.SOCK_DGRAM : Abi.SOCK_RAW;
  }

  private static int family(String address) {
    return address.indexOf(':') < 0 ? Abi.AF_INET : Abi.AF_INET6;
  }

  private static UserMem at(String address, int port) {
    return ProbeAddress.text(address, port, 0);
  }

  private Sock socket(IsolationSteps steps, int pid, String type, String address, String flags) {
    int family = family(address);
    int icmp = family == Abi.AF_INET ? Abi.IPPROTO_ICMP : Abi.IPPROTO_ICMPV6;
    boolean raw = type(type) == Abi.SOCK_RAW;
    return steps.socket(pid, family, type(type), raw ? icmp : 0, flags);
  }

  // Two sockets and one port.

  private void flags() {
    experiment("port (\\d+) on (\\w+) (\\S+): bound in A, again in A, then in B", this::inBoth);
    experiment(
        "(\\w+) (\\S+):(\\d+) twice, first flags \\[(.*)\\]( and listening)?, second flags \\[(.*)\\]",
        this::twice);
    experiment(
        "(\\w+): first bound WITHOUT (\\w+), then gets it set, second has it",
        (steps, matcher) -> {
          String type = matcher.group(1);
          boolean reuse = matcher.group(2).equals("SO_REUSEADDR");
          int option = reuse ? SoOption.SO_REUSEADDR : SoOption.SO_REUSEPORT;
          UserMem name = at("127.0.0.1", 5002);
          Sock first = socket(steps, site().inA(), type, "127.0.0.1", "");
          steps.bind(first, name);
          steps.option("setsockopt after bind", first, Abi.SOL_SOCKET, option, 1);
          Sock second = socket(steps, site().inA(), type, "127.0.0.1", reuse ? "a" : "p");
          steps.bind("bind2", second, name);
        });
    experiment(
        "(\\w+) SO_REUSEPORT on both, same address, second (socket of uid 1000|process, same uid)",
        (steps, matcher) -> {
          boolean same = matcher.group(2).startsWith("process");
          int other = same ? site().otherInA() : site().userInA();
          UserMem name = at("127.0.0.1", 5003);
          String type = matcher.group(1);
          steps.bind("bind1 uid0", socket(steps, site().inA(), type, "127.0.0.1", "p"), name);
          steps.bind(
              "bind2 uid" + (same ? 0 : NOBODY),
              socket(steps, other, type, "127.0.0.1", "p"),
              name);
        });
    experiment(
        "two REUSEADDR sockets bound to one port: both listen",
        (steps, matcher) -> {
          UserMem name = at("127.0.0.1", 5100);
          Sock first = socket(steps, site().inA(), "TCP", "127.0.0.1", "a");
          Sock second = socket(steps, site().inA(), "TCP", "127.0.0.1", "a");
          steps.bind(first, name);
          steps.bind("bind2", second, name);
          steps.listen("listen1", first);
          steps.listen("listen2", second);
        });
    experiment(
        "AF_VSOCK port 0x(\\w+) bound in A, then in B \\(bind only\\)",
        (steps, matcher) -> {
          UserMem name = ProbeAddress.vsock(Integer.parseUnsignedInt(matcher.group(1), 16));
          int stream = Abi.SOCK_STREAM;
          steps.bind("A", steps.socket(site().inA(), Abi.AF_VSOCK, stream, 0, ""), name);
          steps.bind("B", steps.socket(site().inB(), Abi.AF_VSOCK, stream, 0, ""), name);
        });
  }

  private void inBoth(IsolationSteps steps, Matcher matcher) {
    String type = matcher.group(2);
    String address = matcher.group(3);
    UserMem name = at(address, Integer.parseInt(matcher.group(1)));
    boolean stream = type(type) == Abi.SOCK_STREAM;
    Sock first = socket(steps, site().inA(), type, address, "");
    steps.bind("bind A", first, name);
    listen(steps, "listen A", first, stream);
    steps.bind("bind A again", socket(steps, site().inA(), type, address, ""), name);
    Sock third = socket(steps, site().inB(), type, address, "");
    steps.bind("bind B", third, name);
    listen(steps, "listen B", third, stream);
  }

  private static void listen(IsolationSteps steps, String label, Sock sock, boolean listens) {
    if (listens) {
      steps.listen(label, sock);
    } else {
      steps.put(label, "-");
    }
  }

  private void twice(IsolationSteps steps, Matcher matcher) {
    String type = matcher.group(1);
    String address = matcher.group(2);
    UserMem name = at(address, Integer.parseInt(matcher.group(3)));
    boolean listening = matcher.group(5) != null;
    Sock first = socket(steps, site().inA(), type, address, matcher.group(4));
    steps.bind("bind1", first, name);
    if (listening) {
      steps.listen("listen1", first);
    }
    Sock second = socket(steps, site().inA(), type, address, matcher.group(6));
    if (type(type) != Abi.SOCK_STREAM) {
      steps.bind("bind2", second, name);
      return;
    }
    steps.bindAndListen("bind2", "listen2", second, name);
    if (!listening) {
      steps.listen("listen1 late", first);
    }
  }

  // Two addresses and one port.

  private void addresses() {
    experiment(
        "(\\w+) port (\\d+): ([\\d.]+)( listening)? then (\\S+), both flags \\[(.*)\\]",
        (steps, matcher) -> {
          int port = Integer.parseInt(matcher.group(2));
          boolean listening = matcher.group(4) != null;
          String type = matcher.group(1);
          Sock first = socket(steps, site().inA(), type, matcher.group(3), matcher.group(6));
          steps.bind("bind1", first, at(matcher.group(3), port));
          listen(steps, "listen1", first, listening);
          Sock second = socket(steps, site().inA(), type, matcher.group(5), matcher.group(6));
          UserMem name = at(matcher.group(5), port);
          if (listening) {
            steps.bindAndListen("bind2", "listen2", second, name);
          } else {
            steps.bind("bind2", second, name);
            steps.put("listen2", "-");
          }
        });
    experiment(
        "(\\w+) port (\\d+), ([64]) first: \\[(\\S+)\\] IPV6_V6ONLY=([01]) and (\\S+),"
            + " both flags \\[(.*)\\]",
        (steps, matcher) -> {
          int port = Integer.parseInt(matcher.group(2));
          String flags = matcher.group(7);
          Sock six = socket(steps, site().inA(), matcher.group(1), matcher.group(4), flags);
          int only = Integer.parseInt(matcher.group(5));
          steps.option(six, Abi.IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY, only);
          Sock four = socket(steps, site().inA(), matcher.group(1), matcher.group(6), flags);
          boolean sixFirst = matcher.group(3).equals("6");
          UserMem sixName = at(matcher.group(4), port);
          UserMem fourName = at(matcher.group(6), port);
          steps.bind("bind1", sixFirst ? six : four, sixFirst ? sixName : fourName);
          steps.bind("bind2", sixFirst ? four : six, sixFirst ? fourName : sixName);
        });
    experiment(
        "bind (\\S+) with IPV6_V6ONLY=1",
        (steps, matcher) -> {
          Sock sock = socket(steps, site().inA(), "TCP", matcher.group(1), "");
          steps.option(sock, Abi.IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY, 1);
          steps.bind("bind", sock, at(matcher.group(1), 5006));
        });
    experiment(
        "set IPV6_V6ONLY after bind",
        (steps, matcher) -> {
          Sock sock = socket(steps, site().inA(), "TCP", "::", "");
          steps.bind("bind", sock, at("::", 5006));
          steps.option("setsockopt", sock, Abi.IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY, 1);
        });
  }

  // Ports that the kernel chooses.

  private void choice() {
    experiment(
        "64 (\\w+) binds of port 0: parity of the chosen ports",
        (steps, matcher) -> steps.parity(site().inA(), type(matcher.group(1)), PARITY_SOCKETS));
    experiment(
        "(?:ip_local_port_range=40000 40003:|the same range,) six (\\w+) binds of port 0"
            + " (?:on 127.0.0.1|with SO_REUSEADDR)",
        (steps, matcher) -> {
          site().write(site().a(), RANGE, "40000 40003");
          String flags = matcher.group().endsWith("SO_REUSEADDR") ? "a" : "";
          List<Sock> socks = new ArrayList<>();
          List<UserMem> names = new ArrayList<>();
          for (int i = 0; i < RANGE_SOCKETS; i++) {
            socks.add(socket(steps, site().inA(), matcher.group(1), "127.0.0.1", flags));
            names.add(at("127.0.0.1", 0));
          }
          steps.results("results", site().inA(), socks, names);
        });
    experiment(
        "explicit bind of a port in ip_local_reserved_ports",
        (steps, matcher) -> {
          site().write(site().a(), RESERVED, "5030");
          Sock sock = socket(steps, site().inA(), "TCP", "127.0.0.1", "");
          steps.bind("bind", sock, at("127.0.0.1", 5030));
        });
  }

  // Who may have low ports.

  private void privileged() {
    experiment(
        "uid 1000 without caps binds low TCP ports, ip_unprivileged_port_start=1024",
        (steps, matcher) -> low(steps, site().userInA(), Abi.AF_INET, Abi.SOCK_STREAM));
    experiment(
        "the same for UDP",
        (steps, matcher) -> low(steps, site().userInA(), Abi.AF_INET, Abi.SOCK_DGRAM));
    experiment(
        "the same for TCP over IPv6",
        (steps, matcher) -> low(steps, site().userInA(), Abi.AF_INET6, Abi.SOCK_STREAM));
    experiment(
        "root binds low TCP ports",
        (steps, matcher) -> low(steps, site().inA(), Abi.AF_INET, Abi.SOCK_STREAM));
    experiment(
        "uid 1000, ip_unprivileged_port_start=(\\d+)(?: in A)?",
        (steps, matcher) -> {
          site().write(site().a(), UNPRIVILEGED, matcher.group(1));
          low(steps, site().userInA(), Abi.AF_INET, Abi.SOCK_STREAM);
        });
    experiment(
        "uid 1000, in B where the sysctl is still 1024",
        (steps, matcher) -> {
          site().write(site().a(), UNPRIVILEGED, "80");
          steps.put(
              "sysctl in B", "" + site().b().readSysctl(UNPRIVILEGED, site().model().rootCred()));
          low(steps, site().userInB(), Abi.AF_INET, Abi.SOCK_STREAM);
        });
    experiment(
        "uid 1000: port below the limit AND non-local address: which error wins",
        (steps, matcher) -> {
          for (int port : new int[] {80, 8080}) {
            Sock sock = socket(steps, site().userInA(), "TCP", "192.0.2.1", "");
            steps.bind("bind 192.0.2.1:" + port, sock, at("192.0.2.1", port));
          }
        });
  }

  private static void low(IsolationSteps steps, int pid, int family, int type) {
    steps.ports("bind", pid, family, type, LOW_PORTS);
  }

  // Addresses that are not those of the namespace, or of nobody.

  private void nonlocal() {
    experiment("(\\w+) bind to (\\S+), not an address of this netns", this::foreign);
    experiment(
        "bind to (?:broadcast |multicast )?([0-9a-f.:]+)(?: .*)?",
        (steps, matcher) -> {
          for (String type : List.of("TCP", "UDP", "RAW")) {
            String address = matcher.group(1);
            Sock sock = socket(steps, site().inA(), type, address, "");
            steps.bind(type, sock, at(address, 5041));
          }
        });
    experiment(
        "UDP6 bind to (\\S+) scope_id (\\d+) .*",
        (steps, matcher) -> {
          int scope = Integer.parseInt(matcher.group(2));
          Sock sock = socket(steps, site().inA(), "UDP", matcher.group(1), "");
          steps.bind("bind", sock, ProbeAddress.text(matcher.group(1), 5041, scope));
          steps.optionAfter(
              "SO_BINDTOIFINDEX after", sock, Abi.SOL_SOCKET, SoOption.SO_BINDTOIFINDEX);
        });
    experiment(
        "bind the same (\\w+) socket twice",
        (steps, matcher) -> {
          Sock sock = socket(steps, site().inA(), matcher.group(1), "127.0.0.1", "");
          steps.bind("first", sock, at("127.0.0.1", 5015));
          steps.bind("same address", sock, at("127.0.0.1", 5015));
          steps.bind("other port", sock, at("127.0.0.1", 5016));
        });
    experiment(
        "lo (?:DOWN in a fresh netns|UP): bind",
        (steps, matcher) -> {
          int pid = matcher.group().startsWith("lo UP") ? site().inA() : site().inDown();
          for (String name :
              List.of("TCP 127.0.0.1", "TCP 0.0.0.0", "UDP 127.0.0.1", "TCP ::1", "TCP ::")) {
            String address = name.substring("TCP ".length());
            Sock sock = socket(steps, pid, name, address, "");
            steps.bind(name, sock, at(address, 5050));
            steps.close(sock);
          }
        });
  }

  private void foreign(IsolationSteps steps, Matcher matcher) {
    String type = matcher.group(1);
    String address = matcher.group(2);
    boolean four = family(address) == Abi.AF_INET;
    int level = four ? Abi.IPPROTO_IP : Abi.IPPROTO_IPV6;
    UserMem name = at(address, 5040);
    steps.bind("default", socket(steps, site().inA(), type, address, ""), name);
    Sock free = socket(steps, site().inA(), type, address, "");
    steps.option(free, level, four ? IpOption.IP_FREEBIND : Ipv6Option.IPV6_FREEBIND, 1);
    steps.bind("IP_FREEBIND", free, name);
    steps.close(free);
    Sock transparent = socket(steps, site().inA(), type, address, "");
    steps.option(
        transparent, level, four ? IpOption.IP_TRANSPARENT : Ipv6Option.IPV6_TRANSPARENT, 1);
    steps.bind("IP_TRANSPARENT", transparent, name);
    steps.close(transparent);
    String sysctl = four ? NONLOCAL4 : NONLOCAL6;
    steps.then(site().inA(), () -> site().write(site().a(), sysctl, "1"));
    Sock any = socket(steps, site().inA(), type, address, "");
    steps.bind("ip_nonlocal_bind=1", any, name);
    listen(steps, "listen", any, type(type) == Abi.SOCK_STREAM);
    steps.then(site().inA(), () -> site().write(site().a(), sysctl, "0"));
  }
}
