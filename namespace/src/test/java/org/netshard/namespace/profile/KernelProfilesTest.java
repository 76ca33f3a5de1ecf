package org.netshard.namespace.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;
import org.netshard.protocol.profile.SysctlProfile;

/** Kernel profiles: the built-in one, files that extend it, and bad ones. */
class KernelProfilesTest {
  @TempDir Path dir;

  private static ProtoProfile proto(KernelProfile profile, String name) {
    return profile.protos().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  private static FamilyProfile family(KernelProfile profile, String name) {
    return profile.families().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
  }

  private static SysctlProfile sysctl(KernelProfile profile, String name) {
    return profile.sysctls().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("my.conf"), text);
  }

  @Test
  void theBuiltInProfileIsTheLiveKernels() {
    KernelProfile linux = KernelProfiles.load("linux-6.18");
    assertThat(linux.families())
        .extracting(FamilyProfile::name)
        .containsExactly(
            "AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_XDP");
    assertThat(linux.protos()).hasSize(18);
    assertThat(proto(linux, "TCP").chargedBytes()).isEqualTo(2368);
    assertThat(proto(linux, "NETLINK").chargedBytes()).isZero();
    assertThat(proto(linux, "NETLINK").objSizeBytes()).isEqualTo(1096);
    assertThat(family(linux, "AF_INET").allocErrno()).isEqualTo(12);
    assertThat(family(linux, "AF_INET6").allocErrno()).isEqualTo(105);
    assertThat(family(linux, "AF_INET").protosw().get(0))
        .isEqualTo(new ProtoswProfile(1, 6, "TCP", true, true, false));
    assertThat(linux.sysctls()).hasSizeGreaterThan(680);
    assertThat(linux.inodeErrno()).isEqualTo(23);
  }

  @Test
  void aFileOverridesAndAdds() throws IOException {
    Path path =
        file(
            """
            name = mine
            extends = linux-6.18
            inode.bytes = 900
            protos = ["SCTP 1600 slab=1664", "TCP 3000 slab=3072 memory=tcp pressure maxhdr=192"]
            families.AF_INET.protosw = ["SOCK_SEQPACKET 132 TCP", "SOCK_STREAM IPPROTO_TCP TCP"]
            families.AF_FOO { number = 42, create = unix_create }
            remove-families = [AF_XDP]
            sysctls {
              net.core.somaxconn = 128
              net.ipv4.tcp_rmem = "1 2 3"
              net.ipv4.tcp_new = "netns 0644 int[0..7] 3 | 4"
            }
            """);
    KernelProfile mine = KernelProfiles.load(path);
    assertThat(mine.name()).isEqualTo("mine");
    assertThat(mine.inodeBytes()).isEqualTo(900);
    assertThat(mine.inodeErrno()).isEqualTo(23);
    assertThat(proto(mine, "SCTP").ownSlab()).isTrue();
    assertThat(proto(mine, "TCP").objSizeBytes()).isEqualTo(3000);
    assertThat(family(mine, "AF_INET").protosw()).hasSize(7);
    assertThat(family(mine, "AF_INET").protosw().get(0).permanent()).isFalse();
    assertThat(family(mine, "AF_FOO").family()).isEqualTo(42);
    assertThat(mine.families()).noneMatch(f -> f.name().equals("AF_XDP"));
    assertThat(sysctl(mine, "net.core.somaxconn").freshValue()).isEqualTo("128");
    assertThat(sysctl(mine, "net.ipv4.tcp_rmem").value()).isEqualTo("1\t2\t3");
    assertThat(sysctl(mine, "net.ipv4.tcp_new").freshValue()).isEqualTo("4");
  }

  @Test
  void filesCanExtendFilesButNotInACircle() throws IOException {
    file("name = base, extends = linux-6.18, sysctls.net.core.somaxconn = 5");
    Path second = Files.writeString(dir.resolve("b.conf"), "extends = my.conf\nname = second");
    KernelProfile read = KernelProfiles.load(second);
    assertThat(read.name()).isEqualTo("second");
    assertThat(sysctl(read, "net.core.somaxconn").value()).isEqualTo("5");
    Path circle = Files.writeString(dir.resolve("c.conf"), "\n\nextends = c.conf");
    assertThatThrownBy(() -> KernelProfiles.load(circle))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining("c.conf:3: extends: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour = red | my.conf:2: colour: unknown key; allowed: [name, extends, ",
        "inode.bytes = big | my.conf:2: inode.bytes: 'big'; allowed: 0..1048576",
        "inode = 7 | my.conf:2: inode: a number; allowed: an object in braces",
        "file.errno = ENOSUCH | my.conf:2: file.errno: 'ENOSUCH'; allowed: the name of an errno",
        "protos = [TCP] | my.conf:2: protos: 'TCP'; allowed: NAME BYTES slab=BYTES|no-slab",
        "protos = TCP | my.conf:2: protos: a string; allowed: a list in brackets",
        "families.AF_FOO { number = 9 } | my.conf:2: families.AF_FOO: a new family without",
        "families.AF_INET.create = x | my.conf:2: families.AF_INET.create: 'x'; allowed: [unix_",
        "families.AF_INET.number = 1 | my.conf:2: families.AF_INET: number 1 is AF_UNIX's",
        "families.AF_INET.protosw = [SOCK_X 0 TCP] | .protosw: 'SOCK_X'; allowed: 0..10 or one of",
        "families.AF_INET.protosw = [SOCK_RAW 0 X] | families.AF_INET: no proto 'X'; allowed: [",
        "families.AF_INET.protosw = [1 0 TCP hot] | .protosw: flag 'hot'; allowed: permanent, icsk",
        "remove-families = [AF_X] | my.conf:2: remove-families: no family 'AF_X'; allowed: [AF_",
        "sysctls.net.a = 5 | my.conf:2: sysctls.net.a: '5' for a sysctl that is not known; allowed",
        "sysctls.net.core.somaxconn = many | .somaxconn: value 'many'; allowed: decimal numbers",
        "sysctls.net.a = netns 0644 colour 5 | sysctls.net.a: format 'colour'; allowed: [int, ",
        "extends = nothing | my.conf:2: extends: cannot read '",
        "inode { | my.conf:2: ",
      })
  void aBadFileIsOneLineWithThePlaceAndWhatIsAllowed(String line, String message)
      throws IOException {
    String base = line.startsWith("extends") ? "name = x" : "extends = linux-6.18";
    Path path = file(base + "\n" + line.replace("'", "\""));
    assertThatThrownBy(() -> KernelProfiles.load(path))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  @Test
  void anIncompleteFileAndAnUnknownNameAreRefused() throws IOException {
    Path path = file("name = empty");
    assertThatThrownBy(() -> KernelProfiles.load(path))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining("no sizes of inode, file and dentry");
    assertThatThrownBy(() -> KernelProfiles.load("linux-9"))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining("no profile 'linux-9'; allowed: [linux-6.18]");
  }

  @Test
  void textsOfOperationsAreRead() {
    KernelProfile linux = KernelProfiles.load("linux-6.18");
    FamilyProfile foo =
        KernelProfiles.family(
            "AF_FOO { number = 42, create = inet_create, alloc-errno = ENOBUFS }", linux, true);
    assertThat(foo.family()).isEqualTo(42);
    assertThat(foo.allocErrno()).isEqualTo(105);
    assertThat(KernelProfiles.protosw("SOCK_STREAM 99 TCP icsk").icsk()).isTrue();
    FamilyProfile xdp = KernelProfiles.family("AF_XDP {}", linux, true);
    assertThat(linux.families()).contains(xdp);
    assertThat(KernelProfiles.family("AF_XDP {}", linux, false))
        .isEqualTo(xdp.withProtosw(List.of()));
    assertThatThrownBy(() -> KernelProfiles.family("a = 1", linux, true))
        .isInstanceOf(BadProfileException.class);
    assertThatThrownBy(
            () -> KernelProfiles.family("AF_INET { protosw = [\"2 9 UNIX\"] }", linux, false))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining(
            "proto 'UNIX' has no calls in family 2; allowed: [MPTCPv6, PINGv6, RAWv6,");
    assertThatThrownBy(() -> KernelProfiles.protosw("SOCK_STREAM"))
        .isInstanceOf(BadProfileException.class);
    KernelProfile changed = KernelProfiles.load("linux-6.18", "sysctls.net.core.somaxconn = 9");
    assertThat(sysctl(changed, "net.core.somaxconn").value()).isEqualTo("9");
    assertThat(KernelProfiles.load("linux-6.18", "")).isEqualTo(KernelProfiles.load("linux-6.18"));
  }
}
