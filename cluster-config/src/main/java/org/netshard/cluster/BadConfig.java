package org.netshard.cluster;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import org.jspecify.annotations.Nullable;

/** Settings that cannot be used; the text is one line, {@code file:line: what is wrong}. */
public final class BadConfig extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Settings that are wrong at {@code where}, such as {@code file:line} or {@code host:port}. */
  public BadConfig(String where, String problem, @Nullable Throwable cause) {
    super(oneLine(where + ": " + problem), cause);
  }

  static BadConfig at(ConfigOrigin origin, String problem) {
    return new BadConfig(place(origin), problem, null);
  }

  static BadConfig of(ConfigException e) {
    ConfigOrigin origin = e.origin();
    String message = String.valueOf(e.getMessage());
    if (origin == null) {
      return new BadConfig("configuration", message, e);
    }
    String prefix = origin.description() + ": ";
    String problem = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    return new BadConfig(place(origin), problem, e);
  }

  /** {@code file:line} as far as they are known. */
  static String place(ConfigOrigin origin) {
    String file = origin.filename();
    if (file == null) {
      file = origin.resource();
    }
    if (file == null) {
      return origin.description();
    }
    return origin.lineNumber() > 0 ? file + ":" + origin.lineNumber() : file;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
