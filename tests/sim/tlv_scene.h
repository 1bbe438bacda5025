/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_TLV_SCENE_H
#define SIM_TLV_SCENE_H

/* What the tests of TLVs in virtual time share: a run of 1000 packets that ask for something. */

#include "sim.h"

#include "tw_test.h"

#define REQUESTS 1000
#define SSID 7

static struct sim_config cfg;
static struct sim_tlv_config tlv;
static struct sim_reflector peer;
static struct sim_events events;
static struct sim s;
static struct tw_tlv_template asked;
static const struct tw_tlv_result *res; /* of the last run */
static uint16_t size;
static uint64_t seed;

static inline int setup(void **state)
{
	(void)state;
	sim_defaults(&cfg);
	cfg.seed = seed;
	cfg.count = REQUESTS;
	cfg.ssid = SSID;
	cfg.tlv = &tlv;
	cfg.sizes = &size;
	sim_reflector_init(&peer);
	tlv = (struct sim_tlv_config){.asked = &asked};
	tlv.policy.allowed_dscp = UINT64_MAX;
	tlv.policy.disclose_location = true;
	tlv.policy.sync_source = TW_SYNC_NTP;
	tlv.policy.t2_method = TW_METHOD_SOFTWARE;
	tlv.policy.t3_method = TW_METHOD_SOFTWARE;
	return 0;
}

/* End the last run. */
static inline int teardown(void **state)
{
	(void)state;
	if (s.result) {
		sim_fini(&s);
		sim_tlv_fini(&s.tlv);
		sim_events_fini(&events);
		s.result = NULL;
	}
	return 0;
}

/* Ask for these, up to a NULL, and run. */
static inline void go(const char *const *specs)
{
	struct tw_rand rand;
	struct tw_err err;
	size_t n = 0;

	teardown(NULL);
	while (specs[n])
		n++;
	tw_rand_init(&rand, seed);
	if (tw_tlv_compile(specs, n, false, &rand, &asked, &err) != 0)
		fail_msg("%s", err.text);
	size = (uint16_t)(TW_STAMP_LEN + asked.len);
	peer.runs = 0;
	memset(peer.known, 0, sizeof(peer.known));
	sim_run(&s, &cfg, &peer, &events, SIM_BEGIN);
	res = &s.tlv.result;
}

#define GO(...) go((const char *const[]){__VA_ARGS__, NULL})

/* Replies that came back, copies included. */
static inline uint64_t came(void)
{
	return s.truth.n_arrivals;
}

#endif
