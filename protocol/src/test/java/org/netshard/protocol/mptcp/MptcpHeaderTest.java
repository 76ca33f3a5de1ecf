package org.netshard.protocol.mptcp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.tcp.DataMap;
import org.netshard.protocol.tcp.TcpHeader;

class MptcpHeaderTest {
  private static final long OWN = 0x0102030405060708L;
  private static final long OTHER = 0x1112131415161718L;

  private final byte[] options = new byte[40];

  private static MptcpHeader parse(byte[] options, int length, int flags, int dataLen) {
    int padded = (length + 3) & ~3;
    byte[] bytes = new byte[TcpHeader.BYTES + padded + dataLen];
    NetBytes.put16(bytes, 12, ((TcpHeader.BYTES + padded) / 4) << 12 | flags);
    System.arraycopy(options, 0, bytes, TcpHeader.BYTES, length);
    Packet packet =
        new Packet(requireNonNull(new TestNet().device(1)), Packet.ETH_P_IP, bytes, 0, 0);
    packet.setTransport(0);
    return MptcpHeader.of(packet);
  }

  private static MptcpHeader parse(String hex, int flags, int dataLen) {
    byte[] options = HexFormat.of().parseHex(hex.replace(" ", ""));
    return parse(options, options.length, flags, dataLen);
  }

  @Test
  void capableOfEachStepOfTheHandshakeIsReadAsItIsWritten() {
    int length = MptcpHeader.putCapable(options, 0);
    assertThat(length).isEqualTo(MptcpHeader.MPC_SYN_BYTES);
    assertThat(parse(options, length, TcpHeader.SYN, 0).suboptions).isEqualTo(MptcpHeader.MPC_SYN);

    length = MptcpHeader.putCapable(options, 0, OWN);
    MptcpHeader answer = parse(options, length, TcpHeader.SYN | TcpHeader.ACK, 0);
    assertThat(answer.suboptions).isEqualTo(MptcpHeader.MPC_SYNACK);
    assertThat(answer.sndrKey).isEqualTo(OWN);

    length = MptcpHeader.putCapable(options, 0, OWN, OTHER);
    MptcpHeader ack = parse(options, length, TcpHeader.ACK, 0);
    assertThat(ack.suboptions).isEqualTo(MptcpHeader.MPC_ACK);
    assertThat(ack.sndrKey).isEqualTo(OWN);
    assertThat(ack.rcvrKey).isEqualTo(OTHER);

    length = MptcpHeader.putCapableData(options, 0, OWN, OTHER, 5);
    MptcpHeader data = parse(options, length, TcpHeader.ACK, 5);
    assertThat(data.suboptions).isEqualTo(MptcpHeader.MPC_ACK | MptcpHeader.DSS);
    assertThat(data.mpcMap).isTrue();
    assertThat(data.dataLen).isEqualTo(5);
  }

  @Test
  void optionsOfLinuxAreReadAsTheyAreWritten() {
    // In the third segment of a connection of Linux 6.18.44, and in the first with data.
    assertThat(parse("1e14 0101 b244e4e3f58b6430 791e1a720ea30be1", TcpHeader.ACK, 0).sndrKey)
        .isEqualTo(0xb244e4e3f58b6430L);
    int length =
        MptcpHeader.putCapableData(options, 0, 0xb244e4e3f58b6430L, 0x791e1a720ea30be1L, 5);
    assertThat(HexFormat.of().formatHex(options, 0, length))
        .isEqualTo("1e160101b244e4e3f58b6430791e1a720ea30be100050101");
    DataMap fin = new DataMap(0x79fdd245fe9c7f82L, 0, 1, true, true);
    length = MptcpHeader.putDss(options, 0, fin, 0x6e209f48d40b41ecL, Long.BYTES);
    assertThat(HexFormat.of().formatHex(options, 0, length))
        .isEqualTo("1e1a201f6e209f48d40b41ec79fdd245fe9c7f82000000000001" + "0101");
    MptcpHeader read = parse(options, length, TcpHeader.ACK, 0);
    assertThat(read.suboptions).isEqualTo(MptcpHeader.DSS);
    assertThat(read.dataAck).isEqualTo(0x6e209f48d40b41ecL);
    assertThat(read.dataSeq).isEqualTo(0x79fdd245fe9c7f82L);
    assertThat(read.dataFin).isTrue();
    assertThat(read.dataLen).isEqualTo(1);
  }

  @Test
  void resetsSayWhatTheyEnd() {
    int at = MptcpHeader.putFastclose(options, 0, OWN);
    int length = MptcpHeader.putRst(options, at, true, 3);
    MptcpHeader read = parse(options, length, TcpHeader.ACK | TcpHeader.RST, 0);
    assertThat(read.suboptions).isEqualTo(MptcpHeader.FASTCLOSE | MptcpHeader.RST);
    assertThat(read.rcvrKey).isEqualTo(OWN);
    assertThat(read.resetTransient).isTrue();
    assertThat(read.resetReason).isEqualTo(3);
    assertThat(parse(options, length, TcpHeader.ACK, 0).has(MptcpHeader.RST)).isFalse();
  }

  @Test
  void whatIsNotAsItMustBeIsPassedOver() {
    // Version 0; no SHA-256; a size that does not fit the flags; cut off; the end before it.
    assertThat(parse("1e04 0001", TcpHeader.SYN, 0).suboptions).isZero();
    assertThat(parse("1e04 0100", TcpHeader.SYN, 0).suboptions).isZero();
    assertThat(parse("1e04 0101", TcpHeader.ACK, 0).suboptions).isZero();
    assertThat(parse("1e0c 0101", TcpHeader.SYN | TcpHeader.ACK, 0).suboptions).isZero();
    assertThat(parse("0000 0000 1e04 0101", TcpHeader.SYN, 0).suboptions).isZero();
    assertThat(parse("1e08 2003 0102 0304", TcpHeader.ACK, 0).suboptions).isZero();
    assertThat(parse("1e08 2001 0102 0304", TcpHeader.ACK, 0).dataAck).isEqualTo(0x01020304);
  }

  @Test
  void numbersOf32BitsAreMadeWholeNearTheOldOne() {
    assertThat(MptcpHeader.expand(0x1_ffff_fff0L, 0x10, false)).isEqualTo(0x2_0000_0010L);
    assertThat(MptcpHeader.expand(0x2_0000_0010L, 0xffff_fff0L, false)).isEqualTo(0x1_ffff_fff0L);
    assertThat(MptcpHeader.expand(0x2_0000_0010L, 0x20, false)).isEqualTo(0x2_0000_0020L);
    assertThat(MptcpHeader.expand(5, OWN, true)).isEqualTo(OWN);
  }
}
