package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.RcuFree;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockTimestamping;
import org.netshard.protocol.core.SocketIo;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.family.Protosw;
import org.netshard.protocol.family.SockCreate;

/**
 * One socket's sock: it owns the {@link Sk} and answers the calls on it.
 *
 * <p>All new actors have one shared behavior, {@link #NEWBORN}; the message with which the sock
 * begins gives it its own. After its release it is at rest again, as a newborn, until its slab
 * gives it out again or stops it.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sock_init_data}, {@code sk_common_release};
 * {@code net/socket.c}: {@code sock_release}, {@code do_sock_getsockopt} and so on.
 */
public final class Sock extends BatonBehavior<SockMessage> {
  /** A sock that is allocated and not yet begun. */
  static final Behavior<SockMessage> NEWBORN = new Newborn();

  private final Sk sk;
  private final boolean kern;
  private final ActorRef<ProtoSwMessage> slab;

  private Sock(Sk sk, boolean kern, ActorRef<ProtoSwMessage> slab) {
    this.sk = sk;
    this.kern = kern;
    this.slab = slab;
  }

  @Override
  protected Behavior<SockMessage> onMessage(
      TypedActorContext<SockMessage> context, SockMessage message) {
    if (message instanceof SockMessage.Perform perform) {
      onPerform(perform.call());
      return Behaviors.same();
    }
    if (message instanceof SockMessage.Release release) {
      return onRelease(context, release.call());
    }
    if (message instanceof SockMessage.Connect connect) {
      Call call = connect.call();
      Syscall asked = call.syscall();
      SockAddr address = SockAddr.of(asked.mem(1), asked.intArg(2));
      int result = sk.ops().connectTo(sk, call, address, connect.end(), connect.file());
      call.done("Sock", result, "sock->ops->connect");
      return Behaviors.same();
    }
    if (message instanceof SockMessage.Socketpair pair) {
      Call call = pair.call();
      int result = sk.ops().socketpair(sk, pair.other(), call.cred(), call.pid());
      call.done("Sock", result, "sock->ops->socketpair");
      return Behaviors.same();
    }
    throw new IllegalStateException("no handler for " + message + " in a live sock");
  }

  private void onPerform(Call call) {
    Syscall asked = call.syscall();
    switch (asked.name()) {
      case GETSOCKOPT -> {
        int result =
            SocketOptions.getsockopt(
                sk,
                call.cred(),
                call.pid(),
                asked.intArg(1),
                asked.intArg(2),
                asked.mem(3),
                asked.mem(4));
        call.done("Sock", result, "do_sock_getsockopt");
      }
      case SETSOCKOPT -> {
        int result =
            SocketOptions.setsockopt(
                sk, call.cred(), asked.intArg(1), asked.intArg(2), asked.mem(3), asked.intArg(4));
        call.done("Sock", result, "do_sock_setsockopt");
      }
      case GETSOCKNAME -> {
        int result = SockNames.getsockname(sk, asked.mem(1), asked.mem(2));
        call.done("Sock", result, "sock->ops->getname");
      }
      case GETPEERNAME -> {
        int result = SockNames.getpeername(sk, asked.mem(1), asked.mem(2));
        call.done("Sock", result, "sock->ops->getname");
      }
      case BIND -> {
        int result = SockNames.bind(sk, call, asked.mem(1), asked.intArg(2));
        call.done("Sock", result, "sock->ops->bind");
      }
      case CONNECT -> {
        int result = SockNames.connect(sk, call, asked.mem(1), asked.intArg(2));
        call.done("Sock", result, "sock->ops->connect");
      }
      case ACCEPT, ACCEPT4 -> {
        int flags = (call.fileFlags() & Abi.O_NONBLOCK) != 0 ? Abi.MSG_DONTWAIT : 0;
        int result =
            sk.ops().movesData(sk)
                ? sk.ops().accept(sk, call, flags)
                : SockNames.leftOut(sk, "accept of a " + sk.proto() + " socket");
        call.done("Sock", result, "sock->ops->accept");
      }
      case LISTEN -> {
        int result = SockNames.listen(sk, call, asked.intArg(1));
        call.done("Sock", result, "sock->ops->listen");
      }
      default -> call.done("Sock", SocketIo.perform(sk, call, asked), "sock->ops");
    }
  }

  private Behavior<SockMessage> onRelease(TypedActorContext<SockMessage> context, Call call) {
    boolean gone = sk.ops().release(sk);
    SockTimestamping.release(sk);
    ActorRef<SockMessage> self = context.asJava().getSelf();
    if (gone && !kern && (sk.flag(SockFlag.SOCK_RCU_FREE) || sk.ops().isUsedUntilFreed())) {
      RcuFree.free(sk);
      call.pass("Sock", slab, new ProtoSwMessage.SkOrphan(call, self, sk.objcg()), "call_rcu");
    } else if (gone) {
      sk.ops().destruct(sk);
      SkMem.reclaimFinal(sk);
      ProtoSwMessage free = new ProtoSwMessage.SkFree(call, self, sk.memcg(), sk.objcg(), kern, 0);
      call.pass("Sock", slab, free, "sk_common_release");
    } else {
      call.pass("Sock", slab, new ProtoSwMessage.SkOrphan(call, self, sk.objcg()), "sock_orphan");
    }
    return NEWBORN;
  }

  /** A sock that has its memory and nothing in it. */
  private static final class Newborn extends BatonBehavior<SockMessage> {
    @Override
    protected Behavior<SockMessage> onMessage(
        TypedActorContext<SockMessage> context, SockMessage message) {
      if (!(message instanceof SockMessage.InitData init)) {
        throw new IllegalStateException("no handler for " + message + " before the sock begins");
      }
      Call call = init.call();
      SockCreate create = call.create();
      Sk child = create.graft();
      if (child != null) {
        return graft(context, init, call, child);
      }
      Protosw answer = create.answer();
      Sk sk = begin(init.net(), answer, create);
      sk.setMemcg(init.memcg());
      sk.setObjcg(call.objcg());
      int result = answer.ops().init(sk, create.cred());
      ActorRef<SockMessage> self = context.asJava().getSelf();
      if (result < 0) {
        call.note("Sock", "TCP_CLOSE", "sock_init_data");
        ProtoSwMessage free =
            new ProtoSwMessage.SkFree(
                call, self, init.memcg(), call.objcg(), create.kern(), result);
        call.pass("Sock", init.slab(), free, "sk->sk_prot->init");
        return Behaviors.same();
      }
      // The baton must not be touched once it is handed on: another call may have begun by then.
      Behavior<SockMessage> begun = new Sock(sk, create.kern(), init.slab());
      call.made(self, sk);
      if (create.postCreate()) {
        ActorRef<NetMessage> net = call.net();
        call.pass("Sock", net, new NetMessage.PostCreate(call), "sock_init_data");
      } else {
        call.done("Sock", 0, "sock_init_data");
      }
      return begun;
    }

    /** A sock that is there already gets this actor ({@code sock_graft}). */
    private static Behavior<SockMessage> graft(
        TypedActorContext<SockMessage> context, SockMessage.InitData init, Call call, Sk child) {
      Cred cred = call.create().cred();
      child.setOwner(cred.euid(), cred.egid());
      child.ops().accepted(child, call.memcg());
      Behavior<SockMessage> begun = new Sock(child, false, init.slab());
      call.made(context.asJava().getSelf(), child);
      call.done("Sock", 0, "sock_graft");
      return begun;
    }

    private static Sk begin(NetNs net, Protosw answer, SockCreate create) {
      Sk sk =
          new Sk(
              net,
              answer.proto(),
              answer.ops(),
              create.family(),
              create.type(),
              create.protocol(),
              create.cred());
      if (answer.profile().reuse()) {
        sk.setReuse(1);
      }
      if (create.num() != 0) {
        sk.setNum(create.num());
      }
      return sk;
    }
  }
}
