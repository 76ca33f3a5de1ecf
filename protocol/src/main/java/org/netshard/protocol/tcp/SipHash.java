package org.netshard.protocol.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4: a short code of bytes that only who has the key can make.
 *
 * <p><b>Source:</b> J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF"; {@code
 * lib/siphash.c}.
 */
final class SipHash {
  private static final int KEY_BYTES = 16;
  private static final int FINAL_ROUNDS = 4;
  private static final VarHandle LE64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long v0;
  private long v1;
  private long v2;
  private long v3;

  private SipHash(long k0, long k1) {
    v0 = k0 ^ 0x736f6d6570736575L;
    v1 = k1 ^ 0x646f72616e646f6dL;
    v2 = k0 ^ 0x6c7967656e657261L;
    v3 = k1 ^ 0x7465646279746573L;
  }

  /**
   * The code of bytes.
   *
   * @param keys where the key is, 16 bytes from {@code at} on
   */
  static long of(byte[] data, byte[] keys, int at) {
    if (at + KEY_BYTES > keys.length) {
      throw new IllegalArgumentException("a key of " + (keys.length - at) + " bytes");
    }
    SipHash hash = new SipHash((long) LE64.get(keys, at), (long) LE64.get(keys, at + Long.BYTES));
    int whole = data.length & -Long.BYTES;
    for (int i = 0; i < whole; i += Long.BYTES) {
      hash.word((long) LE64.get(data, i));
    }
    long last = (long) data.length << 56;
    for (int i = whole; i < data.length; i++) {
      last |= (data[i] & 0xffL) << (8 * (i - whole));
    }
    hash.word(last);
    hash.v2 ^= 0xff;
    for (int i = 0; i < FINAL_ROUNDS; i++) {
      hash.round();
    }
    return hash.v0 ^ hash.v1 ^ hash.v2 ^ hash.v3;
  }

  private void word(long m) {
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
