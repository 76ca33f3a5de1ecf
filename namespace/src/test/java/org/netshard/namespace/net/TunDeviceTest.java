package org.netshard.namespace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.Softirqs;
import org.netshard.protocol.core.TimerEvent;
import org.netshard.protocol.rtnetlink.Netdev;
import org.netshard.protocol.tun.TunDevice;

/** Devices whose other end is a program. */
class TunDeviceTest {
  private final MachineState machine = Machines.linux();
  private final List<Packet> arriving = new ArrayList<>();
  private NetState net = Machines.net(machine);
  private TunDevice tun = TunDevice.create(net, "tun0");

  @BeforeEach
  void takePackets() {
    machine.setSoftirqs(
        new Softirqs() {
          @Override
          public void netRx(NetNs where, Packet packet, long atNs) {
            assertThat(where).isSameAs(net);
            arriving.add(packet);
          }

          @Override
          public void txDropped(NetNs where, Packet packet) {
            throw new AssertionError("no packet is dropped");
          }

          @Override
          public void timer(TimerEvent event) {
            throw new AssertionError("no timer is set");
          }

          @Override
          public void cancel(TimerEvent event) {
            throw new AssertionError("no timer is taken back");
          }
        });
  }

  private static byte[] ipv4() {
    byte[] packet = new byte[20];
    packet[0] = 0x45;
    return packet;
  }

  private Packet outgoing() {
    byte[] bytes = new byte[Packet.LL_RESERVED_BYTES + 20];
    return new Packet(
        tun.dev(),
        Packet.ETH_P_IP,
        bytes,
        Packet.LL_RESERVED_BYTES,
        Skb.unaccountedTruesize(bytes.length));
  }

  @Test
  void newDeviceIsDownAndHasWhatLinuxGivesIt() {
    NetDevice dev = tun.dev();
    assertThat(net.devices()).extracting(NetDevice::name).containsExactly("lo", "tun0");
    assertThat(net.ifindex("tun0")).isEqualTo(2);
    assertThat(net.deviceName(2)).isEqualTo("tun0");
    assertThat(net.device(2)).isSameAs(dev);
    assertThat(net.device(3)).isNull();
    assertThat(dev.isUp()).isFalse();
    assertThat(dev.mtu()).isEqualTo(1500);
    assertThat(dev.txQueueLen()).isEqualTo(500);
    assertThat(dev.type()).isEqualTo(NetDevice.ARPHRD_NONE);
    assertThat(dev.address()).isEmpty();
    assertThat(dev.flags())
        .isEqualTo(NetDevice.IFF_POINTOPOINT | NetDevice.IFF_NOARP | NetDevice.IFF_MULTICAST);
    assertThat(dev.qdiscName()).isEqualTo("noop");
    Netdev.setUp(net, dev, true);
    assertThat(dev.qdiscName()).isEqualTo("pfifo_fast");
  }

  @Test
  void secondDeviceOfANameIsABug() {
    assertThat(TunDevice.create(net, "tun1").dev().ifindex()).isEqualTo(3);
    assertThatThrownBy(() -> TunDevice.create(net, "tun0"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsWrittenComesToTheNamespace() {
    Netdev.setUp(net, tun.dev(), true);
    byte[] written = ipv4();
    assertThat(tun.write(written, 0)).isEqualTo(20);
    written[0] = 0;
    assertThat(arriving).hasSize(1);
    Packet packet = arriving.get(0);
    assertThat(packet.ethertype()).isEqualTo(Packet.ETH_P_IP);
    assertThat(packet.u8(packet.network())).isEqualTo(0x45);
    assertThat(packet.dev()).isSameAs(tun.dev());
    assertThat(tun.dev().rxPackets()).isOne();
    assertThat(tun.dev().rxBytes()).isEqualTo(20);
  }

  @Test
  void writeToADeviceThatIsDownFailsWithEioAfterALookAtTheVersion() {
    assertThat(tun.write(new byte[0], 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(tun.write(new byte[] {0x35}, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(tun.write(ipv4(), 0)).isEqualTo(Errno.EIO.negated());
    assertThat(arriving).isEmpty();
  }

  @Test
  void whatIsSentIsReadInOrderAndWakesTheReader() {
    Netdev.setUp(net, tun.dev(), true);
    List<Integer> wakes = new ArrayList<>();
    tun.readers().add(wakes::add);
    Packet first = outgoing();
    Packet second = outgoing();
    DevQueue.xmit(net, first);
    DevQueue.xmit(net, second);
    assertThat(wakes).hasSize(2);
    assertThat(tun.read()).isSameAs(first);
    assertThat(tun.read()).isSameAs(second);
    assertThat(tun.read()).isNull();
    assertThat(arriving).isEmpty();
    assertThat(tun.dev().txPackets()).isEqualTo(2);
    assertThat(tun.dev().txBytes()).isEqualTo(40);
  }

  @Test
  void fullRingDropsWhatIsSent() {
    Netdev.setUp(net, tun.dev(), true);
    tun.dev().setTxQueueLen(1);
    DevQueue.xmit(net, outgoing());
    Packet dropped = outgoing();
    DevQueue.xmit(net, dropped);
    assertThat(dropped.dropped()).isEqualTo(DropReason.FULL_RING);
    assertThat(tun.dev().txDropped()).isOne();
    assertThat(tun.dev().txPackets()).isOne();
    assertThat(ProcDevices.dev(net))
        .contains("  tun0:       0       0    0    0")
        .contains("    1 ");
  }
}
