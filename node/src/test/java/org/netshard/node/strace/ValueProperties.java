package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.Ellipsis;
import org.netshard.node.strace.StraceValue.Flags;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Radix;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;

/** Whatever is printed is read back, and whatever is read never ends in anything but an answer. */
class ValueProperties {

  @Property
  void valuesArePrintedAndReadBack(@ForAll("values") StraceValue value) {
    assertThat(StraceParser.parseValue(value.text())).isEqualTo(value);
  }

  @Property
  void callsArePrintedAndReadBack(@ForAll("values") StraceValue value) {
    String text = "f(3, " + value.text() + ", NULL) = 0";

    assertThat(StraceParser.parseCall(text).arguments().get(1)).isEqualTo(value);
  }

  @Property
  void everyCutOfALineIsReadOrRefusedWithItsPlace(
      @ForAll("values") StraceValue value, @ForAll int cut) {
    String line = "7 f(" + value.text() + ", " + value.text() + ") = -1 EPERM (x)";
    String part = line.substring(0, Math.floorMod(cut, line.length()));

    assertThatCode(
            () -> {
              try {
                new StraceParser("log").line(part);
              } catch (StraceSyntaxException refused) {
                assertThat(refused.getMessage()).startsWith("log:1:");
                assertThat(refused.column()).isBetween(1, part.length() + 1);
              }
            })
        .doesNotThrowAnyException();
  }

  @Provide
  Arbitrary<StraceValue> values() {
    return values(3);
  }

  private static Arbitrary<String> words() {
    return Arbitraries.strings().withCharRange('A', 'Z').ofMinLength(1).ofMaxLength(8);
  }

  private static Arbitrary<StraceValue> numbers() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.of(Radix.class)).as(IntValue::new);
  }

  private static Arbitrary<StraceValue> leaves() {
    Arbitrary<StraceValue> strings =
        Combinators.combine(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(12),
                Arbitraries.of(true, false),
                Arbitraries.of(true, false))
            .as(Str::new);
    Arbitrary<StraceValue> notes =
        Combinators.combine(numbers(), Arbitraries.of(Annotated.Kind.class), words())
            .as(Annotated::new);
    Arbitrary<StraceValue> flags =
        words()
            .map(word -> (StraceValue) new Symbol(word))
            .list()
            .ofMinSize(2)
            .ofMaxSize(4)
            .map(Flags::new);
    Arbitrary<StraceValue> shifts =
        words().map(word -> new Binary("<<", IntValue.of(1), new Symbol(word)));
    Arbitrary<StraceValue> bits =
        words().list().ofMinSize(2).ofMaxSize(4).map(ValueProperties::complement);
    return Arbitraries.oneOf(
        numbers(), words().map(Symbol::new), strings, notes, flags, shifts, bits);
  }

  private static StraceValue complement(List<String> names) {
    List<StraceValue> symbols = names.stream().map(name -> (StraceValue) new Symbol(name)).toList();
    return new Unary("~", new Array(symbols, true));
  }

  private static Arbitrary<StraceValue> values(int depth) {
    if (depth == 0) {
      return leaves();
    }
    Arbitrary<StraceValue> inner = values(depth - 1);
    Arbitrary<StraceValue> named =
        Combinators.combine(words(), inner)
            .as(
                (name, value) ->
                    value instanceof Named || value instanceof Change
                        ? value
                        : new Named(name, value));
    Arbitrary<StraceValue> structs = named.list().ofMaxSize(3).map(Struct::new);
    Arbitrary<StraceValue> arrays =
        Arbitraries.oneOf(inner, Arbitraries.just(new Ellipsis()))
            .list()
            .ofMaxSize(3)
            .map(list -> new Array(list, false));
    Arbitrary<StraceValue> functions =
        Combinators.combine(words(), inner.list().ofMaxSize(3)).as(Function::new);
    Arbitrary<StraceValue> changes = Combinators.combine(leaves(), leaves()).as(Change::new);
    return Arbitraries.oneOf(leaves(), structs, arrays, functions, changes);
  }
}
