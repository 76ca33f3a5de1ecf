package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;

/** Which descriptors a call that is not simulated gave to its process in the log. */
final class FdOrigins {
  private static final List<String> ANONYMOUS =
      List.of(
          "pipe", "pipe2", "eventfd", "eventfd2", "epoll_create", "epoll_create1", "memfd_create");

  private FdOrigins() {}

  /** Whether such a call gives sockets; those that SCM_RIGHTS brings mostly are. */
  static boolean givesSocket(String call) {
    return call.startsWith("accept") || call.startsWith("socket") || call.startsWith("recv");
  }

  /** Whether such a call gives files of the recording machine. */
  static boolean givesRecorded(String call) {
    return switch (call) {
      case "open", "openat", "openat2", "creat", "memfd_create", "inotify_init", "inotify_init1" ->
          true;
      default -> false;
    };
  }

  /** Whether such a call gives files of which none is a namespace. */
  static boolean givesNoNamespace(String call) {
    return givesSocket(call) ? !call.startsWith("recv") : ANONYMOUS.contains(call);
  }

  /** Whether a call asked for close-on-exec: O_CLOEXEC, SOCK_CLOEXEC, EPOLL_CLOEXEC and so on. */
  static boolean closeOnExec(StraceEvent.Call call) {
    return call.text().contains("_CLOEXEC");
  }

  /** The descriptors that the log shows, in the order in which the kernel made them. */
  static List<Integer> of(StraceEvent.Call call) {
    if (!call.result().known() || call.result().isError()) {
      return List.of();
    }
    return switch (call.name()) {
      case "accept",
          "accept4",
          "open",
          "openat",
          "openat2",
          "creat",
          "dup",
          "eventfd",
          "eventfd2",
          "epoll_create",
          "epoll_create1",
          "signalfd",
          "signalfd4",
          "timerfd_create",
          "inotify_init",
          "inotify_init1",
          "memfd_create",
          "pidfd_open",
          "pidfd_getfd",
          "socket" ->
          List.of((int) call.result().value());
      case "pipe", "pipe2" -> numbers(argument(call, 0));
      case "socketpair" -> numbers(argument(call, 3));
      case "recvmsg", "recvmmsg" -> rights(call.arguments());
      case "ioctl" ->
          call.text().contains("SIOCGSKNS") || call.text().contains("SIOCPROTOPRIVATE")
              ? List.of((int) call.result().value())
              : List.of();
      default -> List.of();
    };
  }

  private static StraceValue argument(StraceEvent.Call call, int index) {
    return call.arguments().get(index).after().plain();
  }

  private static List<Integer> numbers(StraceValue value) {
    List<Integer> fds = new ArrayList<>();
    if (value instanceof StraceValue.Array array) {
      for (StraceValue element : array.elements()) {
        if (element.plain() instanceof StraceValue.IntValue number) {
          fds.add((int) number.value());
        }
      }
    }
    return fds;
  }

  /** Descriptors received by SCM_RIGHTS: {@code cmsg_type=SCM_RIGHTS, cmsg_data=[5, 6]}. */
  private static List<Integer> rights(List<StraceValue> values) {
    List<Integer> fds = new ArrayList<>();
    for (StraceValue value : values) {
      collectRights(value.after().plain(), fds);
    }
    return fds;
  }

  private static void collectRights(StraceValue value, List<Integer> fds) {
    if (value instanceof StraceValue.Array array) {
      array.elements().forEach(element -> collectRights(element.after().plain(), fds));
    } else if (value instanceof StraceValue.Struct struct) {
      boolean rights = false;
      for (StraceValue member : struct.members()) {
        if (member instanceof StraceValue.Named named) {
          StraceValue inner = named.value().after().plain();
          rights |=
              named.name().equals("cmsg_type")
                  && inner instanceof StraceValue.Symbol symbol
                  && symbol.name().equals("SCM_RIGHTS");
          if (rights && named.name().equals("cmsg_data")) {
            fds.addAll(numbers(inner));
          } else {
            collectRights(inner, fds);
          }
        }
      }
    }
  }
}
