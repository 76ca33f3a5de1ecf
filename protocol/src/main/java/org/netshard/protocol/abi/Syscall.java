package org.netshard.protocol.abi;

import org.jspecify.annotations.Nullable;

/**
 * One system call as a program makes it: its name and up to six arguments.
 *
 * <p>An argument is a number, as in a register, or a pointer to {@link UserMem}. The object can be
 * used for any number of calls as long as it has no pointers, since only their memory changes.
 *
 * <p><b>Source:</b> {@code arch/x86/entry/common.c}, {@code do_syscall_64}.
 */
public final class Syscall {
  /** The most arguments that a call has. */
  public static final int ARGS_MAX = 6;

  private final SyscallName name;
  private final String callName;
  private final long[] args;
  private final @Nullable UserMem @Nullable [] mem;

  private Syscall(
      SyscallName name, String callName, long[] args, @Nullable UserMem @Nullable [] mem) {
    this.name = name;
    this.callName = callName;
    this.args = args;
    this.mem = mem;
  }

  /**
   * A call whose arguments are numbers ({@link Number}) and pointers ({@link UserMem}).
   *
   * @throws IllegalArgumentException if there are too many, or one is of another type
   */
  public static Syscall of(SyscallName name, Object... arguments) {
    if (name == SyscallName.NI_SYSCALL) {
      throw new IllegalArgumentException("a call that is not simulated needs its name");
    }
    return of(name, name.kernelName(), arguments);
  }

  /**
   * A call that Linux has and the simulated kernel has not; see {@link SyscallName#NI_SYSCALL}.
   *
   * @param callName its name as {@code strace} prints it
   * @param arguments numbers and pointers, as for {@link #of}
   * @throws IllegalArgumentException as {@link #of}
   */
  public static Syscall notSimulated(String callName, Object... arguments) {
    return of(SyscallName.NI_SYSCALL, callName, arguments);
  }

  private static Syscall of(SyscallName name, String callName, Object... arguments) {
    if (arguments.length > ARGS_MAX) {
      throw new IllegalArgumentException(callName + " with " + arguments.length + " arguments");
    }
    long[] args = new long[Math.max(arguments.length, name.argCount())];
    @Nullable UserMem @Nullable [] mem = null;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof Number number) {
        args[i] = number.longValue();
      } else if (arguments[i] instanceof UserMem pointer) {
        mem = mem == null ? new @Nullable UserMem[args.length] : mem;
        mem[i] = pointer;
        args[i] = pointer.isNull() ? 0 : 1;
      } else {
        throw new IllegalArgumentException(callName + " argument " + i + ": " + arguments[i]);
      }
    }
    return new Syscall(name, callName, args, mem);
  }

  /** {@code socket(family, type, protocol)}. */
  public static Syscall socket(int family, int type, int protocol) {
    return new Syscall(SyscallName.SOCKET, "socket", new long[] {family, type, protocol}, null);
  }

  /** {@code close(fd)}. */
  public static Syscall close(int fd) {
    return new Syscall(SyscallName.CLOSE, "close", new long[] {fd}, null);
  }

  /** Which call this is. */
  public SyscallName name() {
    return name;
  }

  /** The name as {@code strace} prints it, also of a call that is not simulated. */
  public String callName() {
    return callName;
  }

  /** Whether the simulated kernel has the call. */
  public boolean isSimulated() {
    return name != SyscallName.NI_SYSCALL;
  }

  /** The number of arguments. */
  public int argCount() {
    return args.length;
  }

  /** An argument as the 64-bit register holds it; 0 for a NULL pointer, 1 for another pointer. */
  public long arg(int index) {
    return index < args.length ? args[index] : 0;
  }

  /** An argument that the kernel declares as {@code int} or {@code unsigned int}. */
  public int intArg(int index) {
    return (int) arg(index);
  }

  /** A pointer argument; a number in its place is NULL if zero, and else a bad address. */
  public UserMem mem(int index) {
    UserMem pointer = mem == null || index >= mem.length ? null : mem[index];
    if (pointer != null) {
      return pointer;
    }
    return arg(index) == 0 ? UserMem.NULL : UserMem.BAD;
  }

  /** Whether the argument was given as a pointer. */
  public boolean isPointer(int index) {
    return mem != null && index < mem.length && mem[index] != null;
  }

  /** The same call with one numeric argument replaced. */
  public Syscall withArg(int index, long value) {
    long[] changed = args.clone();
    changed[index] = value;
    return new Syscall(name, callName, changed, mem);
  }

  /** The same call with other memory behind a pointer. */
  public Syscall withMem(int index, UserMem pointer) {
    @Nullable UserMem[] changed = mem == null ? new @Nullable UserMem[args.length] : mem.clone();
    changed[index] = pointer;
    return new Syscall(name, callName, args, changed);
  }

  /** The same call on a copy of its memory, so that the first keeps its content. */
  public Syscall copy() {
    if (mem == null) {
      return this;
    }
    @Nullable UserMem[] copies = new @Nullable UserMem[mem.length];
    for (int i = 0; i < mem.length; i++) {
      UserMem pointer = mem[i];
      copies[i] = pointer == null ? null : pointer.copy();
    }
    return new Syscall(name, callName, args, copies);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(callName).append('(');
    for (int i = 0; i < args.length; i++) {
      text.append(i == 0 ? "" : ", ").append(isPointer(i) ? mem(i).toString() : args[i]);
    }
    return text.append(')').toString();
  }
}
