package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.NetGeneric;

/**
 * Parameters of the module {@code tcp_cubic}: those of the whole machine, which count from when
 * they are written on.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_cubic.c}, {@code module_param}.
 */
public final class CubicParams {
  static final int HYSTART_ACK_TRAIN = 1;
  static final int HYSTART_DELAY = 2;

  private static final NetGeneric<CubicParams> KEY = new NetGeneric<>(CubicParams::new);

  /** One of them, by its name in {@code /sys/module/tcp_cubic/parameters}. */
  public enum Name {
    BETA(717),
    BIC_SCALE(41),
    FAST_CONVERGENCE(1),
    HYSTART(1),
    HYSTART_ACK_DELTA_US(2000),
    HYSTART_DETECT(HYSTART_ACK_TRAIN | HYSTART_DELAY),
    HYSTART_LOW_WINDOW(16),
    INITIAL_SSTHRESH(0),
    TCP_FRIENDLINESS(1);

    private final int usual;

    Name(int usual) {
      this.usual = usual;
    }

    /** Whether it may be written: what others follow from is settled when the module is loaded. */
    public boolean isWritable() {
      return this != BIC_SCALE;
    }
  }

  private final int[] values = new int[Name.values().length];

  private CubicParams() {
    for (Name name : Name.values()) {
      set(name, name.usual);
    }
  }

  /** Those of a machine. */
  public static CubicParams of(Machine machine) {
    return machine.generic(KEY);
  }

  /** The value of one. */
  public int get(Name name) {
    return values[name.ordinal()];
  }

  /** Gives one another value. */
  public void set(Name name, int value) {
    values[name.ordinal()] = value;
  }
}
