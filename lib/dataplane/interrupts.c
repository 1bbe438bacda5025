/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "eal_priv.h"

#include <rte_alarm.h>
#include <rte_interrupts.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct errand {
	void (*call)(void *arg);
	void *arg;
	sem_t done;
};

static void run(void *arg)
{
	struct errand *e = arg;

	e->call(e->arg);
	sem_post(&e->done);
}

void tw_interrupts_call(void (*call)(void *arg), void *arg)
{
	struct errand e = {.call = call, .arg = arg};

	sem_init(&e.done, 0, 0);
	/* Alarms are that thread's own; 1 us is the earliest that there is. */
	if (rte_eal_alarm_set(1, run, &e) < 0)
		call(arg);
	else
		while (sem_wait(&e.done) != 0)
			;
	sem_destroy(&e.done);
}

/* In that thread, and for ever. */
static void park(void *arg)
{
	sem_t *parked = arg;

	sem_post(parked);
	for (;;)
		pause();
}

/*
 * Not by an alarm: the EAL waits for the end of those. The handle and the descriptor stay, like the
 * thread, until the process ends.
 */
void tw_interrupts_park(void)
{
	static sem_t parked; /* the thread may look at it later than we do */
	struct rte_intr_handle *h = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	int fd = eventfd(1, EFD_CLOEXEC);

	if (h && fd >= 0 && sem_init(&parked, 0, 0) == 0 && rte_intr_fd_set(h, fd) == 0 &&
		rte_intr_type_set(h, RTE_INTR_HANDLE_EXT) == 0 &&
		rte_intr_callback_register(h, park, &parked) == 0)
		while (sem_wait(&parked) != 0)
			;
}
