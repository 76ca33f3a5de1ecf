/*
 * What the live kernel does, in calls per second; a call that fails is never counted.
 *
 *   live one SECONDS         sockets made and closed by one process
 *   live all SECONDS CORES   the same by a process for each core at a time
 *   live namespaces SECONDS  namespaces made, if it may make any; else it prints nothing
 *   live talk-udp SECONDS    round trips of 64 bytes between two processes on one core, over UDP
 *   live talk-unix SECONDS   the same over a pair of UNIX stream sockets
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double sockets(double seconds)
{
	double begin = now();
	long made = 0;
	while (now() - begin < seconds)
		for (int i = 0; i < 1000; i++, made++)
			if (close(socket(AF_INET, SOCK_STREAM, 0)) != 0)
				exit(1);
	return made / (now() - begin);
}

static double sockets_of(int cores, double seconds)
{
	int result[2];
	double sum = 0, rate;
	if (pipe(result) != 0)
		exit(1);
	for (int i = 0; i < cores; i++)
		if (fork() == 0) {
			rate = sockets(seconds);
			_exit(write(result[1], &rate, sizeof rate) != sizeof rate);
		}
	close(result[1]);
	for (int i = 0; i < cores; i++) {
		if (read(result[0], &rate, sizeof rate) != sizeof rate)
			exit(1);
		sum += rate;
	}
	return sum;
}

static double namespaces(double seconds)
{
	double begin = now();
	long made = 0;
	while (now() - begin < seconds && unshare(CLONE_NEWNET) == 0)
		made++;
	return made / (now() - begin);
}

/* Answers as a server with one socket for all its clients does, until it is killed. */
static void answer(int fd, int stream)
{
	struct sockaddr_in from;
	char buffer[64];
	for (;;) {
		socklen_t length = sizeof from;
		ssize_t got = stream ? recvfrom(fd, buffer, sizeof buffer, 0, NULL, NULL)
				     : recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
		if (got != sizeof buffer ||
		    sendto(fd, buffer, sizeof buffer, MSG_NOSIGNAL, stream ? NULL : (struct sockaddr *)&from,
			   stream ? 0 : length) != sizeof buffer)
			_exit(1);
	}
}

static double ask(int fd, double seconds)
{
	char buffer[64] = { 0 };
	double begin = now();
	long made = 0;
	while (now() - begin < seconds)
		for (int i = 0; i < 100; i++, made++)
			if (sendto(fd, buffer, sizeof buffer, MSG_NOSIGNAL, NULL, 0) != sizeof buffer ||
			    recvfrom(fd, buffer, sizeof buffer, 0, NULL, NULL) != sizeof buffer)
				exit(1);
	return made / (now() - begin);
}

static void pin(void)
{
	cpu_set_t cores, one;
	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof cores, &cores) != 0)
		exit(1);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &cores))
			CPU_SET(i, &one);
	if (sched_setaffinity(0, sizeof one, &one) != 0)
		exit(1);
}

static double talk(double seconds, int stream)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof address;
	struct timeval second = { 1, 0 };
	int ends[2];
	pin();
	if (stream) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
			exit(1);
	} else {
		ends[0] = socket(AF_INET, SOCK_DGRAM, 0);
		ends[1] = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(ends[1], (struct sockaddr *)&address, length) != 0 ||
		    getsockname(ends[1], (struct sockaddr *)&address, &length) != 0 ||
		    connect(ends[0], (struct sockaddr *)&address, length) != 0 ||
		    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) != 0)
			exit(1);
	}
	pid_t server = fork();
	if (server == 0)
		answer(ends[1], stream);
	double rate = ask(ends[0], seconds);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return rate;
}

/* A namespace of its own where that is allowed: the ports of the present one may be many. */
static void own_network(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	if (unshare(CLONE_NEWNET) != 0)
		return;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	lo.ifr_flags = IFF_UP;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		exit(1);
	close(fd);
}

/* A listening socket of TCP on the loopback, whose address is stored. */
static int listener(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) != 0 ||
	    getsockname(fd, (struct sockaddr *)address, &length) != 0 || listen(fd, 128) != 0)
		exit(1);
	return fd;
}

static int connected(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
		exit(1);
	return fd;
}

static double tcp(double seconds, const char *what)
{
	static char data[65536];
	struct sockaddr_in address;
	own_network();
	int fd = listener(&address);
	double made = 0, rate;
	pin();
	pid_t server = fork();
	if (server == 0)
		for (;;) {
			int peer = accept(fd, NULL, NULL);
			ssize_t got;
			while ((got = read(peer, data, sizeof data)) > 0)
				if (got == 64 && write(peer, data, 64) != 64)
					_exit(1);
			close(peer);
		}
	double begin = now();
	if (strcmp(what, "connect-tcp") == 0) {
		struct linger abort = { 1, 0 };
		for (; now() - begin < seconds; made++) {
			int client = connected(&address);
			if (write(client, data, 64) != 64 || read(client, data, sizeof data) != 64 ||
			    setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort) != 0)
				exit(1);
			close(client);
		}
	} else if (strcmp(what, "bulk-tcp") == 0) {
		int client = connected(&address);
		for (; now() - begin < seconds; made += 1.0 / 16)
			if (write(client, data, sizeof data) != sizeof data)
				exit(1);
	} else {
		made = ask(connected(&address), seconds) * seconds;
		begin = now() - seconds;
	}
	rate = made / (now() - begin);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return rate;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	double seconds = argc > 2 ? atof(argv[2]) : 0;
	double rate = 0;
	if (strcmp(what, "one") == 0)
		rate = sockets(seconds);
	else if (strcmp(what, "all") == 0 && argc > 3)
		rate = sockets_of(atoi(argv[3]), seconds);
	else if (strcmp(what, "namespaces") == 0)
		rate = namespaces(seconds);
	else if (strcmp(what, "talk-udp") == 0)
		rate = talk(seconds, 0);
	else if (strcmp(what, "talk-unix") == 0)
		rate = talk(seconds, 1);
	else if (strcmp(what, "talk-tcp") == 0 || strcmp(what, "connect-tcp") == 0 || strcmp(what, "bulk-tcp") == 0)
		rate = tcp(seconds, what);
	else
		return 2;
	if (rate > 0)
		printf("%.0f\n", rate);
	return 0;
}
