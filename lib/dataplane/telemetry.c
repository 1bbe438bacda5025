/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_telemetry.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <rte_mempool.h>
#include <rte_telemetry.h>

/* DPDK answers in threads of its own: what is shown stays while one of them looks at it. */
static pthread_mutex_t looking = PTHREAD_MUTEX_INITIALIZER;
static const struct tw_worker *shown;
static unsigned int n_shown;

static const char *role_name(const struct tw_worker *w)
{
	if (w->n_tasks > 1)
		return "both";
	return w->tasks[0]->role == TW_ROLE_REFLECTOR ? "reflector" : "sender";
}

static void add_workers(struct rte_tel_data *d)
{
	const struct tw_worker *w = shown;

	for (unsigned int i = 0; i < n_shown; i++) {
		struct rte_tel_data *one = rte_tel_data_alloc();
		uint64_t packets = 0;
		int wide = 0;
		char name[32];

		if (!one || w[i].n_tasks == 0) {
			rte_tel_data_free(one);
			continue;
		}
		for (unsigned int k = 0; k < w[i].n_tasks; k++) {
			packets +=
				atomic_load_explicit(&w[i].tasks[k]->packets, memory_order_relaxed);
			wide += atomic_load_explicit(&w[i].tasks[k]->wide, memory_order_relaxed);
		}
		rte_tel_data_start_dict(one);
		rte_tel_data_add_dict_string(one, "role", role_name(&w[i]));
		rte_tel_data_add_dict_int(one, "tasks", (int)w[i].n_tasks);
		rte_tel_data_add_dict_int(one, "tasks_avx512", wide);
		rte_tel_data_add_dict_u64(one, "packets", packets);
		rte_tel_data_add_dict_u64(one, "cpu_ns", (uint64_t)tw_worker_cpu_time(&w[i]).v);
		snprintf(name, sizeof(name), "lcore_%u", w[i].lcore);
		rte_tel_data_add_dict_container(d, name, one, 0);
	}
}

static int show_workers(const char *cmd, const char *params, struct rte_tel_data *d)
{
	(void)cmd;
	(void)params;
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&looking);
	add_workers(d);
	pthread_mutex_unlock(&looking);
	return 0;
}

static void show_pool(struct rte_mempool *p, void *arg)
{
	struct rte_tel_data *d = arg, *one = rte_tel_data_alloc();
	char name[RTE_MEMPOOL_NAMESIZE];

	if (!one)
		return;
	/* Its names are letters, digits and these. */
	snprintf(name, sizeof(name), "%s", p->name);
	for (char *c = name; *c; c++)
		if (!strchr("_/", *c) && !isalnum((unsigned char)*c))
			*c = '_';
	rte_tel_data_start_dict(one);
	rte_tel_data_add_dict_u64(one, "size", p->populated_size);
	rte_tel_data_add_dict_u64(one, "in_use", rte_mempool_in_use_count(p));
	rte_tel_data_add_dict_container(d, name, one, 0);
}

/* A pool whose count grows for ever has lost buffers. */
static int show_buffers(const char *cmd, const char *params, struct rte_tel_data *d)
{
	(void)cmd;
	(void)params;
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&looking);
	if (shown) /* else the pools are going, and then the EAL */
		rte_mempool_walk(show_pool, d);
	pthread_mutex_unlock(&looking);
	return 0;
}

int tw_telemetry_show(const struct tw_worker *workers, unsigned int n)
{
	static bool registered;
	int rc = 0;

	pthread_mutex_lock(&looking);
	n_shown = workers ? n : 0;
	shown = workers;
	pthread_mutex_unlock(&looking);
	if (!registered && workers)
		rc = rte_telemetry_register_cmd("/twamp/workers", show_workers,
			"Workers of dpdk-twamp: role, packets, CPU time. Takes no parameters");
	if (rc == 0 && !registered && workers)
		rc = rte_telemetry_register_cmd("/twamp/buffers", show_buffers,
			"Buffers of each pool of dpdk-twamp: in use, of how many. Takes no "
			"parameters");
	registered |= rc == 0 && workers;
	return rc;
}

struct visit {
	void (*each)(void *arg, const char *pool, uint32_t in_use, uint32_t size);
	void *arg;
};

static void visit_pool(struct rte_mempool *p, void *arg)
{
	const struct visit *v = arg;

	v->each(v->arg, p->name, rte_mempool_in_use_count(p), p->populated_size);
}

void tw_telemetry_buffers(
	void (*each)(void *arg, const char *pool, uint32_t in_use, uint32_t size), void *arg)
{
	struct visit v = {each, arg};

	rte_mempool_walk(visit_pool, &v);
}
