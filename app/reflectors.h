/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef REFLECTORS_H
#define REFLECTORS_H

/* Reflector tasks on every queue of every device. */

#include "net_session.h"
#include "tw_session.h"
#include "watch.h"

/* What the options say of a reflector; local without an address answers on all; keys and tlv may be NULL. */
struct tw_reflector_config tw_reflectors_config(const struct tw_options *o,
	const struct tw_endpoint *local, const struct tw_keyring *keys,
	const struct tw_tlv_policy *tlv);

int tw_reflectors_make(struct tw_net *n, const struct tw_options *o,
	const struct tw_reflector_config *cfg, struct tw_err *err);

/* Where they listen, for the report. */
void tw_reflectors_name(
	const struct tw_net *n, const struct tw_endpoint *local, struct tw_watch_config *w);

/* Does a reflector at `local` answer on the address? */
bool tw_reflectors_answer_on(const struct tw_addr *local, const struct tw_addr *a);

#endif
