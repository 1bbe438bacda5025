/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"

#include "dp_nic.h"
#include "reflector.h"
#include "sender.h"
#include "tw_bytes.h"

#include <errno.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

/* Its second is 37 ppm longer than the TSC's, and began at some time of its own. */
#define EPOCH 123456789012345LL
#define PPM 37

struct dp_nic dp_nic;
static int field;
static uint16_t ports[2];
static const struct rte_eth_rxtx_callback *callbacks[2][2];
static uint64_t rx_flag, launch_flag;

int __wrap_rte_eth_timesync_enable(uint16_t port);
int __wrap_rte_eth_timesync_read_time(uint16_t port, struct timespec *ts);
int __wrap_rte_eth_read_clock(uint16_t port, uint64_t *clock);
int __wrap_rte_eth_timesync_read_tx_timestamp(uint16_t port, struct timespec *ts);
int __wrap_rte_eth_timesync_read_rx_timestamp(uint16_t port, struct timespec *ts, uint32_t flags);

static int64_t host(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec;
}

int64_t dp_nic_now(void)
{
	static uint64_t start;
	uint64_t tsc = rte_rdtsc();
	int64_t ns;

	if (!start)
		start = tsc;
	if (dp_nic.kind == DP_NIC_RAW)
		return host(CLOCK_MONOTONIC_RAW);
	if (dp_nic.kind == DP_NIC_MONOTONIC)
		return host(CLOCK_MONOTONIC);
	if (dp_nic.kind == DP_NIC_REALTIME)
		return host(CLOCK_REALTIME);
	if (dp_nic.kind == DP_NIC_TAI)
		return host(CLOCK_TAI);
	if (dp_nic.kind == DP_NIC_STANDS)
		return EPOCH;
	ns = (int64_t)((tw_u128)(tsc - start) * (uint64_t)TW_NS_PER_SEC / rte_get_tsc_hz());
	return EPOCH + ns - ns / 1000000 * PPM + dp_nic.ahead_ns;
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ns / TW_NS_PER_SEC, ns % TW_NS_PER_SEC};
}

/* As drivers do that make no stamp. */
int __wrap_rte_eth_timesync_enable(uint16_t port)
{
	(void)port;
	return 0;
}

int __wrap_rte_eth_timesync_read_time(uint16_t port, struct timespec *ts)
{
	(void)port;
	if (dp_nic.kind == DP_NIC_NONE)
		return -ENOTSUP;
	*ts = timespec_of(dp_nic_now());
	return 0;
}

int __wrap_rte_eth_read_clock(uint16_t port, uint64_t *clock)
{
	(void)port;
	if (dp_nic.kind == DP_NIC_NONE)
		return -ENOTSUP;
	*clock = (uint64_t)dp_nic_now();
	return 0;
}

int __wrap_rte_eth_timesync_read_tx_timestamp(uint16_t port, struct timespec *ts)
{
	(void)port;
	if (!dp_nic.full || dp_nic.polls++ < dp_nic.tx_polls || dp_nic_now() < dp_nic.tx_stamp)
		return -EINVAL;
	*ts = timespec_of(dp_nic.tx_stamp);
	dp_nic.full = false;
	return 0;
}

int __wrap_rte_eth_timesync_read_rx_timestamp(uint16_t port, struct timespec *ts, uint32_t flags)
{
	unsigned int side = port == ports[1];

	assert_int_equal(flags, 3);
	if (!dp_nic.rx_full[side])
		return -EINVAL;
	*ts = timespec_of(dp_nic.rx_stamp[side]);
	dp_nic.rx_full[side] = false;
	return 0;
}

void dp_nic_reset(void)
{
	dp_nic = (struct dp_nic){.kind = DP_NIC_REAL};
	assert_int_equal(rte_mbuf_dyn_rx_timestamp_register(&field, &rx_flag), 0);
	assert_int_equal(rte_mbuf_dyn_tx_timestamp_register(&field, &launch_flag), 0);
}

struct tw_loop_stamps dp_nic_stamps(const struct tw_nic_clock *c)
{
	return (struct tw_loop_stamps){.clock = c,
		.field = field,
		.rx_flag = dp_nic.in_register ? RTE_MBUF_F_RX_IEEE1588_TMST : rx_flag,
		.rx_register = dp_nic.in_register};
}

static uint16_t on_receive(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *side)
{
	unsigned int every = dp_nic.rx_every[(uintptr_t)side], s = (uintptr_t)side != 0;
	static unsigned int count;

	(void)port;
	(void)queue;
	(void)max;
	for (uint16_t i = 0; i < n; i++) {
		int64_t stamp = dp_nic_now() + dp_nic.rx_ns;

		m[i]->ol_flags = 0;
		if (!every || count++ % every)
			continue;
		if (dp_nic.in_register && dp_nic.rx_full[s])
			continue;
		if (dp_nic.in_register) {
			dp_nic.rx_stamp[s] = stamp;
			dp_nic.rx_full[s] = true;
			m[i]->timesync = 3;
			m[i]->ol_flags = RTE_MBUF_F_RX_IEEE1588_TMST;
			continue;
		}
		*RTE_MBUF_DYNFIELD(m[i], field, rte_mbuf_timestamp_t *) = (uint64_t)stamp;
		m[i]->ol_flags = rx_flag;
	}
	return n;
}

/* T1 in the packet is when the NIC is told to send it. */
static void check_launch(struct rte_mbuf *m)
{
	struct tw_clock_map map = {0};
	int64_t at = (int64_t)*RTE_MBUF_DYNFIELD(m, field, rte_mbuf_timestamp_t *), left;
	uint64_t t1 = tw_get64(rte_pktmbuf_mtod_offset(m, uint8_t *, 42 + 4));

	dp_nic.launched++;
	tw_clock_read(&dp_clock, &map, rte_rdtsc());
	left = tw_span_to_ns((struct tw_span){(int64_t)(t1 - tw_clock_wall_now(&map).v)}).v;
	/* two readings one after the other, and the machine may take the time between */
	if (at - dp_nic_now() > left + 200 * DP_US || at - dp_nic_now() < left - 50 * DP_MS)
		dp_nic.launched_wrong++;
	dp_nic.launched_late += at < dp_nic_now();
}

static uint16_t on_send(uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, void *user)
{
	(void)port;
	(void)queue;
	(void)user;
	for (uint16_t i = 0; i < n; i++) {
		if (m[i]->ol_flags & launch_flag)
			check_launch(m[i]);
		if (!(m[i]->ol_flags & RTE_MBUF_F_TX_IEEE1588_TMST))
			continue;
		dp_nic.marked++;
		/* one register: what comes while it is full gets none */
		if (dp_nic.tx_never || dp_nic.full ||
			(dp_nic.tx_stops_after && dp_nic.latched == dp_nic.tx_stops_after))
			continue;
		dp_nic.latched++;
		dp_nic.full = true;
		dp_nic.polls = 0;
		dp_nic.tx_stamp = dp_nic_now() + dp_nic.tx_ns;
	}
	return n;
}

void dp_nic_attach(struct dp_pair *p)
{
	for (uintptr_t side = 0; side < 2; side++) {
		ports[side] = p->port[side];
		callbacks[side][0] =
			rte_eth_add_rx_callback(ports[side], 0, on_receive, (void *)side);
		callbacks[side][1] = rte_eth_add_tx_callback(ports[side], 0, on_send, NULL);
		assert_non_null(callbacks[side][0]);
		assert_non_null(callbacks[side][1]);
	}
}

void dp_nic_detach(struct dp_pair *p)
{
	for (unsigned int side = 0; side < 2; side++) {
		assert_int_equal(
			rte_eth_remove_rx_callback(p->port[side], 0, callbacks[side][0]), 0);
		assert_int_equal(
			rte_eth_remove_tx_callback(p->port[side], 0, callbacks[side][1]), 0);
	}
}

struct tw_nic_clock *dp_nic_clock;
char dp_nic_why[160];

int dp_nic_setup(void **state)
{
	int rc = dp_setup(state);

	dp_nic_clock = aligned_alloc(64, (sizeof(*dp_nic_clock) + 63) & ~(size_t)63);
	return rc ? rc : dp_nic_clock ? 0 : -1;
}

int dp_nic_teardown(void **state)
{
	free(dp_nic_clock);
	return dp_teardown(state);
}

int dp_nic_try(enum tw_nic_source source)
{
	*dp_nic_why = 0;
	return tw_nic_clock_init(
		dp_nic_clock, 0, source, rte_get_tsc_hz(), dp_nic_why, sizeof(dp_nic_why));
}

struct dp_pair dp_nic_pair(void)
{
	struct dp_pair p = dp_pair();

	if (dp_nic_try(TW_NIC_TIMESYNC) < 0)
		fail_msg("%s", dp_nic_why);
	p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
	p.sender_cfg.pps_num = 1000;
	p.sender_cfg.pps_den = 1;
	p.sender_cfg.in_flight_max = 0;
	p.sender_cfg.horizon = tw_ns_from_ms(3000);
	p.stamps[0] = p.stamps[1] = dp_nic_stamps(dp_nic_clock);
	return p;
}

struct tw_stamping *dp_sender_stamps(const struct dp_pair *p)
{
	return &((struct tw_sender *)p->sender)->stamper.n;
}

struct tw_stamping *dp_reflector_stamps(const struct dp_pair *p)
{
	return &((struct tw_reflector *)p->reflector)->stamper.n;
}

static uint64_t dp_numbered(const struct dp_pair *p)
{
	return ((struct tw_sender *)p->sender)->numbered;
}

void dp_nic_round(struct dp_pair *p)
{
	static uint64_t look;

	dp_tick(p->sender);
	dp_tick(p->reflector);
	if (dp_now_ms() >= look && dp_now_ms() < look + 20)
		return;
	look = dp_now_ms();
	tw_nic_clock_update(dp_nic_clock, dp_nic_why, sizeof(dp_nic_why));
}

void dp_nic_begin(struct dp_pair *p)
{
	dp_pair_open(p);
	dp_nic_attach(p);
	dp_start(p);
}

void dp_nic_end(struct dp_pair *p)
{
	p->sender->control(p->sender, TW_LETTER_STOP);
	DP_NIC_UNTIL(p, atomic_load(&p->sender->finished));
	dp_pair_stop(p);
	assert_int_equal(p->result->packets.received, p->result->packets.sent);
	assert_int_equal(p->result->packets.lost, 0);
}

void dp_nic_all(struct dp_pair *p)
{
	dp_nic_begin(p);
	DP_NIC_UNTIL(p, dp_numbered(p) >= 200);
	dp_nic_end(p);
}

void dp_nic_done(struct dp_pair *p)
{
	dp_nic_detach(p);
	dp_pair_close(p);
}

double dp_ms(double span)
{
	return span / 4294967.296;
}
