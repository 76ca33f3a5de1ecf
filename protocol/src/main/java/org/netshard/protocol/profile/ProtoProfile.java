package org.netshard.protocol.profile;

/**
 * A {@code struct proto}: one kind of sock that a kernel can allocate.
 *
 * @param name the name as {@code /proc/net/protocols} shows it, with {@code v6} for IPv6
 * @param objSizeBytes size of one sock in bytes ({@code obj_size}, {@code size} column)
 * @param ownSlab whether the sock comes from a slab cache of its own ({@code slab} column)
 * @param slabBytes bytes of one object of that cache; 0 without one
 * @param memoryPool the pool that its buffers are counted in, {@code tcp} or {@code udp}; empty if
 *     they are not counted
 * @param pressure whether the proto knows a state of memory pressure
 * @param maxHeaderBytes room that it leaves for headers ({@code max_header})
 * @param methods a {@code y} or {@code n} for each of the 18 method columns
 */
public record ProtoProfile(
    String name,
    int objSizeBytes,
    boolean ownSlab,
    int slabBytes,
    String memoryPool,
    boolean pressure,
    int maxHeaderBytes,
    String methods) {
  public ProtoProfile {
    if (objSizeBytes <= 0) {
      throw new IllegalArgumentException(name + ": object size " + objSizeBytes);
    }
  }

  /** A kind of sock whose slab objects have just its size, and that counts no memory. */
  public ProtoProfile(String name, int objSizeBytes, boolean ownSlab) {
    this(name, objSizeBytes, ownSlab, ownSlab ? objSizeBytes : 0, "", false, 0, "n".repeat(18));
  }

  /**
   * Bytes that one sock charges to a memory cgroup: those of its slab object. A sock from {@code
   * kmalloc} is not charged, as {@code sk_prot_alloc} does not ask for it.
   */
  public int chargedBytes() {
    return ownSlab ? slabBytes : 0;
  }
}
