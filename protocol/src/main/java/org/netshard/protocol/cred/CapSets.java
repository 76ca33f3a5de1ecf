package org.netshard.protocol.cred;

/**
 * The five capability sets of a task, a bit each.
 *
 * <p><b>Source:</b> {@code include/linux/cred.h}, {@code cap_effective} and so on.
 *
 * @param effective capabilities in force
 * @param permitted capabilities that may be put in force
 * @param inheritable capabilities that are kept over {@code execve}
 * @param bounding capabilities that {@code execve} may ever give
 * @param ambient capabilities that {@code execve} puts in force; always permitted and inheritable
 */
public record CapSets(
    long effective, long permitted, long inheritable, long bounding, long ambient) {
  /** What the maker of a user namespace has in it ({@code set_cred_user_ns}). */
  public static final CapSets FULL =
      new CapSets(Capability.ALL, Capability.ALL, 0, Capability.ALL, 0);

  /** These capabilities permitted and in force, none inheritable, none forbidden. */
  public static CapSets of(long caps) {
    return caps == Capability.ALL ? FULL : new CapSets(caps, caps, 0, Capability.ALL, 0);
  }

  /** The first three replaced; ambient capabilities that these do not allow are lost. */
  public CapSets with(long newEffective, long newPermitted, long newInheritable) {
    return new CapSets(
        newEffective,
        newPermitted,
        newInheritable,
        bounding,
        ambient & newPermitted & newInheritable);
  }

  /** The bounding set replaced. */
  public CapSets withBounding(long newBounding) {
    return new CapSets(effective, permitted, inheritable, newBounding, ambient);
  }

  /** The ambient set replaced. */
  public CapSets withAmbient(long newAmbient) {
    return new CapSets(effective, permitted, inheritable, bounding, newAmbient);
  }
}
