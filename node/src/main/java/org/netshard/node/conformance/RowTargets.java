package org.netshard.node.conformance;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** The addresses that the rows of the table of errors name. */
final class RowTargets {
  private static final byte[] FOREIGN4 = {(byte) 192, 0, 2, 9};
  private static final byte[] FOREIGN6 = {
    0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9
  };
  private static final byte[] GROUP4 = {(byte) 224, 0, 0, 9};
  private static final byte[] GROUP6 = {-1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
  private static final byte[] BROADCAST4 = {127, -1, -1, -1};
  private static final byte[] LIMITED4 = {-1, -1, -1, -1};
  private static final int DISCARD = 9;
  private static final int ROOM = 256;
  private static final int BACKLOG = 5;
  private static final Pattern ADDRLEN = Pattern.compile("\\(addrlen (-?\\d+)\\)");

  private final SyscallErrorsTable table;
  private int names;
  private String nameFormat = "or%d";

  RowTargets(SyscallErrorsTable table) {
    this.table = table;
  }

  /** Says how abstract names look. */
  void setNameFormat(String format) {
    nameFormat = format;
  }

  /** An address that is not of this machine. */
  static UserMem foreign(Kind kind) {
    return ProbeAddress.inet(kind.family(), FOREIGN4, FOREIGN6, DISCARD);
  }

  /** An address of its own for a kind of socket. */
  UserMem own(Kind kind, int port) {
    return switch (kind.family()) {
      case Abi.AF_UNIX -> ProbeAddress.unix(String.format(Locale.ROOT, nameFormat, ++names));
      case Abi.AF_NETLINK -> ProbeAddress.netlink();
      case Abi.AF_PACKET -> ProbeAddress.packet();
      case Abi.AF_VSOCK -> ProbeAddress.vsock();
      default -> ProbeAddress.loopback(kind.family(), port);
    };
  }

  static UserMem wrongFamily(Kind kind, int port) {
    return kind.family() == Abi.AF_INET
        ? ProbeAddress.loopback(Abi.AF_INET6, 0)
        : ProbeAddress.padded(ProbeAddress.loopback(Abi.AF_INET, port), 28);
  }

  static UserMem unspec(Kind kind) {
    return UserMem.zeroed(kind.family() == Abi.AF_INET ? 16 : 28);
  }

  /** What goes on with an address and the length that is said of it. */
  @FunctionalInterface
  interface ToAddress {
    void to(UserMem address, int length);
  }

  /**
   * Finds the address that an operation names, such as {@code (nobody there)}.
   *
   * @return false if there is no such thing
   */
  boolean find(Kind kind, int fd, String named, ToAddress then) {
    int family = kind.family();
    UserMem to =
        switch (named) {
          case "" -> ProbeAddress.loopback(Abi.AF_INET, DISCARD);
          case "(AF_UNSPEC)" -> UserMem.zeroed(16);
          case "(wrong family)" -> wrongFamily(kind, DISCARD);
          case "(port 0)" -> ProbeAddress.loopback(family, 0);
          case "(any address)" -> ProbeAddress.inet(family, new byte[4], new byte[16], DISCARD);
          case "(unreachable network)" -> foreign(kind);
          case "(broadcast 127.255.255.255)" ->
              ProbeAddress.inet(Abi.AF_INET, BROADCAST4, GROUP6, DISCARD);
          case "(255.255.255.255)" -> ProbeAddress.inet(Abi.AF_INET, LIMITED4, GROUP6, DISCARD);
          case "(multicast)" -> ProbeAddress.inet(family, GROUP4, GROUP6, DISCARD);
          default -> UserMem.NULL;
        };
    if (!to.isNull()) {
      then.to(to, to.size());
      return true;
    }
    switch (named) {
      case "(itself)" -> table.name(fd, (own, address) -> then.to(address, address.size()));
      case "(a live listener)", "(live receiver)" -> other(kind, true, then);
      case "(nobody there)" -> other(kind, false, then);
      case "(AF_UNSPEC family)" ->
          other(
              kind,
              false,
              (address, length) -> then.to(ProbeAddress.withFamily(address, 0), length));
      case "(NULL, 16)" -> then.to(UserMem.NULL, 16);
      default -> {
        Matcher length = ADDRLEN.matcher(named);
        if (!length.matches()) {
          return false;
        }
        UserMem own = ProbeAddress.padded(own(kind, DISCARD), ROOM);
        then.to(own, Integer.parseInt(length.group(1)));
      }
    }
    return true;
  }

  /** Somebody who is there, or a name that nobody has any more. */
  private void other(Kind kind, boolean there, ToAddress then) {
    boolean named = kind.isInet() || kind.family() == Abi.AF_UNIX;
    if (!named || (kind.family() == Abi.AF_UNIX && !there)) {
      UserMem own = own(kind, 0);
      then.to(own, own.size());
      return;
    }
    table.bound(
        new Kind(kind.family(), kind.otherType(), 0),
        (other, address) -> {
          if (!there) {
            table.close(other);
          } else if (kind.otherType() != Abi.SOCK_DGRAM) {
            table.make(Syscall.of(SyscallName.LISTEN, other, BACKLOG));
          }
          then.to(address, address.size());
        });
  }
}
