package org.netshard.namespace.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.family.SockOpsTable;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;
import org.netshard.protocol.profile.SysctlProfile;

/** A kernel profile in the making: what is extended, and what a file has said so far. */
final class ProfileDraft {
  String name = "";
  int inodeBytes;
  int inodeErrno;
  int fileBytes;
  int fileErrno;
  int dentryBytes;
  int cgroupVersion = 2;
  int chargeCpus;
  boolean softirqChargeFails;
  boolean nosocket;
  final Map<String, ProtoProfile> protos = new LinkedHashMap<>();
  final Map<Integer, FamilyProfile> families = new TreeMap<>();
  final Map<String, SysctlProfile> sysctls = new TreeMap<>();
  List<Integer> kernelNetlink = List.of();
  List<String> modules = List.of();

  /** The profile, if nothing is missing from it. */
  KernelProfile finish(String file) {
    Place place = new Place(file, -1, "profile " + name);
    if (inodeBytes == 0 || fileBytes == 0 || dentryBytes == 0) {
      throw place.bad(
          "no sizes of inode, file and dentry",
          "inode.bytes, file.bytes, dentry.bytes, or 'extends'");
    }
    for (FamilyProfile family : families.values()) {
      checkEntries(family, protos.keySet(), file);
    }
    for (Sysctl sysctl : Sysctl.values()) {
      if (!sysctls.containsKey(sysctl.dottedName())) {
        throw place.bad(
            "no sysctl '" + sysctl.dottedName() + "', which the model reads", "sysctls, 'extends'");
      }
    }
    return new KernelProfile(
        name,
        inodeBytes,
        fileBytes,
        dentryBytes,
        inodeErrno,
        fileErrno,
        cgroupVersion,
        chargeCpus,
        softirqChargeFails,
        nosocket,
        new ArrayList<>(families.values()),
        new ArrayList<>(protos.values()),
        new ArrayList<>(sysctls.values()),
        kernelNetlink,
        modules);
  }

  /** Refuses entries of a switch that name a kind of sock which is not there, or not for them. */
  static void checkEntries(FamilyProfile family, Collection<String> protos, String file) {
    Place place = new Place(file, -1, "families." + family.name());
    for (ProtoswProfile entry : family.protosw()) {
      if (!protos.contains(entry.prot())) {
        throw place.bad("no proto '" + entry.prot() + "'", protos.toString());
      }
      if (SockOpsTable.find(family.family(), entry.prot()) == null) {
        List<String> fitting =
            protos.stream()
                .filter(name -> SockOpsTable.find(family.family(), name) != null)
                .toList();
        throw place.bad(
            "proto '" + entry.prot() + "' has no calls in family " + family.family(),
            fitting.toString());
      }
    }
  }
}
