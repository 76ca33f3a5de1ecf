package org.netshard.namespace.profile;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.profile.SysctlProfile;
import org.netshard.protocol.profile.SysctlProfile.Format;
import org.netshard.protocol.profile.SysctlProfile.Kind;
import org.netshard.protocol.profile.SysctlProfile.Scope;

/**
 * The line of a profile that describes one sysctl: {@code SCOPE MODE[/FRESH-MODE] FORMAT VALUE [|
 * FRESH-VALUE]}, or only a value for one that is known already.
 */
final class SysctlLine {
  private static final Pattern SCOPE =
      Pattern.compile(
          "(netns|netns-from-init|netns-of-init-user|global|global-readable|machine) (.*)");
  private static final Pattern REST =
      Pattern.compile(
          "(0[0-7]{3})(?:/(0[0-7]{3}))? ([a-z-]+)(?:\\[(.*?)\\.\\.(.*?)\\])?"
              + "(?:\\((.*?)\\))?(?: (.*))?");
  private static final String SYNTAX =
      "SCOPE MODE[/MODE] FORMAT[[MIN..MAX]] VALUE [| VALUE], as in"
          + " 'netns 0644 int[0..255] 64', or a value for a sysctl that the profile extends";

  private SysctlLine() {}

  /** Reads a line; {@code base} is what the extended profile has for the name, or null. */
  static SysctlProfile parse(String name, String line, @Nullable SysctlProfile base, Place place) {
    String text = line.strip();
    Matcher scoped = SCOPE.matcher(text);
    if (!scoped.matches()) {
      if (base == null) {
        throw place.bad("'" + line + "' for a sysctl that is not known", SYNTAX);
      }
      String value = normal(base.format(), text, place);
      return new SysctlProfile(
          name, base.scope(), base.mode(), base.freshMode(), base.format(), value, value);
    }
    Matcher rest = REST.matcher(scoped.group(2));
    if (!rest.matches()) {
      throw place.bad("'" + line + "'", SYNTAX);
    }
    Scope scope = Scope.valueOf(enumName(scoped.group(1)));
    int mode = Integer.parseInt(rest.group(1), 8);
    int freshMode = rest.group(2) == null ? mode : Integer.parseInt(rest.group(2), 8);
    Format format = format(rest.group(3), rest.group(4), rest.group(5), rest.group(6), place);
    String values = rest.group(7) == null ? "" : rest.group(7);
    int bar = values.indexOf('|');
    String value = normal(format, bar < 0 ? values : values.substring(0, bar), place);
    String fresh = bar < 0 ? value : normal(format, values.substring(bar + 1), place);
    return new SysctlProfile(name, scope, mode, freshMode, format, value, fresh);
  }

  private static String enumName(String word) {
    return word.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static Format format(
      String word,
      @Nullable String min,
      @Nullable String max,
      @Nullable String words,
      Place place) {
    Kind kind = null;
    for (Kind candidate : Kind.values()) {
      if (candidate.name().equals(enumName(word))) {
        kind = candidate;
      }
    }
    if (kind == null) {
      throw place.bad(
          "format '" + word + "'",
          List.of(Kind.values()).toString().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    List<String> choices = words == null ? List.of() : List.of(words.split(",", -1));
    return new Format(
        kind, bound(min, least(kind), place), bound(max, greatest(kind), place), choices);
  }

  private static long least(Kind kind) {
    return switch (kind) {
      case INT, SECONDS -> Integer.MIN_VALUE;
      case CENTISECONDS -> Long.MIN_VALUE;
      default -> 0;
    };
  }

  private static long greatest(Kind kind) {
    return switch (kind) {
      case INT, SECONDS, MILLISECONDS -> Integer.MAX_VALUE;
      case UINT -> 0xffff_ffffL;
      case ULONG -> -1L;
      case CENTISECONDS -> Long.MAX_VALUE;
      default -> 65535;
    };
  }

  private static long bound(@Nullable String text, long otherwise, Place place) {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("-?[0-9]{1,20}")) {
      throw place.bad("bound '" + text + "'", "a decimal number");
    }
    return new BigInteger(text).longValue();
  }

  /** The value as reading the file gives it: numbers are separated by one tabulator. */
  private static String normal(Format format, String value, Place place) {
    String text = value.strip();
    switch (format.kind()) {
      case INT,
          UINT,
          ULONG,
          SECONDS,
          MILLISECONDS,
          CENTISECONDS,
          UNPRIVILEGED_PORT,
          GROUP_RANGE,
          PORT_RANGE -> {
        if (!text.matches("-?[0-9]{1,20}(\\s+-?[0-9]{1,20})*")) {
          throw place.bad("value '" + value + "'", "decimal numbers, separated by spaces");
        }
        return text.replaceAll("\\s+", "\t");
      }
      default -> {
        return text;
      }
    }
  }
}
