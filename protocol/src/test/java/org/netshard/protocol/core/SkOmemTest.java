package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What filters take of a sock's option memory: sizes as SO_MEMINFO of a live 6.18 shows them. */
class SkOmemTest {
  /** Instructions as {@code code:jt:jf:k}, in hexadecimal, with a blank between them. */
  private static byte[] program(String text) {
    String[] insns = text.split(" ", -1);
    ByteBuffer bytes = ByteBuffer.allocate(8 * insns.length).order(ByteOrder.LITTLE_ENDIAN);
    for (String insn : insns) {
      String[] part = insn.split(":", -1);
      bytes.putShort((short) Integer.parseInt(part[0], 16));
      bytes.put((byte) Integer.parseInt(part[1], 16)).put((byte) Integer.parseInt(part[2], 16));
      bytes.putInt(Integer.parseUnsignedInt(part[3], 16));
    }
    return bytes.array();
  }

  @ParameterizedTest
  @CsvSource({
    "6:0:0:ffff, 136",
    "16:0:0:0, 128",
    "0:0:0:1 6:0:0:ffff, 144",
    "20:0:0:0 6:0:0:ffff, 272",
    "28:0:0:0 6:0:0:ffff, 272",
    "30:0:0:0 6:0:0:ffff, 264",
    "20:0:0:0 20:0:0:4 6:0:0:ffff, 384",
    "40:0:0:0 6:0:0:ffff, 232",
    "80:0:0:0 6:0:0:ffff, 144",
    "b1:0:0:0 6:0:0:ffff, 312",
    "2:0:0:0 60:0:0:0 6:0:0:ffff, 152",
    "34:0:0:5 6:0:0:ffff, 144",
    "3c:0:0:5 6:0:0:ffff, 176",
    "9c:0:0:5 6:0:0:ffff, 176",
    "84:0:0:0 6:0:0:ffff, 144",
    "5:0:0:0 6:0:0:ffff, 144",
    "15:0:1:5 6:0:0:ffff 6:0:0:ffff, 160",
    "15:1:0:5 6:0:0:ffff 6:0:0:ffff, 160",
    "15:1:1:5 6:0:0:ffff 6:0:0:ffff, 168",
    "15:1:2:5 6:0:0:ffff 6:0:0:ffff 6:0:0:ffff, 184",
    "15:1:2:80000000 6:0:0:ffff 6:0:0:ffff 6:0:0:ffff, 192",
    "1d:1:2:5 6:0:0:ffff 6:0:0:ffff 6:0:0:ffff, 184",
    "45:0:1:5 6:0:0:ffff 6:0:0:ffff, 168",
    "45:0:1:ffffffff 6:0:0:ffff 6:0:0:ffff, 176",
    "20:0:0:fffff000 6:0:0:ffff, 152",
    "20:0:0:fffff008 6:0:0:ffff, 168",
    "20:0:0:fffff014 6:0:0:ffff, 144",
    "20:0:0:fffff030 6:0:0:ffff, 160",
    "20:0:0:fffff03c 6:0:0:ffff, 152",
  })
  void filterTakesTheBytesOfItsConvertedProgram(String program, int bytes) {
    assertThat(ClassicBpf.convertedBytes(program(program))).isEqualTo(bytes);
  }

  @Test
  void programOfTheGreatestLengthTakes32896Bytes() {
    assertThat(ClassicBpf.convertedBytes(program("0:0:0:1 ".repeat(4095) + "6:0:0:ffff")))
        .isEqualTo(32896);
  }

  @Test
  void memoryOfOptionsEndsBelowTheSysctl() {
    TestNet net = new TestNet().set(Sysctl.CORE_OPTMEM_MAX, "1000");
    Sk sk = TestSocks.make(net, "inet dgram 17");
    assertThat(SkOmem.alloc(sk, 1000)).isFalse();
    assertThat(SkOmem.alloc(sk, 999)).isTrue();
    assertThat(SkOmem.alloc(sk, 1)).isFalse();
    SkOmem.free(sk, 500);
    assertThat(SkOmem.alloc(sk, 500)).isTrue();
    assertThat(sk.rare().omemAlloc()).isEqualTo(999);
  }
}
