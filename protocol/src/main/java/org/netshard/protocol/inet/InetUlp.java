package org.netshard.protocol.inet;

/** What an upper layer protocol keeps of a sock of TCP ({@code icsk_ulp_data}). */
public interface InetUlp {}
