/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_IDLE_H
#define TW_IDLE_H

/*
 * When a worker that found nothing to do goes on polling, and when it blocks. It polls around what
 * is expected: its own next deadline, the reply to what it has just sent (replies come after about
 * the time that they took lately), the next packet where packets come one after the other. For all
 * else it blocks on the device's descriptor: being woken costs a packet some microseconds, polling
 * costs a core. A patient one has packets that can wait, because their time of receipt is known
 * whenever it looks: it blocks until its next deadline and gathers them then.
 *
 * What is learnt: how late the system wakes a thread whose time has come, how long after a packet
 * of ours the next one of somebody else comes, how far apart packets are.
 */

#include <stdbool.h>
#include <stdint.h>

struct tw_idle {
	uint64_t us;    /* all times are TSC ticks; these are a microsecond */
	uint64_t due;   /* next deadline, as of the last round without work; UINT64_MAX = none */
	uint64_t busy;  /* last round with work */
	bool at_work;   /* the last round had some */
	uint64_t sent;  /* when a deadline was met and nothing came since, 0 = not so */
	uint64_t reply; /* usual time from that to what came next, 0 = not known */
	bool wait;      /* for the reply, polling */
	bool patient;   /* packets are not waited for */
	uint64_t gap;   /* usual time between rounds with work that had none between them */
	uint64_t early; /* a timer must be set so much early to be woken in time mostly */
	uint64_t sure;  /* so late is nearly every timer */
	bool polling;   /* since the last round without work, for a deadline or a reply */
	uint64_t last;  /* that round */
	uint64_t saved; /* time that may be spent on such polling */
};

void tw_idle_init(struct tw_idle *i, uint64_t ticks_per_us, uint64_t now);

/* From now on packets can wait, or cannot. */
void tw_idle_patience(struct tw_idle *i, bool patient);

/* A round with work. */
void tw_idle_work(struct tw_idle *i, uint64_t now);

/*
 * A round without work, with the next deadline: go on polling (0), or block for so many ns at
 * most.
 * @param still  nothing needs housekeeping meanwhile: it may be long
 */
uint64_t tw_idle_rest(struct tw_idle *i, uint64_t now, uint64_t due, bool still);

/* A sleep until `target` ended by its timer at `now`. */
void tw_idle_woken(struct tw_idle *i, uint64_t target, uint64_t now);

#endif
