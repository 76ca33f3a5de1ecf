package org.netshard.node.conformance;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;

/**
 * The experiment {@code who pays}: sockets are made, accepted and used by a task that is now in
 * cgroup A, now in B.
 */
final class MemcgOwners {
  private static final int PORT = 6001;
  private static final int EARLY_PORT = 6009;
  private static final int LARGE = 300_000;
  private static final int MORE = 100_000;
  private static final int SETTLE_MS = 30;

  private final MemcgProcess process;
  private final MemcgTcpTable table;
  private int listener = -1;
  private int client = -1;
  private int accepted = -1;

  MemcgOwners(MemcgProcess process, MemcgTcpTable table) {
    this.process = process;
    this.table = table;
  }

  /** As {@link MemcgTraffic#run}. */
  @Nullable Observed run(String step, Observed recorded) {
    Observed said = new Observed();
    if (step.startsWith("listener made and accept() called in A")) {
      process.later(() -> process.listen(PORT, fd -> listener = fd));
      table.enter("B");
      client();
      table.enter("A");
      accept();
      send(false, LARGE);
    } else if (step.startsWith("the task moved to B")) {
      table.enter("B");
      send(false, MORE);
    } else if (step.startsWith("listener made in A, accept() called by a task in B")) {
      process.later(() -> process.close(accepted, client));
      client();
      accept();
      send(false, LARGE);
    } else if (step.startsWith("client made in A, connected by a task in B")) {
      process.later(() -> process.close(accepted, client));
      table.enter("A");
      process.later(() -> process.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0, fd -> client = fd));
      table.enter("B");
      process.later(() -> process.connect(client, PORT, listener, () -> {}));
      accept();
      send(true, LARGE);
    } else if (step.startsWith("pair made in A")) {
      process.later(() -> process.close(accepted, client, listener));
      table.enter("A");
      process.later(() -> process.listen(PORT + 1, fd -> listener = fd));
      process.later(() -> process.client(PORT + 1, listener, fd -> client = fd));
      accept();
      table.enter("B");
      send(false, LARGE);
    } else if (step.startsWith("the sockets of the removed cgroup")) {
      send(false, 1000);
    } else if (step.equals("closed")) {
      process.later(() -> process.close(listener, client, accepted));
      process.sleep(20);
    } else if (step.startsWith("30000 bytes sent before accept()")) {
      early(said);
      return said;
    } else {
      return null;
    }
    process.later(() -> look(recorded, said));
    return said;
  }

  /** Whether it has a connection. */
  boolean hasPair() {
    return accepted >= 0;
  }

  private void client() {
    process.later(() -> process.client(PORT, listener, fd -> client = fd));
  }

  private void accept() {
    process.later(() -> process.accept(listener, fd -> accepted = fd));
  }

  private void send(boolean fromServer, int bytes) {
    process.later(() -> process.send(fromServer ? accepted : client, bytes, sent -> {}));
    process.sleep(SETTLE_MS);
  }

  private void look(Observed recorded, Observed said) {
    for (String key : recorded.keys()) {
      if (key.startsWith("usage ")) {
        table.usage(key.substring("usage ".length()), text -> said.put(key, text));
      } else if (key.equals("SIOCINQ")) {
        process.ioctl(accepted, Abi.FIONREAD, value -> said.put(key, Integer.toString(value)));
      }
    }
  }

  private void early(Observed said) {
    process.listen(EARLY_PORT, fd -> listener = fd);
    process.later(() -> process.client(EARLY_PORT, listener, fd -> client = fd));
    process.later(() -> process.send(client, 30_000, sent -> {}));
    process.sleep(300);
    table.usage("A", text -> said.put("before", text));
    accept();
    table.usage("A", text -> said.put("after", text));
    process.later(
        () -> {
          process.ioctl(
              accepted, Abi.FIONREAD, value -> said.put("SIOCINQ", Integer.toString(value)));
          process.ioctl(
              client,
              Abi.TIOCOUTQ,
              value -> said.put("SIOCOUTQ of the sender", Integer.toString(value)));
        });
  }
}
