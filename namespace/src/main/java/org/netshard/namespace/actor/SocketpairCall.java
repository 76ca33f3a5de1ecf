package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.Sk;

/**
 * {@code socketpair(family, type, protocol, sv)}: two creations and a connection.
 *
 * <p><b>Errors</b>, in order: EINVAL for bits in the type that are no flags; EMFILE, since the
 * descriptors come first; EFAULT if they cannot be written; those of the first socket and the
 * second; EOPNOTSUPP for families without pairs; ENFILE and ENOMEM without room for a file.
 *
 * <p><b>Source:</b> {@code net/socket.c}, {@code __sys_socketpair}.
 */
final class SocketpairCall {
  private final SocketCalls calls;
  private final Call call;
  private @Nullable Task task;
  private int fd1;
  private int fd2;
  private @Nullable ActorRef<SockMessage> sock1;
  private @Nullable ActorRef<SockMessage> sock2;
  private @Nullable Sk sk1;
  private @Nullable Sk sk2;
  private @Nullable OpenFile file1;
  private int failure;

  SocketpairCall(SocketCalls calls, Call call) {
    this.calls = calls;
    this.call = call;
  }

  long begin(Task newTask, Syscall asked) {
    call.note("Kernel", "type and flags, descriptors", "__sys_socketpair");
    if (SocketCalls.badFlags(asked.intArg(1))) {
      return Errno.EINVAL.negated();
    }
    task = newTask;
    fd1 = newTask.fds().lowestFree(0, newTask.nofile());
    if (fd1 < 0) {
      return fd1;
    }
    fd2 = newTask.fds().lowestFree(fd1 + 1, newTask.nofile());
    if (fd2 < 0) {
      return fd2;
    }
    if (!SocketCalls.putFds(asked.mem(3), fd1, fd2)) {
      return Errno.EFAULT.negated();
    }
    calls.setNext(this::afterFirst);
    calls.create(newTask, asked);
    return SocketCalls.PENDING;
  }

  private long afterFirst(long result) {
    if (result < 0) {
      return result;
    }
    sock1 = call.sock();
    sk1 = call.sk();
    calls.setNext(this::afterSecond);
    calls.create(known(task), call.syscall());
    return SocketCalls.PENDING;
  }

  private long afterSecond(long result) {
    if (result < 0) {
      return calls.refuse(known(sock1), (int) result, "sock_release");
    }
    sock2 = call.sock();
    sk2 = call.sk();
    return calls.pass(
        known(sock1),
        new SockMessage.Socketpair(call, known(sk2)),
        "__sys_socketpair",
        this::afterPair);
  }

  private long afterPair(long result) {
    if (result < 0) {
      return releaseBoth((int) result);
    }
    int allocated = calls.allocFile();
    if (allocated < 0) {
      return releaseBoth(allocated);
    }
    call.made(known(sock1), known(sk1));
    file1 = calls.socketFile(known(sock1), call.syscall().intArg(1));
    allocated = calls.allocFile();
    return allocated < 0 ? releaseSecond(allocated) : install();
  }

  private long releaseSecond(int result) {
    failure = result;
    call.refuse(result);
    return calls.pass(
        known(sock2), new SockMessage.Release(call), "sock_release", this::releaseFirstFile);
  }

  private long releaseFirstFile(long ignored) {
    OpenFile file = known(file1);
    file.get();
    return calls.release(file, failure);
  }

  private long releaseBoth(int result) {
    failure = result;
    call.refuse(result);
    return calls.pass(
        known(sock2),
        new SockMessage.Release(call),
        "sock_release",
        ignored -> calls.refuse(known(sock1), failure, "sock_release"));
  }

  private long install() {
    int type = call.syscall().intArg(1);
    call.made(known(sock2), known(sk2));
    OpenFile file2 = calls.socketFile(known(sock2), type);
    calls.install(known(task), fd1, known(file1), type);
    calls.install(known(task), fd2, file2, type);
    return 0;
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("no socketpair is under way");
    }
    return value;
  }
}
