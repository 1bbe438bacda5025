/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop.h"

#include <time.h>

#include <rte_dev.h>
#include <rte_eth_ring.h>
#include <rte_ring.h>

static const uint16_t small[] = {44}, protected[] = {112};
static struct rte_ring *rings[2];
static unsigned int number; /* names are used once: what a failed test leaves behind is its own */

struct dp_pair dp_pair(void)
{
	return (struct dp_pair){
		.family = 4,
		.max_frame = 1514,
		.sender_cfg =
			{
				.n_streams = 1,
				.schedule = TW_SCHEDULE_MAX,
				.burst = 1,
				.timeout = tw_ns_from_sec(20),
				.in_flight_max = 100,
				.seed = 1,
			},
		.reflector_cfg = dp_reflector_config(),
	};
}

/* Side 0 sends into ring 0 and receives from ring 1. */
static void open_port(struct dp_pair *p, int side)
{
	struct rte_eth_conf conf = {0};
	char name[32];
	int id;

	snprintf(name, sizeof(name), "pool%u_%d", number, side);
	p->pool[side] = rte_pktmbuf_pool_create(name, 2047, 0, 0, 2048, SOCKET_ID_ANY);
	assert_non_null(p->pool[side]);
	snprintf(name, sizeof(name), "pair%u_%d", number, side);
	id = rte_eth_from_rings(
		name, &rings[1 - side], 1, &rings[side], 1, (unsigned int)SOCKET_ID_ANY);
	if (id < 0)
		fail_msg("%s: %s", name, tw_eal_last_error());
	p->port[side] = (uint16_t)id;
	assert_int_equal(rte_eth_dev_configure(p->port[side], 1, 1, &conf), 0);
	assert_int_equal(
		rte_eth_rx_queue_setup(p->port[side], 0, 64, SOCKET_ID_ANY, NULL, p->pool[side]),
		0);
	assert_int_equal(rte_eth_tx_queue_setup(p->port[side], 0, 64, SOCKET_ID_ANY, NULL), 0);
	assert_int_equal(rte_eth_dev_start(p->port[side]), 0);
}

static struct tw_addr addr(const struct dp_pair *p, int side)
{
	struct tw_addr a;
	const char *text = p->family == 6 ? (side ? "2001:db8::1" : "2001:db8::9")
					  : (side ? "192.0.2.1" : "192.0.2.9");

	assert_int_equal(tw_addr_parse(text, &a), 0);
	return a;
}

static void make_loop_port(struct dp_pair *p, int side)
{
	struct tw_loop_port *lp = &p->lp[side];

	*lp = (struct tw_loop_port){
		.port_id = p->port[side],
		.n_rx_queues = 1,
		.tx_desc = (uint16_t)(p->wire ? p->wire : 4096),
		.max_frame = p->max_frame,
		.pool = p->pool[side],
		.mac = {{2, 0, 0, 0, 0, side ? 1 : 9}},
		.n_addrs = 1,
		.n_vlan = side == 0 && p->plain_sender ? 0 : p->n_vlan,
		.tci = {100, 200},
	};
	lp->stamps = p->stamps[side];
	lp->addrs[0] = (struct tw_prefix){addr(p, side), p->family == 6 ? 64 : 24};
}

static void make_streams(struct dp_pair *p)
{
	for (uint32_t i = 0; i < p->sender_cfg.n_streams; i++) {
		struct tw_stream_config *s = &p->streams[i];

		s->local = (struct tw_endpoint){addr(p, 0), (uint16_t)(49152 + i)};
		s->remote = (struct tw_endpoint){addr(p, 1), 862};
		s->local_mac = p->lp[0].mac;
		s->next_hop_mac = p->lp[1].mac;
		s->n_vlan = p->n_vlan;
		memcpy(s->tci, p->lp[0].tci, sizeof(s->tci));
		s->ttl = 255;
		if (s->protocol == TW_PROTOCOL_AUTO)
			s->protocol = TW_PROTOCOL_STAMP;
		if (!s->sizes) {
			s->sizes = small;
			s->n_sizes = 1;
		}
	}
	p->sender_cfg.streams = p->streams;
}

void dp_pair_protect(struct dp_pair *p)
{
	static const char text[] = "* not much of a secret\n";
	struct tw_err err;

	if (tw_keyfile_parse("keys", text, sizeof(text) - 1, TW_KEYFILE_TEXT, &err, &p->key_file) <
		0)
		fail_msg("%s", err.text);
	assert_int_equal(tw_batch_create(TW_BATCH_AUTO, &p->batch), 0);
	assert_int_equal(tw_keyring_create(p->batch, p->key_file, &p->keys), 0);
	p->reflector_cfg.keys = p->keys;
	for (uint32_t i = 0; i < p->sender_cfg.n_streams; i++) {
		struct tw_addr peer = addr(p, 1);
		struct tw_stream_config *s = &p->streams[i];

		s->security = TW_SECURITY_AUTHENTICATED;
		s->key = tw_keyring_peer(p->keys, 0, &peer);
		s->sizes = protected;
		s->n_sizes = 1;
	}
}

void dp_pair_open(struct dp_pair *p)
{
	const struct tw_clock *clock = p->clock ? p->clock : &dp_clock;
	struct tw_err err;

	number++;
	for (int i = 0; i < 2; i++) {
		char name[32];

		snprintf(name, sizeof(name), "wire%u_%d", number, i);
		rings[i] = rte_ring_create(name, p->wire ? p->wire : 4096, SOCKET_ID_ANY,
			RING_F_SP_ENQ | RING_F_SC_DEQ | (p->wire ? RING_F_EXACT_SZ : 0));
		assert_non_null(rings[i]);
	}
	for (int i = 0; i < 2; i++) {
		open_port(p, i);
		make_loop_port(p, i);
	}
	if (!p->sender_cfg.streams)
		make_streams(p);
	if (tw_sender_create(&p->lp[0], &p->sender_cfg, clock, &err, &p->sender) < 0 ||
		tw_reflector_create(&p->lp[1], &p->reflector_cfg, clock, &err, &p->reflector) < 0)
		fail_msg("%s", err.text);
	p->result = tw_result_create();
	assert_non_null(p->result);
}

void dp_pair_launch(struct dp_pair *p, unsigned int n_workers)
{
	p->n_workers = n_workers;
	p->w[0] = (struct tw_worker){
		.lcore = dp_eal.workers[0].lcore, .wake_fd = -1, .finished_fd = -1};
	p->w[1] = (struct tw_worker){
		.lcore = dp_eal.workers[1].lcore, .wake_fd = -1, .finished_fd = -1};
	p->w[0].tasks[p->w[0].n_tasks++] = p->sender;
	p->w[n_workers - 1].tasks[p->w[n_workers - 1].n_tasks++] = p->reflector;
	for (unsigned int i = 0; i < n_workers; i++)
		assert_int_equal(tw_worker_launch(&p->w[i]), 0);
	assert_int_equal(tw_task_ask(p->sender, TW_LETTER_START, NULL), 0);
}

static bool sender_has_finished(void *arg)
{
	return atomic_load(&((struct dp_pair *)arg)->sender->finished);
}

void dp_pair_wait(struct dp_pair *p)
{
	dp_wait(sender_has_finished, p);
}

void dp_pair_stop(struct dp_pair *p)
{
	for (unsigned int i = 0; i < p->n_workers; i++)
		tw_worker_join(&p->w[i]);
	p->n_workers = 0;
	tw_result_reset(p->result);
	memset(&p->reflected, 0, sizeof(p->reflected));
	p->sender->snapshot(p->sender, p->result);
	p->reflector->snapshot(p->reflector, &p->reflected);
	dp_counters_add_up(&p->reflected.counters);
}

void dp_start(struct dp_pair *p)
{
	p->sender->control(p->sender, TW_LETTER_START);
}

void dp_tick(struct tw_task *t)
{
	tw_task_housekeeping(t, rte_rdtsc());
	t->step(t);
}

void dp_ticks(struct tw_task *t, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		dp_tick(t);
}

uint32_t dp_pair_take(const struct dp_pair *p, uint32_t next)
{
	struct rte_mbuf *m[64];
	uint32_t taken = 0;
	uint16_t n;

	while ((n = rte_eth_rx_burst(p->port[1], 0, m, 64)) > 0) {
		for (uint16_t i = 0; i < n; i++)
			assert_int_equal(dp_get(rte_pktmbuf_mtod_offset(m[i], uint8_t *, 42), 4),
				next + taken + i);
		rte_pktmbuf_free_bulk(m, n);
		taken += n;
	}
	return taken;
}

void dp_change_clock(struct tw_clock *c, int64_t stepped, struct tw_ns passed)
{
	struct tw_clock_map m = c->map;

	m.epoch += stepped != 0;
	m.offset += (uint64_t)stepped;
	m.offsets[m.epoch % TW_CLOCK_EPOCHS] = m.offset;
	m.mono0 = tw_clock_mono(&c->map, rte_rdtsc()) + (uint64_t)tw_ns_to_span(passed).v;
	m.tsc0 = rte_rdtsc();
	atomic_fetch_add(&c->seq, 1);
	c->previous = c->map;
	c->map = m;
	atomic_fetch_add(&c->seq, 1);
}

uint64_t dp_now_ms(void)
{
	return dp_wall() / ((1ULL << 32) / 1000);
}

uint64_t dp_cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void dp_until_finished(struct dp_pair *p, bool reflect)
{
	uint64_t end = dp_cpu_ms() + 5000;

	while (!atomic_load(&p->sender->finished)) {
		assert_true(dp_cpu_ms() < end);
		dp_tick(p->sender);
		if (reflect)
			dp_tick(p->reflector);
	}
}

static struct rte_mempool *sender_pool(const struct dp_pair *p)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool *pool;

	snprintf(name, sizeof(name), "tw_tx_%u_0", p->port[0]);
	pool = rte_mempool_lookup(name);
	assert_non_null(pool);
	return pool;
}

unsigned int dp_sender_mbufs(const struct dp_pair *p)
{
	return rte_mempool_in_use_count(sender_pool(p));
}

void dp_pair_close(struct dp_pair *p)
{
	assert_int_equal(p->n_workers, 0);
	assert_int_equal(dp_sender_mbufs(p), 0);
	tw_task_destroy(p->sender);
	tw_task_destroy(p->reflector);
	tw_result_destroy(p->result);
	for (int i = 0; i < 2; i++) {
		struct rte_eth_dev_info info;

		assert_int_equal(rte_mempool_in_use_count(p->pool[i]), 0);
		assert_int_equal(rte_eth_dev_info_get(p->port[i], &info), 0);
		assert_int_equal(rte_eth_dev_stop(p->port[i]), 0);
		assert_int_equal(rte_eth_dev_close(p->port[i]), 0);
		assert_int_equal(rte_dev_remove(info.device), 0);
		rte_mempool_free(p->pool[i]);
	}
	for (int i = 0; i < 2; i++)
		rte_ring_free(rings[i]);
	tw_keyring_destroy(p->keys);
	tw_keyfile_destroy(p->key_file);
	tw_batch_destroy(p->batch);
}
