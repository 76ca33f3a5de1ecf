package org.netshard.protocol.profile;

/**
 * A {@code struct inet_protosw}: which proto answers to a type and protocol of its family.
 *
 * <p><b>Source:</b> {@code include/net/protocol.h}, {@code net/ipv4/af_inet.c}.
 *
 * @param type the socket type, {@code SOCK_STREAM} and so on
 * @param protocol the protocol; 0 ({@code IPPROTO_IP}) is the wild card
 * @param prot name of the {@link ProtoProfile}
 * @param permanent {@code INET_PROTOSW_PERMANENT}: cannot be overridden or removed
 * @param icsk {@code INET_PROTOSW_ICSK}: a connection sock
 * @param reuse {@code INET_PROTOSW_REUSE}: socks are born with {@code SO_REUSEADDR} behaviour
 */
public record ProtoswProfile(
    int type, int protocol, String prot, boolean permanent, boolean icsk, boolean reuse) {}
