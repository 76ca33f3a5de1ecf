package org.netshard.protocol.mptcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.protocol.core.TestNet;

/** Keys of a connection between two sockets of Linux 6.18.44, and what {@code ss} showed of it. */
class MptcpKeysTest {
  @Test
  void tokenAndFirstSequenceNumberFollowFromTheKey() {
    assertThat(MptcpKeys.of(0xb244e4e3f58b6430L))
        .isEqualTo(new MptcpKeys(0xb244e4e3f58b6430L, 0xb884e0ee, 0x79fdd245fe9c7f7cL));
    assertThat(MptcpKeys.of(0x791e1a720ea30be1L))
        .isEqualTo(new MptcpKeys(0x791e1a720ea30be1L, 0x3831649f, 0x6e209f48d40a307bL));
  }

  @Test
  void randomKeysDiffer() {
    TestNet net = new TestNet();
    MptcpKeys first = MptcpKeys.random(net);
    MptcpKeys second = MptcpKeys.random(net);
    assertThat(first.key()).isNotZero();
    assertThat(second.key()).isNotEqualTo(first.key());
  }
}
