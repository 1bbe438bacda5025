/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "same.h"

#include "tw_tlv_reflect.h"

static const struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE};

uint32_t same_below(struct tw_rand *r, uint32_t n)
{
	return (uint32_t)tw_rand_below(r, n);
}

struct same_instance same_nth(unsigned int i)
{
	static const enum tw_protocol protocols[] = {
		TW_PROTOCOL_AUTO, TW_PROTOCOL_STAMP, TW_PROTOCOL_AUTO, TW_PROTOCOL_LIGHT};

	return (struct same_instance){
		.any_cpu = i & 1,
		.many = i & 2,
		.per_packet = i & 4,
		.n_vlan = i / 8 % 3,
		.stateless = i / 24 == 2,
		.rx_checksum = i / 24 % 2,
		.protocol = protocols[i / 8 % 4],
		.tlv = i / 16 % 2,
	};
}

struct tw_rand same_seeded(void)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	struct tw_rand r;

	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	return r;
}

/* Our tags, or almost: another id, another priority, another type, one too many or few. */
void same_add_tags(struct dp_packet *p, struct tw_rand *r, unsigned int n_vlan)
{
	p->n_vlan = n_vlan;
	for (unsigned int i = 0; i < 3; i++) {
		p->tpid[i] = n_vlan == 2 && i == 0 ? 0x88a8 : 0x8100;
		p->tci[i] = (uint16_t)(same_below(r, 16) << 12 | (i ? 0xfff : 100));
	}
	if (same_below(r, 30) == 0)
		p->tpid[same_below(r, 2)] = (uint16_t[]){0x8100, 0x88a8, 0x9100}[same_below(r, 3)];
	if (same_below(r, 30) == 0)
		p->tci[same_below(r, 2)] ^= (uint16_t)(1 << same_below(r, 12));
	if (same_below(r, 40) == 0)
		p->n_vlan = same_below(r, 3);
}

/* A frame that was hit on the way, in its headers as often as anywhere: it may be anything now. */
void same_damage(struct dp_list *l, struct tw_rand *r)
{
	struct dp_frame *f = &l->f[l->n - 1];

	if (same_below(r, 2))
		f->b[same_below(r, f->len > 42 && same_below(r, 2) ? 42 : f->len)] ^=
			(uint8_t)(1 << same_below(r, 8));
	else
		f->len = 1 + same_below(r, f->len);
}

static void name(const struct same_instance *x, char *ret, size_t n)
{
	snprintf(ret, n, "%s%s%s%s%s%s tags=%u protocol=%d tlv=%d agreed=%u",
		x->any_cpu ? "any-cpu" : "wide", x->many ? " many" : "",
		x->per_packet ? " packet" : "", x->stateless ? " stateless" : "",
		x->rx_checksum ? " rx-checksum" : "", x->negotiated_only ? " only" : "", x->n_vlan,
		x->protocol, x->tlv, x->max_agreed);
}

/* Octets of the reply that two runs cannot have in common become zero. */
static void blank(struct dp_frame *f, unsigned int n_vlan)
{
	struct dp_packet any = {.n_vlan = n_vlan};
	uint32_t off;

	any.family = f->b[12 + 4 * n_vlan] == 8 ? 4 : 6;
	off = dp_payload_off(&any);
	assert_true(dp_checksums_right(f));
	/* UDP checksum, T3, Error Estimate, T2; what tells the formats of the two stays */
	memset(f->b + off - 2, 0, 2);
	memset(f->b + off + 5, 0, 7);
	f->b[off + 12] &= 0x40;
	f->b[off + 13] = 0;
	memset(f->b + off + 17, 0, 7);
}

static void run(const struct same_pair *pair, struct dp_run *r, const struct same_instance *x,
	bool all_slow)
{
	memset(r, 0, sizeof(*r));
	r->in = pair->in;
	r->before = pair->before;
	r->after = pair->after;
	r->cfg = dp_reflector_config();
	r->cfg.tlv = x->tlv ? &policy : NULL;
	r->cfg.any_cpu = x->any_cpu;
	r->cfg.stateless = x->stateless;
	r->cfg.protocol = x->protocol;
	r->cfg.stamp = x->per_packet ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
	r->cfg.max_sessions = 4000;
	r->cfg.negotiated = x->max_agreed;
	r->cfg.negotiated_only = x->negotiated_only;
	r->cfg.max_agreed = x->max_agreed;
	r->many = x->many;
	r->link.rx_checksum = x->rx_checksum;
	r->link.n_vlan = x->n_vlan;
	r->link.tci[0] = 100;
	r->link.tci[1] = 0xfff;
	r->slow = all_slow;
	r->segments = true;
	dp_run(r);
}

/* The same octets in the same order, a burst of tags and families in between or not. */
static void assert_same(struct same_pair *pair, const struct same_instance *x)
{
	struct dp_list *plain = &pair->plain.out, *slow = &pair->slow.out;
	struct tw_reflector_counters *a = &pair->plain.result.counters,
				     *b = &pair->slow.result.counters;
	char what[100];

	name(x, what, sizeof(what));
	if (plain->n != slow->n)
		fail_msg("%s: %u and %u replies", what, plain->n, slow->n);
	for (unsigned int i = 0; i < plain->n; i++) {
		blank(&plain->f[i], x->n_vlan);
		blank(&slow->f[i], x->n_vlan);
		if (plain->f[i].len != slow->f[i].len ||
			memcmp(plain->f[i].b, slow->f[i].b, plain->f[i].len) != 0)
			fail_msg("%s: reply %u is another", what, i);
	}
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		if (a->discarded[i] != b->discarded[i])
			fail_msg("%s: %s: %llu and %llu", what, tw_discard_name((enum tw_discard)i),
				(unsigned long long)a->discarded[i],
				(unsigned long long)b->discarded[i]);
	assert_memory_equal(a, b, sizeof(*a));
}

void same_compare(struct same_pair *pair, const struct same_instance *x)
{
	run(pair, &pair->plain, x, false);
	run(pair, &pair->slow, x, true);
	assert_same(pair, x);
	dp_list_free(&pair->plain.out);
	dp_list_free(&pair->slow.out);
}
