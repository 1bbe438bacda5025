/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "idle.h"

/* Packets that come closer to each other than this are waited for awake; and no longer than this. */
#define SPIN_US 100
/* A reply that usually takes longer than this is not waited for awake. */
#define REPLY_US 60
/* Housekeeping must not wait for packets, */
#define MAX_SLEEP_US 5000
/* or hardly where it has nothing to keep. */
#define MAX_STILL_US 50000
/* Bounds of what is learnt about timers, and its first guess. */
#define EARLY_MIN_US 8
#define EARLY_MAX_US 150
#define EARLY_FIRST_US 60
/* Sleeps shorter than this cost more than they save. */
#define SHORT_US 10
/* Of all time one part in so many may be spent on polling for deadlines and replies, or by the
 * patient for deadlines alone, and so much of it may be saved up. */
#define SHARE 66
#define PATIENT_SHARE 132
#define SAVED_US 300
/* A longer pause between packets counts as this much. */
#define GAP_MAX_US 2000

void tw_idle_init(struct tw_idle *i, uint64_t ticks_per_us, uint64_t now)
{
	*i = (struct tw_idle){.us = ticks_per_us ? ticks_per_us : 1,
		.due = UINT64_MAX,
		.busy = now,
		.last = now,
		.gap = GAP_MAX_US * ticks_per_us,
		.early = EARLY_FIRST_US * ticks_per_us,
		.sure = EARLY_MIN_US * ticks_per_us};
}

void tw_idle_patience(struct tw_idle *i, bool patient)
{
	i->patient = patient;
	if (!patient)
		return;
	i->sent = 0;
	i->reply = 0;
}

/* A sixteenth up or down: the median of the samples, which no outlier moves far. */
static uint64_t follow(uint64_t usual, uint64_t sample)
{
	return sample > usual ? usual + usual / 16 + 1 : usual - usual / 16;
}

void tw_idle_work(struct tw_idle *i, uint64_t now)
{
	uint64_t pause = now - i->busy, most = GAP_MAX_US * i->us;

	if (!i->at_work) {
		i->gap += (pause < most ? pause : most) / 8 - i->gap / 8;
		if (i->patient) {
			i->sent = 0;
		} else if (now >= i->due) {
			i->sent = now;
			i->wait = i->reply < REPLY_US * i->us && i->reply <= i->saved;
		} else if (i->sent) {
			i->reply = i->reply ? follow(i->reply, now - i->sent) : now - i->sent;
			i->sent = 0;
		}
	}
	i->at_work = true;
	i->polling = false;
	i->busy = now;
}

/* What was polled since the last call, in vain, is paid for. */
static void account(struct tw_idle *i, uint64_t now)
{
	uint64_t most = SAVED_US * i->us,
		 earned = (now - i->last) / (i->patient ? PATIENT_SHARE : SHARE);

	if (i->polling)
		i->saved -= now - i->last < i->saved ? now - i->last : i->saved;
	i->saved = i->saved + earned < most ? i->saved + earned : most;
	i->last = now;
}

/* Packets come one after the other. */
static bool in_a_row(const struct tw_idle *i, uint64_t now)
{
	return i->gap < SPIN_US * i->us && now - i->busy < SPIN_US * i->us;
}

static bool expecting_reply(const struct tw_idle *i, uint64_t now)
{
	return i->sent && i->wait && now - i->sent < i->reply + i->reply / 2 + SHORT_US * i->us;
}

uint64_t tw_idle_rest(struct tw_idle *i, uint64_t now, uint64_t due, bool still)
{
	uint64_t left = (still ? MAX_STILL_US : MAX_SLEEP_US) * i->us, early = i->sure;

	account(i, now);
	i->polling = true;
	i->at_work = false;
	i->due = due;
	if (in_a_row(i, now)) {
		i->polling = false;
		return 0;
	}
	if (expecting_reply(i, now))
		return 0;
	/* the next reply comes first */
	if (i->early > early && i->saved > i->reply)
		early += i->early - early < i->saved - i->reply ? i->early - early
								: i->saved - i->reply;
	if (due != UINT64_MAX) {
		if (due < now + early + SHORT_US * i->us)
			return 0;
		if (due - now - early < left)
			left = due - now - early;
	}
	i->polling = false;
	return left * 1000 / i->us;
}

/* Quantiles in steps: how far off the rest is matters not. early is reached four times in five, sure
 * is passed four times in five: to set a timer earlier by that much costs next to no polling. */
void tw_idle_woken(struct tw_idle *i, uint64_t target, uint64_t now)
{
	uint64_t late = now > target ? now - target : 0;

	if (late > i->early && i->early < EARLY_MAX_US * i->us)
		i->early += i->us;
	else if (late < i->early && i->early > EARLY_MIN_US * i->us)
		i->early -= i->us / 4;
	if (late > i->sure && i->sure < EARLY_MAX_US * i->us)
		i->sure += i->us / 4;
	else if (late < i->sure && i->sure > EARLY_MIN_US * i->us)
		i->sure -= i->us;
}
