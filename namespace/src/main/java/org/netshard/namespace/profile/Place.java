package org.netshard.namespace.profile;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a profile, for messages.
 *
 * @param file file, or name of the built-in profile
 * @param line line, from 1; not positive if it is not known
 * @param key key of the value
 */
record Place(String file, int line, String key) {
  static Place of(@Nullable ConfigValue value, String file, String key) {
    if (value == null) {
      return new Place(file, -1, key);
    }
    ConfigOrigin origin = value.origin();
    String name = origin.filename() == null ? file : origin.filename();
    return new Place(name, origin.lineNumber(), key);
  }

  /** The exception that says what is wrong here and what would be right. */
  BadProfileException bad(String wrong, String allowed) {
    String where = line > 0 ? file + ":" + line : file;
    return new BadProfileException(
        where + ": " + key + ": " + wrong + "; allowed: " + allowed.replace('\n', ' '));
  }
}
