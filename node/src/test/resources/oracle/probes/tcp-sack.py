#!/usr/bin/env python3
"""Records tcp-sack.pkt.gz: selective acknowledgements in any order, and what Linux tells after each.

Run as root, in this folder:  tcp-sack.py PACKETDRILL FIRST_SEED LAST_SEED | gzip -9n > ../tcp-sack.pkt.gz
PACKETDRILL is the tool's program. Seeds whose writes do not fit into the first window are left out, and by hand those
in which a timer of Linux ended earlier than in exact time, as commands take milliseconds there.
"""
import os, random, subprocess, sys, tempfile

HEAD = """`./tcp-settings.sh
 sysctl -q net.ipv4.tcp_early_retrans=0
 sysctl -q net.ipv4.tcp_recovery=%d`
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
   +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
   +0 bind(3, ..., ...) = 0
   +0 listen(3, 1) = 0
   +0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
   +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7>
  +.8 < . 1:1(0) ack 1 win 257
   +0 accept(3, ..., ...) = 4
   +0 setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0
   +0 `nstat > /dev/null`
"""
COUNTERS = ["SackShifted", "SackMerged", "SackShiftFallback", "SACKReorder", "LostRetransmit", "DSACKRecv",
            "DSACKOfoRecv", "SACKDiscard", "DSACKIgnoredNoUndo", "DSACKIgnoredOld", "DSACKIgnoredDubious",
            "FastRetrans", "SackRecovery", "SackFailures", "DSACKUndo", "FullUndo", "PartialUndo", "DSACKRecvSegs"]
INFO = ["tcpi_sacked", "tcpi_lost", "tcpi_retrans", "tcpi_unacked", "tcpi_total_retrans", "tcpi_snd_cwnd",
        "tcpi_reordering", "tcpi_delivered", "tcpi_bytes_retrans"]


def steps(r):
    """Writes, as lines, and acknowledgements with their blocks."""
    writes, total, bounds, acks, told = [], 0, [0], [], []
    sizes = r.choice([[1000], [1000], [1000, 2000], [1000, 400], [3000], [1000, 2000, 3000, 400, 700]])
    while total < r.choice([6000, 9000]):
        size = r.choice(sizes)
        total += size
        bounds.append(total)
        writes.append("   +.001 write(4, ..., %d) = %d\n   +0 > P. %d:%d(%d) ack 1\n"
                      % (size, size, total - size + 1, total + 1, size))
    edges = sorted(set(list(range(0, total, 1000)) + bounds))
    una = 0
    for _ in range(r.randint(3, 9)):
        if r.random() < .2 and una < total:
            later = [x for x in edges if x > una]
            if later:
                una = r.choice(later[:3])
        blocks = []
        for _ in range(r.choice([1, 1, 1, 2, 2, 3])):
            later = [x for x in edges if x >= una]
            if len(later) < 2:
                break
            a = r.choice(later[:-1])
            b = r.choice([x for x in later if x > a][:r.choice([1, 2, 9])])
            if a == una and r.random() < .8:
                continue
            blocks.append((a, b))
        if blocks and r.random() < .6:
            blocks = blocks + r.sample(told, min(len(told), 2))
        if r.random() < .12:
            a = r.choice(edges)
            b = min(a + 1000, total) if a < total else total
            if a < b:
                blocks = [(a, b)] + blocks
        blocks = blocks[:3]
        told += blocks
        if blocks or una != 0:
            acks.append((una, blocks))
    return writes, acks


def ack(first, una, blocks):
    option = " <sack %s,nop,nop>" % " ".join("%d:%d" % (a + 1, b + 1) for a, b in blocks) if blocks else ""
    return "%5s < . 1:1(0) ack %d win 257%s\n" % ("+.8" if first else "+.004", una + 1, option)


def script(tool, seed, folder):
    r = random.Random(seed)
    writes, acks = steps(r)
    begin = HEAD % r.choice([0, 1]) + "".join(writes)
    live = begin
    for i, (una, blocks) in enumerate(acks):
        live += ack(i == 0, una, blocks)
        live += "   +.001 %%{ print('I %d', %s) }%%\n" % (i, ", ".join(INFO))
        live += "   +0 `nstat -s -z > %s/%d`\n" % (folder, i)
    path = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "../../packetdrill/sack-probe.tmp")
    with open(path, "w") as out:
        out.write(live)
    try:
        run = subprocess.run(["unshare", "-n", tool, "--tolerance_usecs=50000", os.path.basename(path)],
                             cwd=os.path.dirname(path), capture_output=True, text=True)
    finally:
        os.unlink(path)
    if run.returncode:
        print("seed %d: %s" % (seed, (run.stderr + run.stdout)[-200:]), file=sys.stderr)
        return
    told = {int(line.split()[1]): line.split()[2:] for line in run.stdout.splitlines() if line.startswith("I ")}
    print("=== %d" % seed)
    print(begin, end="")
    for i, (una, blocks) in enumerate(acks):
        print(ack(i == 0, una, blocks), end="")
        for j, (name, value) in enumerate(zip(INFO, told[i])):
            print("   %s %%{ assert %s == %s, %s }%%" % ("+0" if j else "+.001", name, value, name))
        lines = [line.split() for line in open("%s/%d" % (folder, i)) if not line.startswith("#")]
        counts = {line[0]: line[1] for line in lines}
        for counter in COUNTERS:
            value = counts.get("TcpExtTCP" + counter, "0")
            if value != "0":
                print("   +0 `nstat -s | grep -q 'TcpExtTCP%s  *%s '`" % (counter, value))


with tempfile.TemporaryDirectory() as scratch:
    for number in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
        script(sys.argv[1], number, scratch)
