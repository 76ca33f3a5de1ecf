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
 * As {@link DatagramProperties}, for connections of TCP, which go on for a while when the tasks
 * have ended. {@code -Djqwik.tries.default=5000} for the long run.
 */
class TcpProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Provide
  static Arbitrary<List<Integer>> numbers() {
    return TwoTasks.numbers();
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void tcpOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new TcpCalls(Abi.AF_INET), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void tcpOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new TcpCalls(Abi.AF_INET6), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void mptcpOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new TcpCalls(Abi.AF_INET, Abi.IPPROTO_MPTCP), numbers);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void mptcpOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, new TcpCalls(Abi.AF_INET6, Abi.IPPROTO_MPTCP), numbers);
  }

  /** Two listeners share a port, and who waits for one goes to the other when it is closed. */
  @Property(shrinking = ShrinkingMode.BOUNDED)
  void listenersThatGiveTheirConnectionsAway(@ForAll("numbers") List<Integer> numbers) {
    TwoTasks.run(KIT, TcpCalls.ofTwoListeners(), numbers);
  }
}
