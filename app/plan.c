/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "plan.h"

#include "payloads.h"
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

static void part_rate(const struct tw_options *o, struct tw_plan_part *p)
{
	if (o->pps == TW_PPS_MAX)
		return;
	if (o->pps) {
		p->pps_num = o->pps;
		p->pps_den = 1;
	} else if (o->rate) {
		/* one cycle of n packets takes so many bits */
		p->pps_num = o->rate * p->payloads.n;
		p->pps_den = tw_sizes_wire_bits(&p->payloads, &p->shape);
	} else {
		p->pps_num = (uint64_t)o->streams * (uint64_t)TW_NS_PER_SEC;
		p->pps_den = (uint64_t)o->interval.v;
	}
	p->offered_pps = (double)p->pps_num / (double)p->pps_den;
}

/* The TLVs of all streams, in the order given. */
static int part_tlvs(const struct tw_options *o, struct tw_err *err, struct tw_plan_part *p)
{
	struct tw_rand rand;

	if (o->n_tlv == 0)
		return 0;
	p->tlv = malloc(sizeof(*p->tlv));
	if (!p->tlv)
		return tw_fail(err, -ENOMEM, "out of memory");
	tw_rand_init(&rand, tw_rand_seed());
	return tw_tlv_compile(o->tlv, o->n_tlv, o->auth, &rand, p->tlv, err);
}

int tw_plan_part_make(const struct tw_options *o, uint8_t family, uint16_t mtu, struct tw_err *err,
	struct tw_plan_part *ret)
{
	char note[64];
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = tw_options_payloads(o, family, mtu, err, &ret->shape, &ret->payloads);
	if (rc < 0)
		return rc;
	for (unsigned int i = 0; i < ret->payloads.n_notes; i++)
		tw_warning("frame size: %s, the smallest packet of this protocol",
			tw_sizes_note_format(&ret->payloads.note[i], note, sizeof(note)));
	part_rate(o, ret);
	return part_tlvs(o, err, ret);
}

void tw_plan_stream(
	const struct tw_options *o, const struct tw_plan_part *part, struct tw_stream_config *ret)
{
	ret->n_vlan = (uint8_t)o->n_vlan;
	memcpy(ret->tci, o->vlan, sizeof(ret->tci));
	ret->tos = o->tos;
	ret->ttl = o->ttl;
	ret->dont_fragment = o->do_not_fragment;
	ret->flow_label = o->flow_label;
	ret->protocol = protocol_of(o);
	ret->ssid = o->ssid;
	ret->n_sizes = part->payloads.n;
	ret->sizes = part->payloads.len;
	ret->stateless_peer = o->stateless;
	ret->tlv = part->tlv;
}

void tw_plan_run(const struct tw_options *o, struct tw_plan *p)
{
	p->sender.duration = o->duration;
	p->sender.timeout = o->timeout;
	p->sender.stamp =
		o->stamp == TW_OPT_STAMP_PACKET ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
	p->sender.seed = tw_rand_seed();
	p->sender.ptp = o->timestamp_format == TW_OPT_PTP;
}

int tw_plan_make(const struct tw_options *o, const struct tw_plan_link *link, struct tw_err *err,
	struct tw_plan *ret)
{
	struct tw_plan_part *part;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->streams = calloc(o->streams, sizeof(*ret->streams));
	ret->parts = calloc(1, sizeof(*ret->parts));
	if (!ret->streams || !ret->parts)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", o->streams);
	part = ret->parts;
	ret->n_parts = 1;
	rc = tw_plan_part_make(o, link->local.family, link->mtu, err, part);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < o->streams; i++) {
		struct tw_stream_config *c = &ret->streams[i];

		c->local = (struct tw_endpoint){link->local, link->ports[i]};
		c->remote = link->remote;
		c->local_mac = link->local_mac;
		c->next_hop_mac = link->next_hop_mac;
		tw_plan_stream(o, part, c);
	}
	ret->offered_pps = part->offered_pps;
	ret->sender.n_streams = o->streams;
	ret->sender.streams = ret->streams;
	ret->sender.schedule = o->pps == TW_PPS_MAX ? TW_SCHEDULE_MAX
			       : o->poisson         ? TW_SCHEDULE_POISSON
						    : TW_SCHEDULE_PERIODIC;
	ret->sender.pps_num = part->pps_num;
	ret->sender.pps_den = part->pps_den;
	ret->sender.burst = o->burst ? o->burst : 1;
	ret->sender.count = o->count;
	tw_plan_run(o, ret);
	return 0;
}

void tw_plan_fini(struct tw_plan *p)
{
	for (uint32_t i = 0; i < p->n_parts; i++)
		free(p->parts[i].tlv);
	free(p->parts);
	free(p->streams);
	free(p->schedules);
	*p = (struct tw_plan){0};
}
