package org.netshard.node.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.protocol.abi.Errno;

/**
 * What a row of a table says was observed: {@code result=OK; reads=4096}.
 *
 * <p>Some figures differ from run to run on the recording machine, see {@link #isSameAs}.
 */
final class Observed {
  /** How many sockets fit, and what each costs, may differ by so much. */
  private static final double TOLERANCE = 0.10;

  private static final Set<String> ABOUT =
      Set.of("made", "kmem bytes per socket", "usage bytes per socket");

  /** Which of the objects of a socket finds no room depends on what slabs held before. */
  private static final Set<String> SHORTAGE =
      Set.of(Errno.ENOMEM.name(), Errno.ENFILE.name(), Errno.ENOBUFS.name());

  /** What of {@code SO_MEMINFO} follows from when small segments come; one may be sent twice. */
  private static final Set<String> VARYING = Set.of("rmem_alloc", "fwd_alloc", "drops");

  /** {@code SKB_TRUESIZE} of a buffer without data. */
  private static final long BUFFER_BYTES = 832;

  private static final Pattern NAMED = Pattern.compile("(\\w+) (\\d{1,18})");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern TIMES = Pattern.compile("(\\w+):(\\d{1,6})");

  private final Map<String, String> values = new LinkedHashMap<>();

  /** The values of a cell. */
  static Observed of(String text) {
    Observed observed = new Observed();
    for (String pair : text.split("; ", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        observed.put(pair, "");
      } else {
        observed.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return observed;
  }

  Observed put(String key, String value) {
    values.put(key, value);
    return this;
  }

  Set<String> keys() {
    return values.keySet();
  }

  private String get(String key) {
    return values.getOrDefault(key, "");
  }

  /** Whether two observations say the same, as far as it does not vary from run to run. */
  boolean isSameAs(Observed other) {
    if (!values.keySet().equals(other.values.keySet())) {
      return false;
    }
    for (String key : values.keySet()) {
      if (!isSame(key, get(key), other.get(key))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether two observations of small segments that wait say the same. As long as they are in one
   * buffer they must be equal. With more, the moments of the acknowledgements say how many join
   * which buffer: what waits may then differ by half, and with it what is charged for it, each
   * whole buffers and pages.
   */
  boolean isSameButForJoining(Observed other) {
    if (isSameAs(other)) {
      return true;
    }
    Map<String, Long> one = receiver();
    Map<String, Long> two = other.receiver();
    return values.keySet().equals(other.values.keySet())
        && one.keySet().equals(two.keySet())
        && one.keySet().stream()
            .allMatch(key -> VARYING.contains(key) || Objects.equals(one.get(key), two.get(key)))
        && isHalf(buffers(), other.buffers())
        && isHalf(number("SIOCINQ"), other.number("SIOCINQ"))
        && isHalf(number("usage"), other.number("usage"));
  }

  /** How many buffers a receiver has, if what it holds are whole ones, else 0. */
  private long buffers() {
    long heads = receiver().getOrDefault("rmem_alloc", 0L) - number("SIOCINQ");
    return heads % BUFFER_BYTES == 0 ? heads / BUFFER_BYTES : 0;
  }

  /** The numbers of {@code SO_MEMINFO}, by name. */
  private Map<String, Long> receiver() {
    Map<String, Long> numbers = new LinkedHashMap<>();
    Matcher pairs = NAMED.matcher(get("receiver"));
    while (pairs.find()) {
      numbers.put(pairs.group(1), Long.parseLong(pairs.group(2)));
    }
    return numbers;
  }

  private long number(String key) {
    return NUMBER.matcher(get(key)).matches() ? Long.parseLong(get(key)) : 0;
  }

  /** Whether both are more than one, and neither is less than half of the other. */
  private static boolean isHalf(long one, long two) {
    return Math.min(one, two) > 1 && 2 * Math.min(one, two) >= Math.max(one, two);
  }

  private boolean isSame(String key, String value, String other) {
    if (value.equals(other)) {
      return true;
    }
    return switch (key) {
      case "first errno", "the same call again" ->
          SHORTAGE.contains(value) && SHORTAGE.contains(other);
      case "after closing one socket" -> isOkOrShortage(value) && isOkOrShortage(other);
      case "first errno seen (times)", "errno of the next call (times)" ->
          shortRuns(value) > 0 && shortRuns(value) == shortRuns(other);
      default -> ABOUT.contains(key) && isAbout(value, other);
    };
  }

  private static boolean isOkOrShortage(String value) {
    return value.equals("OK") || SHORTAGE.contains(value);
  }

  private static boolean isAbout(String value, String other) {
    try {
      long one = Long.parseLong(value);
      long two = Long.parseLong(other);
      return one > 0 && two > 0 && Math.abs(one - two) <= TOLERANCE * Math.max(one, two);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** How many runs a text such as {@code ENFILE:11 ENOMEM:37} tells of, if all were short; or 0. */
  private static int shortRuns(String times) {
    int sum = 0;
    for (String one : times.split(" ", -1)) {
      Matcher matcher = TIMES.matcher(one);
      if (!matcher.matches() || !SHORTAGE.contains(matcher.group(1))) {
        return 0;
      }
      sum += Integer.parseInt(matcher.group(2));
    }
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) ->
            text.append(text.isEmpty() ? "" : "; ").append(key).append('=').append(value));
    return text.toString();
  }
}
