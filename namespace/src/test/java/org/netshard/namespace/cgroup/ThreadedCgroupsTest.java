package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.TestFiles;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * Threaded cgroups: the same writes as a probe made on a live 6.18 below a cgroup of its own, with
 * what it read.
 */
class ThreadedCgroupsTest {
  private static final String TOP = "/sys/fs/cgroup/top/";

  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private final Task task = files.task(50, 50, root.cred());

  @BeforeEach
  void mkdir() {
    files.mkdir(root, "/sys/fs/cgroup/top");
  }

  private void mkdir(String... names) {
    for (String name : names) {
      files.mkdir(root, TOP + name);
    }
  }

  private String write(String file, String text) {
    return files.echo(root, text, TOP + file);
  }

  /** The types of some cgroups, {@code .} for the top. */
  private String types(String... names) {
    StringBuilder types = new StringBuilder();
    for (String name : names) {
      types.append(types.isEmpty() ? "" : ", ");
      types.append(files.cat(root, TOP + name + "/cgroup.type").strip());
    }
    return types.toString();
  }

  private String read(String file) {
    return files.cat(root, TOP + file);
  }

  @Test
  void onlyThreadedMayBeWrittenAndNeighboursBecomeInvalid() {
    mkdir("a", "a/b", "a/b/c", "d");
    assertThat(types(".", "a", "a/b", "d")).isEqualTo("domain, domain, domain, domain");
    for (String text : new String[] {"domain", "domain threaded", "threadedx"}) {
      assertThat(write("a/cgroup.type", text)).as(text).isEqualTo("EINVAL");
    }
    assertThat(write("a/cgroup.type", " threaded \n")).isEqualTo("OK");
    assertThat(write("a/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(types(".", "a", "a/b", "a/b/c", "d"))
        .isEqualTo("domain threaded, threaded, domain invalid, domain invalid, domain invalid");
    assertThat(write("a/b/cgroup.type", "domain")).isEqualTo("EINVAL");
    assertThat(write("a/b/c/cgroup.type", "threaded")).isEqualTo("EOPNOTSUPP");
    assertThat(write("a/b/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(write("a/b/c/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(write("d/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(types(".", "a", "a/b", "a/b/c", "d"))
        .isEqualTo("domain threaded, threaded, threaded, threaded, threaded");
    assertThat(files.cat(root, "/sys/fs/cgroup/cgroup.type")).isEqualTo("ENOENT");
  }

  @Test
  void theLastThreadedCgroupThatIsRemovedGivesTheDomainBack() {
    mkdir("a");
    assertThat(write("a/cgroup.type", "threaded")).isEqualTo("OK");
    Cgroup a = Objects.requireNonNull(files.cgroups.find("/top/a"));
    assertThat(files.cgroups.rmdir(a)).isZero();
    assertThat(types(".")).isEqualTo("domain");
  }

  @Test
  void processesAreShownAtTheirDomainAndThreadsWhereTheyAre() {
    mkdir("d");
    assertThat(write("d/cgroup.type", "threaded")).isEqualTo("OK");
    mkdir("e");
    assertThat(types("e")).isEqualTo("domain invalid");
    assertThat(read("e/cgroup.procs") + read("e/cgroup.threads")).isEmpty();
    assertThat(write("e/cgroup.procs", "50")).isEqualTo("EOPNOTSUPP");
    assertThat(write("e/cgroup.threads", "50")).isEqualTo("EOPNOTSUPP");
    assertThat(write("d/cgroup.procs", "50")).isEqualTo("OK");
    assertThat(write("d/cgroup.threads", "50")).isEqualTo("OK");
    assertThat(read("cgroup.procs")).isEqualTo("50\n");
    assertThat(read("cgroup.threads")).isEmpty();
    assertThat(read("d/cgroup.procs")).isEqualTo("EOPNOTSUPP");
    assertThat(read("d/cgroup.threads")).isEqualTo("50\n");
    assertThat(read("d/cgroup.events")).isEqualTo("populated 1\nfrozen 0\n");
    assertThat(read("cgroup.events")).isEqualTo("populated 1\nfrozen 0\n");
    assertThat(write("d/cgroup.kill", "1")).isEqualTo("EOPNOTSUPP");
    assertThat(files.cgroups.kills()).isEmpty();
    assertThat(write("cgroup.kill", "1")).isEqualTo("OK");
    assertThat(files.cgroups.kills()).containsExactly(50);
  }

  @Test
  void aThreadMovesOnlyInsideItsDomain() {
    Task thread = files.task(51, 50, root.cred());
    mkdir("d", "d/f");
    assertThat(write("cgroup.procs", "50")).isEqualTo("OK");
    assertThat(write("d/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(types("d/f")).isEqualTo("domain invalid");
    assertThat(write("d/cgroup.threads", "51")).isEqualTo("OK");
    assertThat(thread.cgroup().path()).isEqualTo("/top/d");
    assertThat(task.cgroup().path()).isEqualTo("/top");
    assertThat(write("d/f/cgroup.threads", "51")).isEqualTo("EOPNOTSUPP");
    assertThat(files.echo(root, "51", "/sys/fs/cgroup/cgroup.threads")).isEqualTo("EOPNOTSUPP");
    assertThat(files.echo(root, "51", "/sys/fs/cgroup/cgroup.procs")).isEqualTo("OK");
    assertThat(thread.cgroup().path()).isEqualTo("/");
  }

  @Test
  void aCgroupWithTasksCannotBecomeThreadedButHaveThreadsBelow() {
    mkdir("x", "x/y");
    assertThat(write("x/cgroup.procs", "50")).isEqualTo("OK");
    assertThat(write("x/y/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(types(".", "x", "x/y")).isEqualTo("domain, domain threaded, threaded");
    assertThat(write("x/cgroup.type", "threaded")).isEqualTo("EOPNOTSUPP");
    assertThat(write("x/y/cgroup.threads", "50")).isEqualTo("OK");
    assertThat(write("x/cgroup.type", "threaded")).isEqualTo("EOPNOTSUPP");
    mkdir("x/z");
    assertThat(types("x/z")).isEqualTo("domain invalid");
    assertThat(write("x/z/cgroup.procs", "50")).isEqualTo("EOPNOTSUPP");
  }

  @Test
  void aPopulatedDomainBesideItKeepsACgroupFromBecomingThreaded() {
    mkdir("x", "y");
    assertThat(write("x/cgroup.procs", "50")).isEqualTo("OK");
    assertThat(write("y/cgroup.type", "threaded")).isEqualTo("EOPNOTSUPP");
    assertThat(types(".", "x", "y")).isEqualTo("domain, domain, domain");
  }

  @Test
  void theMemoryControllerIsForDomainsOnly() {
    FileHandle max = files.open(root, TOP + "memory.max", Abi.O_RDONLY);
    mkdir("y");
    assertThat(write("cgroup.subtree_control", "+memory")).isEqualTo("OK");
    assertThat(write("y/cgroup.type", "threaded")).isEqualTo("EOPNOTSUPP");
    assertThat(write("cgroup.procs", "50")).isEqualTo("EBUSY");
    assertThat(write("cgroup.subtree_control", "-memory")).isEqualTo("OK");
    assertThat(write("cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(max.read(root, 0, 10)).isEqualTo(Errno.ENODEV.negated());
    assertThat(read("memory.max")).isEqualTo("ENOENT");
    assertThat(write("cgroup.subtree_control", "+memory")).isEqualTo("ENOENT");
    assertThat(write("cgroup.procs", "50")).isEqualTo("OK");
    assertThat(task.memcg()).as("charged to the domain, which is the root").isNull();
  }

  @Test
  void aDomainOfThreadsCannotEnableTheMemoryController() {
    mkdir("y");
    assertThat(write("y/cgroup.type", "threaded")).isEqualTo("OK");
    assertThat(write("cgroup.subtree_control", "+memory")).isEqualTo("EOPNOTSUPP");
    assertThat(write("y/cgroup.threads", "50")).isEqualTo("EOPNOTSUPP");
    assertThat(write("cgroup.procs", "50")).isEqualTo("OK");
    assertThat(write("y/cgroup.threads", "50")).isEqualTo("OK");
    Cgroup top = Objects.requireNonNull(files.cgroups.find("/top"));
    assertThat(task.memcg()).isSameAs(top.memcg());
  }
}
