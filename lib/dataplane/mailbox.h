/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_MAILBOX_H
#define TW_MAILBOX_H

/*
 * How the control core reaches a worker: a small single-producer, single-consumer ring of letters.
 * A letter belongs to its sender; the worker carries it out in its housekeeping and marks it done.
 * A sender that waits no longer gives it up: then it is not carried out any more, and whoever takes
 * it out of the mailbox frees it.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_MAILBOX_SLOTS 64

enum tw_letter_kind {
	TW_LETTER_START,    /* begin sending at once, or at letter.when */
	TW_LETTER_STOP,     /* send no more; finish when every reply is in or timed out */
	TW_LETTER_SNAPSHOT, /* copy the results into letter.arg */
	TW_LETTER_CALL,     /* run letter.call(task, letter.arg): session changes */
};

enum tw_letter_state {
	TW_LETTER_WAITING,
	TW_LETTER_RUNNING,
	TW_LETTER_DONE,
	TW_LETTER_GIVEN_UP,
};

struct tw_task;

struct tw_letter {
	enum tw_letter_kind kind;
	void *arg;
	int (*call)(struct tw_task *task, void *arg);
	int result;                 /* w: worker, r: control once done */
	_Atomic unsigned int state; /* enum tw_letter_state; w: worker, control gives up */
};

struct tw_mailbox {
	_Alignas(64) _Atomic uint32_t head; /* w: control, r: worker */
	struct tw_letter *slot[TW_MAILBOX_SLOTS];
	_Alignas(64) _Atomic uint32_t tail; /* w: worker, r: control */
};

/* @return false when the mailbox is full */
static inline bool tw_mailbox_post(struct tw_mailbox *m, struct tw_letter *l)
{
	uint32_t h = atomic_load_explicit(&m->head, memory_order_relaxed);

	if (h - atomic_load_explicit(&m->tail, memory_order_acquire) == TW_MAILBOX_SLOTS)
		return false;
	atomic_store_explicit(&l->state, TW_LETTER_WAITING, memory_order_relaxed);
	m->slot[h % TW_MAILBOX_SLOTS] = l;
	atomic_store_explicit(&m->head, h + 1, memory_order_release);
	return true;
}

/* From WAITING to another state; false when the other side was first. */
static inline bool tw_letter_claim(struct tw_letter *l, enum tw_letter_state state)
{
	unsigned int waiting = TW_LETTER_WAITING;

	return atomic_compare_exchange_strong_explicit(
		&l->state, &waiting, state, memory_order_acq_rel, memory_order_acquire);
}

/* Next letter, NULL when there is none. */
static inline struct tw_letter *tw_mailbox_take(struct tw_mailbox *m)
{
	uint32_t t = atomic_load_explicit(&m->tail, memory_order_relaxed);
	struct tw_letter *l;

	if (t == atomic_load_explicit(&m->head, memory_order_acquire))
		return NULL;
	l = m->slot[t % TW_MAILBOX_SLOTS];
	atomic_store_explicit(&m->tail, t + 1, memory_order_release);
	return l;
}

#endif
