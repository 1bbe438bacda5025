/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "idle.h"

/*
 * A worker in virtual time: packets come and deadlines pass as the test says, a round of the loop
 * takes 200 ns, a sleep ends so late as the test says. What is counted is what it cost.
 */

#define US 2000ULL /* ticks */
#define MS (1000 * US)
#define NEVER UINT64_MAX

struct world {
	struct tw_idle idle;
	uint64_t now;
	uint64_t due, period; /* of deadlines; period 0: none */
	uint64_t reply_after; /* a packet so long after each deadline that was met; 0: none */
	uint64_t packet;      /* the next one, NEVER: none */
	uint64_t every;       /* packets of somebody else */
	uint64_t late;        /* a timer ends a sleep so late, a packet as well */
	uint64_t jitter;      /* and up to so much later, by turns */
	bool patient;         /* packets end no sleep */
	bool still;           /* no housekeeping */
	/* what came of it */
	uint64_t awake; /* ticks without work and without sleep */
	uint64_t sleeps;
	uint64_t waited; /* packets that found us asleep */
	uint64_t packets;
	uint64_t met;      /* deadlines */
	uint64_t met_late; /* by more than 5 us */
};

static struct world world(void)
{
	struct world w = {.now = 1000 * MS, .packet = NEVER};

	tw_idle_init(&w.idle, US, w.now);
	return w;
}

static bool works(struct world *w, uint64_t found_asleep)
{
	bool work = false;

	if (w->now >= w->packet) {
		w->packets++;
		w->waited += found_asleep && w->packet < found_asleep;
		w->packet = w->every ? w->packet + w->every : NEVER;
		work = true;
	}
	if (w->period && w->now >= w->due) {
		w->met++;
		w->met_late += w->now - w->due > 5 * US;
		if (w->reply_after)
			w->packet = w->now + w->reply_after;
		w->due += w->period;
		work = true;
	}
	return work;
}

static void run(struct world *w, uint64_t ticks)
{
	uint64_t end = w->now + ticks, woken = 0;

	while (w->now < end) {
		uint64_t ns, until;

		if (works(w, woken)) {
			tw_idle_work(&w->idle, w->now);
			w->now += US / 5;
			woken = 0;
			continue;
		}
		woken = 0;
		tw_idle_patience(&w->idle, w->patient);
		ns = tw_idle_rest(&w->idle, w->now, w->period ? w->due : NEVER, w->still);
		if (!ns) {
			w->awake += US / 5;
			w->now += US / 5;
			continue;
		}
		assert_in_range(ns, 1, w->still ? 50000000 : 5000000);
		w->sleeps++;
		until = w->now + ns * US / 1000;
		if (w->packet < until && !w->patient) {
			w->now = w->packet + w->late;
		} else {
			w->now = until + w->late + (w->jitter ? w->sleeps * 7919 % w->jitter : 0);
			tw_idle_woken(&w->idle, until, w->now);
		}
		woken = w->now;
	}
}

/* Nothing at all: the sleeps are as long as housekeeping allows. */
static void nothing_to_do(void **state)
{
	struct world w = world();

	(void)state;
	w.late = 30 * US;
	run(&w, 1000 * MS);
	assert_in_range(w.sleeps, 190, 210);
	assert_int_equal(w.awake, 0);
	w.still = true;
	w.sleeps = 0;
	run(&w, 1000 * MS);
	assert_in_range(w.sleeps, 19, 21);
}

/* Packets of somebody else, a millisecond apart: each wakes us, none is waited for. */
static void packets_far_apart(void **state)
{
	struct world w = world();

	(void)state;
	w.late = 20 * US;
	w.packet = w.now + MS;
	w.every = MS;
	run(&w, 1000 * MS);
	assert_in_range(w.packets, 990, 1000);
	assert_true(w.awake < 10 * MS);
}

/* Packets close together: none finds us asleep once that is known. */
static void packets_in_a_row(void **state)
{
	struct world w = world();

	(void)state;
	w.late = 20 * US;
	w.packet = w.now + MS;
	w.every = 50 * US;
	run(&w, 100 * MS);
	w.waited = 0;
	run(&w, 100 * MS);
	assert_int_equal(w.waited, 0);
	/* and when they end, it sleeps again */
	w.packet = NEVER;
	w.awake = 0;
	run(&w, 1000 * MS);
	assert_true(w.awake < MS);
}

/* A thousand deadlines a second, each answered after 20 us. */
static struct world asks_as(bool patient, uint64_t reply, uint64_t late)
{
	struct world w = world();

	w.patient = patient;
	w.late = late;
	w.due = w.now + MS;
	w.period = MS;
	w.reply_after = reply;
	run(&w, 1000 * MS);
	w.awake = w.waited = w.packets = w.met = w.met_late = w.sleeps = 0;
	run(&w, 1000 * MS);
	assert_in_range(w.met, 995, 1000);
	assert_in_range(w.packets, 995, 1000);
	return w;
}

static struct world asks(uint64_t reply, uint64_t late)
{
	return asks_as(false, reply, late);
}

/* Replies that can wait cost no waking up and no polling: one sleep for each that is sent. */
static void replies_that_can_wait(void **state)
{
	static const uint64_t after[] = {12 * US, 40 * US, 300 * US};

	(void)state;
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		struct world w = asks_as(true, after[i], 16 * US);

		assert_in_range(w.sleeps, 990, 1010);
		assert_true(w.met_late < 100);
		assert_true(w.awake < 25 * MS);
	}
}

/* Where timers are late by chance, deadlines are polled for, and for them alone not for long. */
static void deadlines_by_chance(void **state)
{
	struct world w = world();

	(void)state;
	w.patient = true;
	w.late = 10 * US;
	w.jitter = 80 * US;
	w.due = w.now + MS;
	w.period = MS;
	run(&w, 2000 * MS);
	w.awake = w.met = 0;
	run(&w, 2000 * MS);
	assert_in_range(w.met, 1990, 2002);
	assert_in_range(w.awake, 5 * MS, 18 * MS);
}

/* Short replies are waited for, most of them, and it costs a part in 66 and what a round is. */
static void replies_soon(void **state)
{
	struct world w = asks(12 * US, 5 * US);

	(void)state;
	assert_true(w.waited < 100);
	assert_true(w.awake < 25 * MS);
}

/* To wait for these costs more than may be spent: some are slept for. Timers are set as early as
 * costs nothing, so that what is sent is not late for it. */
static void replies_too_many(void **state)
{
	struct world w = asks(40 * US, 16 * US);

	(void)state;
	assert_in_range(w.waited, 300, 800);
	assert_true(w.awake < 25 * MS);
	assert_true(w.met_late < 100);
}

/* For distant ones it sleeps, and what is saved thereby is spent on deadlines. */
static void replies_later(void **state)
{
	struct world w = asks(300 * US, 12 * US);

	(void)state;
	assert_true(w.waited > 900);
	assert_true(w.met_late < 100);
	assert_true(w.awake < 25 * MS);
}

/* A timer that is late teaches to set it earlier, one that is punctual the contrary. */
static void timers(void **state)
{
	struct tw_idle i;
	uint64_t now = MS;

	(void)state;
	tw_idle_init(&i, US, now);
	for (int k = 0; k < 500; k++)
		tw_idle_woken(&i, now, now + 90 * US);
	assert_in_range(i.early, 85 * US, 95 * US);
	for (int k = 0; k < 500; k++)
		tw_idle_woken(&i, now, now + 15 * US);
	assert_in_range(i.early, 10 * US, 20 * US);
	/* one in ten is very late: that is no reason */
	for (int k = 0; k < 500; k++)
		tw_idle_woken(&i, now, now + (k % 10 ? 15 : 5000) * US);
	assert_in_range(i.early, 10 * US, 20 * US);
	for (int k = 0; k < 500; k++)
		tw_idle_woken(&i, now, now + 5000 * US);
	assert_in_range(i.early, 100 * US, 155 * US);
	tw_idle_woken(&i, now + 5, now);
}

/* A deadline that is near is waited for; one that has passed is nothing to sleep for. */
static void deadlines(void **state)
{
	struct tw_idle i;
	uint64_t now = 1000 * MS;

	(void)state;
	tw_idle_init(&i, US, now);
	assert_int_equal(tw_idle_rest(&i, now, 0, false), 0);
	assert_int_equal(tw_idle_rest(&i, now, now - 1, false), 0);
	assert_int_equal(tw_idle_rest(&i, now, now + 10 * US, false), 0);
	assert_in_range(tw_idle_rest(&i, now, now + 1000 * US, false), 900000, 1000000);
	assert_int_equal(tw_idle_rest(&i, now, now + 100 * MS, false), 5000000);
	assert_int_equal(tw_idle_rest(&i, now, NEVER, false), 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(packets_far_apart),
		cmocka_unit_test(packets_in_a_row),
		cmocka_unit_test(replies_soon),
		cmocka_unit_test(replies_that_can_wait),
		cmocka_unit_test(deadlines_by_chance),
		cmocka_unit_test(replies_too_many),
		cmocka_unit_test(replies_later),
		cmocka_unit_test(timers),
		cmocka_unit_test(deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
