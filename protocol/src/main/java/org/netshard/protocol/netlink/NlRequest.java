package org.netshard.protocol.netlink;

import java.util.Arrays;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;

/**
 * A message that the kernel has received, and who sent it.
 *
 * <p><b>Source:</b> {@code include/linux/netlink.h}: {@code struct nlmsghdr}, {@code NETLINK_CB}.
 */
public final class NlRequest {
  private final Sk sk;
  private final Caller caller;
  private final byte[] message;

  /**
   * A message.
   *
   * @param sk the sock that sent it
   * @param message its bytes, as many as its header says
   */
  public NlRequest(Sk sk, Caller caller, byte[] message) {
    this.sk = sk;
    this.caller = caller;
    this.message = message;
  }

  /** The sock that sent it. */
  public Sk sk() {
    return sk;
  }

  /** Its namespace. */
  public NetNs net() {
    return sk.net();
  }

  /** The task that sent it. */
  public Caller caller() {
    return caller;
  }

  /** All of it, header included. */
  public byte[] message() {
    return message;
  }

  /** {@code nlmsg_type}. */
  public int type() {
    return getShort(message, 4);
  }

  /** {@code nlmsg_flags}. */
  public int flags() {
    return getShort(message, 6);
  }

  /** Whether all of these flags are set. */
  public boolean has(int wanted) {
    return (flags() & wanted) == wanted;
  }

  /** {@code nlmsg_seq}. */
  public int seq() {
    return getInt(message, 8);
  }

  /** The port of the sock that sent it. */
  public int portid() {
    return NetlinkOptions.of(sk).portid;
  }

  /** Bytes behind the header ({@code nlmsg_len}). */
  public int payload() {
    return message.length - Nl.NLMSG_HDRLEN;
  }

  /** The byte at this place behind the header. */
  public int getByte(int at) {
    return message[Nl.NLMSG_HDRLEN + at] & 0xff;
  }

  /** The 16 bits at this place behind the header. */
  public int getShort(int at) {
    return getShort(message, Nl.NLMSG_HDRLEN + at);
  }

  /** The 32 bits at this place behind the header. */
  public int getInt(int at) {
    return getInt(message, Nl.NLMSG_HDRLEN + at);
  }

  /** Bytes behind the header. */
  public byte[] bytes(int at, int length) {
    return Arrays.copyOfRange(message, Nl.NLMSG_HDRLEN + at, Nl.NLMSG_HDRLEN + at + length);
  }

  /** Whether its sender wants headers of dumps checked ({@code NETLINK_GET_STRICT_CHK}). */
  public boolean strict() {
    return NetlinkOptions.of(sk).has(NetlinkOption.NETLINK_GET_STRICT_CHK);
  }

  static int getShort(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8);
  }

  static int getInt(byte[] bytes, int at) {
    return getShort(bytes, at) | (getShort(bytes, at + 2) << 16);
  }
}
