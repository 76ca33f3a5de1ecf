package org.netshard.node.packetdrill.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.EventTime.Kind;
import org.netshard.node.packetdrill.script.Script.Event;
import org.netshard.node.packetdrill.script.Script.Option;
import org.netshard.node.scenario.Place;

/**
 * Reads a script.
 *
 * <p>First are option lines, then a command without a time; then events, each with a time; last
 * another command without a time. An event is a packet, a call, a command in backquotes, or code in
 * {@code %{ }%}.
 */
public final class ScriptParser {
  private final Source in;

  private ScriptParser(Source in) {
    this.in = in;
  }

  /**
   * Reads a script.
   *
   * @param file its name, for messages
   * @param text the script
   * @param definitions what words stand for; they go before definitions of the script
   * @throws ScriptSyntaxException naming the first place that cannot be understood
   */
  public static Script parse(String file, String text, Map<String, String> definitions) {
    return new ScriptParser(new Source(file, text, definitions)).script();
  }

  private Script script() {
    List<Option> options = new ArrayList<>();
    in.skip();
    while (in.startsWith("--") || in.startsWith("-D")) {
      options.add(option());
      in.skip();
    }
    Place initPlace = in.place();
    Action.Command init = in.peek() == '`' ? command() : null;
    Action.Command cleanup = null;
    List<Event> events = new ArrayList<>();
    in.skip();
    while (!in.atEnd()) {
      if (in.peek() == '`') {
        cleanup = command();
        in.skip();
        if (!in.atEnd()) {
          throw in.expected("the end of the script behind a command without a time");
        }
        break;
      }
      events.add(event());
      in.skip();
    }
    if (events.isEmpty()) {
      throw in.wrong("a script without an event, such as 0 socket(..., SOCK_DGRAM, 0) = 3");
    }
    return new Script(options, init, initPlace, events, cleanup);
  }

  private Option option() {
    Place place = in.place();
    if (in.startsWith("-D")) {
      in.take("-D");
      in.skip();
      String definition = in.untilBlank();
      define(place, definition);
      return new Option(place, "define", definition);
    }
    in.take("--");
    String name = in.word();
    if (name.isEmpty()) {
      throw in.expected("the name of an option such as --mtu=1500");
    }
    String value = "";
    if (in.peek() == '=') {
      in.take("=");
      value = in.untilBlank();
    }
    if (name.equals("define")) {
      define(place, value);
    }
    return new Option(place, name, value);
  }

  private void define(Place place, String definition) {
    int equals = definition.indexOf('=');
    if (equals <= 0) {
      throw new ScriptSyntaxException(place, "no definition NAME=VALUE: " + definition);
    }
    in.define(definition.substring(0, equals), definition.substring(equals + 1));
  }

  private Action.Command command() {
    return new Action.Command(in.between("`", "`", true));
  }

  private Event event() {
    Place place = in.place();
    EventTime time = time();
    long endNs = in.take("...") ? in.seconds() : Action.NOT_BLOCKING;
    in.skip();
    char next = in.peek();
    if (endNs != Action.NOT_BLOCKING) {
      if (time.kind() == Kind.ANY || time.isRange()) {
        throw new ScriptSyntaxException(place, "a call that blocks needs one time to begin at");
      }
      if (!Source.isWord(next)) {
        throw in.expected("a call behind the time at which it ends");
      }
    }
    Action action;
    if (next == '<' || next == '>') {
      action = new Action.Packet(new PacketParser(in).packet());
    } else if (next == '`') {
      action = command();
    } else if (in.startsWith("%{")) {
      action = new Action.Code(in.between("%{", "}%", false));
    } else if (Source.isWord(next)) {
      action = new CallParser(in).call(endNs);
    } else {
      throw in.expected("a packet, a call, a command or code behind the time");
    }
    boolean sent = action instanceof Action.Packet packet && !packet.packet().inbound();
    if (!sent && (time.kind() == Kind.ANY || time.isRange())) {
      throw new ScriptSyntaxException(
          place, "only a packet that is sent may have any time or a range of times");
    }
    return new Event(place, time, action);
  }

  private EventTime time() {
    if (in.take("*")) {
      return EventTime.ANY;
    }
    boolean relative = in.take("+");
    Place place = in.place();
    long from = in.seconds();
    Kind kind = relative ? Kind.RELATIVE : Kind.ABSOLUTE;
    if (!in.take("~")) {
      return new EventTime(kind, from, from);
    }
    if (relative) {
      in.expect("+");
    }
    long to = in.seconds();
    if (to < from) {
      throw new ScriptSyntaxException(place, "a range of times that ends before it begins");
    }
    return new EventTime(kind, from, to);
  }

  /** The value of an option line as a script says it, or null if it does not. */
  public static @Nullable Option find(Script script, String name) {
    for (Option option : script.options()) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    return null;
  }
}
