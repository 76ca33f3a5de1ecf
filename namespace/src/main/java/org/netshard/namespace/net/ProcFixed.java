package org.netshard.namespace.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files of {@code /proc/net} whose text is the same as long as nobody routes multicast packets or
 * loads a module: what the kernel of the profile has of netfilter and XFRM. They were read off a
 * fresh namespace.
 */
final class ProcFixed {
  private static final String RESOURCE = "/org/netshard/namespace/profile/linux-6.18-proc-net.txt";
  private static final String BEGIN = "==> ";
  private static final String END = " <==";

  private ProcFixed() {}

  /** Read when somebody first asks. */
  private static final class Texts {
    static final Map<String, String> BY_NAME = read();
  }

  /** The text of a file, or null. */
  static @Nullable String text(String name) {
    return Texts.BY_NAME.get(name);
  }

  private static Map<String, String> read() {
    Map<String, StringBuilder> texts = new TreeMap<>();
    try (InputStream in = ProcFixed.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + RESOURCE);
      }
      StringBuilder text = new StringBuilder();
      String all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : all.lines().toList()) {
        if (line.startsWith(BEGIN) && line.endsWith(END)) {
          text = new StringBuilder();
          texts.put(line.substring(BEGIN.length(), line.length() - END.length()), text);
        } else {
          text.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> made = new TreeMap<>();
    texts.forEach((name, text) -> made.put(name, text.toString()));
    return made;
  }
}
