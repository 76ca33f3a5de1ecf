package org.netshard.protocol.vsock;

import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;

/**
 * What a vsock has besides the sock: buffer sizes and the time limit of connecting.
 *
 * <p><b>Source:</b> {@code include/net/af_vsock.h}, {@code struct vsock_sock}; defaults of {@code
 * __vsock_create}.
 */
final class VsockOptions extends OptionBlock {
  /** {@code VSOCK_DEFAULT_CONNECT_TIMEOUT}, jiffies. */
  static final long DEFAULT_CONNECT_TIMEOUT_JIFFIES = 2L * SocketOptions.HZ;

  private static final long DEFAULT_BUFFER_BYTES = 1024 * 256;
  private static final long DEFAULT_BUFFER_MIN_BYTES = 128;

  /** The shared block of all new socks. */
  static final VsockOptions DEFAULTS = new VsockOptions();

  static {
    DEFAULTS.freeze();
  }

  /** {@code buffer_size}, bytes, unsigned. */
  long bufferBytes = DEFAULT_BUFFER_BYTES;

  /** {@code buffer_min_size}, bytes, unsigned. */
  long bufferMinBytes = DEFAULT_BUFFER_MIN_BYTES;

  /** {@code buffer_max_size}, bytes, unsigned. */
  long bufferMaxBytes = DEFAULT_BUFFER_BYTES;

  /** {@code connect_timeout}, jiffies. */
  long connectTimeoutJiffies = DEFAULT_CONNECT_TIMEOUT_JIFFIES;

  /** {@code VMADDR_CID_ANY} and {@code VMADDR_PORT_ANY}. */
  static final int VMADDR_ANY = -1;

  /** {@code local_addr.svm_cid}. */
  int localCid = VMADDR_ANY;

  /** {@code local_addr.svm_port}; {@link #VMADDR_ANY} before it is bound. */
  int localPort = VMADDR_ANY;

  static VsockOptions of(Sk sk) {
    return sk.transport() instanceof VsockOptions options ? options : DEFAULTS;
  }

  static VsockOptions forWrite(Sk sk) {
    VsockOptions options = of(sk);
    if (options.isFrozen()) {
      options = (VsockOptions) options.thaw();
      sk.setTransport(options);
    }
    return options;
  }

  /** {@code vsock_update_buffer_size}: the least comes first, so that the most wins. */
  void updateBuffer(long bytes) {
    long size = Long.compareUnsigned(bytes, bufferMinBytes) < 0 ? bufferMinBytes : bytes;
    bufferBytes = Long.compareUnsigned(size, bufferMaxBytes) > 0 ? bufferMaxBytes : size;
  }
}
