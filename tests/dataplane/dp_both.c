/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_both.h"

#include <rte_dev.h>
#include <rte_eth_ring.h>
#include <rte_mbuf_dyn.h>
#include <rte_ring.h>

struct dp_both dp_both;

static const uint16_t size44 = 44;
static const uint16_t tci[2] = {0x2007, 0x0123};
static int stamp_field; /* of a mbuf, */
static uint64_t stamp_flag;
static unsigned int number; /* names are used once */

uint64_t dp_both_below(uint64_t n)
{
	return tw_rand_below(&dp_both.rand, n);
}

static void open_side(struct dp_side *d)
{
	struct rte_eth_conf conf = {0};
	char name[32];
	int id;

	number++;
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "sr_pool%u_%u", number, i);
		d->pool[i] = rte_pktmbuf_pool_create(name, 1023, 0, 0, 2048, SOCKET_ID_ANY);
		assert_non_null(d->pool[i]);
	}
	snprintf(name, sizeof(name), "sr_in%u", number);
	d->in = rte_ring_create(name, 1024, SOCKET_ID_ANY, 0);
	snprintf(name, sizeof(name), "sr_out%u", number);
	d->out = rte_ring_create(name, 1024, SOCKET_ID_ANY, 0);
	assert_true(d->in && d->out);
	snprintf(name, sizeof(name), "sr%u", number);
	id = rte_eth_from_rings(name, &d->in, 1, &d->out, 1, (unsigned int)SOCKET_ID_ANY);
	assert_true(id >= 0);
	d->port = (uint16_t)id;
	assert_int_equal(rte_eth_dev_configure(d->port, 1, 1, &conf), 0);
	assert_int_equal(
		rte_eth_rx_queue_setup(d->port, 0, 64, SOCKET_ID_ANY, NULL, d->pool[0]), 0);
	assert_int_equal(rte_eth_tx_queue_setup(d->port, 0, 64, SOCKET_ID_ANY, NULL), 0);
	assert_int_equal(rte_eth_dev_start(d->port), 0);
}

static void close_side(struct dp_side *d)
{
	struct rte_eth_dev_info info;
	void *m;

	while (rte_ring_dequeue(d->out, &m) == 0)
		rte_pktmbuf_free(m);
	tw_task_destroy(&d->s->task);
	assert_int_equal(rte_eth_dev_info_get(d->port, &info), 0);
	assert_int_equal(rte_eth_dev_stop(d->port), 0);
	assert_int_equal(rte_eth_dev_close(d->port), 0);
	assert_int_equal(rte_dev_remove(info.device), 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(rte_mempool_in_use_count(d->pool[i]), 0);
		rte_mempool_free(d->pool[i]);
	}
	rte_ring_free(d->in);
	rte_ring_free(d->out);
}

/* Every third pair of streams shares a port. */
static uint16_t port_of(uint32_t stream)
{
	return (uint16_t)(20000 + (stream % 6 == 5 ? stream - 1 : stream));
}

static struct tw_addr address_of(unsigned int host)
{
	struct tw_addr a = {.family = 4, .b = {192, 0, 2, (uint8_t)host}};

	if (dp_both.kind.family == 6) {
		struct dp_packet p = dp_request(6, 0); /* to the host 1 */

		a.family = 6;
		memcpy(a.b, p.dst, 16);
		a.b[15] = (uint8_t)host;
	}
	return a;
}

/* The NIC's ticks are TSC's, which are 2^-32 of the clock's each: it stands still all the same. */
static void stamp_by_nic(struct tw_sender *s)
{
	assert_int_equal(rte_mbuf_dyn_rx_timestamp_register(&stamp_field, &stamp_flag), 0);
	s->stamper.port.field = stamp_field;
	s->stamper.port.rx_flag = stamp_flag;
	s->stamper.rx = true;
	s->stamper.map.mult = 1ULL << TW_NIC_SHIFT;
	s->stamper.map.bits = 64;
	s->stamper.map.good = true;
	s->task.clock.mult = 1;
}

static void make_sender(struct dp_side *d, bool any_cpu, uint64_t records)
{
	static struct tw_stream_config c[DP_BOTH_STREAMS];
	static struct tw_stream_schedule schedules[DP_BOTH_STREAMS];
	const struct dp_kind *kind = &dp_both.kind;
	struct tw_sender_config cfg = {.n_streams = dp_both.n,
		.streams = c,
		.schedule = TW_SCHEDULE_MAX,
		.burst = 1,
		.in_flight_max = kind->own ? 0 : (uint32_t)records,
		.schedules = kind->own ? schedules : NULL,
		.n_groups = kind->n_groups,
		.timeout = tw_ns_from_ms(500),
		.any_cpu = any_cpu};
	struct tw_loop_port lp = {.port_id = d->port,
		.n_rx_queues = 1,
		.tx_desc = 64,
		.max_frame = 1514,
		.pool = d->pool[0],
		.mac = {{2, 0, 0, 0, 0, 1}},
		.n_addrs = 1};
	struct tw_task *task;
	struct tw_err err;

	lp.n_vlan = (uint8_t)kind->n_vlan;
	memcpy(lp.tci, tci, sizeof(tci));
	tw_prefix_parse("192.0.2.1/24", &lp.addrs[0]);
	for (uint32_t i = 0; i < dp_both.n; i++) {
		schedules[i] = (struct tw_stream_schedule){.kind = TW_SCHEDULE_PERIODIC,
			.pps_num = 2 * records,
			.pps_den = 1,
			.burst = 1};
		c[i] = (struct tw_stream_config){.local_mac = {{2, 0, 0, 0, 0, 1}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 9}},
			.local = {address_of(1), port_of(i)},
			.remote = {address_of(9 + i % 2), 862},
			.n_vlan = (uint8_t)kind->n_vlan,
			.ttl = 255,
			.protocol = TW_PROTOCOL_STAMP,
			.group = (uint16_t)(kind->n_groups ? i / 2 % kind->n_groups : 0),
			.n_sizes = 1,
			.sizes = &size44};
		memcpy(c[i].tci, tci, sizeof(tci));
	}
	if (tw_sender_create(&lp, &cfg, &dp_clock, &err, &task) < 0)
		fail_msg("%s", err.text);
	d->s = (struct tw_sender *)task;
	d->s->task.clock.mult = 0;
	for (unsigned int i = 0; i < TW_CLOCK_EPOCHS; i++)
		d->s->task.clock.offsets[i] = 0xeeab5d94ULL << 32 ^ (uint64_t)i << 40;
	if (kind->nic)
		stamp_by_nic(d->s);
}

/* As if so many packets of each stream had gone there and back. */
static void pretend(uint64_t n)
{
	for (uint32_t i = 0; i < dp_both.n; i++) {
		dp_both.seq[i] = n;
		dp_both.rseq[i] = (uint32_t)n;
		for (unsigned int k = 0; k < 2; k++) {
			struct tw_loss *l = &dp_both.side[k].s->reply.streams[i].loss;

			dp_both.side[k].s->streams[i].sent = n;
			l->next_s += n;
			l->next_r += n;
		}
	}
}

void dp_both_send(void)
{
	struct dp_way *w = &dp_both.way[dp_both.n_way];
	uint32_t stream = dp_both.turn;

	if (dp_both.n_way == DP_BOTH_OUTSTANDING)
		return;
	dp_both.n_way++;
	dp_both.turn = dp_both.kind.own ? (uint32_t)dp_both_below(dp_both.n)
					: (dp_both.turn + 1) % dp_both.n;
	*w = (struct dp_way){stream, (uint32_t)dp_both.seq[stream]++,
		dp_both.mono +
			dp_both.side[0].s->task.clock.offsets[dp_both.epoch % TW_CLOCK_EPOCHS]};
	for (unsigned int k = 0; k < 2; k++) {
		struct tw_sender *s = dp_both.side[k].s;

		tw_window_put(&s->window, stream, w->seq, dp_both.mono, dp_both.epoch, 0);
		s->streams[stream].sent++;
		s->numbered++;
	}
	dp_both.mono += dp_both_below(500);
}

void dp_both_put64(uint8_t *p, uint64_t v)
{
	dp_put32(p, (uint32_t)(v >> 32));
	dp_put32(p + 4, (uint32_t)v);
}

/* An honest reply. */
struct dp_packet dp_both_reply(const struct dp_way *w)
{
	const struct dp_kind *kind = &dp_both.kind;
	struct dp_packet p = dp_request(kind->family == 6 ? 6 : 4, dp_both.rseq[w->stream]);
	uint64_t t2 = w->t1 + 1000 + dp_both_below(5000), t3 = t2 + dp_both_below(3000);

	p.src[p.family == 6 ? 15 : 3] = (uint8_t)(9 + w->stream % 2);
	p.n_vlan = kind->n_vlan;
	p.tpid[0] = p.n_vlan == 2 ? 0x88a8 : 0x8100;
	memcpy(p.tci, tci, sizeof(tci));
	p.sport = 862;
	p.dport = port_of(w->stream);
	p.tos = dp_both.tos;
	p.ttl = dp_both.ttl;
	memset(p.payload + 14, 0, 30);
	if (kind->sizes)
		p.len = kind->sizes[dp_both_below(kind->n_sizes)];
	for (uint32_t i = 44; i < p.len; i++)
		p.payload[i] = (uint8_t)dp_both_below(256);
	dp_both_put64(p.payload + 4, t3);
	dp_put16(p.payload + 12, dp_both.error_estimate);
	dp_both_put64(p.payload + 16, t2);
	dp_put32(p.payload + 24, w->seq);
	dp_both_put64(p.payload + 28, w->t1);
	dp_put16(p.payload + 36, 0x8a01);
	p.payload[40] = dp_both.sender_ttl;
	return p;
}

/* Mostly a moment ago; seldom none, or one that lies ahead. */
#define MOMENT 20000
static void stamp(struct rte_mbuf *const *m)
{
	int64_t when = -(int64_t)dp_both_below(MOMENT);

	if (dp_both_below(40) == 0)
		return;
	if (dp_both_below(40) == 0)
		when = 1000000;
	for (unsigned int k = 0; k < 2; k++) {
		m[k]->ol_flags |= stamp_flag;
		*RTE_MBUF_DYNFIELD(m[k], stamp_field, rte_mbuf_timestamp_t *) = (uint64_t)when
										<< 32;
	}
}

/* Give both the same frame. */
void dp_both_give(const struct dp_frame *f, enum dp_buffer kind)
{
	struct rte_mbuf *both[2];

	for (unsigned int k = 0; k < 2; k++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(
					dp_both.side[k].pool[kind == DP_BUFFER_OTHER_POOL]),
				*more;
		uint32_t first = kind == DP_BUFFER_SEGMENTS ? f->len / 2 : f->len;

		assert_non_null(m);
		m->data_off = (uint16_t)(m->data_off + (kind == DP_BUFFER_ELSEWHERE ? 6 : 0));
		memcpy(rte_pktmbuf_append(m, (uint16_t)first), f->b, first);
		if (first < f->len) {
			more = rte_pktmbuf_alloc(dp_both.side[k].pool[0]);
			assert_non_null(more);
			memcpy(rte_pktmbuf_append(more, (uint16_t)(f->len - first)), f->b + first,
				f->len - first);
			assert_int_equal(rte_pktmbuf_chain(m, more), 0);
		}
		if (kind == DP_BUFFER_HELD && !dp_both.held[k]) {
			rte_mbuf_refcnt_update(m, 1);
			dp_both.held[k] = m;
		}
		both[k] = m;
	}
	if (dp_both.kind.nic)
		stamp(both);
	for (unsigned int k = 0; k < 2; k++)
		assert_int_equal(rte_ring_enqueue(dp_both.side[k].in, both[k]), 0);
}

uint32_t dp_both_udp(void)
{
	return 14 + 4 * dp_both.kind.n_vlan + (dp_both.kind.family == 6 ? 40 : 20);
}

/* All checksums as the octets now want them. */
void dp_both_mend(struct dp_frame *f)
{
	uint32_t at = dp_both_udp(), len = f->len - at, pseudo;
	uint8_t *udp = f->b + at;

	if (dp_both.kind.family == 6) {
		pseudo = dp_sum(udp - 32, 32, 17 + len);
	} else {
		dp_put16(udp - 10, 0);
		dp_put16(udp - 10, (uint16_t)~dp_sum(udp - 20, 20, 0));
		pseudo = dp_sum(udp - 8, 8, 17 + len);
	}
	dp_put16(udp + 6, 0);
	dp_put16(udp + 6, (uint16_t)~dp_sum(udp, len, pseudo));
}

static void set_clocks(void)
{
	for (unsigned int k = 0; k < 2; k++) {
		struct tw_sender *s = dp_both.side[k].s;

		s->task.clock.mono0 = dp_both.mono;
		if (!dp_both.kind.nic)
			continue;
		s->task.clock.tsc0 = s->stamper.map.tsc0 = rte_rdtsc();
		s->stamper.map.until = s->task.clock.tsc0 + (1ULL << 62);
	}
}

/* One at a time: whatever a burst does to its packets, it does not do it here. */
static void receive_singly(struct dp_side *d)
{
	void *m[1024];
	unsigned int n = rte_ring_dequeue_burst(d->in, m, 1024, NULL);

	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(rte_ring_enqueue(d->in, m[i]), 0);
		assert_int_equal(tw_sender_receive(d->s), 1);
	}
}

void dp_both_receive(void)
{
	struct dp_side *wide = &dp_both.side[0];

	set_clocks();
	while (rte_ring_count(wide->in))
		tw_sender_receive(wide->s);
	receive_singly(&dp_both.side[1]);
	for (unsigned int k = 0; k < 2; k++) {
		/* let go of by the loop, and by no means freed */
		if (dp_both.held[k])
			assert_int_equal(rte_mbuf_refcnt_read(dp_both.held[k]), 1);
		rte_pktmbuf_free(dp_both.held[k]);
		dp_both.held[k] = NULL;
		assert_int_equal(rte_mempool_in_use_count(dp_both.side[k].pool[0]),
			rte_ring_count(dp_both.side[k].out));
		assert_int_equal(rte_mempool_in_use_count(dp_both.side[k].pool[1]), 0);
	}
}

static void same_series(const char *name, const struct tw_series *a, const struct tw_series *b)
{
	if (a->m.count != b->m.count || a->m.min != b->m.min || a->m.max != b->m.max ||
		a->m.sum != b->m.sum)
		fail_msg("%s: count %llu and %llu, or extremes or sum differ", name,
			(unsigned long long)a->m.count, (unsigned long long)b->m.count);
	/*
	 * Not what squares are relative to: which one was the first is a matter of bursts. Where
	 * values are further apart than 2^62, distances from it do not fit 64 bits.
	 */
	if (a->m.count && (uint64_t)a->m.max - (uint64_t)a->m.min < 1ULL << 62)
		assert_near(tw_moments_stddev(&a->m), tw_moments_stddev(&b->m),
			1e-9 * tw_moments_stddev(&b->m));
	assert_memory_equal(&a->h, &b->h, sizeof(a->h));
}

static void same_stream(const struct tw_reply_stream *a, const struct tw_reply_stream *b)
{
	struct tw_loss x = a->loss, y = b->loss;

	x.t = y.t = NULL;
	assert_memory_equal(&x, &y, sizeof(x));
	assert_memory_equal(a->loss.t, b->loss.t, sizeof(*a->loss.t));
	assert_memory_equal(&a->variation, &b->variation, sizeof(a->variation));
}

static void same_result(const struct tw_result *a, const struct tw_result *b)
{
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		same_series("delay", &a->delay[i], &b->delay[i]);
		same_series("ipdv", &a->ipdv[i], &b->ipdv[i]);
	}
	same_series("residence", &a->residence, &b->residence);
	assert_memory_equal(a->ttl, b->ttl, sizeof(a->ttl));
	assert_memory_equal(a->dscp, b->dscp, sizeof(a->dscp));
	assert_memory_equal(a->ecn, b->ecn, sizeof(a->ecn));
	assert_memory_equal(&a->peer, &b->peer, sizeof(a->peer));
	assert_memory_equal(&a->packets, &b->packets, sizeof(a->packets));
	assert_memory_equal(a->discarded, b->discarded, sizeof(a->discarded));
}

void dp_both_compare(void)
{
	const struct tw_sender *a = dp_both.side[0].s, *b = dp_both.side[1].s;

	same_result(a->result, b->result);
	for (unsigned int i = 0; i < dp_both.kind.n_groups; i++)
		same_result(a->groups[i].result, b->groups[i].result);
	for (uint32_t i = 0; i < dp_both.n; i++)
		same_stream(&a->reply.streams[i], &b->reply.streams[i]);
	assert_int_equal(a->window.bytes, b->window.bytes);
	assert_memory_equal(a->window.e, b->window.e, a->window.bytes);
	assert_memory_equal(
		a->stamper.n.hardware, b->stamper.n.hardware, sizeof(a->stamper.n.hardware));
	assert_memory_equal(
		a->stamper.n.software, b->stamper.n.software, sizeof(a->stamper.n.software));
	assert_int_equal(a->stamper.n.refused, b->stamper.n.refused);
	assert_int_equal(a->answered, b->answered);
	/* of a burst only the last one is looked at */
	assert_in_range(a->newest, 0, b->newest);
	assert_int_equal(a->forgiven, b->forgiven);
	/* those of a burst that are usual are noted together, when it came */
	assert_in_range(a->last_answer, b->last_answer - (dp_both.kind.nic ? MOMENT : 0),
		b->last_answer + (dp_both.kind.nic ? MOMENT : 0));
	assert_int_equal(a->reply.first_mono, b->reply.first_mono);
	assert_int_equal(a->reply.last_mono, b->reply.last_mono);
}

void dp_both_open(uint32_t streams, uint64_t records, uint64_t begin)
{
	dp_both.n = streams;
	dp_both.n_way = dp_both.turn = 0;
	dp_both.mono = 1000ULL << 32;
	dp_both.ttl = 255;
	dp_both.sender_ttl = dp_both.kind.ttl0 ? 0 : 255;
	dp_both.tos = 0;
	dp_both.error_estimate = 0x8a2b;
	for (unsigned int k = 0; k < 2; k++) {
		open_side(&dp_both.side[k]);
		make_sender(&dp_both.side[k], k == 1 || dp_both.kind.any, records);
	}
	/* as it has to when streams have tags of their own */
	dp_both.side[1].s->own_tags = dp_both.kind.exact;
	assert_null(dp_both.side[1].s->receive);
	assert_null(dp_both.side[1].s->receive_nic);
	pretend(begin);
}

void dp_both_close(void)
{
	dp_both_compare();
	for (unsigned int k = 0; k < 2; k++)
		close_side(&dp_both.side[k]);
}
