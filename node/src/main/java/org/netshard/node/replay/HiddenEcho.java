package org.netshard.node.replay;

import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Sk;

/**
 * Echo requests of which a log shows only the beginning: the checksum in it is that of all, so the
 * last bytes, which stand for what is not shown, are chosen to go with it.
 */
final class HiddenEcho {
  private static final int ICMP_HEADER_BYTES = 8;

  private HiddenEcho() {}

  /** Completes what a call sends, if it is such a request. */
  static void complete(StraceEvent.Call recorded, Syscall call, @Nullable Object target) {
    if (call.name() != SyscallName.SENDTO
        || !(target instanceof Sk sk)
        || sk.family() != Abi.AF_INET
        || sk.type() != Abi.SOCK_RAW
        || sk.protocol() != Abi.IPPROTO_ICMP
        || !(recorded.arguments().get(1).plain() instanceof StraceValue.Str text)
        || !text.truncated()) {
      return;
    }
    UserMem data = call.mem(1);
    int length = call.intArg(2);
    int last = (length & -2) - 2;
    if (last < Math.max(ICMP_HEADER_BYTES, text.bytes().length) || data.size() < length) {
      return;
    }
    int rest = InetChecksum.finish(InetChecksum.add(0, data.get(0, length), 0, length));
    data.putByte(last, rest >>> 8);
    data.putByte(last + 1, rest & 0xff);
  }
}
