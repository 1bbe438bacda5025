/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "nic_clock.h"

#include "tw_time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#define READINGS 7
/* Readings at the start, and the time between them. */
#define FIRST 10
#define FIRST_GAP_NS 4000000
/* A clock that jumps this often in a run is none. */
#define MOST_JUMPS 8

const char *tw_nic_source_text(enum tw_nic_source s)
{
	static const char *const text[] = {
		[TW_NIC_NO_CLOCK] = "none",
		[TW_NIC_TIMESYNC] = "rte_eth_timesync_read_time",
		[TW_NIC_READ_CLOCK] = "rte_eth_read_clock",
	};

	return text[s];
}

static int64_t host_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec;
}

static int read_once(const struct tw_nic_clock *c, uint64_t *ret)
{
	struct timespec ts;
	int rc = 0;

	switch (c->source) {
	case TW_NIC_TIMESYNC:
		rc = rte_eth_timesync_read_time(c->port_id, &ts);
		if (rc == 0)
			*ret = (uint64_t)ts.tv_sec * TW_NS_PER_SEC + (uint64_t)ts.tv_nsec;
		return rc;
	case TW_NIC_READ_CLOCK:
		return rte_eth_read_clock(c->port_id, ret);
	case TW_NIC_NO_CLOCK:
		break;
	}
	return -ENOTSUP;
}

/* Best of several: the narrowest was disturbed least. */
static int take_reading(const struct tw_nic_clock *c, struct tw_nic_reading *ret)
{
	struct tw_nic_reading best = {.width = UINT64_MAX};

	for (int i = 0; i < READINGS; i++) {
		uint64_t a = rte_rdtsc_precise(), b, nic;
		int rc = read_once(c, &nic);

		b = rte_rdtsc_precise();
		if (rc < 0)
			return rc;
		if (b - a < best.width)
			best = (struct tw_nic_reading){a + (b - a) / 2, b - a, nic};
	}
	*ret = best;
	return 0;
}

static void publish(struct tw_nic_clock *c, const struct tw_nic_map *m)
{
	uint32_t s = atomic_load_explicit(&c->seq, memory_order_relaxed);

	atomic_store_explicit(&c->seq, s + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	c->map = *m;
	atomic_store_explicit(&c->seq, s + 2, memory_order_release);
}

/* A driver may hand out a clock of the host; which, tells where it always lies between two looks. */
static const char *impostor(const struct tw_nic_clock *c)
{
	static const struct {
		clockid_t id;
		bool narrow;
		const char *name;
	} clocks[] = {
		{CLOCK_MONOTONIC_RAW, false, "CLOCK_MONOTONIC_RAW"},
		{CLOCK_MONOTONIC, false, "CLOCK_MONOTONIC"},
		/* A good NIC's clock may be kept at these two: only its distance tells. */
		{CLOCK_REALTIME, true, "CLOCK_REALTIME"},
		{CLOCK_TAI, true, "CLOCK_TAI"},
	};
	struct tw_nic_sandwich s[16];

	for (size_t k = 0; k < sizeof(clocks) / sizeof(clocks[0]); k++) {
		unsigned int n;

		for (n = 0; n < sizeof(s) / sizeof(s[0]); n++) {
			uint64_t nic = 0;

			s[n].before = host_ns(clocks[k].id);
			if (read_once(c, &nic) < 0)
				return NULL;
			s[n].nic = (int64_t)nic;
			s[n].after = host_ns(clocks[k].id);
		}
		if (tw_nic_is_host_clock(s, n, clocks[k].narrow))
			return clocks[k].name;
	}
	return NULL;
}

int tw_nic_clock_init(struct tw_nic_clock *c, uint16_t port_id, enum tw_nic_source source,
	uint64_t tsc_hz, char *why, size_t why_len)
{
	const struct timespec gap = {.tv_nsec = FIRST_GAP_NS};
	enum tw_nic_event e = TW_NIC_MORE;
	struct tw_nic_reading r;
	const char *host;

	memset(c, 0, sizeof(*c));
	c->port_id = port_id;
	c->source = source;
	tw_nic_line_init(&c->line, tsc_hz, 64);
	for (int i = 0; i < FIRST; i++) {
		int rc = take_reading(c, &r);

		if (rc < 0) {
			snprintf(why, why_len, "%s: %s", tw_nic_source_text(source), strerror(-rc));
			c->notes |= 1U << TW_STAMP_NOTE_NO_CLOCK;
			return -ENOTSUP;
		}
		e = tw_nic_line_add(&c->line, &r);
		if (e == TW_NIC_STUCK)
			break;
		nanosleep(&gap, NULL);
	}
	if (e == TW_NIC_STUCK) {
		snprintf(why, why_len, "%s stands still", tw_nic_source_text(source));
		c->notes |= 1U << TW_STAMP_NOTE_CLOCK_STUCK;
		return -EINVAL;
	}
	if (e != TW_NIC_GOOD) {
		snprintf(why, why_len, "%s keeps no rate", tw_nic_source_text(source));
		c->notes |= 1U << TW_STAMP_NOTE_CLOCK_JUMPED;
		return -EINVAL;
	}
	host = impostor(c);
	if (host) {
		snprintf(
			why, why_len, "%s reads %s of this host", tw_nic_source_text(source), host);
		c->notes |= 1U << TW_STAMP_NOTE_HOST_CLOCK;
		return -EINVAL;
	}
	c->last_tsc = r.tsc;
	publish(c, &c->line.map);
	return 0;
}

static void tell(struct tw_nic_clock *c, enum tw_nic_event e, char *why, size_t why_len)
{
	double us = 1e6 / (double)c->line.tsc_hz;

	if (e == TW_NIC_STUCK) {
		c->notes |= 1U << TW_STAMP_NOTE_CLOCK_STUCK;
		/* once, not ten times a second */
		if (c->line.stuck == 1)
			snprintf(why, why_len, "the NIC's clock stands still");
	} else if (e == TW_NIC_JUMPED) {
		c->notes |= 1U << TW_STAMP_NOTE_CLOCK_JUMPED;
		c->given_up = c->line.jumps >= MOST_JUMPS;
		snprintf(why, why_len, "the NIC's clock jumped by %.0f us%s", -c->line.jump * us,
			c->given_up ? " once more: it is not used any longer" : "");
	}
}

void tw_nic_clock_update(struct tw_nic_clock *c, char *why, size_t why_len)
{
	struct tw_nic_reading r;
	enum tw_nic_event e;
	int rc;

	if (why_len)
		*why = 0;
	if (c->given_up || c->source == TW_NIC_NO_CLOCK)
		return;
	rc = take_reading(c, &r);
	if (rc < 0) {
		c->given_up = true;
		c->line.map.good = false;
		c->notes |= 1U << TW_STAMP_NOTE_NO_CLOCK;
		snprintf(why, why_len, "the NIC's clock cannot be read any longer: %s",
			strerror(-rc));
	} else {
		e = tw_nic_line_add(&c->line, &r);
		tell(c, e, why, why_len);
	}
	if (c->given_up)
		c->line.map.good = false;
	publish(c, &c->line.map);
}

bool tw_nic_clock_read(const struct tw_nic_clock *c, struct tw_nic_map *m)
{
	uint32_t s = atomic_load_explicit(&c->seq, memory_order_acquire);
	struct tw_nic_map copy;

	if ((s & 1) || (c->map.until == m->until && c->map.good == m->good))
		return false;
	copy = c->map;
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&c->seq, memory_order_relaxed) != s)
		return false;
	*m = copy;
	return true;
}
