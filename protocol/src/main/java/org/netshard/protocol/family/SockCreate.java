package org.netshard.protocol.family;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;

/**
 * A socket on its way: what was asked, and what the family's rules chose.
 *
 * <p>One object serves every creation of a kernel, since only one is under way at a time.
 */
public final class SockCreate {
  private @Nullable NetNs net;
  private @Nullable Cred cred;
  private int family;
  private int type;
  private int protocol;
  private boolean kern;
  private boolean postCreate;
  private int num;
  private @Nullable Protosw answer;
  private @Nullable Sk graft;

  /** Begins a creation. */
  public void begin(NetNs newNet, Cred newCred, int newFamily, int newType, int newProtocol) {
    net = newNet;
    cred = newCred;
    family = newFamily;
    type = newType;
    protocol = newProtocol;
    kern = false;
    postCreate = false;
    answer = null;
    num = 0;
    graft = null;
  }

  /** A socket for a sock that is there already, as one that was accepted. */
  public void setGraft(Sk child) {
    graft = child;
  }

  /** The sock that is there already, or null. */
  public @Nullable Sk graft() {
    return graft;
  }

  /** Makes this a socket of the kernel's own ({@code kern} of {@code __sock_create}). */
  public void setKern() {
    kern = true;
  }

  /** Namespace that the socket will belong to. */
  public NetNs net() {
    return known(net);
  }

  /** Credentials of the task that asks. */
  public Cred cred() {
    return known(cred);
  }

  /** Address family; {@code AF_INET} with {@code SOCK_PACKET} has become {@code AF_PACKET}. */
  public int family() {
    return family;
  }

  /** Replaces the family. */
  public void setFamily(int newFamily) {
    family = newFamily;
  }

  /** Socket type without flags; a family may replace it, as AF_UNIX does with {@code SOCK_RAW}. */
  public int type() {
    return type;
  }

  /** Replaces the type ({@code sock->type}). */
  public void setType(int newType) {
    type = newType;
  }

  /** The protocol; after the family's rules the one that {@code SO_PROTOCOL} will report. */
  public int protocol() {
    return protocol;
  }

  /** Replaces the protocol. */
  public void setProtocol(int newProtocol) {
    protocol = newProtocol;
  }

  /** Whether the kernel itself asks, who needs no capability. */
  public boolean kern() {
    return kern;
  }

  /** What the sock remembers as its number: AF_PACKET's Ethernet type ({@code po->num}). */
  public int num() {
    return num;
  }

  /** Sets what the sock remembers as its number. */
  public void setNum(int newNum) {
    num = newNum;
  }

  /** Whether {@code security_socket_post_create} has to be asked at the end. */
  public boolean postCreate() {
    return postCreate;
  }

  /** Has {@code security_socket_post_create} asked at the end. */
  public void setPostCreate() {
    postCreate = true;
  }

  /** The protosw that the family's rules chose. */
  public Protosw answer() {
    return known(answer);
  }

  /** Notes the choice of the family's rules. */
  public void choose(Protosw chosen) {
    answer = chosen;
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("no creation is under way");
    }
    return value;
  }
}
