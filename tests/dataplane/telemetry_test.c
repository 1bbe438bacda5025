/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "tw_telemetry.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Workers that are gone are looked at by nobody: they come and go while two clients ask without a pause, and
 * what was theirs cannot be read once they are said to be gone.
 */

#define TIMES 3000
#define WORKERS 64

struct gone {
	struct tw_worker w[WORKERS];
	struct tw_task task;
};

static _Atomic bool over;
static _Atomic unsigned int answers, with_workers;

static int client(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/dpdk/%s/dpdk_telemetry.v2",
		geteuid() == 0              ? "/var/run"
		: getenv("XDG_RUNTIME_DIR") ? getenv("XDG_RUNTIME_DIR")
					    : "/tmp",
		dp_eal.prefix);
	if (s >= 0 && connect(s, (struct sockaddr *)&at, sizeof(at)) == 0)
		return s;
	close(s);
	return -1;
}

static void *ask(void *arg)
{
	static char answer[2][16384];
	char *a = answer[*(int *)arg];
	int s = client();

	/* the first it says of itself */
	if (s < 0 || recv(s, a, sizeof(answer[0]), 0) <= 0)
		return NULL;
	while (!over) {
		ssize_t n;

		if (send(s, "/twamp/workers", 14, MSG_NOSIGNAL) < 0)
			break;
		n = recv(s, a, sizeof(answer[0]) - 1, 0);
		if (n <= 0)
			break;
		a[n] = 0;
		answers++;
		with_workers += strstr(a, "lcore_") != NULL;
	}
	close(s);
	return NULL;
}

static void workers_come_and_go(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (sizeof(struct gone) / page + 1) * page;
	struct gone *g =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t t[2];
	int number[2] = {0, 1};

	(void)state;
	if (!dp_eal.telemetry)
		skip();
	assert_ptr_not_equal(g, MAP_FAILED);
	for (unsigned int i = 0; i < WORKERS; i++)
		g->w[i] = (struct tw_worker){.lcore = i, .n_tasks = 1, .tasks = {&g->task}};
	assert_int_equal(tw_telemetry_show(g->w, WORKERS), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, ask, &number[i]), 0);
	for (int i = 0; i < TIMES || (with_workers < 100 && i < 100 * TIMES); i++) {
		assert_int_equal(mprotect(g, size, PROT_READ | PROT_WRITE), 0);
		tw_telemetry_show(g->w, WORKERS);
		usleep((unsigned int)i % 100);
		tw_telemetry_show(NULL, 0);
		assert_int_equal(mprotect(g, size, PROT_NONE), 0);
	}
	over = true;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	assert_in_range(with_workers, 100, answers);
	munmap(g, size);
}

static int setup(void **state)
{
	struct tw_eal_config cfg = {.n_workers = 1,
		.numa_node = -1,
		.mem_mb = 64,
		.extra = "--no-huge --no-shconf --no-pci"};
	struct tw_err err;

	(void)state;
	return tw_eal_start(&cfg, &dp_eal, &err);
}

static int teardown(void **state)
{
	(void)state;
	tw_eal_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(workers_come_and_go)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
