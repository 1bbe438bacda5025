/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_INSTANCES_H
#define TW_LOOP_INSTANCES_H

/* A round of the reflector's loop, and the instances of it that there are. */

#include "loop_agreed.h"
#include "loop_reflector.h"

/* The other burst is for short ones: its instance has F_PER_PACKET and not F_MANY. */
TW_INLINE unsigned int round_of(struct tw_task *task, tw_reflector_burst *const burst,
	tw_reflector_burst *const short_burst)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_clock_map *clock = &task->clock;
	struct rte_mbuf *rx[TW_BURST];
	struct round d;
	uint16_t n;

	n = rte_eth_rx_burst(r->port.port_id, r->port.rx_queue, rx, TW_BURST);
	if (n == 0)
		return 0;
	d.mono = tw_clock_mono(clock, rte_rdtsc());
	d.t2 = d.mono + clock->offset;
	d.n_tx = 0;
	d.quick = true;
	d.b.t2_be = __builtin_bswap64(d.t2);
	d.b.coarse = tw_reflect_coarse(d.mono);
	d.b.error_estimate_be = __builtin_bswap16(r->error_estimate);
	d.b.constant = 0xffffU + tw_sum_fold(tw_sum_add(d.b.t2_be, d.b.error_estimate_be));
#ifdef TW_LOOP_AVX512
	memset(d.b.fill, 0, sizeof(d.b.fill));
	memcpy(d.b.fill, &d.b.t2_be, 8);
	memcpy(d.b.fill + 8, &d.b.error_estimate_be, 2);
	d.b.fill[10] = 255;
#endif
	r->n.received += n;
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, rx, n, d.t2);

	if (n <= SHORT_BURST)
		short_burst(r, &d, rx, n);
	else
		burst(r, &d, rx, n);
	if (unlikely(r->n_slow))
		answer_slow(r, &d);
	if (unlikely(--r->slope.countdown == 0)) {
		uint64_t now = rte_rdtsc();

		tw_late_measure(&r->spread, clock, d.tsc3, now);
		r->slope.countdown = TW_SLOPE_EVERY;
		if (d.quick)
			tw_slope_measure(&r->slope, clock, d.tsc3, now, n);
	}
	if (d.n_tx)
		send_all(r, &d);
	return n;
}

/* Name, the one for short bursts, constants. What is not here has no instance. */
#define TW_REFLECTOR_INSTANCES(X)                                                                  \
	X(packet, packet, F_PER_PACKET)                                                            \
	X(burst, packet, 0)                                                                        \
	X(packet_many, packet, F_PER_PACKET | F_MANY)                                              \
	X(burst_many, packet, F_MANY)                                                              \
	X(packet_hw, packet_hw, F_PER_PACKET | F_HW_CHECKSUM)                                      \
	X(burst_hw, packet_hw, F_HW_CHECKSUM)                                                      \
	X(packet_hw_many, packet_hw, F_PER_PACKET | F_HW_CHECKSUM | F_MANY)                        \
	X(burst_hw_many, packet_hw, F_HW_CHECKSUM | F_MANY)                                        \
	X(packet_vlan, packet_vlan, F_PER_PACKET | F_VLAN1)                                        \
	X(burst_vlan, packet_vlan, F_VLAN1)                                                        \
	X(packet_vlan_many, packet_vlan, F_PER_PACKET | F_VLAN1 | F_MANY)                          \
	X(burst_vlan_many, packet_vlan, F_VLAN1 | F_MANY)                                          \
	X(packet_qinq, packet_qinq, F_PER_PACKET | F_VLAN2)                                        \
	X(burst_qinq, packet_qinq, F_VLAN2)                                                        \
	X(packet_qinq_many, packet_qinq, F_PER_PACKET | F_VLAN2 | F_MANY)                          \
	X(burst_qinq_many, packet_qinq, F_VLAN2 | F_MANY)                                          \
	X(stateless_packet, stateless_packet, F_STATELESS | F_PER_PACKET)                          \
	X(stateless, stateless_packet, F_STATELESS)                                                \
	X(stateless_packet_vlan, stateless_packet_vlan, F_STATELESS | F_PER_PACKET | F_VLAN1)      \
	X(stateless_vlan, stateless_packet_vlan, F_STATELESS | F_VLAN1)                            \
	X(stateless_packet_qinq, stateless_packet_qinq, F_STATELESS | F_PER_PACKET | F_VLAN2)      \
	X(stateless_qinq, stateless_packet_qinq, F_STATELESS | F_VLAN2)                            \
	X(agreed_packet, agreed_packet, F_AGREED | F_PER_PACKET)                                   \
	X(agreed, agreed_packet, F_AGREED)                                                         \
	X(agreed_packet_many, agreed_packet, F_AGREED | F_PER_PACKET | F_MANY)                     \
	X(agreed_many, agreed_packet, F_AGREED | F_MANY)                                           \
	X(agreed_packet_hw, agreed_packet_hw, F_AGREED | F_PER_PACKET | F_HW_CHECKSUM)             \
	X(agreed_hw, agreed_packet_hw, F_AGREED | F_HW_CHECKSUM)                                   \
	X(agreed_packet_hw_many, agreed_packet_hw,                                                 \
		F_AGREED | F_PER_PACKET | F_HW_CHECKSUM | F_MANY)                                  \
	X(agreed_hw_many, agreed_packet_hw, F_AGREED | F_HW_CHECKSUM | F_MANY)                     \
	X(agreed_packet_vlan, agreed_packet_vlan, F_AGREED | F_PER_PACKET | F_VLAN1)               \
	X(agreed_vlan, agreed_packet_vlan, F_AGREED | F_VLAN1)                                     \
	X(agreed_packet_vlan_many, agreed_packet_vlan, F_AGREED | F_PER_PACKET | F_VLAN1 | F_MANY) \
	X(agreed_vlan_many, agreed_packet_vlan, F_AGREED | F_VLAN1 | F_MANY)                       \
	X(agreed_packet_qinq, agreed_packet_qinq, F_AGREED | F_PER_PACKET | F_VLAN2)               \
	X(agreed_qinq, agreed_packet_qinq, F_AGREED | F_VLAN2)                                     \
	X(agreed_packet_qinq_many, agreed_packet_qinq, F_AGREED | F_PER_PACKET | F_VLAN2 | F_MANY) \
	X(agreed_qinq_many, agreed_packet_qinq, F_AGREED | F_VLAN2 | F_MANY)                       \
	X(light, light, F_LIGHT_ONLY)                                                              \
	X(slow, slow, F_SLOW_ONLY)

#define X(name, name_short, flags)                                                                 \
	static __attribute__((noinline)) void burst_##name(                                        \
		struct tw_reflector *r, struct round *d, struct rte_mbuf **rx, unsigned int n)     \
	{                                                                                          \
		if ((flags)&F_AGREED)                                                              \
			agreed_burst_of(r, d, rx, n, flags);                                       \
		else                                                                               \
			burst_of(r, d, rx, n, flags);                                              \
	}                                                                                          \
	static unsigned int step_##name(struct tw_task *t)                                         \
	{                                                                                          \
		return round_of(t, burst_##name, burst_##name_short);                              \
	}
TW_REFLECTOR_INSTANCES(X)
#undef X

static inline tw_reflector_burst *burst_instance_of(unsigned int flags)
{
#define X(name, name_short, constants)                                                             \
	if (flags == (constants))                                                                  \
		return burst_##name;
	TW_REFLECTOR_INSTANCES(X)
#undef X
	return NULL;
}

static inline tw_reflector_step *instance_of(unsigned int flags)
{
#define X(name, name_short, constants)                                                             \
	if (flags == (constants))                                                                  \
		return step_##name;
	TW_REFLECTOR_INSTANCES(X)
#undef X
	return NULL;
}

#endif
