#!/bin/sh
# Fast Open for clients and for listeners that ask for it, without cookies of other scripts.
ip tcp_metrics flush all > /dev/null 2>&1
sysctl -q net.ipv4.tcp_timestamps=0
sysctl -q net.ipv4.tcp_sack=1
sysctl -q net.ipv4.tcp_window_scaling=1
sysctl -q net.ipv4.tcp_ecn=0
sysctl -q net.ipv4.tcp_rmem="4096 131072 6291456"
sysctl -q net.ipv4.tcp_fastopen=3
sysctl -q net.ipv4.tcp_fastopen_blackhole_timeout_sec=0
sysctl -q net.ipv4.tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4
