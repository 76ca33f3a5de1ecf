package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Descriptors that a call names besides its first argument, brought from the log's to the
 * simulation's.
 */
final class FdsInMemory {
  private static final int POLLFD_BYTES = 8;
  private static final int HEADER_BYTES = 56;
  private static final int ENTRY_BYTES = 64;
  private static final int FD_SET_BYTES = 128;

  /** Where in a message header the pointer to its control messages is. */
  static final int CONTROL = 32;

  private static final int CONTROLLEN = 40;
  private static final int CMSG_HEADER_BYTES = 16;
  private static final int UCRED_BYTES = 12;

  private FdsInMemory() {}

  /** The call with the simulation's descriptors. */
  static Syscall inSimulation(Syscall call, FdNames names) {
    switch (call.name()) {
      case POLL, PPOLL -> pollfds(call, names);
      case SELECT, PSELECT6 -> {
        return sets(call, names);
      }
      case SENDMSG -> rights(call.mem(1), names);
      case SENDMMSG -> headers(call).forEach(header -> rights(header, names));
      case MMAP -> {
        return call.withArg(4, names.simulated(call.intArg(4)));
      }
      case SENDFILE, TEE, EPOLL_CTL, SPLICE -> {
        int second = secondFd(call.name());
        return call.withArg(second, names.simulated(call.intArg(second)));
      }
      default -> {
        return call;
      }
    }
    return call;
  }

  /** Whether a call takes two files, of which both have to be open. */
  static boolean takesSecondFd(SyscallName name) {
    return switch (name) {
      case SENDFILE, TEE, EPOLL_CTL, SPLICE -> true;
      default -> false;
    };
  }

  /** Which argument of such a call is the second of them. */
  static int secondFd(SyscallName name) {
    return name == SyscallName.SENDFILE || name == SyscallName.TEE ? 1 : 2;
  }

  private static void pollfds(Syscall call, FdNames names) {
    UserMem mem = call.mem(0);
    for (int at = 0; at + POLLFD_BYTES <= mem.size(); at += POLLFD_BYTES) {
      mem.putInt(at, names.simulated(mem.getInt(at)));
    }
  }

  /** Sets of descriptors, {@code select}. */
  private static Syscall sets(Syscall call, FdNames names) {
    if (names.areTheSame()) {
      return call;
    }
    int highest = call.intArg(0);
    Syscall mapped = call;
    for (int index = 1; index <= 3; index++) {
      UserMem set = call.mem(index);
      UserMem renamed = UserMem.zeroed(FD_SET_BYTES);
      for (int fd : ofSet(set, call.intArg(0))) {
        int simulated = names.simulated(fd);
        if (renamed.accessible(simulated >> 3, 1)) {
          renamed.putByte(simulated >> 3, renamed.getByte(simulated >> 3) | 1 << (simulated & 7));
          highest = Math.max(highest, simulated + 1);
        }
      }
      if (set.size() > 0) {
        mapped = mapped.withMem(index, renamed);
      }
    }
    return mapped.withArg(0, highest);
  }

  private static List<Integer> ofSet(UserMem set, int count) {
    List<Integer> fds = new ArrayList<>();
    for (int fd = 0; fd < count && set.accessible(fd >> 3, 1); fd++) {
      if ((set.getByte(fd >> 3) >> (fd & 7) & 1) != 0) {
        fds.add(fd);
      }
    }
    return fds;
  }

  /** The headers of several messages, whose pointers lead to their memory. */
  static List<UserMem> headers(Syscall call) {
    List<UserMem> headers = new ArrayList<>();
    UserMem vector = call.mem(1);
    for (int at = 0; vector.accessible(at, HEADER_BYTES); at += ENTRY_BYTES) {
      headers.add(vector.part(at, HEADER_BYTES));
    }
    return headers;
  }

  /** The descriptors of {@code poll} and {@code select}, those of the simulation. */
  static List<Integer> ofPoll(Syscall call) {
    List<Integer> fds = new ArrayList<>();
    if (call.name() == SyscallName.SELECT || call.name() == SyscallName.PSELECT6) {
      for (int index = 1; index <= 3; index++) {
        fds.addAll(ofSet(call.mem(index), call.intArg(0)));
      }
      return fds;
    }
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
