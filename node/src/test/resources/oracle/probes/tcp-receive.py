#!/usr/bin/env python3
"""Records tcp-receive.pkt.gz: segments that come in any order, and what Linux tells after each.

Run as root, in this folder:  tcp-receive.py FIRST_SEED LAST_SEED | gzip -9n > ../tcp-receive.pkt.gz
Segments are written to a tun device in a network namespace of its own. No packet socket is open: with one (as
packetdrill has) segments are cloned, and Linux joins none.
"""
import fcntl, json, os, random, socket, struct, subprocess, sys, time

SETTINGS = ["tcp_timestamps=1", "tcp_sack=1", "tcp_window_scaling=1", "tcp_ecn=0", "tcp_congestion_control=reno",
            "tcp_rmem=4096 131072 6291456", "tcp_wmem=4096 16384 4194304"]
HEAD = """`./tcp-settings.sh`
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
   +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
%s   +0 bind(3, ..., ...) = 0
   +0 listen(3, 1) = 0
   +0 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>
   +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale %d>
  +.01 < . 1:1(0) ack 1 win 257
   +0 accept(3, ..., ...) = 4
   +0 `nstat > /dev/null`
"""
INFO = ["tcpi_rcv_ooopack", "tcpi_rcv_ssthresh", "tcpi_rcv_space", "tcpi_bytes_received", "tcpi_rcv_mss",
        "tcpi_data_segs_in"]
COUNTERS = ["TCPRcvCoalesce", "TCPOFOQueue", "TCPOFOMerge", "TCPOFODrop", "TCPDSACKOldSent", "TCPDSACKOfoSent",
            "TCPRcvCollapsed", "TCPRcvQDrop", "TCPZeroWindowDrop", "PruneCalled", "RcvPruned", "OfoPruned",
            "BeyondWindow"]


def segments(seed):
    """The receive buffer that is asked for (0: the default), and segments as bytes from and to."""
    r = random.Random(seed)
    segs = []
    if seed >= 2000:
        # A small buffer, data in order and out of it by turns.
        buf, unit, pos = r.choice([2500, 3000, 4000, 6000, 9000]), r.choice([10, 50, 100, 300, 700]), 0
        for _ in range(r.randint(20, 60)):
            if r.random() < .5:
                a = pos + unit * r.randint(1, 6)
                b = a + unit * r.choice([1, 1, 2])
            else:
                a, b = pos, pos + unit
                pos = b
            segs.append((a, min(b, a + 1400)))
        return buf, segs
    buf = r.choice([0, 0, 0, 5000, 12000, 20000])
    unit, span = r.choice([1000, 1000, 100, 500, 10]), r.choice([6, 10, 20, 40])
    for _ in range(r.randint(5, 30)):
        a = r.randint(0, span) * unit
        # From seed 1000 on none overlaps another, but some come twice.
        b = a + (r.choice([1, 1, 1, 2, 3]) * unit if seed < 1000 else unit)
        if seed < 1000 and r.random() < .15:
            a += r.choice([0, unit // 2])
        if r.random() < .8 and a == 0:
            a += unit
            b = max(b, a + unit)
        segs.append((a, min(b, a + 1400)))
    if r.random() < .5:
        segs.append((0, unit))
    return buf, segs


def checksum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    s = (s >> 16) + (s & 0xffff)
    return ~(s + (s >> 16)) & 0xffff


def record(buf, segs):
    """What Linux tells after each segment; in a network namespace of its own."""
    def sh(command):
        subprocess.run(command, shell=True, check=True)
    sh("ip link set lo up")
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH", b"tun0", 0x1001))
    sh("ip addr add 192.168.0.1/16 dev tun0; ip link set tun0 up; ip route add 192.0.2.0/24 via 192.168.0.2")
    for setting in SETTINGS:
        subprocess.run(["sysctl", "-qw", "net.ipv4." + setting], check=True)
    src, dst = socket.inet_aton("192.0.2.1"), socket.inet_aton("192.168.0.1")

    def send(seq, ack, flags, win, options=b"", data=b""):
        th = struct.pack("!HHIIBBHHH", 40000, 8080, seq, ack, (20 + len(options)) // 4 << 4, flags, win, 0, 0)
        th += options + data
        pseudo = src + dst + struct.pack("!BBH", 0, 6, len(th))
        th = th[:16] + struct.pack("!H", checksum(pseudo + th)) + th[18:]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(th), 0, 0, 64, 6, 0, src, dst)
        os.write(tun, ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + th)

    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if buf:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buf)
    server.bind(("", 8080))
    server.listen(1)
    isn = 1000
    send(isn, 0, 2, 32792, bytes([2, 4, 5, 180, 4, 2, 1, 1, 1, 3, 3, 7]))
    while True:
        answer = os.read(tun, 70000)
        if answer[0] >> 4 == 4 and answer[9] == 6:
            break
    iss = struct.unpack("!I", answer[(answer[0] & 15) * 4 + 4:][:4])[0]
    time.sleep(.01)
    send(isn + 1, iss + 1, 16, 257)
    conn, _ = server.accept()
    os.set_blocking(tun, False)
    told = []
    for a, b in segs:
        time.sleep(.001)
        send(isn + 1 + a, iss + 1, 16, 257, b"", b"x" * (b - a))
        try:
            while True:
                os.read(tun, 70000)
        except BlockingIOError:
            pass
        t = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
        u32 = lambda at: struct.unpack_from("I", t, at)[0]
        values = [u32(224), u32(64), u32(96), struct.unpack_from("Q", t, 128)[0], u32(20), u32(152)]
        lines = open("/proc/self/net/netstat").read().split("\n")
        counts = dict(pair for h, v in zip(lines[0::2], lines[1::2]) for pair in zip(h.split(), v.split()))
        told.append((values, [(c, int(counts[c])) for c in COUNTERS if int(counts[c])]))
    return told


def script(seed):
    buf, segs = segments(seed)
    run = subprocess.run(["unshare", "-n", sys.argv[0], "--record", str(seed)], capture_output=True, check=True)
    option = "   +0 setsockopt(3, SOL_SOCKET, SO_RCVBUF, [%d], 4) = 0\n" % buf if buf else ""
    print("=== %d" % seed)
    print(HEAD % (option, 0 if buf else 7), end="")
    for (a, b), (values, counts) in zip(segs, json.loads(run.stdout)):
        print("+.001 < . %d:%d(%d) ack 1 win 257" % (a + 1, b + 1, b - a))
        for name, value in zip(INFO, values):
            print("   +0 %%{ assert %s == %d, %s }%%" % (name, value, name))
        for name, value in counts:
            prefix = "TcpExt"
            print("   +0 `nstat -s | grep -q '%s%s  *%d '`" % (prefix, name, value))


if sys.argv[1] == "--record":
    print(json.dumps(record(*segments(int(sys.argv[2])))))
else:
    for seed in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
        script(seed)
