package org.netshard.namespace;

import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** Machines and credentials for tests. */
public final class Machines {
  private Machines() {}

  /** A machine of the built-in profile. */
  public static MachineState linux() {
    return new MachineState(MachineImage.of("linux-6.18", ""));
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
