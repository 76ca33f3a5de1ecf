package org.netshard.protocol.tcp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.MsgZerocopy;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.memcg.Charged;

/**
 * A call that sends with more than its data: what it keeps while it sleeps.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_sendmsg_locked}: its {@code sockc}, {@code
 * uarg} and {@code tp->fastopen_req}.
 */
final class TcpSending implements Progress.Kept {
  /** What control messages say; null if the call has none and the sock asks for no stamps. */
  final @Nullable SockcmCookie cookie;

  /** 0, or what is wrong with the control messages, {@code -errno}. */
  final int controlError;

  /** Of {@code MSG_ZEROCOPY}, or null. */
  @Nullable MsgZerocopy zerocopy;

  /** The connection that the call begins, as long as it does; or null. */
  TcpFastOpenClient.@Nullable Request request;

  private TcpSending(@Nullable SockcmCookie cookie, int controlError) {
    this.cookie = cookie;
    this.controlError = controlError;
  }

  /** What a call begins with that is made for the first time; null if it is a plain one. */
  static @Nullable TcpSending begin(Sk sk, Caller caller, Msg msg) {
    boolean plain =
        msg.controlLength() <= 0
            && sk.rare().tsflags() == 0
            && !msg.has(Abi.MSG_ZEROCOPY | Abi.MSG_FASTOPEN);
    TcpSock tp = plain ? TcpSock.of(sk) : null;
    if (plain && (tp == null || !tp.deferConnect)) {
      return null;
    }
    SockcmCookie cookie = SockcmCookie.of(sk);
    int error = msg.controlLength() <= 0 ? 0 : TcpCmsg.send(sk, caller.cred(), msg, cookie);
    return new TcpSending(cookie, error);
  }

  /** {@code MSG_ZEROCOPY}: takes a number for the call; false for ENOBUFS. */
  boolean beginZerocopy(Sk sk, Msg msg) {
    if (!msg.has(Abi.MSG_ZEROCOPY) || msg.size() == 0 || !sk.flag(SockFlag.SOCK_ZEROCOPY)) {
      return true;
    }
    TcpSock tp = TcpSock.of(sk);
    TcpSkb tail = tp == null ? null : (TcpSkb) tp.writeQueue.peekLast();
    zerocopy = MsgZerocopy.realloc(sk, msg.size(), tail == null ? null : tail.zerocopy);
    return zerocopy != null;
  }

  /** The call is over. */
  void end(boolean sent) {
    MsgZerocopy calls = zerocopy;
    zerocopy = null;
    if (calls != null && sent) {
      calls.put();
    } else if (calls != null) {
      calls.abort();
    }
  }

  @Override
  public void drop(Machine machine) {
    end(false);
  }

  @Override
  public List<PassedFile> files() {
    return List.of();
  }

  @Override
  public void tell(Charged charged) {
    // Nobody pays for what it keeps.
  }
}
