/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "kernel_stamps.h"

#include "tw_log.h"
#include "tw_time.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <rte_cycles.h>
#include <rte_mbuf_dyn.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 4
#define READINGS 7
/* Between the two readings of the start. */
#define FIRST_GAP_NS 20000000
/* A reading that took this much longer than the best one, and no less than that, was disturbed. */
#define WIDE 3
#define WIDE_US 1
/* A queue without packets reads its clock so often: what came since is not older. */
#define LOOK_US 1000
/* Octets of a frame that have to be those of the mbuf, behind the addresses. */
#define COMPARED 84
#define ADDRESSES (2 * ETH_ALEN)
#define TAG 4

/* The clock is read without a system call wherever the kernel runs by the TSC. */
static struct tw_kernel_reading read_once(clockid_t clock)
{
	struct tw_kernel_reading r;
	struct timespec ts;
	uint64_t a = rte_rdtsc();

	clock_gettime(clock, &ts);
	r.width = rte_rdtsc() - a;
	r.tsc = a + r.width / 2;
	r.ns = (int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec;
	return r;
}

/* @return false: something came between each time */
static bool look(struct tw_kernel_queue *k)
{
	for (int i = 0; i < TRIES; i++) {
		struct tw_kernel_reading r = read_once(k->clock);

		if (r.width <= k->wide) {
			tw_kernel_time_look(&k->time, &r);
			return true;
		}
	}
	return false;
}

static const struct tpacket2_hdr *frame(const struct tw_kernel_queue *k, uint32_t i)
{
	return (const void *)(k->ring + (size_t)i * k->frame_size);
}

/* Is the mbuf a copy of this frame? The driver puts a VLAN tag back that the kernel took out. */
static bool is_copy(const struct tpacket2_hdr *h, const struct rte_mbuf *m)
{
	uint32_t tag = m->ol_flags & RTE_MBUF_F_RX_VLAN ? TAG : 0, len = h->tp_snaplen, n;

	if (m->data_len != len + tag)
		return false;
	n = len < ADDRESSES ? 0 : len - ADDRESSES < COMPARED ? len - ADDRESSES : COMPARED;
	return memcmp((const uint8_t *)h + h->tp_mac + ADDRESSES,
		       rte_pktmbuf_mtod_offset(m, const uint8_t *, ADDRESSES + tag), n) == 0;
}

static uint32_t status(const struct tpacket2_hdr *h)
{
	return __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);
}

/*
 * The frames are the kernel's again, but it comes to them last of all: only when it has filled all
 * others, the one before them at the end, does it write to them.
 */
static bool overtaken(const struct tw_kernel_queue *k, uint32_t first)
{
	return status(frame(k, first ? first - 1 : k->frame_count - 1)) != TP_STATUS_KERNEL;
}

static void stamp(struct tw_kernel_queue *k, struct rte_mbuf *m, int64_t ns)
{
	uint64_t tsc;

	if (!tw_kernel_time_tsc(&k->time, ns, k->seen_empty, &tsc))
		return;
	*RTE_MBUF_DYNFIELD(m, k->field, rte_mbuf_timestamp_t *) = tsc;
	m->ol_flags |= k->flag;
}

/* The burst took all there was: how old the packets of the next one are at most. */
static void note_drained(struct tw_kernel_queue *k)
{
	k->seen_empty = rte_rdtsc();
	tw_kernel_time_drained(&k->time);
}

static void note_empty(struct tw_kernel_queue *k)
{
	note_drained(k);
	if (k->seen_empty - k->time.last.tsc > LOOK_US * k->time.us)
		look(k);
}

uint16_t tw_kernel_stamps_packet(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *arg)
{
	struct tw_kernel_queue *k = arg;
	uint32_t first = k->at, last = 0;
	bool good, same;

	(void)port;
	(void)queue;
	if (n == 0) {
		note_empty(k);
		return 0;
	}
	good = !atomic_load_explicit(k->lost, memory_order_relaxed) && look(k);
	for (uint16_t i = 0; i < n; i++) {
		const struct tpacket2_hdr *h = frame(k, k->at);

		if (good)
			stamp(k, m[i], (int64_t)h->tp_sec * TW_NS_PER_SEC + h->tp_nsec);
		last = k->at;
		if (++k->at == k->frame_count)
			k->at = 0;
	}
	same = is_copy(frame(k, first), m[0]) && is_copy(frame(k, last), m[n - 1]);
	if (unlikely(!same || overtaken(k, first))) {
		for (uint16_t i = 0; i < n; i++)
			m[i]->ol_flags &= ~k->flag;
		if (!same && !overtaken(k, first))
			atomic_store_explicit(k->lost, true, memory_order_relaxed);
	}
	if (n < max)
		note_drained(k);
	return n;
}

/* What the program put there stands in the buffer's headroom. It is taken away: the next frame in
 * this buffer may come without. */
static bool take_stamp(struct rte_mbuf *m, int64_t *ret_ns)
{
	struct tw_xdp_stamp s;
	uint8_t *at = rte_pktmbuf_mtod(m, uint8_t *) - sizeof(s);

	if (rte_pktmbuf_headroom(m) < sizeof(s))
		return false;
	memcpy(&s, at, sizeof(s));
	memset(at, 0, sizeof(s.magic));
	*ret_ns = (int64_t)s.ns;
	return s.magic == TW_XDP_STAMP_MAGIC;
}

uint16_t tw_kernel_stamps_xdp(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *arg)
{
	struct tw_kernel_queue *k = arg;
	bool good;

	(void)port;
	(void)queue;
	if (n == 0) {
		note_empty(k);
		return 0;
	}
	good = look(k);
	for (uint16_t i = 0; i < n; i++) {
		int64_t ns;

		if (take_stamp(m[i], &ns) && good)
			stamp(k, m[i], ns);
	}
	if (n < max)
		note_drained(k);
	return n;
}

/* Best of several: the narrowest was disturbed least. */
static struct tw_kernel_reading take_reading(clockid_t clock)
{
	struct tw_kernel_reading best = read_once(clock);

	for (int i = 1; i < READINGS; i++) {
		struct tw_kernel_reading r = read_once(clock);

		if (r.width < best.width)
			best = r;
	}
	return best;
}

static int try_clock(clockid_t clock, struct tw_kernel_time *ret_time, uint64_t *ret_wide)
{
	const struct timespec gap = {.tv_nsec = FIRST_GAP_NS};

	for (int i = 0; i < TRIES; i++) {
		struct tw_kernel_reading a = take_reading(clock), b;

		nanosleep(&gap, NULL);
		b = take_reading(clock);
		if (!tw_kernel_time_init(ret_time, &a, &b))
			continue;
		*ret_wide = WIDE * b.width > WIDE_US * ret_time->us ? WIDE * b.width
								    : WIDE_US * ret_time->us;
		return 0;
	}
	return -ENOTSUP;
}

static int find_rings(const struct tw_port *port, struct tw_kernel_stamps *s)
{
	const struct tw_ring_layout *l = &port->priv->layout;

	for (uint16_t q = 0; q < s->n; q++) {
		s->q[q].ring = tw_af_packet_mapping(port->priv->fds[q], l);
		s->q[q].frame_size = l->frame_size;
		s->q[q].frame_count = l->frame_count;
		if (!s->q[q].ring)
			return -ENOTSUP;
	}
	return 0;
}

static int attach(const struct tw_port *port, struct tw_kernel_stamps *s)
{
	for (uint16_t q = 0; q < s->n; q++) {
		s->q[q].callback = rte_eth_add_rx_callback(port->port_id, q,
			port->priv->is_af_xdp ? tw_kernel_stamps_xdp : tw_kernel_stamps_packet,
			&s->q[q]);
		if (!s->q[q].callback)
			return -ENOTSUP;
	}
	return 0;
}

/* A NIC's clock that is the TSC. */
static void make_clock(struct tw_nic_clock *c, const struct tw_kernel_time *t, uint64_t error)
{
	c->source = TW_NIC_NO_CLOCK;
	c->map = (struct tw_nic_map){
		.mult = 1ULL << TW_NIC_SHIFT,
		.inverse = 1ULL << TW_NIC_SHIFT,
		.error = error,
		.until = t->last.tsc + ((uint64_t)1 << 62),
		.bits = 64,
		.good = true,
	};
}

int tw_kernel_stamps_create(const struct tw_port *port, clockid_t clock,
	struct tw_kernel_stamps **ret_stamps, struct tw_err *err)
{
	size_t size = sizeof(struct tw_kernel_stamps) + port->n_rx * sizeof(struct tw_kernel_queue);
	struct tw_kernel_stamps *s = aligned_alloc(64, (size + 63) & ~(size_t)63);
	struct tw_kernel_time time;
	uint64_t wide = 0;
	int rc;

	if (!s)
		return tw_fail(err, -ENOMEM, "out of memory");
	memset(s, 0, size);
	s->n = port->n_rx;
	rc = rte_mbuf_dyn_rx_timestamp_register(&s->field, &s->flag) < 0 ? -ENOMEM : 0;
	if (rc == 0)
		rc = try_clock(clock, &time, &wide);
	if (rc < 0) {
		free(s);
		return tw_fail(err, rc, "the kernel's clock does not go on with the TSC");
	}
	make_clock(&s->clock, &time, wide);
	for (unsigned int q = 0; q < s->n; q++) {
		s->q[q].time = time;
		s->q[q].clock = clock;
		s->q[q].wide = wide;
		s->q[q].field = s->field;
		s->q[q].flag = s->flag;
		s->q[q].lost = &s->lost;
		s->q[q].seen_empty = time.last.tsc;
	}
	rc = port->priv->is_af_xdp ? 0 : find_rings(port, s);
	if (rc == 0)
		rc = attach(port, s);
	if (rc < 0) {
		tw_kernel_stamps_destroy(port, s);
		return tw_fail(err, rc, "the driver's ring cannot be read along");
	}
	*ret_stamps = s;
	return 0;
}

void tw_kernel_stamps_destroy(const struct tw_port *port, struct tw_kernel_stamps *s)
{
	if (!s)
		return;
	for (uint16_t q = 0; q < s->n; q++)
		if (s->q[q].callback)
			rte_eth_remove_rx_callback(port->port_id, q, s->q[q].callback);
	free(s);
}
