package org.netshard.namespace.kernel;

import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/**
 * The functions with which modules add to and take from a running kernel.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code sock_register}, {@code sock_unregister}; {@code
 * net/ipv4/af_inet.c}: {@code inet_register_protosw}, {@code inet_unregister_protosw}.
 */
public final class KernelOperations {
  private KernelOperations() {}

  /**
   * What an operation is about; what its text does not say is as in the profile.
   *
   * @throws BadProfileException if no kernel of this profile could be asked for it
   */
  public static FamilyProfile argument(KernelOperation operation, KernelProfile kernel) {
    boolean ofFamily =
        operation.kind() == KernelOperation.Kind.SOCK_REGISTER
            || operation.kind() == KernelOperation.Kind.SOCK_UNREGISTER;
    FamilyProfile family = KernelProfiles.family(operation.hocon(), kernel, ofFamily);
    if (ofFamily) {
      return family;
    }
    if (family.family() != Abi.AF_INET && family.family() != Abi.AF_INET6) {
      throw new BadProfileException(
          "family: " + family.name() + " has no such function; allowed: AF_INET, AF_INET6");
    }
    if (family.protosw().isEmpty()) {
      throw new BadProfileException(
          "family: no protosw; allowed: at least one, such as \"SOCK_DGRAM 99 UDP\"");
    }
    return family;
  }

  /** Carries an operation out; 0 or {@code -errno}. */
  public static int perform(KernelOperation operation, KernelProfile kernel, FamilyTable families) {
    FamilyProfile family = argument(operation, kernel);
    switch (operation.kind()) {
      case SOCK_REGISTER -> {
        return families.sockRegister(family);
      }
      case SOCK_UNREGISTER -> {
        families.sockUnregister(family.family());
        return 0;
      }
      default -> {
        int result = 0;
        for (ProtoswProfile entry : family.protosw()) {
          int one = protosw(operation.kind(), families, family.family(), entry);
          result = result < 0 ? result : one;
        }
        return result;
      }
    }
  }

  private static int protosw(
      KernelOperation.Kind kind, FamilyTable families, int family, ProtoswProfile entry) {
    return kind == KernelOperation.Kind.INET_REGISTER_PROTOSW
        ? families.registerProtosw(family, entry)
        : families.unregisterProtosw(family, entry.type(), entry.protocol());
  }
}
