package org.netshard.protocol.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/** {@code sock_register} and {@code inet_register_protosw}. */
class FamilyTableTest {
  private static final ProtoswProfile TCP =
      new ProtoswProfile(Abi.SOCK_STREAM, 6, "TCP", true, true, false);
  private static final ProtoswProfile OVERRIDABLE =
      new ProtoswProfile(Abi.SOCK_STREAM, 99, "TCP", false, true, false);
  private static final ProtoswProfile OVERRIDING =
      new ProtoswProfile(Abi.SOCK_STREAM, 99, "MPTCP", false, true, false);

  private final FamilyTable table = new FamilyTable(SockOpsTable::find);

  private static FamilyProfile inet(int number, String create, ProtoswProfile... entries) {
    return new FamilyProfile(number, "AF_INET", create, Errno.ENOMEM.number(), List.of(entries));
  }

  private List<Protosw> streams() {
    return streams(table);
  }

  private static List<Protosw> streams(FamilyTable of) {
    return Objects.requireNonNull(of.family(Abi.AF_INET)).table().entries(Abi.SOCK_STREAM);
  }

  @BeforeEach
  void protos() {
    table.protoRegister(new ProtoProfile("TCP", 2304, true));
    table.protoRegister(new ProtoProfile("MPTCP", 1936, true));
  }

  @Test
  void registrationChecksTheNumberThenWhetherTheFamilyIsThere() {
    FamilyProfile good = inet(Abi.AF_INET, "inet_create", TCP);
    assertThat(table.sockRegister(inet(-1, "inet_create"))).isEqualTo(Errno.ENOBUFS.negated());
    assertThat(table.sockRegister(inet(Abi.NPROTO, "inet_create")))
        .isEqualTo(Errno.ENOBUFS.negated());
    assertThat(table.sockRegister(good)).isZero();
    assertThat(table.sockRegister(good)).isEqualTo(Errno.EEXIST.negated());
    table.sockUnregister(Abi.AF_INET);
    assertThat(table.family(Abi.AF_INET)).isNull();
    assertThat(table.sockRegister(good)).isZero();
  }

  @Test
  void unknownRulesOrProtosAreNoErrnoAndLeaveNothingRegistered() {
    assertThatThrownBy(() -> table.sockRegister(inet(Abi.AF_INET, "foo_create")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("foo_create");
    ProtoswProfile unknown = new ProtoswProfile(Abi.SOCK_STREAM, 6, "FOO", true, true, false);
    assertThatThrownBy(() -> table.sockRegister(inet(Abi.AF_INET, "inet_create", unknown)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("FOO");
    assertThat(table.family(Abi.AF_INET)).isNull();
  }

  @Test
  void permanentEntryCanNeitherBeOverriddenNorTakenOut() {
    table.sockRegister(inet(Abi.AF_INET, "inet_create", TCP));
    assertThat(table.registerProtosw(Abi.AF_INET, TCP)).isEqualTo(Errno.EPERM.negated());
    assertThat(table.unregisterProtosw(Abi.AF_INET, Abi.SOCK_STREAM, 6))
        .isEqualTo(Errno.EPERM.negated());
    assertThat(streams()).hasSize(1);
  }

  @Test
  void laterEntryComesBehindThePermanentOnesAndBeforeTheRest() {
    table.sockRegister(inet(Abi.AF_INET, "inet_create", TCP, OVERRIDABLE));
    assertThat(table.registerProtosw(Abi.AF_INET, OVERRIDING)).isZero();
    assertThat(streams())
        .extracting(Protosw::profile)
        .containsExactly(TCP, OVERRIDING, OVERRIDABLE);
    assertThat(table.unregisterProtosw(Abi.AF_INET, Abi.SOCK_STREAM, 99)).isZero();
    assertThat(streams()).extracting(Protosw::profile).containsExactly(TCP, OVERRIDABLE);
  }

  @Test
  void changeOfOneSharedTableDoesNotShowInAnotherNorInTheirImage() {
    table.sockRegister(inet(Abi.AF_INET, "inet_create", TCP, OVERRIDABLE));
    FamilyTable changed = table.share();
    FamilyTable emptied = table.share();
    FamilyTable untouched = table.share();
    NetProtoFamily before = changed.family(Abi.AF_INET);
    assertThat(changed.registerProtosw(Abi.AF_INET, TCP)).isEqualTo(Errno.EPERM.negated());
    assertThat(changed.family(Abi.AF_INET)).as("nothing has changed").isSameAs(before);
    assertThat(changed.registerProtosw(Abi.AF_INET, OVERRIDING)).isZero();
    assertThat(changed.family(Abi.AF_INET)).as("what Net looks for").isNotSameAs(before);
    changed.protoRegister(new ProtoProfile("FOO", 100, false));
    emptied.sockUnregister(Abi.AF_INET);
    assertThat(streams(changed))
        .extracting(Protosw::profile)
        .containsExactly(TCP, OVERRIDING, OVERRIDABLE);
    assertThat(changed.protos()).hasSize(3);
    assertThat(emptied.family(Abi.AF_INET)).isNull();
    for (FamilyTable same : new FamilyTable[] {table, untouched}) {
      assertThat(same.family(Abi.AF_INET)).isSameAs(before);
      assertThat(streams(same)).extracting(Protosw::profile).containsExactly(TCP, OVERRIDABLE);
      assertThat(same.protos()).hasSize(2);
    }
  }

  @Test
  void entriesNeedAFamilyThenATypeAndMustBeThereToBeTakenOut() {
    ProtoswProfile badType = new ProtoswProfile(Abi.SOCK_MAX, 6, "TCP", false, true, false);
    assertThat(table.registerProtosw(Abi.AF_INET, badType)).isEqualTo(Errno.EAFNOSUPPORT.negated());
    assertThat(table.unregisterProtosw(Abi.AF_INET, Abi.SOCK_MAX, 6))
        .isEqualTo(Errno.EAFNOSUPPORT.negated());
    table.sockRegister(inet(Abi.AF_INET, "inet_create", TCP));
    assertThat(table.registerProtosw(Abi.AF_INET, badType)).isEqualTo(Errno.EINVAL.negated());
    assertThat(table.unregisterProtosw(Abi.AF_INET, Abi.SOCK_MAX, 6))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(table.unregisterProtosw(Abi.AF_INET, Abi.SOCK_DGRAM, 6))
        .isEqualTo(Errno.ENOENT.negated());
  }
}
