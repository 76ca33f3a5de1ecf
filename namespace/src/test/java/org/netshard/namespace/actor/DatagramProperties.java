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
 * Random calls of two tasks, each in a namespace and a memory cgroup of its own, on sockets of
 * datagrams: nothing crashes, all memory adds up after every event, and none is left at the end.
 */
class DatagramProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int TRIES = 5000;

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Provide
  static Arbitrary<List<Integer>> numbers() {
    return TwoTasks.numbers();
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new DatagramCalls(Abi.AF_INET, Abi.SOCK_DGRAM, Abi.IPPROTO_UDP), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new DatagramCalls(Abi.AF_INET6, Abi.SOCK_DGRAM, Abi.IPPROTO_UDP), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpLiteOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new DatagramCalls(Abi.AF_INET, Abi.SOCK_DGRAM, Abi.IPPROTO_UDPLITE), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpLiteOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(
        KIT, new DatagramCalls(Abi.AF_INET6, Abi.SOCK_DGRAM, Abi.IPPROTO_UDPLITE), numbers);
  }
}
