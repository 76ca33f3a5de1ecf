package org.netshard.protocol.inet;

/** What a transport keeps of a connection, or of a listener ({@code inet_connection_sock}). */
public interface InetConnection {}
