package org.netshard.node.packetdrill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.scenario.Place;

/**
 * A script.
 *
 * @param options its option lines, in order
 * @param init the command that is carried out before its clock starts, or null
 * @param initPlace where that command stands, or where the first event does
 * @param events what is done and expected, in order; at least one
 * @param cleanup the command that is carried out at the end, or null
 */
public record Script(
    List<Option> options,
    Action.@Nullable Command init,
    Place initPlace,
    List<Event> events,
    Action.@Nullable Command cleanup) {
  public Script {
    options = List.copyOf(options);
    events = List.copyOf(events);
  }

  /**
   * An option line, such as {@code --mtu=1500}.
   *
   * @param place where it stands
   * @param name without dashes
   * @param value what is behind the equals sign, empty without one
   */
  public record Option(Place place, String name, String value) {}

  /**
   * Something that is done or expected.
   *
   * @param place where it stands
   * @param time when
   * @param action what
   */
  public record Event(Place place, EventTime time, Action action) {}
}
