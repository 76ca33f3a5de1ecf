package org.netshard.protocol.mptcp;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.netshard.protocol.core.Machine;

/**
 * A key, and what follows from it: the token that names a connection, and its first sequence
 * number.
 *
 * @param key 64 bits that only both ends know; never 0
 * @param token the first 32 bits of its hash
 * @param idsn the last 64
 *     <p><b>Source:</b> RFC 8684, section 3.1; {@code net/mptcp/crypto.c}, {@code
 *     mptcp_crypto_key_sha}.
 */
record MptcpKeys(long key, int token, long idsn) {
  private static final int IDSN_AT = 24;
  private static final int CHUNK_BITS = 22;

  /** What follows from a key. */
  static MptcpKeys of(long key) {
    try {
      byte[] text = ByteBuffer.allocate(Long.BYTES).putLong(key).array();
      ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text));
      return new MptcpKeys(key, hash.getInt(0), hash.getLong(IDSN_AT));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new one, from the kernel's own seed. */
  static MptcpKeys random(Machine machine) {
    long key = 0;
    while (key == 0) {
      for (int i = 0; i < 3; i++) {
        key = key << CHUNK_BITS | machine.randomBelow(1 << CHUNK_BITS);
      }
    }
    return of(key);
  }
}
