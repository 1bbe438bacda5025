/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The reflector's instances for any CPU that DPDK runs on, and the choice between all of them. */

#include "loop_instances.h"
#include "wide.h"

bool tw_reflector_is_wide(const struct tw_reflector_config *cfg)
{
	return !cfg->any_cpu && tw_cpu_is_wide();
}

static unsigned int flags_of_port(
	const struct tw_reflector_config *cfg, const struct tw_loop_port *port)
{
	unsigned int flags = cfg->stamp == TW_STAMP_PER_PACKET ? F_PER_PACKET : 0;

	if (port->n_vlan)
		return flags | (port->n_vlan == 1 ? F_VLAN1 : F_VLAN2);
	return port->rx_checksum ? flags | F_HW_CHECKSUM : flags;
}

/* For packets that no session was negotiated for. */
static unsigned int flags_of_free(const struct tw_reflector *r, bool many)
{
	const struct tw_reflector_config *cfg = &r->cfg;
	unsigned int flags = flags_of_port(cfg, &r->port);

	if (cfg->keys || cfg->negotiated_only || cfg->ptp)
		return F_SLOW_ONLY;
	if (cfg->protocol == TW_PROTOCOL_LIGHT)
		return F_LIGHT_ONLY;
	if (cfg->stateless)
		return (flags & ~(unsigned int)F_HW_CHECKSUM) | F_STATELESS;
	return many ? flags | F_MANY : flags;
}

static unsigned int flags_of(const struct tw_reflector *r)
{
	unsigned int flags;

	if (!r->has_agreed)
		return flags_of_free(r, r->many);
	/* Those with keys gain nothing from a quick look. */
	if (!r->has_plain_agreed && !r->free_burst)
		return F_SLOW_ONLY;
	flags = flags_of_port(&r->cfg, &r->port) | F_AGREED;
	return r->many ? flags | F_MANY : flags;
}

/* A packet's own T2. */
static void set_t2(struct tw_reflector *r, struct round *d, uint64_t mono)
{
	d->mono = mono;
	d->t2 = mono + r->task.clock.offset;
	d->b.t2_be = __builtin_bswap64(d->t2);
	d->b.coarse = tw_reflect_coarse(mono);
	d->b.error_estimate_be = __builtin_bswap16(r->error_estimate);
	d->b.constant = 0xffffU + tw_sum_fold(tw_sum_add(d->b.t2_be, d->b.error_estimate_be));
}

/* Send, and ask the NIC when the last one left, whose T3 is given. */
static void send_asking(struct tw_reflector *r, struct round *d, uint64_t t3)
{
	uint64_t before = r->n.reflected;
	unsigned int n = d->n_tx;

	tw_readback_mark(d->tx[n - 1]);
	send_all(r, d);
	if (r->n.reflected - before < n)
		return;
	tw_readback_sent(&r->stamper, t3 - r->task.clock.offset, rte_rdtsc(), 0, 0);
	r->asked = NULL;
}

/* One packet with its own T2, and T3 read for it. @return T3 of the last reply in d->tx */
static uint64_t one(struct tw_reflector *r, struct round *d, struct rte_mbuf *m, uint64_t now,
	bool use, uint64_t t3)
{
	unsigned int had = d->n_tx;
	struct rte_mbuf *tx[TW_BURST];
	enum tw_stamp_verdict by;
	uint64_t came;

	by = tw_stamp_received(&r->stamper, &r->task.clock, m, now, use, &came);
	set_t2(r, d, came);
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, &m, 1, d->t2);
	/* the body fills tx from its beginning */
	memcpy(tx, d->tx, had * sizeof(tx[0]));
	d->n_tx = 0;
	r->nic_burst(r, d, &m, 1);
	/* it is to be answered: now, or with the slow ones */
	if ((d->n_tx && d->tx[d->n_tx - 1] == m) || (r->n_slow && r->slow[r->n_slow - 1].m == m))
		tw_stamp_count(&r->stamper, by, 1);
	if (d->n_tx)
		t3 = d->quick ? d->t3 - r->slope.per_packet : d->t3;
	memmove(d->tx + had, d->tx, d->n_tx * sizeof(tx[0]));
	memcpy(d->tx, tx, had * sizeof(tx[0]));
	d->n_tx += had;
	return t3;
}

static unsigned int step_nic(struct tw_task *task)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_clock_map *clock = &task->clock;
	uint64_t began = tw_clock_mono(clock, rte_rdtsc()), now, t3 = 0;
	struct rte_mbuf *rx[TW_BURST];
	struct round d;
	uint16_t n;
	bool use;

	n = rte_eth_rx_burst(r->port.port_id, r->port.rx_queue, rx, TW_BURST);
	if (n == 0) {
		tw_stamper_looked(&r->stamper, began, true);
		return 0;
	}
	now = tw_clock_mono(clock, rte_rdtsc());
	use = tw_stamper_uses(&r->stamper, rte_rdtsc());
	memset(&d, 0, offsetof(struct round, tx));
	r->n.received += n;
	for (unsigned int i = 0; i < n; i++) {
		/* who waits on the slow way may leave with this packet, those before him first */
		if (r->n_slow && d.n_tx)
			send_all(r, &d);
		d.quick = true;
		t3 = one(r, &d, rx[i], now, use, t3);
	}
	tw_stamper_looked(&r->stamper, began, n < TW_BURST);
	if (r->n_slow) {
		answer_slow(r, &d);
		t3 = r->slow_t3;
	}
	d.t3 = t3;
	if (d.n_tx && r->stamper.back.armed)
		send_asking(r, &d, t3);
	else if (d.n_tx)
		send_all(r, &d);
	return n;
}

tw_reflector_step *tw_reflector_choose(struct tw_reflector *r)
{
	unsigned int flags = flags_of_free(r, false);

	r->free_burst = flags == F_SLOW_ONLY    ? NULL
			: flags == F_LIGHT_ONLY ? burst_light
						: burst_instance_of(flags | F_PER_PACKET);
	flags = flags_of(r);
	atomic_store_explicit(&r->task.wide, false, memory_order_relaxed);
	if (r->port.stamps.clock) {
		if (!(flags & (F_SLOW_ONLY | F_LIGHT_ONLY)))
			flags = (flags & ~(unsigned int)F_MANY) | F_PER_PACKET;
		r->nic_burst = burst_instance_of(flags);
		return step_nic;
	}
#ifdef TW_HAVE_AVX512
	if (tw_reflector_is_wide(&r->cfg)) {
		atomic_store_explicit(&r->task.wide, true, memory_order_relaxed);
		return tw_reflector_avx512(flags);
	}
#endif
	return instance_of(flags);
}
