package org.netshard.node.cli;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.node.scenario.CallNotation;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** The calls of a scenario: numbers, constants and kept results, for calls without memory. */
final class StraceCalls {
  static final CallNotation NOTATION = StraceCalls::parse;

  private static final Pattern LINE =
      Pattern.compile(
          "(?:\\$(\\w+)\\s*=\\s*)?(\\w+)\\((.*?)\\)(?:\\s*=\\s*(?:\\$(\\w+)|(-?\\d+)(?:\\s+(E\\w+).*)?))?");

  private StraceCalls() {}

  private static ScriptedCall parse(String text, Place place, long delayNs)
      throws CallNotation.BadCallException {
    Matcher m = LINE.matcher(text);
    if (!m.matches()) {
      throw new CallNotation.BadCallException(1, "this is no call");
    }
    SyscallName name = SyscallName.byKernelName(m.group(2));
    if (name == null) {
      throw new CallNotation.BadCallException(1, "there is no call " + m.group(2));
    }
    List<Object> args = new ArrayList<>();
    List<ScriptedCall.Variable> variables = new ArrayList<>();
    for (String arg : m.group(3).split(",", -1)) {
      String a = arg.strip();
      if (a.isEmpty()) {
        continue;
      }
      if (a.startsWith("$")) {
        variables.add(new ScriptedCall.Variable(args.size(), a.substring(1)));
        args.add(0L);
      } else {
        long value = 0;
        for (String one : a.split("\\|", -1)) {
          value |= constant(one);
        }
        args.add(value);
      }
    }
    Expectation expected = Expectation.NONE;
    if (m.group(4) != null) {
      expected = new Expectation(Expectation.Kind.VARIABLE, 0, m.group(4));
    } else if (m.group(5) != null) {
      Errno errno = m.group(6) == null ? null : Errno.byName(m.group(6));
      expected =
          new Expectation(
              Expectation.Kind.VALUE,
              errno == null ? Long.parseLong(m.group(5)) : errno.negated(),
              "");
    }
    return new ScriptedCall(
        Syscall.of(name, args.toArray()),
        variables,
        m.group(1) == null ? "" : m.group(1),
        expected,
        text,
        place.toString(),
        delayNs);
  }

  private static long constant(String text) throws CallNotation.BadCallException {
    if (text.matches("-?\\d+")) {
      return Long.parseLong(text);
    }
    try {
      Field field = Abi.class.getField(text);
      return field.getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new CallNotation.BadCallException(1, "there is no constant " + text);
    }
  }
}
