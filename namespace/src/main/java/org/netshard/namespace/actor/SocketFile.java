package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import org.netshard.namespace.task.SocketPayload;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.Sk;

/**
 * What stands behind the file of a socket.
 *
 * @param sock the actor that answers its calls
 * @param sk its model, to be looked at only
 */
public record SocketFile(ActorRef<SockMessage> sock, Sk sk) implements SocketPayload {}
