package org.netshard.node.scenario;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.netshard.namespace.kernel.KernelOperations;
import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.profile.FamilyProfile;

/**
 * Reads scenarios: YAML, then the schema, then names and references.
 *
 * <p>Each step tells all that it finds wrong; the next one begins only if there is nothing.
 */
public final class ScenarioReader {
  private static final long FILE_BYTES_MAX = 64L * 1024 * 1024;

  private final Problems problems = new Problems();
  private final YamlDocument document;
  private final Path folder;
  private final CallNotation notation;

  private ScenarioReader(YamlDocument document, Path folder, CallNotation notation) {
    this.document = document;
    this.folder = folder;
    this.notation = notation;
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @param notation how its calls are written
   * @throws ScenarioException if it cannot be read or is wrong
   */
  public static Scenario read(Path path, CallNotation notation) throws ScenarioException {
    Path parent = path.toAbsolutePath().getParent();
    return parse(path.toString(), text(path), parent == null ? path : parent, notation);
  }

  private static String text(Path path) throws ScenarioException {
    try {
      if (!Files.exists(path)) {
        throw new ScenarioException(List.of(path + ": there is no such file"));
      }
      if (!Files.isRegularFile(path)) {
        throw new ScenarioException(List.of(path + ": this is not a file"));
      }
      if (Files.size(path) > FILE_BYTES_MAX) {
        throw new ScenarioException(List.of(path + ": the file is larger than 64 MiB"));
      }
      return Files.readString(path);
    } catch (CharacterCodingException e) {
      throw new ScenarioException(List.of(path + ": the file is not text in UTF-8"));
    } catch (IOException e) {
      throw new ScenarioException(List.of(path + ": cannot be read: " + e.getMessage()));
    }
  }

  /**
   * Reads a text.
   *
   * @param file name of the file for messages
   * @param text what it holds
   * @param folder where relative paths begin
   * @param notation how its calls are written
   * @throws ScenarioException if it is wrong
   */
  public static Scenario parse(String file, String text, Path folder, CallNotation notation)
      throws ScenarioException {
    YamlDocument document = YamlDocument.parse(file, text);
    return new ScenarioReader(document, folder, notation).read(file);
  }

  private Scenario read(String file) throws ScenarioException {
    SchemaCheck.load().check(document, problems);
    problems.check();
    Item root = new Item(document, "", document.root());
    ProfileTable profiles = new ProfileTable(document, folder, problems);
    KernelTable kernels = new KernelTable(document, profiles, problems);
    problems.check();
    CallReader calls = new CallReader(notation, problems);
    Item.list(document, "cgroups").forEach(item -> cgroup(item, kernels));
    SetupReader setup = new SetupReader(kernels, problems);
    setup.read(root);
    ProgramReader programs = new ProgramReader(kernels, calls, problems);
    Item.list(document, "tasks").forEach(programs::task);
    Item.list(document, "workloads").forEach(programs::workload);
    setup.checkTasks();
    Item.list(document, "security").forEach(item -> rule(item, kernels, calls));
    Item.list(document, "operations").forEach(item -> operation(item, kernels));
    long horizonNs = root.nanos("horizon", Long.MAX_VALUE, problems);
    problems.check();
    return new Scenario(file, root.number("seed", 0), horizonNs, kernels.all());
  }

  private void cgroup(Item item, KernelTable kernels) {
    CgroupSpec spec =
        new CgroupSpec(
            item.text("path"),
            item.bytes("limit", Long.MAX_VALUE, problems),
            item.flag("oomKill", false),
            item.bytes("cache", 0, problems));
    for (KernelPlan plan : kernels.selectOrAll(item)) {
      if (plan.cgroups.stream().anyMatch(other -> other.path().equals(spec.path()))) {
        problems.add(
            item.place("path"),
            "kernel `%s` has a cgroup `%s` already".formatted(plan.name, spec.path()));
        return;
      }
      plan.cgroups.add(spec);
    }
  }

  private void rule(Item item, KernelTable kernels, CallReader calls) {
    boolean deny = item.text("action").equals("deny");
    Errno errno = Errno.byName(item.text("errno", "EACCES"));
    if (errno == null) {
      problems.add(
          item.place("errno"), "Linux has no error `" + item.text("errno") + "`; EACCES is one");
      return;
    }
    if (item.has("errno") && !deny) {
      problems.add(item.place("errno"), "only a rule with `action: deny` has `errno`");
    }
    int kern = item.has("kern") ? (item.node().path("kern").asBoolean() ? 1 : 0) : LsmRule.ANY;
    LsmRule rule =
        new LsmRule(
            item.text("hook", "security_socket_create").equals("security_socket_create")
                ? LsmRule.Hook.SOCKET_CREATE
                : LsmRule.Hook.SOCKET_POST_CREATE,
            item.text("task", ""),
            calls.symbol(item, "family", LsmRule.ANY),
            calls.symbol(item, "type", LsmRule.ANY),
            calls.symbol(item, "protocol", LsmRule.ANY),
            kern,
            deny ? errno.number() : 0);
    boolean taskFound = rule.task().isEmpty();
    List<KernelPlan> chosen = kernels.selectOrAll(item);
    for (KernelPlan plan : chosen) {
      plan.rules.add(rule);
      taskFound |= plan.programs.contains(rule.task());
    }
    if (!taskFound && !chosen.isEmpty()) {
      problems.add(
          item.place("task"),
          "no task or workload is called `%s`; there are %s"
              .formatted(rule.task(), Problems.some(chosen.get(0).programs)));
    }
  }

  private void operation(Item item, KernelTable kernels) {
    KernelOperation operation =
        new KernelOperation(
            item.nanos("at", 0, problems),
            KernelOperation.Kind.valueOf(item.text("call").toUpperCase(Locale.ROOT)),
            item.text("entry"),
            item.place("entry").toString());
    Set<ProfileTable.Resolved> checked = new LinkedHashSet<>();
    for (KernelPlan plan : kernels.selectOrAll(item)) {
      plan.operations.add(operation);
      if (checked.add(plan.profile)) {
        checkOperation(operation, plan.profile, item.place("entry"));
      }
    }
  }

  private void checkOperation(
      KernelOperation operation, ProfileTable.Resolved profile, Place place) {
    try {
      FamilyProfile unused =
          KernelOperations.argument(operation, KernelProfiles.load(profile.base(), profile.text()));
    } catch (BadProfileException e) {
      problems.add(place, String.valueOf(e.getMessage()));
    }
  }
}
