/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "signals.h"

#include "tw_test.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void the_first_one_asks(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct tw_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(tw_signals_init(&err), 0);
		assert_false(tw_signals_stop());
		assert_false(readable(tw_signals_fd()));
		raise(signals[i]);
		assert_true(tw_signals_stop());
		assert_true(readable(tw_signals_fd()));
		tw_signals_fini();
	}
}

static void a_lost_reader_does_not_kill(void **state)
{
	struct tw_err err;

	(void)state;
	assert_int_equal(tw_signals_init(&err), 0);
	raise(SIGPIPE);
	assert_false(tw_signals_stop());
	tw_signals_fini();
}

static void the_second_one_ends_it(void **state)
{
	int fds[2], status;
	char text[256];
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct tw_err err;

		dup2(fds[1], STDERR_FILENO);
		if (tw_signals_init(&err))
			_exit(99);
		raise(SIGTERM);
		nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
		raise(SIGINT);
		_exit(98);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "second signal"));
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
}

/* timeout(1) sends its signal to the child and to the group */
static void twice_at_once_is_one(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct tw_err err;

		if (tw_signals_init(&err))
			_exit(99);
		raise(SIGINT);
		raise(SIGINT);
		_exit(tw_signals_stop() ? 42 : 98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_one_asks),
		cmocka_unit_test(a_lost_reader_does_not_kill),
		cmocka_unit_test(the_second_one_ends_it),
		cmocka_unit_test(twice_at_once_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
