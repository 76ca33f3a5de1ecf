package org.netshard.node.packetdrill.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Statements: what python3 prints for them was read off python3. */
class CodeTest {
  private final Map<String, Object> variables = new TreeMap<>();
  private final List<String> printed = new ArrayList<>();

  private void run(String text) {
    CodeParser.parse(text).run(variables, printed::add);
  }

  private String value(String expression) {
    printed.clear();
    run("print(" + expression + ")");
    return printed.get(0);
  }

  @Test
  void expressionsAreWhatPythonMakesOfThem() {
    Map<String, String> expected =
        Map.ofEntries(
            Map.entry("1 + 2 * 3", "7"),
            Map.entry("(1 + 2) * 3", "9"),
            Map.entry("-7 // 2", "-4"),
            Map.entry("-7 % 2", "1"),
            Map.entry("7 / 2", "3.5"),
            Map.entry("2 ** 3 ** 2", "512"),
            Map.entry("-2 ** 2", "-4"),
            Map.entry("0x10 | 1 << 2 & 7", "20"),
            Map.entry("~5 ^ 3", "-7"),
            Map.entry("1 < 2 < 3", "True"),
            Map.entry("1 < 3 < 2", "False"),
            Map.entry("not 0 and 5", "5"),
            Map.entry("0 or 'x'", "x"),
            Map.entry("True + True", "2"),
            Map.entry("1 == 1.0", "True"),
            Map.entry("'a' 'b' + \"c\"", "abc"),
            Map.entry("'%d of %s: %5.1f%%' % (3, 'x', 2.25)", "3 of x:   2.2%"),
            Map.entry("'%x' % 255", "ff"),
            Map.entry("min(3, 1, 2), max(1, 2)", "1 2"),
            Map.entry("abs(-3), int(2.9), float(2)", "3 2 2.0"),
            Map.entry("(1, 'a'), (2,)", "(1, 'a') (2,)"),
            Map.entry("2 ** 70", "1180591620717411303424"));
    expected.forEach((text, value) -> assertThat(value(text)).as(text).isEqualTo(value));
  }

  @Test
  void statementsFollowEachOtherAndKeepVariables() {
    variables.put("cwnd", BigInteger.TEN);
    run("x = cwnd; x += 1\ny = x * \\\n  2 # behind\n\npass\nassert (x == 11 and\n y == 22), x");
    assertThat(variables).containsEntry("y", BigInteger.valueOf(22));
  }

  @Test
  void claimThatDoesNotHoldShowsItselfAndItsMessage() {
    assertThatThrownBy(() -> run("x = 3\nassert x == 4, 'x=%d' % x"))
        .isInstanceOfSatisfying(CodeException.class, e -> assertThat(e.line()).isEqualTo(1))
        .hasMessage("assert x == 4, 'x=%d' % x: x=3");
    assertThatThrownBy(() -> run("assert 0")).hasMessage("assert 0");
  }

  @Test
  void whatIsOutsideIsNamed() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("import os", "`import` begins no statement"),
            Map.entry("if x: pass", "`if` begins no statement"),
            Map.entry("x = [1]", "expected a value, found `[`"),
            Map.entry("x = len(1)", "function `len` is outside what is understood"),
            Map.entry("x = 1 +", "expected a value, found the end of the statement"),
            Map.entry("x y", "expected `=` behind the name `x`, found `y`"),
            Map.entry("x = 1 2", "expected the end of the statement, found `2`"),
            Map.entry("x = 'a", "a text that is not closed: 'a"),
            Map.entry("x = 1 in y", "expected the end of the statement, found `in`"),
            Map.entry("x = 12ab", "`12ab` is no number"));
    wrong.forEach(
        (text, message) ->
            assertThatThrownBy(() -> CodeParser.parse(text))
                .as(text)
                .isInstanceOf(CodeException.class)
                .hasMessageStartingWith(message));
  }

  @Test
  void whatCannotBeReckonedIsNamed() {
    Map<String, String> wrong =
        Map.of(
            "x = y", "`y` is not known here",
            "x = 1 // 0", "division by zero",
            "x = 1 / 0", "division by zero",
            "x = 'a' - 1", "`-` cannot be applied to a",
            "x = 1 < 'a'", "`<` cannot be applied to a",
            "x = 1.5 & 1", "`&` cannot be applied to 1.5",
            "x = 1 << 99999", "`<<` cannot be applied to 99999",
            "x = '%d' % (1, 2)", "too many values for '%d'",
            "x = '%d %d' % 1", "too few values for '%d %d'");
    wrong.forEach(
        (text, message) -> assertThatThrownBy(() -> run(text)).as(text).hasMessage(message));
  }
}
