package org.netshard.protocol.profile;

/**
 * A {@code struct proto}: one kind of sock that a kernel can allocate.
 *
 * @param name the name as {@code /proc/net/protocols} shows it, with {@code v6} for IPv6
 * @param objSizeBytes size of one sock in bytes, as the slab cache hands it out
 * @param ownSlab whether the sock comes from a slab cache of its own ({@code slab} column)
 */
public record ProtoProfile(String name, int objSizeBytes, boolean ownSlab) {
  public ProtoProfile {
    if (objSizeBytes <= 0) {
      throw new IllegalArgumentException(name + ": object size " + objSizeBytes);
    }
  }
}
