/*
 * What the live kernel does, in calls per second; a call that fails is never counted.
 *
 *   live one SECONDS         sockets made and closed by one process
 *   live all SECONDS CORES   the same by a process for each core at a time
 *   live namespaces SECONDS  namespaces made, if it may make any; else it prints nothing
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
	else
		return 2;
	if (rate > 0)
		printf("%.0f\n", rate);
	return 0;
}
