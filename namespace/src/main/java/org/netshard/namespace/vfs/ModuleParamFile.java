package org.netshard.namespace.vfs;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.tcp.CubicParams;

/**
 * {@code /sys/module/tcp_cubic/parameters/NAME}: a whole number of a module.
 *
 * <p><b>Source:</b> {@code kernel/params.c}: {@code param_attr_show}, {@code param_attr_store},
 * {@code param_set_int}.
 */
final class ModuleParamFile extends RegularFile {
  private final CubicParams.Name name;

  private ModuleParamFile(CubicParams.Name name) {
    this.name = name;
  }

  /** {@code /sys/module}. */
  static Directory modules() {
    Map<String, Inode> params = new TreeMap<>();
    for (CubicParams.Name name : CubicParams.Name.values()) {
      params.put(name.name().toLowerCase(Locale.ROOT), new ModuleParamFile(name));
    }
    Directory parameters = new PseudoDirectory(SuperBlock.SYSFS, params);
    Directory cubic = new PseudoDirectory(SuperBlock.SYSFS, Map.of("parameters", parameters));
    return new PseudoDirectory(SuperBlock.SYSFS, Map.of("tcp_cubic", cubic));
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.SYSFS;
  }

  @Override
  public int mode() {
    return name.isWritable() ? 0644 : 0444;
  }

  @Override
  Object open(Task task, int flags) {
    return new Handle(task.net().machine());
  }

  private final class Handle extends SeqFile {
    private final CubicParams params;

    Handle(Machine machine) {
      params = CubicParams.of(machine);
    }

    @Override
    public boolean hasSpliceRead() {
      return true;
    }

    @Override
    int show(StringBuilder out) {
      out.append(params.get(name)).append('\n');
      return 0;
    }

    /** <b>Errors:</b> EINVAL or ERANGE for what is no number of 32 bits. */
    @Override
    public long write(Task task, String text) {
      Kstrtox.Parsed value = Kstrtox.kstrtoint(text);
      if (value.failed()) {
        return value.result();
      }
      params.set(name, (int) value.value());
      return text.length();
    }
  }
}
