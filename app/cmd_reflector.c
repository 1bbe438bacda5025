/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* reflector: answers TWAMP Light and STAMP on one or more devices until it is told to stop. */

#include "commands.h"
#include "net_session.h"
#include "recording.h"
#include "reflectors.h"
#include "resolve.h"
#include "stamp_keys.h"
#include "tlv_policy.h"
#include "tw_log.h"
#include "tw_stamp.h"
#include "watch.h"

#include <errno.h>
#include <stdlib.h>

static int run(struct tw_net *n, const struct tw_options *o, const struct tw_endpoint *local,
	const struct tw_keyring *keys, struct tw_err *err)
{
	struct tw_watch_config w = {.options = o, .command = "reflector"};
	struct tw_tlv_rules tlv;
	struct tw_reflector_config cfg;
	int rc = 0;

	tw_tlv_rules_make(o, &tlv);
	for (unsigned int i = 0; i < n->n_ports && rc == 0; i++) {
		uint16_t first;

		rc = tw_port_take_udp(&n->ports[i], 0, local->port, 1, &first, err);
	}
	if (rc == 0)
		rc = tw_recording_start(&n->backend, o, TW_MAX_FRAME, err, &w.recording);
	cfg = tw_reflectors_config(o, local, keys, &tlv.policy);
	if (rc == 0)
		rc = tw_reflectors_make(n, o, &cfg, err);
	if (rc == 0) {
		tw_reflectors_name(n, local, &w);
		for (unsigned int i = 0; i < w.n_local; i++)
			tw_info("reflecting on %s", w.local[i]);
		rc = tw_watch(&n->backend, &w);
	}
	tw_backend_fini(&n->backend);
	return rc;
}

int tw_cmd_reflector(const struct tw_options *o)
{
	struct tw_endpoint local = {.port = TW_PORT};
	struct tw_net *n = calloc(1, sizeof(*n));
	struct tw_err err = {"out of memory"};
	struct tw_stamp_keys keys = {0};
	int rc = n ? 0 : -ENOMEM;

	if (rc == 0 && o->args.n > 0)
		rc = tw_resolve_endpoint(o->args.v[0], TW_PORT, 0, &err, &local);
	if (rc == 0)
		rc = tw_stamp_keys_load(o, &err, &keys);
	if (rc == 0)
		rc = tw_net_open(n, o, &(struct tw_addr){0}, &local.addr, 0, 0, &err);
	if (rc == 0)
		rc = run(n, o, &local, keys.ring, &err);
	if (n)
		tw_net_close(n);
	tw_stamp_keys_fini(&keys);
	free(n);
	if (rc < 0) {
		tw_error("reflector: %s", err.text);
		return 1;
	}
	return rc;
}
