/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_AGREEMENT_H
#define TW_AGREEMENT_H

/**
 * @file
 * The backend of negotiated sessions (tw_backend.h) over running reflector tasks: each session is
 * known to every task, since nobody can say which queue its packets will come to.
 */

#include "tw_backend.h"
#include "tw_port.h"
#include "tw_worker.h"

struct tw_agreement;

/**
 * @param tasks  reflector tasks, made with negotiated set and max_agreed = @p max_sessions; their
 *               workers run whenever a function of tw_agreement_ops is called
 * @param ports  the ports that they serve, for UDP ports
 * @param max_held  UDP ports that sessions may have on kernel interfaces, where each is a few open files
 * @return 0, -ENOMEM
 */
int tw_agreement_create(struct tw_task *const *tasks, unsigned int n_tasks, struct tw_port *ports,
	unsigned int n_ports, uint32_t max_sessions, uint32_t max_held, struct tw_agreement **ret);

/** After the workers have ended. NULL is fine. */
void tw_agreement_destroy(struct tw_agreement *a);

/** Functions whose first argument is a struct tw_agreement. */
extern const struct tw_backend_ops tw_agreement_ops;

#endif
