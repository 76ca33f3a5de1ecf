package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.profile.KernelProfiles;

/** A client names the folder of its captures, and the node says whether it may. */
class CapturesTest {
  private static final KernelModel MODEL =
      new KernelModel(new MachineState(new MachineImage(KernelProfiles.load("linux-6.18", ""))));

  private static @Nullable Captures of(String folder, String within) throws BadSpecException {
    return Captures.of(folder, "host", MODEL, within);
  }

  @Test
  void nobodyWritesFilesOnANodeThatAllowsNone() {
    assertThatThrownBy(() -> of("/tmp/captures", ""))
        .isInstanceOf(BadSpecException.class)
        .hasMessage(
            "captures into /tmp/captures: the node does not allow them; its"
                + " netshard.captures.within is \"\"");
  }

  @Test
  void capturesStayInTheFolderThatTheNodeAllows() throws BadSpecException {
    String within = "/srv/captures";
    assertThat(of("/srv/captures", within)).isNotNull();
    assertThat(of("/srv/captures/mine", within)).isNotNull();
    for (String outside :
        List.of("/srv/captures2", "/srv", "/srv/captures/../../etc", "/etc", "relative")) {
      assertThatThrownBy(() -> of(outside, within)).isInstanceOf(BadSpecException.class);
    }
  }

  @Test
  void noFolderIsNoCapture() throws BadSpecException {
    assertThat(of("", "")).isNull();
  }
}
