package org.netshard.protocol.abi;

/**
 * Options of the level {@code AF_VSOCK}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/vm_sockets.h}.
 */
public final class VsockOption {
  public static final int SO_VM_SOCKETS_BUFFER_SIZE = 0;
  public static final int SO_VM_SOCKETS_BUFFER_MIN_SIZE = 1;
  public static final int SO_VM_SOCKETS_BUFFER_MAX_SIZE = 2;
  public static final int SO_VM_SOCKETS_PEER_HOST_VM_ID = 3;
  public static final int SO_VM_SOCKETS_TRUSTED = 5;
  public static final int SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD = 6;
  public static final int SO_VM_SOCKETS_NONBLOCK_TXRX = 7;
  public static final int SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW = 8;

  private VsockOption() {}
}
