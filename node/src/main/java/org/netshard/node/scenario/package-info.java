/**
 * Scenarios: YAML files that say what to simulate.
 *
 * <p>A file becomes a {@link org.netshard.node.scenario.YamlDocument} with a place for each value,
 * is checked against {@code scenario.schema.json}, and is read into a {@link
 * org.netshard.node.scenario.Scenario}, which gives one kernel spec after the other. Read {@link
 * org.netshard.node.scenario.ScenarioReader} first.
 */
@NullMarked
package org.netshard.node.scenario;

import org.jspecify.annotations.NullMarked;
