package org.netshard.namespace.actor;

import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/** The functions with which modules add to and take from a running kernel. */
final class KernelOperations {
  private KernelOperations() {}

  /** Carries one out; 0 or {@code -errno}. */
  static int perform(KernelOperation operation, FamilyTable families) {
    FamilyProfile family = KernelProfiles.family(operation.hocon());
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
