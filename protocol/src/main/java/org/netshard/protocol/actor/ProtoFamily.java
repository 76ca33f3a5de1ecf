package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.family.NetProtoFamily;
import org.netshard.protocol.family.Protosw;
import org.netshard.protocol.family.SockCreate;

/**
 * One address family in one network namespace: checks what is asked by the family's rules, and
 * hands it to the {@link ProtoSw} that answers.
 *
 * <p><b>Source:</b> {@code net_proto_family.create}: {@code inet_create}, {@code unix_create}, ….
 */
public final class ProtoFamily extends BatonBehavior<ProtoFamilyMessage> {
  private final NetProtoFamily family;
  private final NetNs ns;
  private final ActorRef<NetMessage> net;
  private final Map<Protosw, ActorRef<ProtoSwMessage>> switches = new LinkedHashMap<>(4);

  private ProtoFamily(NetProtoFamily family, NetNs ns, ActorRef<NetMessage> net) {
    this.family = family;
    this.ns = ns;
    this.net = net;
  }

  /**
   * The family in a namespace.
   *
   * @param family its rules and its switch
   * @param ns the namespace
   * @param net the namespace's actor, to which a failed creation goes back
   */
  public static Behavior<ProtoFamilyMessage> create(
      NetProtoFamily family, NetNs ns, ActorRef<NetMessage> net) {
    return new ProtoFamily(family, ns, net);
  }

  @Override
  protected Behavior<ProtoFamilyMessage> onMessage(
      TypedActorContext<ProtoFamilyMessage> context, ProtoFamilyMessage message) {
    Call call = message.call();
    SockCreate create = call.create();
    String function = family.rules().functionName();
    int result = family.rules().create(create, family.table());
    if (result < 0) {
      call.pass(family.name(), net, new NetMessage.CreateFailed(call, result), function);
      return Behaviors.same();
    }
    ActorRef<ProtoSwMessage> protoSw = switches.get(create.answer());
    if (protoSw == null) {
      protoSw = spawn(context, create.answer());
    }
    call.pass(family.name(), protoSw, new ProtoSwMessage.SkAlloc(call), function);
    return Behaviors.same();
  }

  private ActorRef<ProtoSwMessage> spawn(
      TypedActorContext<ProtoFamilyMessage> context, Protosw answer) {
    ActorRef<ProtoSwMessage> protoSw =
        context
            .asJava()
            .spawn(
                ProtoSw.create(answer, family.allocErrno(), ns, net),
                answer.actorName() + "." + switches.size(),
                Lane.SAME);
    switches.put(answer, protoSw);
    return protoSw;
  }
}
