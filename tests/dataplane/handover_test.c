/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "sender.h"
#include "tw_handover.h"

#include <rte_dev.h>
#include <rte_eth_ring.h>
#include <rte_ring.h>

/*
 * Two sender tasks on two queues of a port, and two reflectors. The replies' queues may be crossed,
 * as by an RSS that nobody asked: what comes of it must not differ.
 */

#define PER_TASK 3
#define COUNT 1500

static const uint16_t size44 = 44;
static unsigned int number; /* names are used once */

struct rig {
	bool crossed;
	bool share;
	bool both; /* queues are the first task's, and the other has none */
	uint64_t count;
	uint32_t in_flight;
	uint16_t port[2];
	struct rte_mempool *pool[2];
	struct rte_ring *rings[4]; /* 0, 1: to the reflectors; 2, 3: back */
	struct tw_stream_config streams[2][PER_TASK];
	struct tw_sender_config cfg[2];
	struct tw_task *sender[2], *reflector[2];
	struct tw_handover *handover;
	struct tw_result *result;
};

static void open_port(struct rig *r, int side)
{
	struct rte_ring *to[2] = {r->rings[0], r->rings[1]};
	struct rte_ring *back[2] = {r->rings[r->crossed ? 3 : 2], r->rings[r->crossed ? 2 : 3]};
	struct rte_ring *answers[2] = {r->rings[2], r->rings[3]};
	struct rte_eth_conf conf = {0};
	char name[32];
	int id;

	snprintf(name, sizeof(name), "ho_pool%u_%d", number, side);
	r->pool[side] = rte_pktmbuf_pool_create(name, 1023, 0, 0, 2048, SOCKET_ID_ANY);
	assert_non_null(r->pool[side]);
	snprintf(name, sizeof(name), "ho%u_%d", number, side);
	id = side ? rte_eth_from_rings(name, to, 2, answers, 2, (unsigned int)SOCKET_ID_ANY)
		  : rte_eth_from_rings(name, back, 2, to, 2, (unsigned int)SOCKET_ID_ANY);
	assert_true(id >= 0);
	r->port[side] = (uint16_t)id;
	assert_int_equal(rte_eth_dev_configure(r->port[side], 2, 2, &conf), 0);
	for (uint16_t q = 0; q < 2; q++) {
		assert_int_equal(rte_eth_rx_queue_setup(
					 r->port[side], q, 64, SOCKET_ID_ANY, NULL, r->pool[side]),
			0);
		assert_int_equal(
			rte_eth_tx_queue_setup(r->port[side], q, 64, SOCKET_ID_ANY, NULL), 0);
	}
	assert_int_equal(rte_eth_dev_start(r->port[side]), 0);
}

static struct tw_loop_port loop_port(const struct rig *r, int side, uint16_t queue)
{
	struct tw_loop_port lp = {
		.port_id = r->port[side],
		.rx_queue = queue,
		.n_rx_queues = side == 0 && r->both ? 2 : 1,
		.tx_queue = queue,
		.tx_desc = 4096,
		.max_frame = 1514,
		.pool = r->pool[side],
		.mac = {{2, 0, 0, 0, 0, side ? 1 : 9}},
		.n_addrs = 1,
	};

	assert_int_equal(tw_prefix_parse(side ? "192.0.2.1/24" : "192.0.2.9/24", &lp.addrs[0]), 0);
	return lp;
}

static void make_sender(struct rig *r, uint16_t t)
{
	struct tw_loop_port lp = loop_port(r, 0, t);
	struct tw_err err;

	for (unsigned int i = 0; i < PER_TASK; i++)
		r->streams[t][i] = (struct tw_stream_config){
			.local = {{.family = 4, .b = {192, 0, 2, 9}},
				/* one port is both tasks' */
				(uint16_t)(i == 0 ? 49152 : 50000 + 10 * t + i)},
			.remote = {{.family = 4, .b = {192, 0, 2, 1}}, 862},
			.local_mac = {{2, 0, 0, 0, 0, 9}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 1}},
			.ttl = 255,
			.protocol = TW_PROTOCOL_STAMP,
			.n_sizes = 1,
			.sizes = &size44,
		};
	r->streams[1][0].local.addr.b[3] = 10;
	r->cfg[t] = (struct tw_sender_config){.n_streams = PER_TASK,
		.streams = r->streams[t],
		.schedule = TW_SCHEDULE_MAX,
		.burst = 1,
		.count = r->count,
		.in_flight_max = r->in_flight,
		.timeout = tw_ns_from_sec(3)};
	if (tw_sender_create(&lp, &r->cfg[t], &dp_clock, &err, &r->sender[t]) < 0)
		fail_msg("%s", err.text);
}

static void open_rig(struct rig *r)
{
	struct tw_reflector_config rc = dp_reflector_config();
	const struct tw_sender_config *cfgs[2] = {&r->cfg[0], &r->cfg[1]};
	struct tw_err err;

	number++;
	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "ho_wire%u_%d", number, i);
		r->rings[i] = rte_ring_create(name, 4096, SOCKET_ID_ANY, 0);
		assert_non_null(r->rings[i]);
	}
	open_port(r, 0);
	open_port(r, 1);
	for (uint16_t t = 0; t < 2; t++) {
		struct tw_loop_port lp = loop_port(r, 1, t);

		make_sender(r, t);
		assert_int_equal(
			tw_reflector_create(&lp, &rc, &dp_clock, &err, &r->reflector[t]), 0);
	}
	if (r->share) {
		assert_int_equal(tw_handover_create(2, cfgs, &r->handover), 0);
		for (unsigned int t = 0; t < 2; t++)
			tw_sender_share(r->sender[t], r->handover, t);
	}
	r->result = tw_result_create();
	assert_non_null(r->result);
}

static void results(struct rig *r)
{
	tw_result_reset(r->result);
	for (int t = 0; t < 2; t++)
		r->sender[t]->snapshot(r->sender[t], r->result);
}

static void close_rig(struct rig *r)
{
	tw_handover_destroy(r->handover);
	for (int t = 0; t < 2; t++) {
		assert_int_equal(
			rte_mempool_in_use_count(((struct tw_sender *)r->sender[t])->pool), 0);
		tw_task_destroy(r->sender[t]);
		tw_task_destroy(r->reflector[t]);
	}
	for (int i = 0; i < 2; i++) {
		struct rte_eth_dev_info info;

		assert_int_equal(rte_eth_dev_info_get(r->port[i], &info), 0);
		assert_int_equal(rte_eth_dev_stop(r->port[i]), 0);
		assert_int_equal(rte_eth_dev_close(r->port[i]), 0);
		assert_int_equal(rte_dev_remove(info.device), 0);
		rte_mempool_free(r->pool[i]);
	}
	for (int i = 0; i < 4; i++)
		rte_ring_free(r->rings[i]);
	tw_result_destroy(r->result);
}

static void tick(struct tw_task *t)
{
	tw_task_housekeeping(t, rte_rdtsc());
	t->step(t);
}

static bool finished(void *arg)
{
	const struct rig *r = arg;

	return atomic_load(&r->sender[0]->finished) && atomic_load(&r->sender[1]->finished);
}

static void check_all_there(const struct rig *r)
{
	const struct tw_packet_counts *n = &r->result->packets;

	assert_int_equal(n->sent, 2 * r->count);
	assert_int_equal(n->received, 2 * r->count);
	assert_int_equal(n->lost + n->late + n->duplicates + n->reordered, 0);
	assert_true(n->lost_outbound.known && n->lost_inbound.known);
	assert_int_equal(r->result->delay[TW_ROUNDTRIP].m.count, 2 * r->count);
	assert_int_equal(r->result->ipdv[TW_ROUNDTRIP].m.count, 2 * (r->count - PER_TASK));
	assert_int_equal(r->result->ttl[TW_INBOUND].count, 2 * r->count);
	assert_int_equal(r->result->tester.rx_missed, 0);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		assert_int_equal(r->result->discarded[i], 0);
}

/* By hand: a round of each in turn. */
static void by_hand(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rig r = {.crossed = i, .share = i, .count = COUNT};

		open_rig(&r);
		for (int t = 0; t < 2; t++)
			r.sender[t]->control(r.sender[t], TW_LETTER_START);
		for (int k = 0; k < 100000 && !finished(&r); k++)
			for (int t = 0; t < 2; t++) {
				tick(r.sender[t]);
				tick(r.reflector[t]);
			}
		assert_true(finished(&r));
		results(&r);
		check_all_there(&r);
		close_rig(&r);
	}
}

/* On two workers, where both halves of a task are at work at the same time. */
static void on_two_workers(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct rig r = {.crossed = i & 1, .share = true, .count = 30000, .in_flight = 500};
		struct tw_worker w[2];

		open_rig(&r);
		for (int t = 0; t < 2; t++) {
			w[t] = (struct tw_worker){.lcore = dp_eal.workers[t].lcore,
				.n_tasks = 2,
				.tasks = {r.sender[t], r.reflector[t]},
				.wake_fd = -1,
				.finished_fd = -1};
			assert_int_equal(tw_worker_launch(&w[t]), 0);
		}
		for (int t = 0; t < 2; t++)
			assert_int_equal(tw_task_ask(r.sender[t], TW_LETTER_START, NULL), 0);
		dp_wait(finished, &r);
		for (int t = 0; t < 2; t++)
			tw_worker_join(&w[t]);
		results(&r);
		check_all_there(&r);
		close_rig(&r);
	}
}

/* Without it: nobody's replies. */
static void not_shared(void **state)
{
	struct rig r = {.crossed = true, .count = 32};

	(void)state;
	open_rig(&r);
	for (int t = 0; t < 2; t++)
		r.sender[t]->control(r.sender[t], TW_LETTER_START);
	for (int k = 0; k < 20; k++)
		for (int t = 0; t < 2; t++) {
			tick(r.sender[t]);
			tick(r.reflector[t]);
		}
	results(&r);
	assert_int_equal(r.result->packets.received, 0);
	assert_int_equal(r.result->discarded[TW_DISCARD_NOT_OUR_PORT] +
				 r.result->discarded[TW_DISCARD_NOT_A_REPLY],
		64);
	close_rig(&r);
}

/* An owner that does not come: what finds no room is the tester's loss, and T4 is the receiver's. */
static void owner_is_slow(void **state)
{
	struct rig r = {.crossed = true, .share = true, .count = 3000};
	const struct tw_sender *owner;
	uint64_t before;

	(void)state;
	open_rig(&r);
	r.sender[1]->control(r.sender[1], TW_LETTER_START);
	for (int k = 0; k < 200; k++)
		r.sender[1]->step(r.sender[1]); /* its own queue is empty: task 0 has the replies */
	for (int k = 0; k < 200; k++) {
		tick(r.reflector[1]);
		tick(r.sender[0]);
	}
	owner = (const struct tw_sender *)r.sender[1];
	before = tw_clock_mono(&owner->task.clock, rte_rdtsc());
	dp_sleep_ms(20);
	for (int k = 0; k < 200; k++)
		tick(r.sender[1]);
	results(&r);
	assert_int_equal(r.result->packets.sent, 3000);
	assert_int_equal(r.result->packets.received + r.result->tester.rx_missed, 3000);
	assert_int_equal(r.result->packets.received, 1023);
	assert_true(owner->reply.last_mono > owner->start_mono);
	assert_true(owner->reply.last_mono < before);
	close_rig(&r);
}

/* What lies in `from` is put into the rings `to` in turn; swapped: of two of a stream's the second first. */
static void distribute(
	struct rte_ring *from, struct rte_ring *const *to, unsigned int n_to, bool swapped)
{
	void *m[256];
	unsigned int n = rte_ring_dequeue_burst(from, m, RTE_DIM(m), NULL);

	for (unsigned int i = 0; i < n; i++) {
		unsigned int two = 2 * PER_TASK;
		unsigned int at = swapped ? i / two * two + (i + PER_TASK) % two : i;

		assert_int_equal(rte_ring_enqueue(to[at % n_to], m[at]), 0);
	}
}

/* Task t's replies, which lie in its reflector's ring, by the rings `to`: all else stands still. */
static void come_by(
	struct rig *r, unsigned int t, struct rte_ring *const *to, unsigned int n_to, bool swapped)
{
	r->sender[t]->control(r->sender[t], TW_LETTER_START);
	for (int k = 0; k < 20; k++)
		r->sender[t]->step(r->sender[t]);
	for (int k = 0; k < 5; k++)
		tick(r->reflector[t]);
	assert_int_equal(rte_ring_count(r->rings[2 + t]), r->count);
	distribute(r->rings[2 + t], to, n_to, swapped);
	tick(r->sender[t]);
	for (int k = 0; k < 5; k++)
		for (int i = 0; i < (r->both ? 1 : 2); i++)
			tick(r->sender[i]);
	results(r);
	assert_int_equal(r->result->packets.received, r->count);
	assert_int_equal(r->result->packets.lost, 0);
}

/* One queue's replies are as the wire had them, and those of two in no order. */
static void order_of_two_queues(void **state)
{
	enum { OWN, HANDED, OWN_AND_HANDED, TWO_OWN, HOW };

	(void)state;
	for (unsigned int how = 0; how < HOW; how++) {
		const bool both = how == TWO_OWN, two = both || how == OWN_AND_HANDED;
		struct rig r = {.share = !both, .both = both, .count = 60};
		const struct tw_packet_counts *n;
		struct rte_ring *by[2];

		open_rig(&r);
		/* rings 2 and 3 are the first and the second queue */
		by[0] = r.rings[how == HANDED || both ? 2 : 3];
		by[1] = r.rings[both ? 3 : 2];
		come_by(&r, both ? 0 : 1, by, two ? 2 : 1, !two);
		n = &r.result->packets;
		assert_int_equal(n->reordered, two ? 0 : r.count / 2);
		assert_int_equal(n->reordered_inbound, two ? 0 : r.count / 2);
		assert_int_equal(n->reordered_outbound, 0);
		if (two)
			assert_true(n->order_unknown > 0);
		else
			assert_int_equal(n->order_unknown, 0);
		close_rig(&r);
	}
}

/* Replies that nobody could tell apart. */
static void alike(void **state)
{
	struct rig r = {.count = 1};
	const struct tw_sender_config *cfgs[2] = {&r.cfg[0], &r.cfg[0]};
	struct tw_handover *h = NULL;

	(void)state;
	open_rig(&r);
	assert_int_equal(tw_handover_create(2, cfgs, &h), -EINVAL);
	assert_null(h);
	close_rig(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(on_two_workers),
		cmocka_unit_test(not_shared),
		cmocka_unit_test(owner_is_slow),
		cmocka_unit_test(order_of_two_queues),
		cmocka_unit_test(alike),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
