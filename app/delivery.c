/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "delivery.h"

#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A pipe that is ready takes so much without waiting. */
#define PIECE PIPE_BUF
#define LOOK_MS 50

static char *waiting;
static size_t gone, n_waiting, room; /* octets: written, then those that wait */
static int broken;                   /* the first error of write(), negative; -ETIME */
static int64_t patience;             /* how long readers are waited for; 0: no end of it */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool append(const char *text, size_t len)
{
	if (gone)
		memmove(waiting, waiting + gone, n_waiting);
	gone = 0;
	if (n_waiting + len > room) {
		size_t want = (n_waiting + len) * 2;
		char *more = realloc(waiting, want);

		if (!more)
			return false;
		waiting = more;
		room = want;
	}
	memcpy(waiting + n_waiting, text, len);
	n_waiting += len;
	return true;
}

/* One piece, if it goes within ms. @return how much went, 0: nothing yet, or a negative errno */
static ssize_t send_piece(int fd, const char *text, size_t len, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	n = write(fd, text, len < PIECE ? len : PIECE);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return n;
}

/* One piece of what waits, if it goes within ms. @return it did, or never will */
static bool send_waiting(int ms)
{
	ssize_t n = send_piece(STDOUT_FILENO, waiting + gone, n_waiting, ms);

	if (n < 0) {
		broken = (int)n;
		gone = n_waiting = 0;
		return true;
	}
	n_waiting -= (size_t)n;
	gone = n_waiting ? gone + (size_t)n : 0;
	return n > 0;
}

/* Are we to end, and was that long ago? */
static bool out_of_patience(void)
{
	if (!patience && tw_signals_stop())
		patience = now_ms() + TW_DELIVERY_PATIENCE_MS;
	return patience && now_ms() > patience;
}

int tw_delivery_write(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send_piece(fd, text, len, LOOK_MS);

		if (n < 0)
			return (int)n;
		if (n == 0 && out_of_patience())
			return -ETIME;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

bool tw_delivery_push(void)
{
	while (n_waiting && send_waiting(0))
		;
	return n_waiting > 0;
}

int tw_delivery_failed(void)
{
	return broken;
}

bool tw_delivery_offer(const char *text, size_t len)
{
	if (broken)
		return true; /* said at the end */
	tw_delivery_push();
	/* one alone may be as long as it likes: that of 10,000 sessions */
	if ((n_waiting && n_waiting + len > TW_DELIVERY_WAITS) || !append(text, len))
		return false;
	tw_delivery_push();
	return true;
}

static int deliver(const char *text, size_t len)
{
	if (broken)
		return broken;
	fflush(stdout); /* nothing of ours is in there */
	if (len && !append(text, len))
		return -ENOMEM;
	while (n_waiting) {
		if (send_waiting(LOOK_MS) || !out_of_patience())
			continue;
		broken = -ETIME;
		gone = n_waiting = 0;
	}
	return broken;
}

int tw_delivery_finish(const char *text, size_t len)
{
	int rc = deliver(text, len);

	free(waiting);
	waiting = NULL;
	gone = n_waiting = room = 0;
	return rc;
}

static ssize_t put(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	return deliver(text, len) < 0 ? 0 : (ssize_t)len;
}

FILE *tw_delivery_stream(void)
{
	return fopencookie(NULL, "w", (cookie_io_functions_t){.write = put});
}

const char *tw_delivery_why(int rc)
{
	return rc == -ETIME ? "nobody reads it" : strerror(-rc);
}

int tw_delivery_hold(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			/* the lowest that is free: this one; writing to it fails as if it were closed */
			open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return -EBADF;
	return 0;
}
