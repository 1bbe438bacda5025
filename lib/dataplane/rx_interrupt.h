/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RX_INTERRUPT_H
#define TW_RX_INTERRUPT_H

/*
 * A receive interrupt of a NIC's queue, which a worker has told to it through a descriptor while it
 * sleeps. It is on only then: a worker that polls has no use for it. Whoever arms it must look at
 * the queue once more before it sleeps: for what came before no interrupt need come.
 *
 * A driver that takes the order is no proof that an interrupt ever comes (a vector that is not
 * routed, say), or that it ends (a cause that nobody clears). A sleep that ended by its timer, with
 * packets waiting, speaks against it, and so does one that it ended without any; some do so by
 * chance, many in a row do not.
 */

#include <rte_spinlock.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Sleeps in a row that passed it by: so many before the first interrupt has been seen, and then. */
#define TW_RX_INTERRUPT_UNPROVEN 4
#define TW_RX_INTERRUPT_PROVEN 16
/* And so many that it ended for nothing, with no quiet one between. */
#define TW_RX_INTERRUPT_EMPTY 1000

enum tw_rx_lost {
	TW_RX_LOST_NOT,
	TW_RX_LOST_SILENT,
	TW_RX_LOST_ENDLESS,
	TW_RX_LOST_REFUSED,
};

struct tw_rx_interrupt {
	uint16_t port_id;
	uint16_t queue;
	int fd;               /* readable once it came; -1: there is none */
	uint8_t octets;       /* to be read from it then, 0: that is the driver's affair */
	rte_spinlock_t *lock; /* of the port: drivers keep masks of all queues in one place */
	bool seen;            /* it came at least once. w: worker */
	unsigned int passed;  /* sleeps in a row with packets and without it. w: worker */
	unsigned int empty;   /* the other way round. w: worker */
	_Atomic int lost;     /* enum tw_rx_lost: not waited for any more. w: worker, r: control */
	bool told;            /* that was logged. w: control */
};

/* @return it will come; else it is lost */
bool tw_rx_interrupt_arm(struct tw_rx_interrupt *r);

void tw_rx_interrupt_disarm(struct tw_rx_interrupt *r);

/* Its descriptor is readable. @return it is lost */
bool tw_rx_interrupt_came(struct tw_rx_interrupt *r);

/* A sleep ended by its timer. @return it is lost: packets wait once more, and it has not come */
bool tw_rx_interrupt_passed(struct tw_rx_interrupt *r);

#endif
