/*
 * What the live kernel does: sockets made and closed per second by one process, and by one process for each of
 * argv[1] cores at a time; namespaces made per second, if it may make any. A call that fails is never counted.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
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
	while (wait(NULL) > 0)
		;
	close(result[0]);
	return sum;
}

int main(int argc, char **argv)
{
	int cores = argc > 1 ? atoi(argv[1]) : 1;
	sockets(0.2);
	printf("one %.0f\n", sockets(1.0));
	printf("all %.0f\n", sockets_of(cores, 1.0));
	double begin = now();
	long made = 0;
	while (now() - begin < 0.7 && unshare(CLONE_NEWNET) == 0)
		made++;
	if (made > 0)
		printf("namespaces %.0f\n", made / (now() - begin));
	return 0;
}
