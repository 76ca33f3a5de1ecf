package org.netshard.node.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The check of a scenario against its JSON Schema, with messages that say what is allowed. */
final class SchemaCheck {
  /** Where the schema is on the class path. */
  static final String RESOURCE = "/org/netshard/node/scenario.schema.json";

  private static final int VALUE_LENGTH_MAX = 40;

  private final JsonNode schemaNode;
  private final Schema schema;

  private SchemaCheck(JsonNode schemaNode, Schema schema) {
    this.schemaNode = schemaNode;
    this.schema = schema;
  }

  /** The check with the schema of this program. */
  static SchemaCheck load() {
    try (InputStream stream = SchemaCheck.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      JsonNode node = new ObjectMapper().readTree(stream);
      SchemaRegistry registry =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
      return new SchemaCheck(node, registry.getSchema(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(RESOURCE, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds what is wrong to {@code problems}. */
  void check(YamlDocument document, Problems problems) {
    for (Error error : schema.validate(document.root())) {
      String pointer = pointer(error.getInstanceLocation());
      JsonNode value = document.root().at(pointer);
      JsonNode rules = rulesOf(error);
      String keyword = error.getKeyword();
      if (keyword.equals("additionalProperties")) {
        problems.add(
            document.keyPlace(pointer + "/" + YamlDocument.escape(error.getProperty())),
            "unknown key `%s`; %s".formatted(error.getProperty(), allowedKeys(rules)));
      } else if (keyword.equals("required")) {
        problems.add(
            document.place(pointer),
            "key `%s` is missing in %s".formatted(error.getProperty(), title(rules, "this")));
      } else if (error.getEvaluationPath().toString().contains("/propertyNames")) {
        problems.add(document.keyPlace(pointer), "this is not a name such as net.core.somaxconn");
      } else {
        problems.add(document.place(pointer), valueProblem(keyword, value, rules, error));
      }
    }
  }

  private static String valueProblem(String keyword, JsonNode value, JsonNode rules, Error error) {
    String title = title(rules, "something else");
    switch (keyword) {
      case "enum" -> {
        List<String> allowed = new ArrayList<>();
        rules.path("enum").forEach(one -> allowed.add(one.asText()));
        return show(value) + " is not " + title + "; allowed are " + String.join(", ", allowed);
      }
      case "minimum", "maximum" -> {
        return show(value) + " is out of range; allowed are " + range(rules);
      }
      case "maxItems", "maxProperties" -> {
        return "%d are too many; at most %s are allowed"
            .formatted(value.size(), rules.path(keyword).asText());
      }
      case "minItems", "minLength" -> {
        return "this must not be empty; allowed is " + title;
      }
      case "type", "pattern" -> {
        return show(value) + " is not allowed here; allowed is " + title;
      }
      default -> {
        return error.getMessage();
      }
    }
  }

  private static String range(JsonNode rules) {
    return rules.path("minimum").asText() + " to " + rules.path("maximum").asText();
  }

  private static String title(JsonNode rules, String otherwise) {
    return rules.path("title").asText(otherwise);
  }

  private static String allowedKeys(JsonNode rules) {
    List<String> names = new ArrayList<>();
    rules.path("properties").fieldNames().forEachRemaining(names::add);
    return title(rules, "this") + " has " + String.join(", ", names);
  }

  /** A value as a message shows it. */
  private static String show(JsonNode value) {
    if (value.isObject()) {
      return "a mapping";
    }
    if (value.isArray()) {
      return "a list";
    }
    if (value.isNull()) {
      return "nothing";
    }
    String text = value.asText();
    return "`"
        + (text.length() > VALUE_LENGTH_MAX ? text.substring(0, VALUE_LENGTH_MAX) + "…" : text)
        + "`";
  }

  /** The schema that holds the keyword which was broken. */
  private JsonNode rulesOf(Error error) {
    String location = error.getSchemaLocation().getFragment().toString();
    int last = location.lastIndexOf('/');
    return schemaNode.at(last <= 0 ? "" : location.substring(0, last));
  }

  private static String pointer(NodePath path) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      pointer.append('/').append(YamlDocument.escape(String.valueOf(path.getElement(i))));
    }
    return pointer.toString();
  }
}
