/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HANDOVER_PRIV_H
#define TW_HANDOVER_PRIV_H

#include "sender.h"
#include "tw_handover.h"

/* A reply on its way to its owner. */
struct tw_handed {
	struct rte_mbuf *m;
	uint64_t mono; /* T4 */
	uint32_t way;  /* tw_loss_by() of the owner */
};

/*
 * Hand a reply to the task whose stream it belongs to.
 * @return 1 it is handed over, 0 it is nobody else's, -ENOBUFS the ring is full
 */
int tw_handover_give(struct tw_handover *h, unsigned int from, const uint64_t *addr, uint32_t ports,
	bool v6, const struct tw_handed *r);

/* Take what others have for task `to`, `max` at most. @return how many */
unsigned int tw_handover_take(
	struct tw_handover *h, unsigned int to, struct tw_handed *ret, unsigned int max);

#endif
