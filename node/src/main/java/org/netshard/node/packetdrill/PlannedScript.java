package org.netshard.node.packetdrill;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.node.packetdrill.code.Code;
import org.netshard.node.packetdrill.code.CodeException;
import org.netshard.node.packetdrill.code.CodeParser;
import org.netshard.node.packetdrill.script.Action;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.Script;
import org.netshard.node.packetdrill.script.ScriptParser;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.packetdrill.script.TcpOption;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.core.NetDevice;

/**
 * A script that has been looked at as a whole: all that it asks for is there.
 *
 * @param settings its network
 * @param init what its shell does first
 * @param events what is done and expected
 */
record PlannedScript(Settings settings, List<ShellStep> init, List<Planned> events) {
  /** The device of the script. */
  static final String DEVICE = "tun0";

  /** Its index, as that of the first device besides {@code lo}. */
  static final int DEVICE_IFINDEX = NetDevice.LOOPBACK_IFINDEX + 1;

  static final Map<String, Integer> DEVICES =
      new TreeMap<>(Map.of("lo", NetDevice.LOOPBACK_IFINDEX, DEVICE, DEVICE_IFINDEX));

  public PlannedScript {
    init = List.copyOf(init);
    events = List.copyOf(events);
  }

  /**
   * An event and what has been made of it.
   *
   * @param event the event
   * @param steps the steps of its command
   * @param code its statements; without any if it has none
   */
  record Planned(Script.Event event, List<ShellStep> steps, Code code) {
    Place place() {
      return event.place();
    }
  }

  /**
   * Reads a script.
   *
   * @param file its name, for messages
   * @param text the script
   * @param folder from where the paths of its files count
   * @param definitions what words stand for
   * @param options names and values that go before those of the script
   * @throws ScriptSyntaxException naming the first place that is wrong or not simulated
   */
  static PlannedScript of(
      String file,
      String text,
      Path folder,
      Map<String, String> definitions,
      Map<String, String> options) {
    Script script = ScriptParser.parse(file, text, definitions);
    Settings settings = Settings.of(script.options(), options);
    List<ShellStep> init = new ArrayList<>();
    if (script.init() != null) {
      init.addAll(Shell.read(script.init().text(), script.initPlace(), folder, DEVICES));
    }
    List<Planned> events = new ArrayList<>();
    for (Script.Event event : script.events()) {
      events.add(plan(settings, event, folder));
    }
    if (script.cleanup() != null) {
      // Carried out by nobody, as the kernel is gone then; but it shall be understood.
      Place end = script.events().get(script.events().size() - 1).place();
      Shell.read(script.cleanup().text(), end, folder, DEVICES);
    }
    return new PlannedScript(settings, init, events);
  }

  private static Planned plan(Settings settings, Script.Event event, Path folder) {
    List<ShellStep> steps = List.of();
    Code code = Code.NOTHING;
    if (event.action() instanceof Action.Command command) {
      steps = Shell.read(command.text(), event.place(), folder, DEVICES);
    } else if (event.action() instanceof Action.Code text) {
      try {
        code = CodeParser.parse(text.text());
      } catch (CodeException e) {
        throw new ScriptSyntaxException(line(event.place(), e.line()), problem(e));
      }
    } else if (event.action() instanceof Action.Call call) {
      new CallMaker(settings, new Fds(), 0).make(event.place(), call, false);
    } else if (event.action() instanceof Action.Packet packet) {
      check(settings, event.place(), packet.packet());
    }
    return new Planned(event, steps, code);
  }

  private static String problem(CodeException e) {
    return String.valueOf(e.getMessage());
  }

  /** The place so many lines further. */
  static Place line(Place place, int further) {
    return further == 0 ? place : new Place(place.file(), place.line() + further, 1);
  }

  private static void check(Settings settings, Place place, PacketSpec packet) {
    if (packet.transport() instanceof PacketSpec.Tcp tcp) {
      List<TcpOption> options = tcp.options();
      int bytes = options == null ? 0 : OptionBytes.of(options).length;
      if (bytes % 4 != 0 || bytes > 40) {
        throw new ScriptSyntaxException(
            place, bytes + " bytes of options of TCP are not a multiple of 4 up to 40");
      }
      if (packet.inbound() && (tcp.window() == PacketSpec.NONE || options == null)) {
        String what = options == null ? "its options, not <...>" : "its window, such as win 1000";
        throw new ScriptSyntaxException(place, "a packet that comes needs " + what);
      }
    } else if (packet.transport() instanceof PacketSpec.Icmp icmp) {
      IcmpNames names = IcmpNames.of(settings.version().packets6());
      Integer type = names.type(icmp.type());
      if (type == null || names.code(type, icmp.code()) == null) {
        throw new ScriptSyntaxException(
            place,
            "ICMP%s has no `%s`"
                .formatted(
                    settings.version().packets6() ? "v6" : "",
                    (icmp.type() + " " + icmp.code()).strip()));
      }
    }
  }
}
