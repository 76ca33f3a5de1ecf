package org.netshard.node.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML file as a tree of JSON values, with the place of each in the file.
 *
 * <p>Plain scalars are read as YAML 1.2 has them: {@code on} and {@code no} are text, {@code 010}
 * is ten. A value is named by its JSON pointer, {@code /tasks/0/name}.
 */
final class YamlDocument {
  /** Aliases for lists and mappings, and the values that they may add to those of the file. */
  private static final int ALIASES_MAX = 10_000;

  private static final int ALIASED_MAX = 200_000;
  private static final int CODE_POINTS_MAX = 64 * 1024 * 1024;
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]{1,40}");
  private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{1,16}");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

  private final String file;
  private final List<String> lines;
  private final Map<String, Mark> values = new HashMap<>();
  private final Map<String, Mark> keys = new HashMap<>();
  private final Problems problems = new Problems();
  private final JsonNode root;
  private final long nodesMax;
  private int nodes;

  private YamlDocument(String file, String text) throws ScenarioException {
    this.file = file;
    this.lines = text.lines().toList();
    // A value takes a character at least.
    this.nodesMax = (long) text.length() + ALIASED_MAX;
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(CODE_POINTS_MAX);
    options.setAllowRecursiveKeys(false);
    options.setMaxAliasesForCollections(ALIASES_MAX);
    Node node = null;
    try {
      Iterator<Node> documents =
          new Yaml(new SafeConstructor(options)).composeAll(new StringReader(text)).iterator();
      node = documents.hasNext() ? documents.next() : null;
      if (documents.hasNext()) {
        problems.add(place(documents.next().getStartMark()), "only one document is allowed");
      }
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
      problems.add(place(mark), "this is not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      problems.add(new Place(file, 1, 1), "this is not YAML: " + e.getMessage());
    }
    problems.check();
    if (node == null) {
      throw new ScenarioException(List.of(new Place(file, 1, 1) + ": the file is empty"));
    }
    this.root = convert(node, "", new ArrayList<>());
    problems.check();
  }

  /**
   * Reads a file.
   *
   * @param file its name, for messages
   * @param text what it holds
   * @throws ScenarioException if it is not YAML, or has a key twice
   */
  static YamlDocument parse(String file, String text) throws ScenarioException {
    return new YamlDocument(file, text);
  }

  /** The whole file. */
  JsonNode root() {
    return root;
  }

  /** Where a value begins; for one that is not there, where the nearest one around it begins. */
  Place place(String pointer) {
    return find(values, pointer);
  }

  /** Where the key of a value begins. */
  Place keyPlace(String pointer) {
    Mark mark = keys.get(pointer);
    return mark == null ? place(pointer) : place(mark);
  }

  /**
   * Where a part of a text value is in the file.
   *
   * @param pointer the value
   * @param row which line of the value, from 0
   * @param part what stands there
   */
  Place placeWithin(String pointer, int row, String part) {
    Place start = place(pointer);
    boolean block = start.line() <= lines.size() && isBlock(lines.get(start.line() - 1), start);
    int line = start.line() + row + (block ? 1 : 0);
    if (line > lines.size()) {
      return start;
    }
    int from = line == start.line() ? start.column() - 1 : 0;
    int found = lines.get(line - 1).indexOf(part, from);
    return found < 0 ? start : new Place(file, line, found + 1);
  }

  private static boolean isBlock(String line, Place start) {
    if (start.column() > line.length()) {
      return false;
    }
    char first = line.charAt(start.column() - 1);
    return first == '|' || first == '>';
  }

  private Place find(Map<String, Mark> marks, String pointer) {
    String at = pointer;
    while (true) {
      Mark mark = marks.get(at);
      if (mark != null) {
        return place(mark);
      }
      if (at.isEmpty()) {
        return new Place(file, 1, 1);
      }
      at = at.substring(0, at.lastIndexOf('/'));
    }
  }

  private Place place(@Nullable Mark mark) {
    return mark == null
        ? new Place(file, 1, 1)
        : new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private JsonNode convert(Node node, String pointer, List<Node> around) throws ScenarioException {
    values.putIfAbsent(pointer, node.getStartMark());
    if (++nodes > nodesMax) {
      problems.add(
          place(node.getStartMark()),
          "aliases add more than " + ALIASED_MAX + " values to those of the file");
      problems.check();
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar);
    }
    if (around.contains(node)) {
      problems.add(place(node.getStartMark()), "an alias refers to what it is part of");
      return JsonNodeFactory.instance.nullNode();
    }
    around.add(node);
    JsonNode result =
        node instanceof SequenceNode sequence
            ? sequence(sequence, pointer, around)
            : mapping((MappingNode) node, pointer, around);
    around.remove(around.size() - 1);
    return result;
  }

  private JsonNode sequence(SequenceNode node, String pointer, List<Node> around)
      throws ScenarioException {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Node element : node.getValue()) {
      array.add(convert(element, pointer + "/" + array.size(), around));
    }
    return array;
  }

  private JsonNode mapping(MappingNode node, String pointer, List<Node> around)
      throws ScenarioException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(place(tuple.getKeyNode().getStartMark()), "a key must be text");
        continue;
      }
      String name = key.getValue();
      String inner = pointer + "/" + escape(name);
      Mark first = keys.get(inner);
      if (object.has(name) && first != null) {
        problems.add(
            place(key.getStartMark()),
            "key `" + name + "` is there twice; the first is in line " + (first.getLine() + 1));
        continue;
      }
      keys.put(inner, key.getStartMark());
      object.set(name, convert(tuple.getValueNode(), inner, around));
    }
    return object;
  }

  /** A name as a part of a JSON pointer. */
  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private static JsonNode scalar(ScalarNode scalar) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    String text = scalar.getValue();
    if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      return json.textNode(text);
    }
    switch (text) {
      case "", "~", "null", "Null", "NULL" -> {
        return json.nullNode();
      }
      case "true", "True", "TRUE" -> {
        return json.booleanNode(true);
      }
      case "false", "False", "FALSE" -> {
        return json.booleanNode(false);
      }
      default -> {}
    }
    if (INTEGER.matcher(text).matches()) {
      BigInteger number = new BigInteger(text.startsWith("+") ? text.substring(1) : text);
      return number.bitLength() < Long.SIZE
          ? json.numberNode(number.longValue())
          : json.numberNode(number);
    }
    if (HEX.matcher(text).matches()) {
      return json.numberNode(new BigInteger(text.substring(2), 16));
    }
    if (FLOAT.matcher(text).matches()) {
      return json.numberNode(new BigDecimal(text));
    }
    return json.textNode(text);
  }
}
