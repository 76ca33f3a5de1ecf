package org.netshard.node.scenario;

/**
 * A place in a file that the user wrote.
 *
 * @param file the file as the user named it
 * @param line line, from 1
 * @param column column, from 1
 */
public record Place(String file, int line, int column) implements Comparable<Place> {
  @Override
  public int compareTo(Place other) {
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
