package org.netshard.node.strace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A log that is read event by event, so that its size does not matter.
 *
 * <p>Close it after use; it may be gzip'ed.
 */
public final class StraceLog implements AutoCloseable {
  private final BufferedReader reader;
  private final StraceParser parser;
  private final Queue<StraceEvent> last = new ArrayDeque<>();
  private boolean ended;

  /**
   * A log that is read from a stream.
   *
   * @param name its name in messages
   */
  public StraceLog(String name, InputStream stream) {
    this.reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.ISO_8859_1), 1 << 16);
    this.parser = new StraceParser(name);
  }

  /** Opens a log, gzip'ed or not. */
  public static StraceLog open(Path file) throws IOException {
    BufferedInputStream stream = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    stream.mark(2);
    boolean gzip = stream.read() == 0x1f && stream.read() == 0x8b;
    stream.reset();
    return new StraceLog(file.toString(), gzip ? new GZIPInputStream(stream) : stream);
  }

  /**
   * The next event, or null at the end.
   *
   * @throws StraceSyntaxException if a line is not as {@code strace} writes it
   */
  public @Nullable StraceEvent next() throws IOException {
    while (!ended) {
      String line = reader.readLine();
      if (line == null) {
        ended = true;
        last.addAll(parser.finish());
        break;
      }
      StraceEvent event = parser.line(line);
      if (event != null) {
        return event;
      }
    }
    return last.poll();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
