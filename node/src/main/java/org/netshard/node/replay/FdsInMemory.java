package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * Descriptors that a call names besides its first argument, brought from the log's to the
 * simulation's.
 */
final class FdsInMemory {
  private static final int POLLFD_BYTES = 8;
  private static final int HEADER_BYTES = 56;

  /** Where in a message header the pointer to its control messages is. */
  static final int CONTROL = 32;

  private static final int CONTROLLEN = 40;
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int UCRED_BYTES = 12;

  private FdsInMemory() {}

  /** The call with the simulation's descriptors. */
  static Syscall inSimulation(Syscall call, FdNames names) {
    switch (call.name()) {
      case POLL -> pollfds(call, names);
      case SENDMSG -> rights(call.mem(1), names);
      case EPOLL_CTL -> {
        return call.withArg(2, names.simulated(call.intArg(2)));
      }
      default -> {
        return call;
      }
    }
    return call;
  }

  private static void pollfds(Syscall call, FdNames names) {
    UserMem mem = call.mem(0);
    for (int at = 0; at + POLLFD_BYTES <= mem.size(); at += POLLFD_BYTES) {
      mem.putInt(at, names.simulated(mem.getInt(at)));
    }
  }

  /** The descriptors of {@code poll}, those of the simulation. */
  static List<Integer> ofPoll(Syscall call) {
    List<Integer> fds = new ArrayList<>();
    UserMem mem = call.mem(0);
    for (int at = 0; at + POLLFD_BYTES <= mem.size(); at += POLLFD_BYTES) {
      fds.add(mem.getInt(at));
    }
    return fds;
  }

  private static void rights(UserMem header, FdNames names) {
    for (int at : positions(header)) {
      UserMem control = header.pointer(CONTROL);
      control.putInt(at, names.simulated(control.getInt(at)));
    }
  }

  /** The descriptors that {@code recvmsg} has brought. */
  static List<Integer> received(UserMem header) {
    List<Integer> fds = new ArrayList<>();
    for (int at : positions(header)) {
      fds.add(header.pointer(CONTROL).getInt(at));
    }
    return fds;
  }

  /** Where in the control messages of a header there are descriptors. */
  private static List<Integer> positions(UserMem header) {
    return positions(header, Abi.SCM_RIGHTS, Integer.BYTES);
  }

  /** Where in the control messages of a header there are credentials, which begin with a pid. */
  static List<Integer> credentials(UserMem header) {
    return positions(header, Abi.SCM_CREDENTIALS, UCRED_BYTES);
  }

  private static List<Integer> positions(UserMem header, int type, int size) {
    List<Integer> positions = new ArrayList<>();
    if (!header.accessible(0, HEADER_BYTES) || header.pointer(CONTROL).size() == 0) {
      return positions;
    }
    UserMem control = header.pointer(CONTROL);
    long end = Math.min(header.getLong(CONTROLLEN), control.size());
    int at = 0;
    while (at + CMSG_HEADER_BYTES <= end) {
      long length = control.getLong(at);
      if (length < CMSG_HEADER_BYTES || length > end - at) {
        break;
      }
      if (control.getInt(at + 8) == Abi.SOL_SOCKET && control.getInt(at + 12) == type) {
        for (int item = at + CMSG_HEADER_BYTES; item + size <= at + length; item += size) {
          positions.add(item);
        }
      }
      at += (int) ((length + 7) & -8);
    }
    return positions;
  }
}
