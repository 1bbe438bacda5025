/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * How true a sender is to its rate: the real loop sends into net_null, and a callback in front of
 * the device notes when each packet leaves, by CLOCK_MONOTONIC and not by the sender's own clock.
 * Packet n is due at n periods; how late it is, is fitted over the run. The slope is the relative
 * error of the mean rate. Of each part of the run the tenth percentile is fitted: a machine that
 * takes the CPU away makes packets late, but no rate wrong.
 *
 *   bench_pacing PPS SECONDS
 */

#include "bench_port.h"
#include "sender.h"
#include "tw_eal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OWN "192.0.2.1/24"
#define PARTS 30
#define PER_PART 20000
#define CLOCK_UPDATE_NS 100000000LL

struct watch {
	double pps;
	uint64_t packets;
	uint64_t total;  /* packets of the whole run */
	uint64_t stride; /* packets from one that is noted to the next */
	uint64_t next;
	int64_t first_ns;
	double late[PARTS][PER_PART]; /* ns, against the first packet */
	unsigned int n[PARTS];
};

static struct watch watch;
static struct tw_clock clock_;

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint16_t note(uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, void *context)
{
	struct watch *w = context;

	(void)port;
	(void)queue;
	(void)m;
	if (n && w->packets >= w->next) {
		int64_t now = clock_ns(CLOCK_MONOTONIC);
		uint64_t part = w->packets * PARTS / w->total;

		if (w->packets == 0)
			w->first_ns = now;
		if (part < PARTS && w->n[part] < PER_PART)
			w->late[part][w->n[part]++] =
				(double)(now - w->first_ns) - (double)w->packets * 1e9 / w->pps;
		w->next = w->packets + w->stride;
	}
	w->packets += n;
	return n;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Least squares through the tenth percentiles of the parts: lateness in ns by ns of the run. */
static double slope(double seconds)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0;

	for (unsigned int i = 0; i < PARTS; i++) {
		double x = (i + 0.5) * seconds * 1e9 / PARTS, y;

		must(watch.n[i] > 2, "a part of the run has no packets");
		qsort(watch.late[i], watch.n[i], sizeof(double), by_value);
		y = watch.late[i][watch.n[i] / 10];
		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	return (PARTS * sxy - sx * sy) / (PARTS * sxx - sx * sx);
}

static void report(const struct tw_sender *s, double seconds, double share)
{
	static double all[PARTS * PER_PART];
	double rate = slope(seconds), least;
	unsigned int n = 0;

	for (unsigned int i = 0; i < PARTS; i++) {
		memcpy(all + n, watch.late[i], watch.n[i] * sizeof(double));
		n += watch.n[i];
	}
	qsort(all, n, sizeof(double), by_value);
	least = all[0];
	printf("pps %.0f sent %lu not_sent %lu slope %.3e late_ns p50 %.0f p99 %.0f max %.0f "
	       "cpu_share %.3f\n",
		watch.pps, watch.packets, s->result->tester.not_sent, rate, all[n / 2] - least,
		all[(uint64_t)n * 99 / 100] - least, all[n - 1] - least, share);
}

static struct tw_sender *make(const struct tw_port *port, uint64_t pps)
{
	static const uint16_t size = TW_STAMP_LEN;
	const struct tw_stream_config stream = {.local_mac = {{2, 0, 0, 0, 0, 1}},
		.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
		.local = {{.family = 4, .b = {192, 0, 2, 1}}, 20000},
		.remote = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
		.ttl = 255,
		.protocol = TW_PROTOCOL_STAMP,
		.n_sizes = 1,
		.sizes = &size};
	/* late packets are to be seen, not given up */
	const struct tw_sender_config cfg = {.n_streams = 1,
		.streams = &stream,
		.schedule = TW_SCHEDULE_PERIODIC,
		.pps_num = pps,
		.pps_den = 1,
		.burst = 1,
		.horizon = tw_ns_from_sec(1),
		.timeout = tw_ns_from_sec(1)};
	struct tw_loop_port lp = loop_port(port, OWN, 1024);
	struct tw_task *t;
	struct tw_err err;

	lp.mac = stream.local_mac;
	if (tw_sender_create(&lp, &cfg, &clock_, &err, &t) < 0)
		must(false, err.text);
	return (struct tw_sender *)t;
}

/* The worker's loop, and the control thread's part in it. */
static void run(struct tw_sender *s)
{
	int64_t next_update = 0;

	s->task.control(&s->task, TW_LETTER_START);
	while (watch.packets < watch.total) {
		uint64_t tsc = rte_rdtsc();

		if (tsc >= s->task.next_housekeeping) {
			int64_t now = clock_ns(CLOCK_MONOTONIC);

			if (now >= next_update) {
				tw_clock_update(&clock_);
				next_update = now + CLOCK_UPDATE_NS;
			}
			tw_task_housekeeping(&s->task, tsc);
		}
		s->task.step(&s->task);
	}
}

int main(int argc, char **argv)
{
	const struct tw_eal_config eal_cfg = {
		.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 256"};
	uint64_t pps = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t seconds = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	int64_t wall, cpu;
	struct tw_port port;
	struct tw_sender *s;
	struct tw_eal eal;
	struct tw_err err;

	must(pps >= PARTS && pps <= 20000000 && seconds >= 1 && seconds <= 3600,
		"PPS SECONDS are wanted");
	must(tw_eal_start(&eal_cfg, &eal, &err) == 0, err.text);
	must(tw_clock_init(&clock_) == 0, "clock");
	open_port("net_null0,no-rx=1", OWN, (struct tw_port_config){.max_frame = 1514}, &port);
	watch.pps = (double)pps;
	watch.total = pps * seconds;
	watch.stride = watch.total / ((uint64_t)PARTS * PER_PART) + 1;
	must(rte_eth_add_tx_callback(port.port_id, 0, note, &watch) != NULL, "callback");
	s = make(&port, pps);
	wall = clock_ns(CLOCK_MONOTONIC);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	run(s);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	wall = clock_ns(CLOCK_MONOTONIC) - wall;
	report(s, (double)seconds, (double)cpu / (double)wall);
	tw_task_destroy(&s->task);
	tw_port_close(&port);
	tw_eal_stop();
	return 0;
}
