/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * A reflecting worker as the server has it, on a capture that net_pcap replays without end, between
 * whose ends TWAMP sessions are agreed upon: the control connection is what net_pcap lacks.
 *
 *   bench_agreed CAPTURE SESSIONS SECONDS CPU
 */

#include "bench_port.h"
#include "tw_agreed.h"
#include "tw_eal.h"
#include "tw_worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_PORT 20000 /* of the sessions in the capture, from 10.0.x.1 to 10.1.0.1:862 */
#define OWN "10.1.0.1/16"
#define PORTS 16384
#define ROOM 65536 /* for sessions, what the server has unless it is told otherwise */

static struct tw_clock clock_;

static void replay(const char *capture, struct tw_port *ret)
{
	char dev[512];

	snprintf(dev, sizeof(dev), "net_pcap0,rx_pcap=%s,infinite_rx=1", capture);
	open_port(dev, OWN, (struct tw_port_config){.max_frame = 1514}, ret);
}

static struct tw_task *make(const struct tw_port *port)
{
	const struct tw_reflector_config cfg = {.port = 862,
		.protocol = TW_PROTOCOL_AUTO,
		.max_sessions = ROOM,
		.session_idle = tw_ns_from_sec(30),
		.refwait = tw_ns_from_sec(900),
		.negotiated = true,
		.negotiated_only = true,
		.max_agreed = ROOM};
	struct tw_loop_port lp = loop_port(port, OWN, 512);
	struct tw_task *t;
	struct tw_err err;

	if (tw_reflector_create(&lp, &cfg, &clock_, &err, &t) < 0)
		must(false, err.text);
	return t;
}

static void agree(struct tw_task *t, uint32_t sessions)
{
	struct tw_agreed_change c = {.n = 1};

	for (c.id = 0; c.id < sessions; c.id++) {
		const struct tw_reflector_session s = {
			.sender = {{.family = 4, .b = {10, 0, (uint8_t)(c.id / PORTS), 1}},
				(uint16_t)(FIRST_PORT + c.id % PORTS)},
			.reflector = {{.family = 4, .b = {10, 1, 0, 1}}, 862},
			.security = TW_SECURITY_OPEN,
			.symmetrical = true,
			.refwait = tw_ns_from_sec(900)};

		c.session = aligned_alloc(_Alignof(struct tw_negotiated), sizeof(*c.session));
		must(c.session != NULL, "memory");
		tw_negotiated_init(c.session, &s);
		must(tw_agreed_add(t, &c) == 0, "negotiated session");
		c.ids = &c.id;
		tw_agreed_start(t, &c);
	}
}

int main(int argc, char **argv)
{
	struct tw_eal_config eal_cfg = {
		.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 1024 --iova-mode=va"};
	struct tw_worker w = {.n_tasks = 1, .finished_fd = -1};
	struct tw_reflector_snapshot s;
	struct timespec nap;
	struct tw_port port;
	struct tw_eal eal;
	struct tw_err err;
	double seconds;
	int64_t cpu;

	must(argc == 5, "CAPTURE SESSIONS SECONDS CPU");
	seconds = strtod(argv[3], NULL);
	eal_cfg.lcores = argv[4];
	must(tw_eal_start(&eal_cfg, &eal, &err) == 0, err.text);
	must(tw_clock_init(&clock_) == 0, "clock");
	replay(argv[1], &port);
	w.tasks[0] = make(&port);
	w.lcore = eal.workers[0].lcore;
	agree(w.tasks[0], (uint32_t)strtoul(argv[2], NULL, 10));
	must(tw_worker_launch(&w) == 0, "worker");
	nap.tv_sec = (time_t)seconds;
	nap.tv_nsec = (long)((seconds - (double)nap.tv_sec) * 1e9);
	nanosleep(&nap, NULL);
	cpu = tw_worker_cpu_time(&w).v;
	must(tw_task_ask(w.tasks[0], TW_LETTER_SNAPSHOT, &s) == 0, "the worker does not answer");
	tw_worker_join(&w);
	must(s.counters.reflected == s.counters.received, "not everything was answered");
	printf("packets %llu cpu_seconds %.6f\n", (unsigned long long)s.counters.reflected,
		(double)cpu / 1e9);
	tw_task_destroy(w.tasks[0]);
	tw_port_close(&port);
	tw_eal_stop();
	return 0;
}
