package org.netshard.namespace.anon;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.netshard.namespace.task.FileWatcher;
import org.netshard.namespace.task.OpenFile;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;
import org.netshard.protocol.core.Waiter;

/**
 * A set of files that are waited for together.
 *
 * <p>A file that something happens to joins the row of those that are ready, in the order in which
 * it happened; who asks takes them from its front and looks what is true of each by then.
 *
 * <p><b>Source:</b> {@code fs/eventpoll.c}: {@code ep_insert}, {@code ep_modify}, {@code
 * ep_remove}, {@code ep_poll_callback}, {@code ep_send_events}.
 */
public final class Epoll implements FileOps, FileWatcher {
  private static final int EVENT_BYTES = 12;
  private static final int EPOLLEXCLUSIVE = 1 << 28;
  private static final int EPOLLWAKEUP = 1 << 29;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int EPOLLET = 1 << 31;
  private static final int PRIVATE_BITS = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;
  private static final int EXCLUSIVE_OK_BITS =
      Poll.IN | Poll.OUT | Poll.ERR | Poll.HUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
  private static final int CTL_ADD = 1;
  private static final int CTL_DEL = 2;
  private static final int CTL_MOD = 3;
  private static final int NESTS_MAX = 4;

  private final WaitQueue waitQueue = new WaitQueue();
  private final Map<Key, Item> items = new LinkedHashMap<>();
  private boolean incomplete;
  private Set<Item> ready = new LinkedHashSet<>();

  /** A file under one of its descriptors. */
  private record Key(int fd, OpenFile file) {
    @Override
    public int hashCode() {
      return fd;
    }
  }

  /** One file and what is wanted of it. */
  private final class Item implements Waiter {
    final OpenFile file;
    int events;
    long data;

    Item(OpenFile file, int events, long data) {
      this.file = file;
      this.events = events;
      this.data = data;
    }

    /** {@code ep_poll_callback}. */
    @Override
    public boolean wake(int key) {
      if ((events & ~PRIVATE_BITS) == 0 || (key != 0 && (key & events) == 0)) {
        return false;
      }
      ready.add(this);
      waitQueue.wake(Poll.IN | Poll.RDNORM);
      return true;
    }

    int poll() {
      return Pollable.poll(file) & events;
    }
  }

  /**
   * {@code epoll_ctl(epfd, op, fd, event)} after the descriptors are known.
   *
   * <p><b>Errors</b>, in order: EPERM for a file that cannot be waited for, EINVAL for itself or a
   * misuse of EPOLLEXCLUSIVE, ELOOP, EEXIST, ENOENT, EINVAL for an unknown operation.
   *
   * @param wanted what is wanted of the file, {@link Poll} and EPOLL bits
   * @param data what is given back with it
   */
  public int control(int op, int fd, OpenFile file, int wanted, long data) {
    WaitQueue queue = Pollable.waitQueue(file);
    if (queue == null) {
      return Errno.EPERM.negated();
    }
    if (file.payload() == this) {
      return Errno.EINVAL.negated();
    }
    boolean nested = file.payload() instanceof Epoll;
    if (op != CTL_DEL && (wanted & EPOLLEXCLUSIVE) != 0) {
      boolean bad = op == CTL_MOD || nested || (wanted & ~EXCLUSIVE_OK_BITS) != 0;
      if (bad && (op == CTL_MOD || op == CTL_ADD)) {
        return Errno.EINVAL.negated();
      }
    }
    if (op == CTL_ADD && file.payload() instanceof Epoll inner && inner.reaches(this, 0)) {
      return Errno.ELOOP.negated();
    }
    Key key = new Key(fd, file);
    Item present = items.get(key);
    return switch (op) {
      case CTL_ADD ->
          present == null ? add(key, file, wanted, data, queue) : Errno.EEXIST.negated();
      case CTL_DEL -> present == null ? Errno.ENOENT.negated() : remove(key, present);
      case CTL_MOD -> present == null ? Errno.ENOENT.negated() : modify(present, wanted, data);
      default -> Errno.EINVAL.negated();
    };
  }

  /** Whether another set is in this one, at whatever depth, or the nesting is too deep. */
  private boolean reaches(Epoll other, int depth) {
    if (this == other || depth > NESTS_MAX) {
      return true;
    }
    for (Item item : items.values()) {
      if (item.file.payload() instanceof Epoll inner && inner.reaches(other, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  private int add(Key key, OpenFile file, int wanted, long data, WaitQueue queue) {
    Item item = new Item(file, wanted | Poll.ERR | Poll.HUP, data);
    items.put(key, item);
    file.watch(this);
    if ((wanted & EPOLLEXCLUSIVE) != 0) {
      queue.addExclusive(item);
    } else {
      queue.add(item);
    }
    readyIfSo(item);
    return 0;
  }

  private void readyIfSo(Item item) {
    if (item.poll() != 0 && ready.add(item)) {
      waitQueue.wake(Poll.IN | Poll.RDNORM);
    }
  }

  private int remove(Key key, Item item) {
    items.remove(key);
    ready.remove(item);
    WaitQueue queue = Pollable.waitQueue(item.file);
    if (queue != null) {
      queue.remove(item);
    }
    return 0;
  }

  private int modify(Item item, int wanted, long data) {
    if ((item.events & EPOLLEXCLUSIVE) != 0) {
      return Errno.EINVAL.negated();
    }
    item.events = wanted | Poll.ERR | Poll.HUP;
    item.data = data;
    readyIfSo(item);
    return 0;
  }

  @Override
  public void forget(OpenFile file) {
    for (Map.Entry<Key, Item> entry : List.copyOf(items.entrySet())) {
      if (entry.getValue().file == file) {
        remove(entry.getKey(), entry.getValue());
      }
    }
  }

  /**
   * Gives out what is true now, and keeps those ready that are to be told again ({@code
   * ep_send_events}).
   *
   * @param events where to, 12 bytes each
   * @param max how many at most
   * @return how many, or EFAULT, negated, if not even one could be written
   */
  public int send(UserMem events, int max) {
    List<Item> row = new ArrayList<>(ready);
    ready = new LinkedHashSet<>();
    int sent = 0;
    List<Item> again = new ArrayList<>(0);
    for (int i = 0; i < row.size(); i++) {
      Item item = row.get(i);
      if (sent == max) {
        ready.addAll(row.subList(i, row.size()));
        break;
      }
      int now = item.poll();
      if (now == 0) {
        continue;
      }
      int at = sent * EVENT_BYTES;
      if (!events.accessible(at, EVENT_BYTES)) {
        ready.addAll(row.subList(i, row.size()));
        ready.addAll(again);
        return sent > 0 ? sent : Errno.EFAULT.negated();
      }
      events.putInt(at, now);
      events.putLong(at + Integer.BYTES, item.data);
      sent++;
      if ((item.events & EPOLLONESHOT) != 0) {
        item.events &= PRIVATE_BITS;
      } else if ((item.events & EPOLLET) == 0) {
        again.add(item);
      }
    }
    ready.addAll(again);
    return sent;
  }

  /** Tells each file in it and what is given back with it. */
  public void forEach(ObjLongConsumer<OpenFile> consumer) {
    items.values().forEach(item -> consumer.accept(item.file, item.data));
  }

  /** The files in it. */
  public List<OpenFile> files() {
    return items.values().stream().map(item -> item.file).toList();
  }

  /** Says that a file should be in it that is not simulated. */
  public void setIncomplete() {
    incomplete = true;
  }

  /** Whether such a file should be in it. */
  public boolean isIncomplete() {
    return incomplete;
  }

  /** {@code ep_eventpoll_poll}: whether one of its files is ready. */
  @Override
  public int poll() {
    for (Item item : List.copyOf(ready)) {
      if (item.poll() != 0) {
        return Poll.IN | Poll.RDNORM;
      }
      ready.remove(item);
    }
    return 0;
  }

  @Override
  public WaitQueue waitQueue() {
    return waitQueue;
  }

  @Override
  public void release() {
    List.copyOf(items.entrySet()).forEach(entry -> remove(entry.getKey(), entry.getValue()));
  }
}
