#!/bin/sh
../tcp-settings.sh
sysctl -q net.ipv4.tcp_congestion_control=dctcp
