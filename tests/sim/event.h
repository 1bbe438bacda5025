/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_EVENT_H
#define SIM_EVENT_H

/* What happens next in virtual time. Instants are true time in 2^-32 s from the begin of the
 * simulation; events of the same instant come in the order in which they were added. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_event {
	uint64_t at;
	uint64_t order;
	uint32_t kind; /* the simulation's own */
	uint32_t id;
	void *data; /* the simulation's own */
};

struct sim_events {
	struct sim_event *heap;
	size_t n;
	size_t room;
	uint64_t order;
};

/* All zero is an empty queue. Memory that runs out ends the program. */
void sim_events_fini(struct sim_events *q);

void sim_events_add(struct sim_events *q, uint64_t at, uint32_t kind, uint32_t id, void *data);

/* The next one; false when there is none. */
bool sim_events_next(struct sim_events *q, struct sim_event *ret);

/* realloc() that ends the program. */
void *sim_grow(void *p, size_t n, size_t size);

#endif
