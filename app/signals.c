/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* timeout(1) signals its child and then the whole group: that is one wish that comes twice. */
#define SAME_WISH_NS 100000000

static atomic_bool stop;  /* w: handler, r: any thread */
static atomic_llong when; /* w: handler, r: handler; of the first one, ns, monotonic */
static int stop_fd = -1;

/* Only async-signal-safe calls here. */
static void on_signal(int number)
{
	static const char impatient[] =
		"dpdk-twamp: stopped at once by a second signal; the result "
		"is not printed\n";
	const uint64_t one = 1;
	int saved = errno;
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct timespec t = {0};
	long long now, first = 0;

	(void)number;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000000000LL + t.tv_nsec;
	if (!atomic_compare_exchange_strong(&when, &first, now)) {
		errno = saved;
		if (now - first < SAME_WISH_NS)
			return;
		/* a pipe that nobody reads would keep us here */
		if (poll(&p, 1, 0) > 0 &&
			write(STDERR_FILENO, impatient, sizeof(impatient) - 1) < 0)
			_exit(1);
		_exit(1);
	}
	atomic_store(&stop, true);
	if (write(stop_fd, &one, sizeof(one)) < 0) {
		/* The flag alone has to do. */
	}
	errno = saved;
}

int tw_signals_init(struct tw_err *err)
{
	static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction ask = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return tw_fail(err, -errno, "cannot create an eventfd: %s", strerror(errno));
	atomic_store(&stop, false);
	atomic_store(&when, 0);
	sigemptyset(&ask.sa_mask);
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++) {
		/* Under nohup a hang-up stays ignored. */
		sigaction(stopping[i], NULL, &before);
		if (stopping[i] == SIGHUP && before.sa_handler == SIG_IGN)
			continue;
		sigaction(stopping[i], &ask, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
	return 0;
}

int tw_signals_fd(void)
{
	return stop_fd;
}

bool tw_signals_stop(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed);
}

void tw_signals_fini(void)
{
	static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction dfl = {.sa_handler = SIG_DFL};

	sigemptyset(&dfl.sa_mask);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaction(ours[i], &dfl, NULL);
	if (stop_fd >= 0)
		close(stop_fd);
	stop_fd = -1;
}
