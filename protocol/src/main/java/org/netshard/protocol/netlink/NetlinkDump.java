package org.netshard.protocol.netlink;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A dump that is under way: what is listed, and how far it is.
 *
 * <p><b>Source:</b> {@code include/linux/netlink.h}, {@code struct netlink_callback}; {@code
 * net/netlink/af_netlink.c}, {@code netlink_dump}.
 */
public final class NetlinkDump {
  private final Source source;
  private final int seq;
  private final int portid;
  private ExtAck ack = new ExtAck();
  private @Nullable LongSupplier watch;
  private boolean together;
  private int answerFlags;
  private int error;
  private int position;
  private long generation;
  private boolean began;
  private boolean finished;

  /** What is listed, as it is now. */
  @FunctionalInterface
  public interface Source {
    /** All messages of the list, in order; those that were sent already are at its beginning. */
    List<NlMsg> messages();
  }

  /** A dump that answers a request. */
  public NetlinkDump(NlRequest request, Source source) {
    this.source = source;
    this.seq = request.seq();
    this.portid = request.portid();
  }

  /**
   * A dump whose reader is to be told if the list has changed since it began.
   *
   * @param generation a number that changes with what is listed ({@code cb->seq})
   */
  public static NetlinkDump watched(NlRequest request, Source source, LongSupplier generation) {
    NetlinkDump dump = new NetlinkDump(request, source);
    dump.watch = generation;
    return dump;
  }

  /** A dump that fails at once; the error stands in its {@code NLMSG_DONE}. */
  public static NetlinkDump failed(NlRequest request, int error) {
    NetlinkDump dump = new NetlinkDump(request, List::of);
    dump.error = error;
    return dump;
  }

  /** The same, with what is told about the error. */
  public static NetlinkDump failed(NlRequest request, int error, ExtAck ext) {
    NetlinkDump dump = failed(request, error);
    dump.ack = ext;
    return dump;
  }

  /** Lets {@code NLMSG_DONE} come in the buffer of the last messages, if there is room. */
  public NetlinkDump doneTogether() {
    together = true;
    return this;
  }

  /** Sets flags of every message of the answer ({@code answer_flags}). */
  public NetlinkDump withAnswerFlags(int flags) {
    answerFlags |= flags;
    return this;
  }

  /** What is told about its error. */
  public ExtAck ack() {
    return ack;
  }

  /** What is listed. */
  public Source source() {
    return source;
  }

  /** {@code nlmsg_seq} of its messages. */
  int seq() {
    return seq;
  }

  /** {@code nlmsg_pid} of its messages. */
  int portid() {
    return portid;
  }

  /** Flags of {@code NLMSG_DONE}. */
  public int answerFlags() {
    return answerFlags;
  }

  /** Its result: 0 or {@code -errno}. */
  public int error() {
    return error;
  }

  /** Whether all has been sent but {@code NLMSG_DONE}. */
  boolean finished() {
    return finished;
  }

  /**
   * Fills a buffer.
   *
   * @param room bytes that fit into it
   * @return whether {@code NLMSG_DONE} may follow in the same buffer
   */
  boolean fill(NlMsg out, int room) {
    long now = watch == null ? 0 : watch.getAsLong();
    boolean changed = began && now != generation;
    began = true;
    generation = now;
    List<NlMsg> messages = source.messages();
    int first = position;
    while (position < messages.size()) {
      NlMsg next = messages.get(position);
      int length = next.end().length();
      if (out.length() + length > room && (position > first || out.length() > 0)) {
        return false;
      }
      if (changed) {
        next.addFlags(Nl.NLM_F_DUMP_INTR);
      }
      out.put(next.bytes());
      position++;
    }
    boolean any = position > first;
    finished = !any || together;
    return finished;
  }
}
