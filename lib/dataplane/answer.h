/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ANSWER_H
#define TW_ANSWER_H

/* ARP, neighbour discovery and ping of ports that no kernel serves, for both loops. */

#include "tw_neighbour.h"
#include "tw_worker.h"

struct rte_mbuf;

/* Own addresses as neighbour code wants them. */
void tw_answer_self(const struct tw_loop_port *port, struct tw_neighbour_self *ret);

/*
 * Answer the frame where it asks for something that is ours to answer. @return true: the mbuf is
 * taken (sent or freed)
 */
bool tw_answer(
	const struct tw_loop_port *port, const struct tw_neighbour_self *self, struct rte_mbuf *m);

#endif
