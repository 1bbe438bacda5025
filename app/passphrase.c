/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "passphrase.h"

#include "signals.h"
#include "tw_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LONGEST 256

/* One line; signals are blocked and come over their descriptor. */
static ssize_t read_line(int tty, char line[LONGEST])
{
	struct pollfd p[] = {
		{.fd = tty, .events = POLLIN},
		{.fd = tw_signals_fd(), .events = POLLIN},
	};
	ssize_t n;

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	if (p[1].revents)
		return -EINTR;
	n = read(tty, line, LONGEST);
	return n < 0 ? -errno : n;
}

static ssize_t ask(int tty, const char *user, char line[LONGEST])
{
	struct termios before, silent;
	ssize_t n;

	if (tcgetattr(tty, &before) < 0)
		return -ENOTTY;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	/* silent before it is asked: an answer that comes at once is neither shown nor flushed */
	tcsetattr(tty, TCSAFLUSH, &silent);
	dprintf(tty, "Enter passphrase for identity '%.80s': ", user);
	n = read_line(tty, line);
	tcsetattr(tty, TCSAFLUSH, &before);
	dprintf(tty, "\n");
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	return n;
}

int tw_passphrase_ask(const char *user, struct tw_err *err, struct tw_keyfile **ret)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char line[LONGEST], text[2 * LONGEST + 128];
	ssize_t n;
	int at, rc;

	if (tty < 0)
		return tw_fail(err, -ENOTTY,
			"-u '%.80s' without -k: no terminal to ask for the passphrase", user);
	n = ask(tty, user, line);
	close(tty);
	if (n <= 0) {
		tw_wipe(line, sizeof(line));
		return tw_fail(err, n < 0 ? (int)n : -EINVAL, "no passphrase: %s",
			n < 0 ? strerror((int)-n) : "the line is empty");
	}
	/* in hex, so that it may hold anything */
	at = snprintf(text, sizeof(text), "%.80s ", user);
	for (ssize_t i = 0; i < n; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, "%02x",
			(unsigned int)(unsigned char)line[i]);
	rc = tw_keyfile_parse("terminal", text, (size_t)at, TW_KEYFILE_HEX, err, ret);
	tw_wipe(line, sizeof(line));
	tw_wipe(text, sizeof(text));
	return rc;
}
