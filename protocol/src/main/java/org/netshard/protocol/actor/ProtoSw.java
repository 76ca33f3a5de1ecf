package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayDeque;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.family.Protosw;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * One entry of a family's switch in one network namespace: the slab from which its socks come.
 *
 * <p>As a slab cache keeps objects that were freed, this keeps the actors of some socks that were
 * closed and gives them out again; spawning an actor costs more than all else that a creation does.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sk_alloc}, {@code sk_prot_alloc}, {@code
 * sk_free}, {@code sk_prot_free}.
 */
public final class ProtoSw extends BatonBehavior<ProtoSwMessage> {
  /** Actors at rest that are kept; the rest are stopped. */
  private static final int FREE_MAX = 256;

  private static final int NAME_RADIX = 36;

  private final Protosw entry;
  private final String name;
  private final int allocErrno;
  private final NetNs ns;
  private final ActorRef<NetMessage> net;
  private final ActorRef<ProtoSwMessage> self;
  private final ArrayDeque<ActorRef<SockMessage>> free = new ArrayDeque<>(0);
  private long spawned;

  private ProtoSw(
      Protosw entry,
      int allocErrno,
      NetNs ns,
      ActorRef<NetMessage> net,
      ActorRef<ProtoSwMessage> self) {
    this.entry = entry;
    this.name = entry.actorName();
    this.allocErrno = allocErrno;
    this.ns = ns;
    this.net = net;
    this.self = self;
  }

  /**
   * The slab of one kind of sock.
   *
   * @param entry the entry of the switch
   * @param allocErrno positive errno when the sock cannot be charged
   * @param ns the namespace
   * @param net the namespace's actor, to which freed sockets go back
   */
  public static Behavior<ProtoSwMessage> create(
      Protosw entry, int allocErrno, NetNs ns, ActorRef<NetMessage> net) {
    return Behaviors.setup(context -> new ProtoSw(entry, allocErrno, ns, net, context.getSelf()));
  }

  @Override
  protected Behavior<ProtoSwMessage> onMessage(
      TypedActorContext<ProtoSwMessage> context, ProtoSwMessage message) {
    if (message instanceof ProtoSwMessage.SkAlloc alloc) {
      onSkAlloc(context, alloc.call());
    } else if (message instanceof ProtoSwMessage.SkFree freed) {
      onSkFree(context.asJava(), freed);
    } else if (message instanceof ProtoSwMessage.SkOrphan orphan) {
      rest(context.asJava(), orphan.sock());
      Call call = orphan.call();
      call.pass(name, net, new NetMessage.SockRelease(call, orphan.objcg()), "sock_release");
    } else {
      throw new IllegalStateException("no handler for " + message);
    }
    return Behaviors.same();
  }

  private void onSkAlloc(TypedActorContext<ProtoSwMessage> context, Call call) {
    if (call.create().graft() != null) {
      ActorRef<SockMessage> sock = actor(context);
      call.pass(name, sock, new SockMessage.InitData(call, ns, self, null), "sock_graft");
      return;
    }
    call.note(name, "struct sock", "sk_alloc");
    call.note(name, "slab", "sk_prot_alloc");
    ObjCgroup objcg = call.objcg();
    int bytes = entry.proto().chargedBytes();
    if (objcg != null && bytes > 0 && !objcg.charge(bytes, Slab.UNRECLAIMABLE, Gfp.KERNEL)) {
      call.pass(name, net, new NetMessage.CreateFailed(call, -allocErrno), "sk_prot_alloc");
      return;
    }
    allocate(context, call);
  }

  private void allocate(TypedActorContext<ProtoSwMessage> context, Call call) {
    ActorRef<SockMessage> sock = actor(context);
    if (call.create().kern()) {
      ns.getPassive();
    } else {
      ns.get();
      ns.addSocketsUsed(1);
    }
    call.note(name, "net", "sock_net_set");
    Memcg memcg = call.memcg();
    SockMemcg bound = memcg == null ? null : memcg.skAlloc();
    call.pass(name, sock, new SockMessage.InitData(call, ns, self, bound), "mem_cgroup_sk_alloc");
  }

  /** An actor at rest, or a new one. */
  private ActorRef<SockMessage> actor(TypedActorContext<ProtoSwMessage> context) {
    ActorRef<SockMessage> sock = free.pollLast();
    return sock != null
        ? sock
        : context.asJava().spawn(Sock.NEWBORN, Long.toString(spawned++, NAME_RADIX), Lane.SAME);
  }

  private void onSkFree(ActorContext<ProtoSwMessage> context, ProtoSwMessage.SkFree freed) {
    Call call = freed.call();
    if (freed.kern()) {
      ns.putPassive();
    } else {
      ns.addSocketsUsed(-1);
      ns.put();
    }
    SockMemcg memcg = freed.memcg();
    if (memcg != null) {
      memcg.put();
    }
    ObjCgroup objcg = freed.objcg();
    if (objcg != null && entry.proto().chargedBytes() > 0) {
      objcg.uncharge(entry.proto().chargedBytes(), Slab.UNRECLAIMABLE);
    }
    rest(context, freed.sock());
    NetMessage next =
        freed.result() < 0
            ? new NetMessage.CreateFailed(call, freed.result())
            : new NetMessage.SockRelease(call, objcg);
    call.pass(name, net, next, "sk_free");
  }

  private void rest(ActorContext<ProtoSwMessage> context, ActorRef<SockMessage> sock) {
    if (free.size() < FREE_MAX) {
      free.addLast(sock);
    } else {
      context.stop(sock);
    }
  }
}
