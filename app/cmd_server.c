/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* server: TWAMP-Control over kernel TCP, sessions reflected by the devices' workers. */

#include "commands.h"
#include "recording.h"
#include "reflectors.h"
#include "resolve.h"
#include "server_report.h"
#include "tlv_policy.h"
#include "tw_agreement.h"
#include "tw_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Key derivations a second, about 1 ms each: what strangers can make us compute. */
#define KDF_PER_SEC 200
#define SETUP_WAIT_NS (30 * TW_NS_PER_SEC)
/* UDP ports that clients may have besides the usual one; beyond that they share. */
#define OWN_PORTS 4096
/* Descriptors that are neither control connections nor such ports. */
#define OTHER_FDS 256

struct server {
	const struct tw_options *o;
	struct tw_net net;
	struct tw_endpoint local;
	struct tw_keyfile *keys;
	struct tw_policy policy;
	struct tw_limits_config limits_config;
	struct tw_limits *limits;
	uint32_t own_ports;
	struct tw_agreement *agreement;
	struct tw_control_server *control;
	struct tw_server_report report;
};

/*
 * Every connection of the limits and every UDP port that clients ask for must have its descriptors;
 * where there are too few of them, connections get half.
 */
static void share_descriptors(struct server *s)
{
	uint32_t connections = s->limits_config.connections;
	uint64_t wanted = connections + (uint64_t)OWN_PORTS * TW_HELD_FDS, have = wanted;
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		if (l.rlim_cur < wanted + OTHER_FDS) {
			l.rlim_cur =
				l.rlim_max < wanted + OTHER_FDS ? l.rlim_max : wanted + OTHER_FDS;
			setrlimit(RLIMIT_NOFILE, &l);
		}
		have = l.rlim_cur > 2 * OTHER_FDS ? l.rlim_cur - OTHER_FDS : OTHER_FDS;
	}
	s->own_ports = OWN_PORTS;
	if (have >= wanted)
		return;
	if (connections > have / 2)
		connections = (uint32_t)(have / 2);
	s->limits_config.connections = connections;
	s->own_ports = (uint32_t)(have - connections) / TW_HELD_FDS;
}

static int make_policy(struct server *s, struct tw_err *err)
{
	const struct tw_options *o = s->o;
	int rc = 0;

	tw_policy_init(&s->policy);
	for (uint32_t i = 0; rc == 0 && i < o->n_allow; i++)
		rc = tw_prefix_list_add(&s->policy.allow, &o->allow[i]);
	for (unsigned int i = 0; rc == 0 && i < s->net.n_ports; i++)
		for (size_t k = 0; rc == 0 && k < s->net.ports[i].n_addrs; k++) {
			struct tw_prefix p = s->net.ports[i].addrs[k];

			p.len = p.addr.family == 4 ? 32 : 128;
			if (!tw_reflectors_answer_on(&s->local.addr, &p.addr))
				continue;
			rc = tw_prefix_list_add(&s->policy.local, &p);
		}
	if (rc < 0)
		return tw_fail(err, rc, "too many prefixes");
	tw_limits_config_init(&s->limits_config);
	s->limits_config.sessions = o->sessions;
	/* A quarter is kept for clients with a key, where there are any. */
	s->limits_config.open_sessions = o->key_file ? o->sessions - o->sessions / 4 : o->sessions;
	for (uint32_t i = 0; rc == 0 && i < o->n_limit; i++)
		rc = tw_limits_config_add(&s->limits_config, o->limit[i], err);
	share_descriptors(s);
	if (rc == 0 && tw_limits_create(&s->limits_config, &s->limits) < 0)
		rc = tw_fail(err, -ENOMEM, "out of memory");
	return rc;
}

/* Security modes that were named, else all that the key file allows; and every feature. */
static int modes_offered(const struct server *s, struct tw_err *err, uint32_t *ret)
{
	uint32_t security = s->o->modes & TW_MODES_SECURITY;
	uint32_t features = s->o->modes & ~TW_MODES_SECURITY;

	if (!security)
		security = s->keys ? TW_MODES_SECURITY : (uint32_t)TW_MODE_UNAUTHENTICATED;
	if (tw_mode_protects_control(security) && !s->keys)
		return tw_fail(err, -EINVAL, "--mode '%s' needs --key-file FILE", s->o->mode);
	*ret = security | (features ? features : TW_MODES_KNOWN & ~TW_MODES_SECURITY);
	return 0;
}

static int begin(void *arg, struct tw_event_loop *loop, struct tw_err *err)
{
	struct server *s = arg;
	struct tw_control_server_config c = {
		.ops = &tw_agreement_ops,
		.backend = s->agreement,
		.listen = s->local,
		.test_port = s->local.port,
		.connections = s->limits_config.connections,
		.device = tw_net_tcp_device(&s->net),
		.carried = tw_net_behind(&s->net) != NULL,
	};
	char text[TW_MODES_STR];
	int rc;

	for (unsigned int i = 0; i < s->net.n_ports; i++) {
		const struct tw_port *p = &s->net.ports[i];
		uint16_t got;

		rc = p->n_addrs == 0 ? 0
				     : tw_agreement_ops.port_take(s->agreement, &p->addrs[0].addr,
					       s->local.port, &got);
		if (rc < 0 && s->o->light)
			return tw_fail(err, rc, "UDP port %u of %s: %s", s->local.port, p->name,
				strerror(-rc));
		if (rc < 0)
			tw_warning("UDP port %u of %s: %s; clients get others", s->local.port,
				p->name, strerror(-rc));
	}
	tw_server_config_init(&c.machine);
	rc = modes_offered(s, err, &c.machine.modes);
	if (rc < 0)
		return rc;
	c.machine.kdf_per_sec = KDF_PER_SEC;
	c.machine.sessions = s->o->sessions;
	c.machine.sessions_per_connection = s->o->sessions;
	c.machine.servwait = s->o->servwait;
	c.machine.refwait = s->o->refwait;
	c.machine.setup_wait = tw_ns(SETUP_WAIT_NS);
	c.machine.lenient_stop = s->o->lenient_stop;
	c.machine.policy = &s->policy;
	c.machine.keys = s->keys;
	c.machine.limits = s->limits;
	rc = tw_control_server_create(loop, &c, err, &s->control);
	if (rc == 0)
		tw_info("TWAMP-Control on TCP port %u, modes %s",
			tw_control_server_port(s->control),
			tw_modes_format(c.machine.modes, text, sizeof(text)));
	return rc;
}

static const struct tw_control_report *control(void *arg)
{
	struct server *s = arg;

	if (s->control && tw_server_report_make(&s->report, s->control) < 0)
		return NULL;
	return s->report.report.count ? &s->report.report : NULL;
}

static void end(void *arg)
{
	struct server *s = arg;

	if (!s->control)
		return;
	tw_control_server_close(s->control);
	tw_server_report_make(&s->report, s->control); /* the last one: it goes with its loop */
	tw_control_server_destroy(s->control);
	s->control = NULL;
}

static int run(struct server *s, struct tw_err *err)
{
	struct tw_watch_config w = {
		.options = s->o,
		.command = "server",
		.begin = begin,
		.control = control,
		.end = end,
		.arg = s,
	};
	struct tw_tlv_rules tlv;
	struct tw_reflector_config cfg = tw_reflectors_config(s->o, &s->local, NULL, &tlv.policy);

	int rc;

	tw_tlv_rules_make(s->o, &tlv);
	cfg.negotiated = true;
	cfg.negotiated_only = !s->o->light;
	cfg.max_agreed = s->o->sessions;
	rc = make_policy(s, err);
	if (rc == 0)
		rc = tw_recording_start(&s->net.backend, s->o, TW_MAX_FRAME, err, &w.recording);
	if (rc == 0)
		rc = tw_net_attach_kernel(&s->net, err);
	if (rc == 0)
		rc = tw_reflectors_make(&s->net, s->o, &cfg, err);
	if (rc == 0)
		rc = tw_agreement_create(s->net.backend.reflectors, s->net.backend.n_reflectors,
			s->net.ports, s->net.n_ports, s->o->sessions, s->own_ports, &s->agreement);
	if (rc == 0) {
		tw_reflectors_name(&s->net, &s->local, &w);
		for (unsigned int i = 0; i < w.n_local; i++)
			tw_info("reflecting on %s", w.local[i]);
		rc = tw_watch(&s->net.backend, &w);
	}
	return rc;
}

int tw_cmd_server(const struct tw_options *o)
{
	struct server *s = calloc(1, sizeof(*s));
	struct tw_err err = {"out of memory"};
	int rc = s ? 0 : -ENOMEM;

	if (rc == 0) {
		s->o = o;
		s->local.port = TW_CONTROL_PORT;
	}
	if (rc == 0 && o->args.n > 0)
		rc = tw_resolve_endpoint(o->args.v[0], TW_CONTROL_PORT, 0, &err, &s->local);
	if (rc == 0 && o->key_file)
		rc = tw_keyfile_load(o->key_file, TW_KEYFILE_TEXT, &err, &s->keys);
	if (rc == 0)
		rc = tw_net_open(&s->net, o, &(struct tw_addr){0}, &s->local.addr, 0, 0, &err);
	if (rc == 0)
		rc = run(s, &err);
	if (s) {
		tw_backend_fini(&s->net.backend);
		tw_agreement_destroy(s->agreement);
		tw_net_close(&s->net);
		tw_limits_destroy(s->limits);
		tw_keyfile_destroy(s->keys);
		tw_server_report_fini(&s->report);
	}
	free(s);
	if (rc < 0) {
		tw_error("server: %s", err.text);
		return 1;
	}
	return rc;
}
