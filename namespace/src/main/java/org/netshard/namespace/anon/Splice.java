package org.netshard.namespace.anon;

import org.netshard.namespace.anon.Pipe.Buffer;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;

/**
 * Moves data in and out of pipes without a program's memory between.
 *
 * <p>Whether a call may sleep is a matter of {@link Caller#fileFlags}. What may sleep returns
 * {@link Progress#WAIT} then, before anything was moved.
 *
 * <p><b>Source:</b> {@code fs/splice.c}.
 *
 * <p><b>Differs from Linux:</b> how many pages data of a stream take depends there on the pieces
 * that the sender made, here on their number alone; memory of a program begins a page.
 */
public final class Splice {
  /** Buffers of one message ({@code bvec} of {@code splice_to_socket}). */
  private static final int BVECS = 16;

  private static final int IOVEC_BYTES = 16;

  private Splice() {}

  /**
   * What the pages of a pipe hold that is sent as one message.
   *
   * @param data the bytes
   * @param more whether there are more of them
   */
  public record Gathered(byte[] data, boolean more) {}

  /**
   * {@code wait_for_space}.
   *
   * <p><b>Errors</b>, in order: EPIPE with a SIGPIPE, EAGAIN, {@link Progress#ERESTARTSYS}.
   */
  public static int waitForSpace(Caller caller, Pipe pipe) {
    if (!pipe.readOpen) {
      caller.task().sigpipe();
      return Errno.EPIPE.negated();
    }
    return pipe.isFull() ? FileWait.sleep(caller, pipe.writers) : 0;
  }

  /** {@code opipe_prep}: whether somebody reads is not asked if there is room. */
  private static int prepareOut(Caller caller, Pipe out) {
    return out.isFull() ? waitForSpace(caller, out) : 0;
  }

  /**
   * {@code ipipe_prep}: waits for data, or for the last writer to go.
   *
   * <p><b>Errors</b>, in order: EAGAIN, {@link Progress#ERESTARTSYS}.
   *
   * @return 1 if there are data, 0 if there never will be
   */
  public static int waitForData(Caller caller, Pipe pipe) {
    if (!pipe.buffers.isEmpty()) {
      return 1;
    }
    return pipe.writeOpen ? FileWait.sleep(caller, pipe.readers) : 0;
  }

  /** Waits for data in one pipe, then for room in the other: below 0 if there will be none. */
  private static int prepare(Caller caller, Pipe in, Pipe out) {
    int ready = waitForData(caller, in);
    return ready < 0 ? ready : prepareOut(caller, out);
  }

  /** {@code splice_pipe_to_pipe}: whole pages are handed over, of the last one perhaps a part. */
  public static long move(Caller caller, Pipe in, Pipe out, long len) {
    int prepared = prepare(caller, in, out);
    if (prepared < 0) {
      return prepared;
    }
    long done = 0;
    boolean emptied = false;
    while (done < len) {
      if (!out.readOpen) {
        caller.task().sigpipe();
        done = done == 0 ? Errno.EPIPE.negated() : done;
        break;
      }
      Buffer first = in.buffers.peekFirst();
      if (first == null || out.isFull()) {
        break;
      }
      int bytes = (int) Math.min(len - done, first.length());
      if (bytes == first.length()) {
        out.buffers.addLast(in.buffers.removeFirst());
        emptied = true;
      } else {
        out.buffers.addLast(new Buffer(first.bytes, first.from, first.from + bytes, false));
        first.from += bytes;
      }
      done += bytes;
    }
    if (done > 0) {
      out.readers.wake(Poll.IN | Poll.RDNORM);
    }
    if (emptied) {
      in.writers.wake(Poll.OUT | Poll.WRNORM);
    }
    return done;
  }

  /** {@code do_tee} of two pipes, {@code link_pipe}: the first keeps what the other gets. */
  public static long tee(Caller caller, Pipe in, Pipe out, long len) {
    int prepared = prepare(caller, in, out);
    if (prepared < 0) {
      return prepared;
    }
    if (!out.readOpen) {
      caller.task().sigpipe();
      return Errno.EPIPE.negated();
    }
    long done = 0;
    for (Buffer buffer : in.buffers) {
      if (done == len || out.isFull()) {
        break;
      }
      int bytes = (int) Math.min(len - done, buffer.length());
      out.buffers.addLast(new Buffer(buffer.bytes, buffer.from, buffer.from + bytes, false));
      done += bytes;
    }
    if (done > 0) {
      out.readers.wake(Poll.IN | Poll.RDNORM);
    }
    return done;
  }

  /** Data that have come from a file go into a pipe that has room for them. */
  public static void push(Pipe pipe, byte[] data, int pieceBytes) {
    for (int at = 0; at < data.length; at += pieceBytes) {
      int end = Math.min(data.length, at + pieceBytes);
      pipe.buffers.addLast(new Buffer(data, at, end, false));
    }
    pipe.readers.wake(Poll.IN | Poll.RDNORM);
  }

  /** The next message of {@code splice_to_socket}; the pipe keeps it until it has been sent. */
  public static Gathered gather(Pipe pipe, long len) {
    int total = 0;
    int count = 0;
    for (Buffer buffer : pipe.buffers) {
      if (count == BVECS || total == len) {
        break;
      }
      total += (int) Math.min(len - total, buffer.length());
      count++;
    }
    byte[] data = new byte[total];
    int at = 0;
    for (Buffer buffer : pipe.buffers) {
      if (at == total) {
        break;
      }
      int bytes = Math.min(total - at, buffer.length());
      System.arraycopy(buffer.bytes, buffer.from, data, at, bytes);
      at += bytes;
    }
    return new Gathered(data, total < len && count == BVECS);
  }

  /** Takes out of a pipe what has been sent; whether there is more. */
  public static boolean consume(Pipe pipe, int bytes) {
    int left = bytes;
    while (left > 0) {
      Buffer first = pipe.buffers.getFirst();
      int taken = Math.min(left, first.length());
      first.from += taken;
      left -= taken;
      if (first.length() == 0) {
        pipe.buffers.removeFirst();
      }
    }
    if (bytes > 0) {
      pipe.writers.wake(Poll.OUT | Poll.WRNORM);
    }
    return !pipe.buffers.isEmpty();
  }

  /**
   * {@code vmsplice_to_pipe}: as many pages as there is room for.
   *
   * <p><b>Errors</b>, in order: those of {@link #waitForSpace}, EFAULT.
   */
  public static long fromMemory(Caller caller, Pipe pipe, UserMem vector, long count, Msg msg) {
    int space = waitForSpace(caller, pipe);
    if (space < 0) {
      return space;
    }
    int done = 0;
    boolean fault = false;
    for (int i = 0; i < count && !fault && !pipe.isFull(); i++) {
      int left = (int) Math.min(vector.getLong(i * IOVEC_BYTES + Long.BYTES), msg.size() - done);
      while (left > 0 && !pipe.isFull()) {
        int chunk = Math.min(left, Pipe.PAGE_BYTES);
        byte[] bytes = msg.read(done, chunk);
        fault = bytes == null;
        if (bytes == null) {
          break;
        }
        pipe.buffers.addLast(new Buffer(bytes, 0, chunk, false));
        done += chunk;
        left -= chunk;
      }
    }
    if (done > 0) {
      pipe.readers.wake(Poll.IN | Poll.RDNORM);
    }
    return done == 0 && fault ? Errno.EFAULT.negated() : done;
  }

  /**
   * {@code vmsplice_to_user}: what is in the pipe is copied.
   *
   * <p><b>Errors</b>, in order: those of {@link #waitForData}, EFAULT.
   */
  public static long toMemory(Caller caller, Pipe pipe, Msg msg) {
    int ready = waitForData(caller, pipe);
    if (ready <= 0) {
      return ready;
    }
    int done = 0;
    boolean fault = false;
    for (Buffer buffer : pipe.buffers) {
      int bytes = Math.min(msg.size() - done, buffer.length());
      fault = bytes > 0 && !msg.write(done, buffer.bytes, buffer.from, bytes);
      if (bytes == 0 || fault) {
        break;
      }
      done += bytes;
    }
    boolean unused = consume(pipe, done);
    return done == 0 && fault ? Errno.EFAULT.negated() : done;
  }
}
