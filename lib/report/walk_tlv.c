/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <math.h>
#include <stdio.h>

/* Codes of RFC 8972 tables 7 and 9. */
static const char *sync_name(unsigned int code)
{
	static const char *const names[] = {NULL, "ntp", "ptp", "ssu-bits", "gnss", "free-running"};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "other";
}

static const char *method_name(unsigned int code)
{
	static const char *const names[] = {NULL, "hardware", "software", "control-plane"};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "other";
}

static void address(struct walk w, const char *name, const struct tw_tlv_addr *a)
{
	char text[48];
	size_t n = 0;

	text[0] = '\0';
	for (unsigned int i = 0; a->family == 4 && i < 4; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, i ? ".%u" : "%u", a->b[i]);
	for (unsigned int i = 0; a->family == 6 && i < 16; i += 2)
		n += (size_t)snprintf(text + n, sizeof(text) - n, i ? ":%x" : "%x",
			(unsigned int)a->b[i] << 8 | a->b[i + 1]);
	walk_string(w, name, text);
}

static void range(struct walk w, const char *name, const struct tw_range *r)
{
	w.ops->open(w.arg, name, true);
	if (r->count) {
		walk_count(w, "min", r->min);
		walk_count(w, "max", r->max);
	} else {
		w.ops->none(w.arg, "min");
		w.ops->none(w.arg, "max");
	}
	w.ops->close(w.arg);
}

static void types(struct walk w, const struct tw_tlv_result *t)
{
	w.ops->open_list(w.arg, "types", true);
	for (unsigned int i = 0; i < TW_TLV_TALLIES; i++) {
		const struct tw_tlv_tally *y = &t->tally[i];

		if (!y->name || (!y->asked && !y->answered && !y->unrecognized && !y->malformed))
			continue;
		w.ops->open(w.arg, NULL, true);
		walk_string(w, "name", y->name);
		w.ops->flag(w.arg, "asked", y->asked);
		walk_count(w, "answered", y->answered);
		walk_count(w, "unrecognized", y->unrecognized);
		walk_count(w, "malformed", y->malformed);
		walk_count(w, "missing", y->missing);
		w.ops->close(w.arg);
	}
	w.ops->close_list(w.arg);
}

static void location(struct walk w, const struct tw_tlv_location_seen *l)
{
	char mac[18] = "";

	if (l->has_mac)
		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", l->mac[0], l->mac[1],
			l->mac[2], l->mac[3], l->mac[4], l->mac[5]);
	w.ops->open(w.arg, "location", l->known);
	address(w, "source", &l->source);
	address(w, "destination", &l->destination);
	walk_count(w, "source_port", l->source_port);
	walk_count(w, "destination_port", l->destination_port);
	walk_string(w, "mac", mac);
	walk_count(w, "changes", l->changes);
	w.ops->close(w.arg);
}

static void timestamps(struct walk w, const struct tw_tlv_timestamps_seen *t)
{
	w.ops->open(w.arg, "timestamp_info", t->known);
	walk_string(w, "sync_in", sync_name(t->sync_in));
	walk_string(w, "method_in", method_name(t->method_in));
	walk_string(w, "sync_out", sync_name(t->sync_out));
	walk_string(w, "method_out", method_name(t->method_out));
	walk_count(w, "changes", t->changes);
	w.ops->close(w.arg);
}

static void class_of_service(struct walk w, const struct tw_tlv_cos_seen *c)
{
	w.ops->open(w.arg, "cos", c->known);
	walk_count(w, "asked", c->asked);
	walk_count(w, "refused", c->refused);
	range(w, "dscp_there", &c->dscp_there);
	range(w, "ecn_there", &c->ecn_there);
	range(w, "dscp_here", &c->dscp_here);
	range(w, "ecn_here", &c->ecn_here);
	w.ops->close(w.arg);
}

static void direct(struct walk w, const struct tw_tlv_direct_seen *d)
{
	w.ops->open(w.arg, "direct_measurement", d->intervals != 0);
	walk_count(w, "sent", d->sent);
	walk_count(w, "received_there", d->received_there);
	walk_count(w, "sent_there", d->sent_there);
	walk_count(w, "received_here", d->received_here);
	w.ops->integer(w.arg, "lost_outbound", tw_tlv_direct_lost_outbound(d));
	w.ops->integer(w.arg, "lost_inbound", tw_tlv_direct_lost_inbound(d));
	w.ops->close(w.arg);
}

static void moments(struct walk w, const char *name, const struct tw_moments *m)
{
	w.ops->open(w.arg, name, true);
	walk_count(w, "count", m->count);
	walk_ns(w, "min", m->count ? (double)m->min : (double)NAN);
	walk_ns(w, "mean", m->count ? tw_moments_mean(m) : (double)NAN);
	walk_ns(w, "max", m->count ? (double)m->max : (double)NAN);
	w.ops->close(w.arg);
}

static void follow_up(struct walk w, const struct tw_tlv_follow_up_seen *f)
{
	uint64_t matched = f->method[0] + f->method[1] + f->method[2] + f->method[3];

	w.ops->open(w.arg, "follow_up", matched + f->empty + f->unmatched != 0);
	walk_count(w, "empty", f->empty);
	walk_count(w, "unmatched", f->unmatched);
	walk_count(w, "hardware", f->method[1]);
	walk_count(w, "software", f->method[2]);
	walk_count(w, "control_plane", f->method[3]);
	moments(w, "egress_ns", &f->egress);
	moments(w, "inbound_ns", &f->inbound);
	w.ops->close(w.arg);
}

void walk_tlv(struct walk w, const struct tw_tlv_result *t)
{
	w.ops->open(w.arg, "tlv", t->asked);
	walk_count(w, "replies", t->replies);
	walk_count(w, "plain", t->plain);
	walk_count(w, "integrity_failed", t->integrity_failed);
	walk_count(w, "verified", t->verified);
	walk_count(w, "bad_hmac", t->bad_hmac);
	walk_count(w, "cut_off", t->cut_off);
	walk_count(w, "unexpected", t->unexpected);
	types(w, t);
	location(w, &t->location);
	timestamps(w, &t->timestamps);
	class_of_service(w, &t->cos);
	direct(w, &t->direct);
	w.ops->open(w.arg, "access_report", t->access.id != 0);
	walk_count(w, "echoed", t->access.echoed);
	w.ops->close(w.arg);
	follow_up(w, &t->follow_up);
	w.ops->open(w.arg, "micro_session", t->micro.known || t->micro.mismatched);
	walk_count(w, "sender", t->micro.sender);
	walk_count(w, "reflector", t->micro.reflector);
	walk_count(w, "mismatched", t->micro.mismatched);
	w.ops->close(w.arg);
	w.ops->open(w.arg, "reflected_control", t->tally[12].asked);
	walk_count(w, "conforming", t->control.conforming);
	walk_count(w, "limited_length", t->control.limited_length);
	walk_count(w, "limited_volume", t->control.limited_volume);
	w.ops->close(w.arg);
	w.ops->close(w.arg);
}
