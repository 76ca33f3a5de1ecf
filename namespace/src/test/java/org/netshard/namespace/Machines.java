package org.netshard.namespace;

import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.profile.KernelProfile;

/** Machines and credentials for tests. */
public final class Machines {
  private static final KernelProfile PROFILE = KernelProfiles.load("linux-6.18");

  private Machines() {}

  /** A machine of the built-in profile, without families. */
  public static MachineState linux() {
    return new MachineState(PROFILE, new FamilyTable((family, prot) -> null));
  }

  /** Root of the initial user namespace, with all capabilities. */
  public static Cred root(MachineState machine) {
    return root(machine.initUserNs());
  }

  /** Root with all capabilities in a user namespace. */
  public static Cred root(UserNamespace ns) {
    return Cred.of(0, 0, new int[0], Capability.ALL, ns);
  }

  /** A new network namespace, made from the initial one. */
  public static NetState net(MachineState machine) {
    return machine.newNetNs(machine.initUserNs(), machine.initNet());
  }
}
