package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.actor.BatonBehavior;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.Lane;
import org.netshard.protocol.actor.NetMessage;
import org.netshard.protocol.actor.ProtoFamily;
import org.netshard.protocol.actor.ProtoFamilyMessage;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.family.NetProtoFamily;
import org.netshard.protocol.family.SockCreate;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/**
 * One network namespace: the first part of every creation, and the last of every release.
 *
 * <p><b>Errors</b> of a creation, in order: EAFNOSUPPORT for a family out of range, EINVAL for a
 * type out of range, what {@code security_socket_create} says, ENFILE without room for the inode,
 * EAFNOSUPPORT for a family that the kernel does not have; then the family's own; then what {@code
 * security_socket_post_create} says.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code __sock_create}, {@code sock_alloc}, {@code
 * sock_release}.
 */
public final class Net extends BatonBehavior<NetMessage> {
  private final NetNs ns;
  private final NetContext context;
  private final ActorRef<NetMessage> self;
  private @Nullable Family @Nullable [] families;
  private int spawned;

  /** A family of the kernel and the actor that stands for it here. */
  private record Family(NetProtoFamily rules, ActorRef<ProtoFamilyMessage> actor) {}

  private Net(NetNs ns, NetContext context, ActorRef<NetMessage> self) {
    this.ns = ns;
    this.context = context;
    this.self = self;
  }

  /**
   * A namespace.
   *
   * @param ns its model
   * @param context what it shares with the other namespaces of its kernel
   */
  public static Behavior<NetMessage> create(NetNs ns, NetContext context) {
    return Behaviors.setup(akka -> new Net(ns, context, akka.getSelf()));
  }

  @Override
  protected Behavior<NetMessage> onMessage(TypedActorContext<NetMessage> akka, NetMessage message) {
    if (message instanceof NetMessage.SockCreate create) {
      onSockCreate(akka, create.call());
    } else if (message instanceof NetMessage.NetRx rx) {
      onNetRx(rx.call(), rx.packet());
    } else if (message instanceof NetMessage.SockRelease release) {
      finish(release.call(), release.objcg(), release.call().refusal(), "sock_release");
    } else if (message instanceof NetMessage.CreateFailed failed) {
      finish(failed.call(), failed.call().objcg(), failed.result(), "sock_release");
    } else if (message instanceof NetMessage.PostCreate postCreate) {
      onPostCreate(postCreate.call());
    } else {
      throw new IllegalStateException("no handler for " + message);
    }
    return Behaviors.same();
  }

  private void onNetRx(Call call, Packet packet) {
    DevQueue.receive(ns, packet);
    DropReason dropped = packet.dropped();
    if (dropped != null && call.traced()) {
      call.note("Net", dropped.kernelName(), "kfree_skb_reason");
    }
    call.done("Net", 0, "net_rx_action");
  }

  private void onSockCreate(TypedActorContext<NetMessage> akka, Call call) {
    SockCreate create = call.create();
    call.note("Net", "ranges of family and type", "__sock_create");
    int result = create.graft() == null ? check(call, create) : 0;
    if (result < 0) {
      call.done("Net", result, "__sock_create");
      return;
    }
    call.setNet(self);
    ObjCgroup objcg = call.objcg();
    if (objcg != null && !objcg.charge(context.inodeBytes(), Slab.RECLAIMABLE, Gfp.KERNEL)) {
      call.done("Net", -context.inodeErrno(), "sock_alloc");
      return;
    }
    toFamily(akka, call);
  }

  private int check(Call call, SockCreate create) {
    if (create.family() < 0 || create.family() >= Abi.NPROTO) {
      return Errno.EAFNOSUPPORT.negated();
    }
    if (create.type() < 0 || create.type() >= Abi.SOCK_MAX) {
      return Errno.EINVAL.negated();
    }
    if (create.family() == Abi.AF_INET && create.type() == Abi.SOCK_PACKET) {
      create.setFamily(Abi.AF_PACKET);
    }
    SecurityHooks hooks = context.hooks();
    if (hooks.hasPostCreate()) {
      create.setPostCreate();
    }
    call.note("Net", "hook chain", "security_socket_create");
    return hooks.isEmpty()
        ? 0
        : hooks.socketCreate(
            context.taskName(call.pid()),
            create.family(),
            create.type(),
            create.protocol(),
            create.kern());
  }

  private void toFamily(TypedActorContext<NetMessage> akka, Call call) {
    context.inodeAllocated();
    call.note("Net", "inode", "sock_alloc");
    int number = call.create().family();
    NetProtoFamily rules = context.families().family(number);
    if (rules == null) {
      finish(call, call.objcg(), Errno.EAFNOSUPPORT.negated(), "net_families[]");
      return;
    }
    Family family = families == null ? null : families[number];
    if (family == null || family.rules != rules) {
      family = spawn(akka, rules, number);
    }
    call.pass("Net", family.actor, new ProtoFamilyMessage.Create(call), "net_families[]");
  }

  private Family spawn(TypedActorContext<NetMessage> akka, NetProtoFamily rules, int number) {
    if (families == null) {
      families = new @Nullable Family[Abi.NPROTO];
    }
    Family family =
        new Family(
            rules,
            akka.asJava()
                .spawn(
                    ProtoFamily.create(rules, ns, self),
                    rules.name() + "." + spawned++,
                    Lane.SAME));
    families[number] = family;
    return family;
  }

  private void onPostCreate(Call call) {
    SockCreate create = call.create();
    int result =
        context
            .hooks()
            .socketPostCreate(
                context.taskName(call.pid()),
                create.family(),
                create.type(),
                create.protocol(),
                create.kern());
    if (result < 0) {
      call.refuse(result);
      call.pass("Net", call.sock(), new SockMessage.Release(call), "security_socket_post_create");
    } else {
      call.done("Net", 0, "security_socket_post_create");
    }
  }

  /** Releases the inode, and brings the baton home. */
  private void finish(Call call, @Nullable ObjCgroup objcg, int result, String function) {
    context.inodeFreed();
    if (objcg != null) {
      objcg.uncharge(context.inodeBytes(), Slab.RECLAIMABLE);
    }
    call.done("Net", result, function);
  }
}
