/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "plan.h"

#include "payloads.h"
#include "tw_keyring.h"
#include "tw_log.h"
#include "tw_rand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FCS 4

static enum tw_protocol protocol_of(const struct tw_options *o)
{
	return o->protocol == TW_OPT_TWAMP   ? TW_PROTOCOL_TWAMP
	       : o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT
					     : TW_PROTOCOL_STAMP;
}

int tw_plan_largest(
	const struct tw_options *o, uint8_t family, struct tw_err *err, uint32_t *ret_octets)
{
	struct tw_sizes_shape shape;
	struct tw_payloads p;
	uint32_t most = 0;
	int rc = tw_options_payloads(o, family, 0, err, &shape, &p);

	if (rc < 0)
		return rc;
	for (unsigned int i = 0; i < p.n; i++)
		most = p.len[i] > most ? p.len[i] : most;
	*ret_octets = tw_sizes_frame(most, &shape) - FCS;
	return 0;
}

static void plan_rate(
	const struct tw_options *o, const struct tw_sizes_shape *shape, struct tw_plan *p)
{
	struct tw_sender_config *s = &p->sender;

	s->schedule = o->poisson ? TW_SCHEDULE_POISSON : TW_SCHEDULE_PERIODIC;
	if (o->pps == TW_PPS_MAX) {
		s->schedule = TW_SCHEDULE_MAX;
		return;
	}
	if (o->pps) {
		s->pps_num = o->pps;
		s->pps_den = 1;
	} else if (o->rate) {
		/* one cycle of n packets takes so many bits */
		s->pps_num = o->rate * p->payloads.n;
		s->pps_den = tw_sizes_wire_bits(&p->payloads, shape);
	} else {
		s->pps_num = (uint64_t)o->streams * (uint64_t)TW_NS_PER_SEC;
		s->pps_den = (uint64_t)o->interval.v;
	}
	p->offered_pps = (double)s->pps_num / (double)s->pps_den;
}

static void plan_streams(
	const struct tw_options *o, const struct tw_plan_link *link, struct tw_plan *p)
{
	for (uint32_t i = 0; i < o->streams; i++) {
		struct tw_stream_config *c = &p->streams[i];

		c->local = (struct tw_endpoint){link->local, link->ports[i]};
		c->remote = link->remote;
		c->local_mac = link->local_mac;
		c->next_hop_mac = link->next_hop_mac;
		c->n_vlan = (uint8_t)o->n_vlan;
		memcpy(c->tci, o->vlan, sizeof(c->tci));
		c->tos = o->tos;
		c->ttl = o->ttl;
		c->dont_fragment = o->do_not_fragment;
		c->flow_label = o->flow_label;
		c->protocol = protocol_of(o);
		c->ssid = o->ssid;
		c->n_sizes = p->payloads.n;
		c->sizes = p->payloads.len;
		c->stateless_peer = o->stateless;
		c->tlv = p->tlv;
	}
}

/* The TLVs of all streams, in the order given. */
static int plan_tlvs(const struct tw_options *o, struct tw_err *err, struct tw_plan *p)
{
	struct tw_rand rand;

	if (o->n_tlv == 0)
		return 0;
	p->tlv = malloc(sizeof(*p->tlv));
	if (!p->tlv)
		return tw_fail(err, -ENOMEM, "out of memory");
	if (!tw_options_given(o, ssid))
		tw_info("SSID %u: a reflector without TLVs is told by it", o->ssid);
	tw_rand_init(&rand, tw_rand_seed());
	return tw_tlv_compile(o->tlv, o->n_tlv, o->auth, &rand, p->tlv, err);
}

int tw_plan_make(const struct tw_options *o, const struct tw_plan_link *link, struct tw_err *err,
	struct tw_plan *ret)
{
	struct tw_sizes_shape shape;
	char note[64];
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = tw_options_payloads(o, link->local.family, link->mtu, err, &shape, &ret->payloads);
	if (rc < 0)
		return rc;
	for (unsigned int i = 0; i < ret->payloads.n_notes; i++)
		tw_warning("frame size: %s, the smallest packet of this protocol",
			tw_sizes_note_format(&ret->payloads.note[i], note, sizeof(note)));
	ret->streams = calloc(o->streams, sizeof(*ret->streams));
	if (!ret->streams)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", o->streams);
	rc = plan_tlvs(o, err, ret);
	if (rc < 0)
		return rc;
	plan_rate(o, &shape, ret);
	plan_streams(o, link, ret);
	ret->sender.n_streams = o->streams;
	ret->sender.streams = ret->streams;
	ret->sender.burst = o->burst ? o->burst : 1;
	ret->sender.count = o->count;
	ret->sender.duration = o->duration;
	ret->sender.timeout = o->timeout;
	ret->sender.stamp =
		o->stamp == TW_OPT_STAMP_PACKET ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
	ret->sender.seed = tw_rand_seed();
	ret->sender.ptp = o->timestamp_format == TW_OPT_PTP;
	return 0;
}

int tw_plan_protect(struct tw_plan *p, const struct tw_keyring *keys, const struct tw_options *o,
	struct tw_err *err)
{
	bool signs = p->tlv && p->tlv->hmac_at != TW_TLV_NOWHERE;

	if (!o->auth && !signs)
		return 0;
	if (o->protocol == TW_OPT_LIGHT)
		return tw_fail(err, -EINVAL, "--auth is for STAMP, not for --protocol twamp-light");
	for (uint32_t i = 0; i < p->sender.n_streams; i++) {
		struct tw_stream_config *c = &p->streams[i];
		char text[TW_ADDR_STR];

		if (o->auth)
			c->security = TW_SECURITY_AUTHENTICATED;
		c->key = tw_keyring_peer(keys, c->ssid, &c->remote.addr);
		if (!c->key)
			return tw_fail(err, -ENOENT, "the key file has no key for SSID %u and %s",
				c->ssid, tw_addr_format(&c->remote.addr, text));
	}
	return 0;
}

void tw_plan_fini(struct tw_plan *p)
{
	free(p->tlv);
	p->tlv = NULL;
	free(p->streams);
	p->streams = NULL;
}
