/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "eal_priv.h"

#include "tw_log.h"

#include <errno.h>
#include <pthread.h>
#include <rte_log.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINE 512

static FILE *stream;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char first_error[LINE]; /* under mutex */
static int hidden_fd = -1, saved_out = -1, saved_err = -1;

/* What stands before the news: "eth_rx_queue_setup(): ", "libbpf: Kernel error message: ". */
static const char *skip_prefix(const char *line)
{
	static const char *const noise[] = {
		"libbpf: ", "Kernel error message: ", "EAL: ", "FATAL: ", TW_EAL_NAME ": "};
	const char *p = strstr(line, "(): ");

	if (p && p < line + strcspn(line, " "))
		line = p + 4;
	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		if (strncmp(line, noise[i], strlen(noise[i])) == 0)
			line += strlen(noise[i]);
	}
	return line;
}

void tw_eal_log_line(const char *line, bool is_error)
{
	if (!*line)
		return;
	if (is_error) {
		pthread_mutex_lock(&mutex);
		if (!first_error[0])
			snprintf(first_error, sizeof(first_error), "%s", skip_prefix(line));
		pthread_mutex_unlock(&mutex);
	}
	tw_debug("%s", line);
}

static void on_text(const char *text, size_t n, bool is_error)
{
	char line[LINE];

	while (n) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl ? (size_t)(nl - text) : n;
		size_t used = nl ? len + 1 : len;

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		tw_eal_log_line(line, is_error);
		text += used;
		n -= used;
	}
}

static ssize_t on_write(void *cookie, const char *buf, size_t size)
{
	int level = rte_log_cur_msg_loglevel();

	(void)cookie;
	on_text(buf, size, level > 0 && level <= (int)RTE_LOG_ERR);
	return (ssize_t)size;
}

int tw_eal_log_open(void)
{
	cookie_io_functions_t io = {.write = on_write};

	if (stream)
		return 0;
	stream = fopencookie(NULL, "w", io);
	if (!stream)
		return -ENOMEM;
	return rte_openlog_stream(stream);
}

void tw_eal_clear_error(void)
{
	pthread_mutex_lock(&mutex);
	first_error[0] = 0;
	pthread_mutex_unlock(&mutex);
}

const char *tw_eal_last_error(void)
{
	return first_error;
}

/* With -d everything may be seen, and a crash in there leaves its last words. */
void tw_eal_log_hide_stdio(void)
{
	if (tw_log_get_level() >= TW_LOG_DEBUG)
		return;
	fflush(NULL);
	hidden_fd = memfd_create("eal-stdio", MFD_CLOEXEC);
	saved_out = dup(STDOUT_FILENO);
	saved_err = dup(STDERR_FILENO);
	if (hidden_fd < 0 || saved_out < 0 || saved_err < 0)
		return;
	dup2(hidden_fd, STDOUT_FILENO);
	dup2(hidden_fd, STDERR_FILENO);
}

/*
 * What getopt has against an option is on stderr only, under our name, and says more than the EAL's
 * error that follows from it.
 */
static void read_hidden(void)
{
	char buf[4096];
	ssize_t n;

	lseek(hidden_fd, 0, SEEK_SET);
	n = read(hidden_fd, buf, sizeof(buf) - 1);
	if (n <= 0)
		return;
	buf[n] = 0;
	if (strncmp(buf, TW_EAL_NAME ": ", strlen(TW_EAL_NAME ": ")) == 0)
		tw_eal_clear_error();
	on_text(buf, (size_t)n, true);
}

void tw_eal_log_show_stdio(void)
{
	fflush(NULL);
	if (saved_out >= 0) {
		dup2(saved_out, STDOUT_FILENO);
		close(saved_out);
	}
	if (saved_err >= 0) {
		dup2(saved_err, STDERR_FILENO);
		close(saved_err);
	}
	if (hidden_fd >= 0) {
		read_hidden();
		close(hidden_fd);
	}
	hidden_fd = saved_out = saved_err = -1;
}
