package org.netshard.protocol.packet;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SockFlag;

/**
 * Joining and leaving fanout groups.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code fanout_add}, {@code fanout_find_new_id},
 * {@code fanout_release}, {@code fanout_set_data}.
 */
final class PacketFanout {
  private static final NetGeneric<Groups> GROUPS = new NetGeneric<>(Groups::new);
  private static final NetGeneric<NextId> NEXT_ID = new NetGeneric<>(NextId::new);

  /** {@code PACKET_FANOUT_MAX}: members of a group. */
  private static final int MEMBER_COUNT_MAX = 1 << 16;

  /** Members of a group of which the program did not say how many it may have. */
  private static final int MEMBER_COUNT_DEFAULT = 256;

  /** Size of a {@code struct fanout_args}, bytes: id, type with flags, members. */
  private static final int ARGS_BYTES = 8;

  private static final int ID_COUNT = 1 << 16;

  /** The groups of a namespace by their ids ({@code fanout_list}). */
  private static final class Groups {
    private final Map<Integer, FanoutGroup> byId = new TreeMap<>();
  }

  /** {@code fanout_next_id}, of all namespaces. */
  private static final class NextId {
    private int value;
  }

  private PacketFanout() {}

  /**
   * Joins a group, which is made if there is none with this id.
   *
   * <p><b>Errors</b>, in order: EINVAL for the length, EFAULT, EINVAL for an unknown type or one
   * that rolls over to itself, EALREADY in a group, EINVAL for an id with the wish for a unique
   * one, ENOMEM if all are taken; EINVAL if the group has other flags or another number of members,
   * or for too many of them; EINVAL if the sock receives nothing, or something else than the group
   * does, or if that is of another type; ENOSPC if it is full.
   */
  static int add(Sk sk, UserMem optval, int optlen) {
    if (optlen != Integer.BYTES && optlen != ARGS_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    int id = optval.getShort(0);
    int type = optval.getShort(2) & 0xff;
    int flags = optval.getShort(2) >>> 8;
    long membersMax = optlen == ARGS_BYTES ? Integer.toUnsignedLong(optval.getInt(4)) : 0;
    boolean rollsOver = (flags & FanoutGroup.FLAG_ROLLOVER) != 0;
    boolean itself = type == FanoutGroup.PACKET_FANOUT_ROLLOVER;
    if (type > FanoutGroup.PACKET_FANOUT_EBPF || (itself && rollsOver)) {
      return Errno.EINVAL.negated();
    }
    if (PacketOptions.of(sk).fanout != null) {
      return Errno.EALREADY.negated();
    }
    if ((flags & FanoutGroup.FLAG_UNIQUEID) != 0) {
      if (id != 0) {
        return Errno.EINVAL.negated();
      }
      id = newId(sk.net());
      if (id < 0) {
        return Errno.ENOMEM.negated();
      }
      flags &= ~FanoutGroup.FLAG_UNIQUEID;
    }
    FanoutGroup match = sk.net().generic(GROUPS).byId.get(id);
    boolean bad =
        match == null
            ? membersMax > MEMBER_COUNT_MAX
            : match.flags() != flags || (membersMax != 0 && membersMax != match.memberCountMax());
    PacketTap tap = PacketOptions.of(sk).tap;
    if (bad || tap == null) {
      return Errno.EINVAL.negated();
    }
    if (match == null) {
      long count = membersMax == 0 ? MEMBER_COUNT_DEFAULT : membersMax;
      match = new FanoutGroup(sk.net(), id, type, flags, count, tap);
    }
    if (match.type() != type || !match.matches(tap)) {
      return Errno.EINVAL.negated();
    }
    if (match.isFull()) {
      return Errno.ENOSPC.negated();
    }
    join(sk, match, rollsOver || itself);
    return 0;
  }

  private static void join(Sk sk, FanoutGroup group, boolean rollsOver) {
    if ((group.flags() & FanoutGroup.FLAG_DEFRAG) != 0) {
      sk.net()
          .machine()
          .leftOut("PACKET_FANOUT_FLAG_DEFRAG is not simulated: fragments are spread as they come");
    }
    sk.net().generic(GROUPS).byId.put(group.id(), group);
    group.get();
    PacketTap.unhook(sk);
    PacketOptions options = PacketOptions.forWrite(sk);
    options.fanout = group;
    options.rollover = rollsOver ? new FanoutRollover() : null;
    PacketTap.hook(sk);
  }

  /** An id that no group of the namespace has, or -1. */
  private static int newId(NetNs net) {
    Map<Integer, FanoutGroup> taken = net.generic(GROUPS).byId;
    NextId next = net.machine().generic(NEXT_ID);
    for (int i = 0; i < ID_COUNT; i++) {
      int id = (next.value + i) % ID_COUNT;
      if (!taken.containsKey(id)) {
        next.value = (id + 1) % ID_COUNT;
        return id;
      }
    }
    return -1;
  }

  /** A sock that sees no packets any more leaves its group, which ends with the last one. */
  static void release(Sk sk) {
    FanoutGroup group = PacketOptions.of(sk).fanout;
    if (group != null) {
      PacketOptions.forWrite(sk).fanout = null;
      if (group.put()) {
        sk.net().generic(GROUPS).byId.remove(group.id());
      }
    }
  }

  /**
   * {@code PACKET_FANOUT_DATA}: the program of a group.
   *
   * <p><b>Errors</b>, in order: EINVAL without a group or for one that takes no program, EPERM if
   * the filter is locked, those of {@code SO_ATTACH_FILTER}; EINVAL, EFAULT, EBADF for a descriptor
   * of an eBPF program, of which there are none.
   */
  static int setData(Sk sk, UserMem optval, int optlen) {
    @Nullable FanoutGroup group = PacketOptions.of(sk).fanout;
    boolean classic = group != null && group.type() == FanoutGroup.PACKET_FANOUT_CBPF;
    if (group == null || (!classic && group.type() != FanoutGroup.PACKET_FANOUT_EBPF)) {
      return Errno.EINVAL.negated();
    }
    if (sk.flag(SockFlag.SOCK_FILTER_LOCKED)) {
      return Errno.EPERM.negated();
    }
    if (!classic) {
      if (optlen != Integer.BYTES) {
        return Errno.EINVAL.negated();
      }
      return (optval.accessible(0, Integer.BYTES) ? Errno.EBADF : Errno.EFAULT).negated();
    }
    int error = SkFilter.checkProgram(sk, optval, optlen);
    if (error == 0) {
      group.setProgram(SkFilter.program(optval));
    }
    return error;
  }
}
