package org.netshard.namespace.kernel;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.netshard.namespace.cgroup.MemcgLedger;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SocketPayload;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.RcuFree;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;
import org.netshard.protocol.mptcp.MptcpSocks;
import org.netshard.protocol.tcp.TcpSocks;
import org.netshard.protocol.unix.UnixGc;
import org.netshard.protocol.unix.UnixSkb;

/**
 * The proof that all memory is accounted for: walks over the files of all tasks, sums up what they
 * and their socks are and hold, and compares the sums with what every cgroup, every pool of a
 * protocol and every count of the machine says, page for page.
 *
 * <p>Nothing is kept up to date for it, so that it costs nothing while nobody asks.
 */
public final class KernelLedger {
  private final KernelModel model;
  private final Iterable<Sk> others;
  private final Iterable<OpenFile> held;
  private final Iterable<Progress.Kept> kept;
  private final ArrayDeque<OpenFile> found = new ArrayDeque<>();
  private final IdentityHashMap<NetNs, int[]> used = new IdentityHashMap<>();
  private MemcgLedger memcgs;
  private long tcpPages;
  private long udpPages;
  private long files;
  private long sockets;

  /**
   * The ledger of a machine.
   *
   * @param model the machine
   * @param others socks that no file refers to: those not accepted yet, and orphans
   */
  public KernelLedger(KernelModel model, Iterable<Sk> others) {
    this(model, others, List.of(), List.of());
  }

  /**
   * The ledger of a machine.
   *
   * @param model the machine
   * @param others as above
   * @param held files that calls hold whose tasks sleep, whatever became of their descriptors
   * @param kept what else such calls have
   */
  public KernelLedger(
      KernelModel model,
      Iterable<Sk> others,
      Iterable<OpenFile> held,
      Iterable<Progress.Kept> kept) {
    this.model = model;
    this.others = others;
    this.held = held;
    this.kept = kept;
    this.memcgs = new MemcgLedger(model.cgroups());
  }

  /**
   * Compares; between two events, when no call is under way.
   *
   * @throws AssertionError naming what differs, with both numbers
   */
  public void check() {
    memcgs = new MemcgLedger(model.cgroups());
    used.clear();
    tcpPages = 0;
    udpPages = 0;
    files = 0;
    sockets = 0;
    walk();
    others.forEach(this::addSock);
    for (NetState net = model.machine().initNet(); net != null; net = model.machine().next(net)) {
      TcpSocks.withoutFile(net, this::addSock);
      MptcpSocks.withoutFile(net, this::addSock);
    }
    RcuFree.forEach(model.machine(), this::addFreed);
    memcgs.check();
    equal("pages of TCP", model.machine().pool(Proto.Pool.TCP).exactPages(), tcpPages);
    equal("pages of UDP", model.machine().pool(Proto.Pool.UDP).exactPages(), udpPages);
    equal("open files", model.openFiles(), files);
    equal("open sockets", model.socketsOpen(), sockets);
    checkNamespaces();
  }

  private void walk() {
    Set<FdTable> tables = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<OpenFile> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Task task : model.tasks().values()) {
      FdTable fds = task.fds();
      if (!tables.add(fds)) {
        continue;
      }
      for (int fd = fds.nextOpen(0); fd >= 0; fd = fds.nextOpen(fd + 1)) {
        OpenFile file = fds.get(fd);
        if (file != null) {
          found.add(file);
        }
      }
    }
    held.forEach(found::add);
    for (Progress.Kept one : kept) {
      one.files().forEach(file -> found.add((OpenFile) file));
      one.tell(memcgs);
    }
    UnixGc.filesInFlight(model.machine()).forEach(file -> found.add((OpenFile) file));
    for (OpenFile file = found.poll(); file != null; file = found.poll()) {
      if (seen.add(file)) {
        addFile(file);
      }
    }
  }

  /** Adds a file, and finds those that wait in messages at its socket. */
  private void addFile(OpenFile file) {
    boolean accounted = file.kind() != OpenFile.Kind.OTHER;
    if (accounted) {
      files++;
      memcgs.object(file.objcg(), model.profile().fileBytes(), Slab.UNRECLAIMABLE);
    }
    if (file.payload() instanceof SocketPayload socket) {
      sockets++;
      if (accounted) {
        memcgs.object(file.objcg(), model.profile().dentryBytes(), Slab.RECLAIMABLE);
      }
      Sk sk = socket.sk();
      memcgs.object(sk.objcg(), model.profile().inodeBytes(), Slab.RECLAIMABLE);
      addSock(sk);
      Sk subflow = MptcpSocks.subflow(sk);
      if (subflow != null) {
        addSock(subflow);
      }
      if (sk.isReadable()) {
        addWaiting(sk);
      }
    }
  }

  private void addWaiting(Sk sk) {
    for (Skb skb = sk.receiveQueue().peek(); skb != null; skb = skb.next()) {
      skb.files().forEach(file -> found.add((OpenFile) file));
      if (skb instanceof UnixSkb data) {
        data.tell(memcgs);
      }
      if (skb.connection() instanceof OpenFile end) {
        found.add(end);
      }
    }
  }

  private void addSock(Sk sk) {
    addFreed(sk, true);
  }

  private void addFreed(Sk sk, boolean isUsed) {
    if (isUsed) {
      used.computeIfAbsent(sk.net(), net -> new int[1])[0]++;
    }
    memcgs.object(sk.objcg(), sk.proto().chargedBytes(), Slab.UNRECLAIMABLE);
    long pages = SkMem.hasAccount(sk) ? heldPages(sk) : 0;
    switch (sk.proto().pool()) {
      case TCP -> tcpPages += pages;
      case UDP -> udpPages += pages;
      case NONE -> {}
    }
    SockMemcg memcg = sk.memcg();
    if (memcg != null) {
      memcgs.sock(memcg, pages);
    }
  }

  /**
   * Errors that wait count in the receive buffer, but nothing is taken from the budget for them
   * ({@code sock_queue_err_skb}).
   */
  private static long errorBytes(Sk sk) {
    long bytes = 0;
    SkbQueue errors = sk.rare().errorQueue();
    for (Skb error = errors == null ? null : errors.peek(); error != null; error = error.next()) {
      bytes += error.truesize();
    }
    return bytes;
  }

  /** What a sock has: its budget and its buffers, together whole pages. */
  private static long heldPages(Sk sk) {
    long bytes = (long) sk.forwardAlloc() + sk.rmemAlloc() + sk.wmemQueued() - errorBytes(sk);
    if (bytes < 0 || bytes % SkMem.PAGE_SIZE != 0) {
      throw new AssertionError(
          "a %s sock holds %d bytes, which are no pages: forward_alloc %d, rmem %d, wmem_queued %d"
              .formatted(sk.proto(), bytes, sk.forwardAlloc(), sk.rmemAlloc(), sk.wmemQueued()));
    }
    // UDP gives back what SO_RESERVE_MEM has reserved, as Linux does.
    if (sk.proto().pool() == Proto.Pool.TCP && sk.rare().reservedMemBytes() > bytes) {
      throw new AssertionError(
          "a %s sock has reserved %d bytes and holds %d"
              .formatted(sk.proto(), sk.rare().reservedMemBytes(), bytes));
    }
    return bytes / SkMem.PAGE_SIZE;
  }

  private void checkNamespaces() {
    int found = 0;
    for (NetState net = model.machine().initNet(); net != null; net = model.machine().next(net)) {
      int[] count = used.get(net);
      found += count == null ? 0 : 1;
      equal("sockets used in " + net, net.socketsUsed(), count == null ? 0 : count[0]);
    }
    equal("namespaces with sockets", found, used.size());
  }

  private static void equal(String what, long counted, long summed) {
    if (counted != summed) {
      throw new AssertionError(
          "%s: counted %d, but all that is there sums up to %d".formatted(what, counted, summed));
    }
  }
}
