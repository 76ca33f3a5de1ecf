package org.netshard.namespace.anon;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.files.InodeAttr;
import org.netshard.namespace.task.PipeSize;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.namespace.vfs.SuperBlock;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.core.WaitQueue;

/**
 * A pipe: a row of pages, of which each holds what came in one write, or more of a small one.
 *
 * <p><b>Source:</b> {@code fs/pipe.c}: {@code anon_pipe_read}, {@code anon_pipe_write}, {@code
 * pipe_poll}.
 */
public final class Pipe {
  /** {@code PIPE_DEF_BUFFERS}: pages of a new pipe. */
  private static final int BUFFERS = 16;

  private static final int MODE = 0600;
  static final int PAGE_BYTES = 4096;

  /** {@code fs.pipe-max-size}: the largest pipe of a task without privilege, bytes. */
  private static final int PIPE_MAX_BYTES = 1 << 20;

  final ArrayDeque<Buffer> buffers = new ArrayDeque<>(0);
  final WaitQueue readers = new WaitQueue();
  final WaitQueue writers = new WaitQueue();
  private final boolean packets;
  private int capacity = BUFFERS;
  private int ino;
  private @Nullable InodeAttr attr;
  boolean readOpen = true;
  boolean writeOpen = true;

  /** A page, or another piece of memory, and what is in it. */
  static final class Buffer {
    final byte[] bytes;
    int from;
    int to;

    /** {@code PIPE_BUF_FLAG_CAN_MERGE}: a later write may go on in it. */
    final boolean canMerge;

    Buffer(byte[] bytes, int from, int to, boolean canMerge) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      this.canMerge = canMerge;
    }

    int length() {
      return to - from;
    }
  }

  private interface End {
    Pipe pipe();
  }

  /**
   * An empty pipe.
   *
   * @param packets whether each write is a packet of its own ({@code O_DIRECT})
   */
  public Pipe(boolean packets) {
    this.packets = packets;
  }

  /** The pipe that a file is an end of, or null ({@code get_pipe_info}). */
  public static @Nullable Pipe of(@Nullable Object file) {
    return file instanceof End end ? end.pipe() : null;
  }

  /** {@code pipe_is_full}. */
  boolean isFull() {
    return buffers.size() >= capacity;
  }

  /** Bytes that there are pages for. */
  public int room() {
    return Math.max(0, capacity - buffers.size()) * PAGE_BYTES;
  }

  /** The end that is read. */
  public FileOps readEnd() {
    return new ReadEnd();
  }

  /** The end that is written. */
  public FileOps writeEnd() {
    return new WriteEnd();
  }

  /** What {@code fstat} tells of both ends ({@code get_pipe_inode}). */
  private Kstat getattr(Machine machine, int uid, int gid) {
    ino = ino == 0 ? SockInodes.next(machine) : ino;
    InodeAttr is = attr == null ? new InodeAttr(uid, gid, MODE) : attr;
    return new Kstat(SuperBlock.PIPEFS, ino, Abi.S_IFIFO | is.mode(), 1, is.uid(), is.gid());
  }

  /** What can be changed of the inode that both ends have, kept from now on. */
  private InodeAttr attrForWrite(int uid, int gid) {
    InodeAttr present = attr == null ? new InodeAttr(uid, gid, MODE) : attr;
    attr = present;
    return present;
  }

  private int bytes() {
    int bytes = 0;
    for (Buffer buffer : buffers) {
      bytes += buffer.to - buffer.from;
    }
    return bytes;
  }

  /** {@code pipe_set_size}. */
  private int resize(int bytes, boolean privileged) {
    long wanted = Integer.toUnsignedLong(bytes);
    if (wanted > 1L << 31) {
      return Errno.EINVAL.negated();
    }
    int pages = 1;
    while ((long) pages * PAGE_BYTES < wanted) {
      pages <<= 1;
    }
    if (pages > capacity && (long) pages * PAGE_BYTES > PIPE_MAX_BYTES && !privileged) {
      return Errno.EPERM.negated();
    }
    if (pages < buffers.size()) {
      return Errno.EBUSY.negated();
    }
    capacity = pages;
    return pages * PAGE_BYTES;
  }

  private final class ReadEnd implements FileOps, PipeSize, End {
    @Override
    public Pipe pipe() {
      return Pipe.this;
    }

    @Override
    public Kstat getattr(Machine machine, int uid, int gid) {
      return Pipe.this.getattr(machine, uid, gid);
    }

    @Override
    public InodeAttr attr(int uid, int gid) {
      return attrForWrite(uid, gid);
    }

    @Override
    public int pipeSize() {
      return capacity * PAGE_BYTES;
    }

    @Override
    public int setPipeSize(int bytes, boolean privileged) {
      return resize(bytes, privileged);
    }

    /** <b>Errors</b>, in order, if nothing was read: EFAULT, EAGAIN, EINTR. */
    @Override
    public int read(Caller caller, Msg msg) {
      if (msg.size() == 0) {
        return 0;
      }
      boolean wasFull = buffers.size() >= capacity;
      int done = 0;
      Buffer first;
      while (done < msg.size() && (first = buffers.peekFirst()) != null) {
        int chunk = Math.min(msg.size() - done, first.to - first.from);
        if (!msg.write(done, first.bytes, first.from, chunk)) {
          return done > 0 ? done : Errno.EFAULT.negated();
        }
        done += chunk;
        first.from += chunk;
        if (packets || first.from == first.to) {
          buffers.removeFirst();
        }
        if (packets) {
          break;
        }
      }
      if (done == 0) {
        return writeOpen ? FileWait.sleep(caller, readers) : 0;
      }
      if (wasFull) {
        writers.wake(Poll.OUT | Poll.WRNORM);
      }
      return done;
    }

    @Override
    public int write(Caller caller, Msg msg) {
      return Errno.EBADF.negated();
    }

    @Override
    public int llseek() {
      return Errno.ESPIPE.negated();
    }

    @Override
    public int queued() {
      return bytes();
    }

    @Override
    public int poll() {
      int mask = buffers.isEmpty() ? 0 : Poll.IN | Poll.RDNORM;
      return writeOpen ? mask : mask | Poll.HUP;
    }

    @Override
    public WaitQueue waitQueue() {
      return readers;
    }

    @Override
    public void release() {
      readOpen = false;
      buffers.clear();
      writers.wakeAll();
    }
  }

  private final class WriteEnd implements FileOps, PipeSize, End {
    @Override
    public Pipe pipe() {
      return Pipe.this;
    }

    @Override
    public Kstat getattr(Machine machine, int uid, int gid) {
      return Pipe.this.getattr(machine, uid, gid);
    }

    @Override
    public InodeAttr attr(int uid, int gid) {
      return attrForWrite(uid, gid);
    }

    @Override
    public int pipeSize() {
      return capacity * PAGE_BYTES;
    }

    @Override
    public int setPipeSize(int bytes, boolean privileged) {
      return resize(bytes, privileged);
    }

    @Override
    public int read(Caller caller, Msg msg) {
      return Errno.EBADF.negated();
    }

    /**
     * <b>Errors</b>, in order, if nothing was written: EPIPE with a SIGPIPE, EFAULT, EAGAIN, EINTR.
     */
    @Override
    public int write(Caller caller, Msg msg) {
      if (msg.size() == 0) {
        return 0;
      }
      Progress progress = caller.progress();
      boolean wasEmpty = buffers.isEmpty();
      int result = fill(caller, msg, progress);
      if (wasEmpty && !buffers.isEmpty()) {
        readers.wake(Poll.IN | Poll.RDNORM);
      }
      boolean failed = result < 0 && result != Progress.WAIT;
      return failed && progress.done() > 0 ? progress.done() : result;
    }

    private int fill(Caller caller, Msg msg, Progress progress) {
      if (!readOpen) {
        caller.task().sigpipe();
        return Errno.EPIPE.negated();
      }
      int result = appendRest(msg, progress);
      while (result == 0 && progress.done() < msg.size()) {
        if (buffers.size() >= capacity) {
          return FileWait.sleep(caller, writers);
        }
        Buffer page = new Buffer(new byte[PAGE_BYTES], 0, 0, true);
        int chunk = Math.min(msg.size() - progress.done(), PAGE_BYTES);
        result = copy(msg, progress, page, chunk);
        if (result == 0) {
          buffers.addLast(page);
        }
      }
      return result < 0 ? result : progress.done();
    }

    /** What is left over after whole pages goes into the last page, if it fits as a whole. */
    private int appendRest(Msg msg, Progress progress) {
      Buffer last = buffers.peekLast();
      int rest = msg.size() % PAGE_BYTES;
      if (packets || last == null || !last.canMerge || progress.done() > 0 || rest == 0) {
        return 0;
      }
      return last.to + rest <= PAGE_BYTES ? copy(msg, progress, last, rest) : 0;
    }

    private int copy(Msg msg, Progress progress, Buffer page, int chunk) {
      byte[] bytes = msg.read(progress.done(), chunk);
      if (bytes == null) {
        return Errno.EFAULT.negated();
      }
      System.arraycopy(bytes, 0, page.bytes, page.to, chunk);
      page.to += chunk;
      progress.setDone(progress.done() + chunk);
      return 0;
    }

    @Override
    public int llseek() {
      return Errno.ESPIPE.negated();
    }

    @Override
    public int queued() {
      return bytes();
    }

    @Override
    public int poll() {
      int mask = buffers.size() < capacity ? Poll.OUT | Poll.WRNORM : 0;
      return readOpen ? mask : mask | Poll.ERR;
    }

    @Override
    public WaitQueue waitQueue() {
      return writers;
    }

    @Override
    public void release() {
      writeOpen = false;
      readers.wakeAll();
    }
  }
}
