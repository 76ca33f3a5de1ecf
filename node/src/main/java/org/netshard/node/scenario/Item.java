package org.netshard.node.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.netshard.namespace.spec.SysctlSetting;

/**
 * A mapping of the scenario that has passed the schema, with typed access to its keys.
 *
 * @param document the file
 * @param pointer its JSON pointer
 * @param node its value
 */
record Item(YamlDocument document, String pointer, JsonNode node) {
  /** The mappings of a list; none if it is not there. */
  static List<Item> list(YamlDocument document, String key) {
    List<Item> items = new ArrayList<>();
    JsonNode array = document.root().path(key);
    for (int i = 0; i < array.size(); i++) {
      items.add(new Item(document, "/" + key + "/" + i, array.get(i)));
    }
    return items;
  }

  boolean has(String key) {
    return node.has(key);
  }

  /** Where the mapping begins. */
  Place place() {
    return document.place(pointer);
  }

  /** Where the value of a key is, or the mapping if the key is missing. */
  Place place(String key) {
    return document.place(pointer + "/" + key);
  }

  /** Where a key stands. */
  Place keyPlace(String key) {
    return document.keyPlace(pointer + "/" + YamlDocument.escape(key));
  }

  String text(String key, String otherwise) {
    return node.path(key).asText(otherwise);
  }

  /** The text of a key that the schema requires. */
  String text(String key) {
    return node.path(key).asText();
  }

  boolean flag(String key, boolean otherwise) {
    return node.path(key).asBoolean(otherwise);
  }

  long number(String key, long otherwise) {
    return node.path(key).asLong(otherwise);
  }

  /** Nanoseconds of a time; too long ones are a problem. */
  long nanos(String key, long otherwise, Problems problems) {
    if (!has(key)) {
      return otherwise;
    }
    Optional<Long> nanos = Units.nanos(text(key));
    if (nanos.isEmpty()) {
      problems.add(
          place(key), "`" + text(key) + "` is too long; allowed are up to 365 days, 8760h");
    }
    return nanos.orElse(otherwise);
  }

  /** Bytes of a size; too many are a problem. */
  long bytes(String key, long otherwise, Problems problems) {
    if (!has(key)) {
      return otherwise;
    }
    Optional<Long> bytes = Units.bytes(text(key));
    if (bytes.isEmpty()) {
      problems.add(place(key), "`" + text(key) + "` is too much; allowed are up to 2^63 - 1");
    }
    return bytes.orElse(otherwise);
  }

  /** The texts of a key that is one text or a list of them, each with its pointer. */
  List<Item> each(String key) {
    JsonNode value = node.path(key);
    String inner = pointer + "/" + key;
    List<Item> items = new ArrayList<>();
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        items.add(new Item(document, inner + "/" + i, value.get(i)));
      }
    } else if (!value.isMissingNode()) {
      items.add(new Item(document, inner, value));
    }
    return items;
  }

  /** The sysctls of this mapping in their order. */
  List<SysctlSetting> sysctls() {
    List<SysctlSetting> settings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.path("sysctls").properties()) {
      String inner = pointer + "/sysctls/" + YamlDocument.escape(field.getKey());
      settings.add(
          new SysctlSetting(
              field.getKey().replace('/', '.'),
              field.getValue().asText(),
              document.keyPlace(inner).toString()));
    }
    return settings;
  }
}
