/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_event_loop.h"
#include "tw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

struct seen {
	struct tw_event_loop *loop;
	struct tw_event *event;
	int calls;
	int stop_after;
	int fd;
	unsigned int ready;
};

static void count(void *arg)
{
	struct seen *s = arg;

	if (++s->calls == s->stop_after)
		tw_event_loop_stop(s->loop);
}

static void on_fd(void *arg, int fd, unsigned int ready)
{
	struct seen *s = arg;
	char c;

	s->fd = fd;
	s->ready = ready;
	if (ready & TW_FD_READ)
		assert_int_equal(read(fd, &c, 1), 1);
	count(s);
}

static void on_signal(void *arg, int signo)
{
	struct seen *s = arg;

	s->fd = signo;
	count(s);
}

static struct tw_event_loop *make(struct seen *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(tw_event_loop_create(&s->loop), 0);
	return s->loop;
}

static void a_periodic_timer_comes_again_a_one_shot_does_not(void **state)
{
	struct seen often;
	struct seen once = {0};
	struct tw_event_loop *loop = make(&often);

	(void)state;
	often.stop_after = 5;
	assert_int_equal(
		tw_event_add_timer(loop, tw_ns(TW_NS_PER_MS), true, count, &once, NULL), 0);
	assert_int_equal(
		tw_event_add_timer(loop, tw_ns(5 * TW_NS_PER_MS), false, count, &often, NULL), 0);
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(often.calls, 5);
	assert_int_equal(once.calls, 1);
	tw_event_loop_destroy(loop);
}

static void a_timer_without_a_period_is_refused(void **state)
{
	struct seen s;
	struct tw_event_loop *loop = make(&s);

	(void)state;
	assert_int_equal(tw_event_add_timer(loop, tw_ns(0), false, count, &s, NULL), -EINVAL);
	assert_int_equal(tw_event_add_timer(loop, tw_ns(-1), true, count, &s, NULL), -EINVAL);
	/* "as soon as possible" is a one-shot of 0 */
	assert_int_equal(tw_event_add_timer(loop, tw_ns(0), true, count, &s, NULL), 0);
	assert_int_equal(tw_event_loop_run(loop), 0); /* ends: nothing is registered any more */
	assert_int_equal(s.calls, 1);
	tw_event_loop_destroy(loop);
}

static void a_readable_descriptor_is_reported_until_it_is_removed(void **state)
{
	struct seen s;
	struct seen tick = {0};
	struct tw_event_loop *loop = make(&s);
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(tw_event_add_fd(loop, p[0], TW_FD_READ, on_fd, &s, &s.event), 0);
	assert_int_equal(write(p[1], "abc", 3), 3);
	s.stop_after = 3;
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(s.calls, 3);
	assert_int_equal(s.fd, p[0]);
	assert_int_equal(s.ready, TW_FD_READ);

	tw_event_remove(s.event);
	assert_int_equal(write(p[1], "d", 1), 1);
	tick.loop = loop;
	tick.stop_after = 1;
	assert_int_equal(
		tw_event_add_timer(loop, tw_ns(5 * TW_NS_PER_MS), true, count, &tick, NULL), 0);
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(s.calls, 3);
	tw_event_loop_destroy(loop);
	close(p[0]);
	close(p[1]);
}

static void a_writable_descriptor_is_reported_as_such(void **state)
{
	struct seen s;
	struct tw_event_loop *loop = make(&s);
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	s.stop_after = 1;
	assert_int_equal(tw_event_add_fd(loop, p[1], 0, on_fd, &s, NULL), -EINVAL);
	assert_int_equal(tw_event_add_fd(loop, -1, TW_FD_WRITE, on_fd, &s, NULL), -EINVAL);
	assert_int_equal(tw_event_add_fd(loop, p[1], TW_FD_WRITE, on_fd, &s, NULL), 0);
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(s.ready, TW_FD_WRITE);
	tw_event_loop_destroy(loop); /* with the registration still there */
	close(p[0]);
	close(p[1]);
}

static void a_signal_reaches_its_callback(void **state)
{
	struct seen s;
	struct tw_event_loop *loop = make(&s);

	(void)state;
	s.stop_after = 1;
	assert_int_equal(tw_event_add_signal(loop, SIGKILL, on_signal, &s, NULL), -EINVAL);
	assert_int_equal(tw_event_add_signal(loop, SIGUSR1, on_signal, &s, NULL), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(s.fd, SIGUSR1);
	tw_event_loop_destroy(loop);
}

static void a_stop_before_the_loop_runs_is_not_lost(void **state)
{
	struct seen s;
	struct tw_event_loop *loop = make(&s);

	(void)state;
	s.stop_after = 1;
	assert_int_equal(tw_event_add_timer(loop, tw_ns(TW_NS_PER_MS), false, count, &s, NULL), 0);
	tw_event_loop_stop(loop);
	assert_int_equal(tw_event_loop_run(loop), 0);
	assert_int_equal(s.calls, 0);
	assert_int_equal(tw_event_loop_run(loop), 0); /* one stop ends one run */
	assert_int_equal(s.calls, 1);
	tw_event_loop_destroy(loop);
}

static void a_closed_pipe_does_not_kill_the_process(void **state)
{
	struct seen s;
	struct tw_event_loop *loop = make(&s);
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	close(p[0]);
	assert_int_equal(write(p[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(p[1]);
	tw_event_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_periodic_timer_comes_again_a_one_shot_does_not),
		cmocka_unit_test(a_timer_without_a_period_is_refused),
		cmocka_unit_test(a_readable_descriptor_is_reported_until_it_is_removed),
		cmocka_unit_test(a_writable_descriptor_is_reported_as_such),
		cmocka_unit_test(a_signal_reaches_its_callback),
		cmocka_unit_test(a_stop_before_the_loop_runs_is_not_lost),
		cmocka_unit_test(a_closed_pipe_does_not_kill_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
