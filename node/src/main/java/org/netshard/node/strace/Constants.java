package org.netshard.node.strace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The constants' names and numbers, read from {@code constants.tsv}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux}; which name goes with a number that has several, and
 * the order of flags: {@code strace-6.1/src/xlat}.
 */
public final class Constants {
  private static final Constants LOADED = load();

  private final Map<Table, LinkedHashMap<String, Long>> printed = new EnumMap<>(Table.class);
  private final Map<Table, TreeMap<Long, String>> names = new EnumMap<>(Table.class);
  private final TreeMap<String, Long> numbers = new TreeMap<>();

  private Constants() {
    for (Table table : Table.values()) {
      printed.put(table, new LinkedHashMap<>());
      names.put(table, new TreeMap<>());
    }
  }

  /** What a number stands for; options are those of one level, by {@code get} or {@code set}. */
  enum Table {
    FAMILY,
    TYPE,
    TYPE_FLAG,
    IPPROTO,
    ETH_P,
    NETLINK,
    LEVEL,
    SO,
    SO_GET,
    SO_SET,
    IP,
    IP_GET,
    IP_SET,
    IPV6,
    IPV6_GET,
    IPV6_SET,
    TCP_OPT,
    UDP_OPT,
    RAW_OPT,
    PACKET_OPT,
    NETLINK_OPT,
    VSOCK_OPT,
    XDP_OPT,
    SCTP_OPT,
    TLS_OPT,
    IPX_OPT,
    AX25_OPT,
    CAN_RAW_OPT,
    IRDA_OPT,
    LLC_OPT,
    DCCP_OPT,
    TIPC_OPT,
    RXRPC_OPT,
    PPPOL2TP_OPT,
    BLUETOOTH_OPT,
    PNPIPE_OPT,
    RDS_OPT,
    IUCV_OPT,
    CAIF_OPT,
    ALG_OPT,
    NFC_OPT,
    KCM_OPT,
    TXREHASH,
    PACKET_MR,
    ICMP_BIT,
    FCNTL,
    LOCK,
    SEAL,
    DNOTIFY,
    OWNER,
    ACCESS_MODE,
    OPEN_FLAG,
    CLONE,
    CLONE3,
    SETNS,
    CLOSE_RANGE,
    SPLICE,
    CAP,
    CAP_VERSION,
    PRCTL,
    PRCTL_VALUE,
    MSG,
    POLL,
    EPOLL,
    EPOLL_CTL,
    EPOLL_CREATE,
    SHUT,
    IOCTL,
    IFF,
    NLM_F,
    RTNETLINK,
    EFD,
    SCM,
    CAP_AMBIENT,
    DUMPABLE,
    SECUREBIT,
    RLIMIT,
    PACKET_TYPE,
    ARPHRD,
    XDP_FLAG,
    VM_CID,
    VM_PORT,
    SIGNAL,
    WHENCE,
    UNLINKAT,
    AT,
    FALLOC,
    RENAME,
    PROT,
    MAP_TYPE,
    MAP,
    FILE_TYPE,
    MODE,
    MISC,
    CLOCK,
    TFD,
    TFD_TIMER,
    SA,
    SIG_HOW,
    SIG_HANDLER,
    ITIMER,
    WAIT4,
    WAITID,
    IDTYPE,
    BPF
  }

  private static Constants load() {
    Constants constants = new Constants();
    try (InputStream stream =
            Objects.requireNonNull(
                Constants.class.getResourceAsStream("constants.tsv"), "constants.tsv");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      String line;
      while ((line = reader.readLine()) != null) {
        if (!line.startsWith("#")) {
          String[] fields = line.split("\t");
          constants.add(
              Table.valueOf(fields[0]), fields[1], Long.parseLong(fields[2]), fields.length == 3);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return constants;
  }

  private void add(Table table, String name, long number, boolean print) {
    Long other = numbers.putIfAbsent(name, number);
    if (other != null && other != number) {
      throw new IllegalStateException(name + " is " + other + " and " + number);
    }
    if (print) {
      Objects.requireNonNull(printed.get(table)).put(name, number);
      Objects.requireNonNull(names.get(table)).putIfAbsent(number, name);
    }
  }

  /** The number of a name, or null. */
  public static @Nullable Long number(String name) {
    return LOADED.numbers.get(name);
  }

  /** Every name, sorted. */
  static Iterable<String> all() {
    return LOADED.numbers.keySet();
  }

  /** The name of a number in a table, or null. */
  static @Nullable String name(Table table, long number) {
    return Objects.requireNonNull(LOADED.names.get(table)).get(number);
  }

  /** The constants of a table in the order in which flags are printed. */
  static Map<String, Long> of(Table table) {
    return Objects.requireNonNull(LOADED.printed.get(table));
  }
}
