package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.SocketOptions;

/**
 * A {@code struct group_filter} on its way to the program, of either version of IP.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c}, {@code ip_get_mcast_msfilter}; {@code
 * net/ipv6/ipv6_sockglue.c}, {@code ipv6_get_msfilter}.
 */
public final class GroupFilter {
  private static final int HEAD_BYTES = 144;
  private static final int FMODE_AT = 136;
  private static final int NUMSRC_AT = 140;
  private static final int SOCKADDR_STORAGE_BYTES = 128;

  private GroupFilter() {}

  /**
   * Writes mode, count and as many sources as there is room for, and the length.
   *
   * @param optval the structure, whose head is known to be accessible
   * @param addressAt where the address stands in the family's {@code sockaddr}
   */
  public static int put(
      McList.Entry entry, int family, int addressAt, UserMem optval, UserMem optlen) {
    int count = entry.sources().size();
    int room = optval.getInt(NUMSRC_AT);
    int copied = room < 0 ? count : Math.min(count, room);
    int bytes = HEAD_BYTES + SOCKADDR_STORAGE_BYTES * copied;
    if (!optval.accessible(0, bytes)) {
      return Errno.EFAULT.negated();
    }
    for (int i = 0; i < copied; i++) {
      byte[] address = new byte[SOCKADDR_STORAGE_BYTES];
      byte[] source = entry.sources().get(i);
      address[0] = (byte) family;
      System.arraycopy(source, 0, address, addressAt, source.length);
      optval.put(HEAD_BYTES + SOCKADDR_STORAGE_BYTES * i, address, address.length);
    }
    optval.putInt(FMODE_AT, entry.mode());
    optval.putInt(NUMSRC_AT, count);
    return SocketOptions.putLen(optlen, bytes);
  }
}
