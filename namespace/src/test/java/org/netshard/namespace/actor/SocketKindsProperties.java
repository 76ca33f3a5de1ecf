package org.netshard.namespace.actor;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.netshard.protocol.abi.Abi;

/**
 * As {@link DatagramProperties}, for all other sockets whose data come in packets or messages.
 * {@code -Djqwik.tries.default=5000} for the long run.
 */
class SocketKindsProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int IPPROTO_EGP = 8;
  private static final int NETLINK_ROUTE = 0;
  private static final int NETLINK_SOCK_DIAG = 4;

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Provide
  static Arbitrary<List<Integer>> numbers() {
    return TwoTasks.numbers();
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void pingOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new PingCalls(Abi.AF_INET, Abi.IPPROTO_ICMP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void pingOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new PingCalls(Abi.AF_INET6, Abi.IPPROTO_ICMPV6), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawIcmp(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET, Abi.IPPROTO_ICMP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawIcmpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET6, Abi.IPPROTO_ICMPV6), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawUdp(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET, Abi.IPPROTO_UDP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawOfAnotherProtocolOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET, IPPROTO_EGP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawOfAnotherProtocolOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET6, IPPROTO_EGP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawWithHeaders(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET, Abi.IPPROTO_RAW), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void rawWithHeadersOfIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new RawCalls(Abi.AF_INET6, Abi.IPPROTO_RAW), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void packetsWhole(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new PacketCalls(Abi.SOCK_RAW), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void packetsWithoutLinkHeader(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new PacketCalls(Abi.SOCK_DGRAM), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void packetsOfTheOldKind(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new PacketCalls(Abi.SOCK_PACKET), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void netlinkRoute(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new NetlinkCalls(NETLINK_ROUTE), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void netlinkSockDiag(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new NetlinkCalls(NETLINK_SOCK_DIAG), numbers);
  }
}
