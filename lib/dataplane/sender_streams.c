/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What a sender holds of each stream. Octets a stream, besides its configuration: 72 for the
 * transmitting half, 224 for each of its packet sizes (cycles of sizes are shared by streams that
 * follow each other), 1,088 for the receiving half, 40 for the key, 4 to 8 in an index where ports
 * are shared; with schedules of their own 200 and the T1 records of what its rate sends in a
 * timeout, 16 octets each, 4 records at least. That is 1.7 kB for a slow stream of one size. Tables
 * of 2.6 kB more stand apart and take memory only once a stream's replies are lost, late or out of
 * order.
 */

#include "sender.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Distinct packet sizes of one stream. */
#define MAX_CLASSES 64

/* The address of a Destination Node Address TLV of the family of `ret`. */
static void named_node(const struct tw_tlv_template *tlv, struct tw_addr *ret)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(tlv->octets, 0, tlv->len);
	struct tw_tlv t;

	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE)
		if (t.type == TW_TLV_DESTINATION && t.len == tw_addr_len(ret))
			memcpy(ret->b, tlv->octets + t.at + TW_TLV_HEADER, t.len);
}

void tw_reply_key_make(const struct tw_stream_config *c, struct tw_reply_key *k)
{
	uint8_t both[32] = {0};
	size_t n = tw_addr_len(&c->local.addr);
	struct tw_addr from = c->remote.addr;

	/* The node that a TLV names answers from the address that was named (RFC 9503). */
	if (c->tlv)
		named_node(c->tlv, &from);
	memcpy(both, from.b, n);
	memcpy(both + n, c->local.addr.b, n);
	memcpy(k->addr, both, sizeof(both));
	k->ports = __builtin_bswap16(c->remote.port) | (uint32_t)__builtin_bswap16(c->local.port)
							       << 16;
	k->family = c->local.addr.family;
}

int64_t tw_sender_shared_stream(
	const struct tw_sender *s, const uint64_t *addr, uint32_t ports, bool v6)
{
	uint32_t at = tw_sender_hash(addr, ports, v6) & s->shared_mask;

	for (; s->shared[at]; at = (at + 1) & s->shared_mask)
		if (tw_sender_key_is(&s->keys[s->shared[at] - 1], addr, ports, v6))
			return (int64_t)s->shared[at] - 1;
	return -1;
}

/* Put the streams whose ports are shared into the index. @return stream that is there twice, or -1 */
static int64_t fill_index(struct tw_sender *s)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_reply_key *k = &s->keys[i];
		bool v6 = k->family == 6;
		uint32_t at = tw_sender_hash(k->addr, k->ports, v6) & s->shared_mask;

		if (s->by_port[s->cfg.streams[i].local.port] != TW_SENDER_SHARED)
			continue;
		if (tw_sender_shared_stream(s, k->addr, k->ports, v6) >= 0)
			return i;
		while (s->shared[at])
			at = (at + 1) & s->shared_mask;
		s->shared[at] = i + 1;
	}
	return -1;
}

/* Which stream a reply belongs to: by the port, or by all of its addresses. */
static int index_streams(struct tw_sender *s, struct tw_err *err)
{
	uint32_t n_shared = 0, size = 2;
	int64_t twice;

	for (uint32_t i = 0; i < s->n_streams; i++) {
		uint32_t *p = &s->by_port[s->cfg.streams[i].local.port];

		tw_reply_key_make(&s->cfg.streams[i], &s->keys[i]);
		n_shared += *p == 0 ? 0 : *p == TW_SENDER_SHARED ? 1 : 2;
		*p = *p ? TW_SENDER_SHARED : i + 1;
	}
	if (n_shared == 0)
		return 0;
	while (size < 2 * n_shared)
		size *= 2;
	s->shared_mask = size - 1;
	s->shared = calloc(size, sizeof(*s->shared));
	if (!s->shared)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", s->n_streams);
	twice = fill_index(s);
	if (twice >= 0)
		return tw_fail(err, -EINVAL,
			"two streams have the same addresses and ports (local port %u)",
			s->cfg.streams[twice].local.port);
	return 0;
}

/* Arrays that grow while streams are built. */
struct growing {
	size_t n_classes, room_classes;
	size_t n_cycles, room_cycles;
};

static bool grow(void **p, size_t *room, size_t need, size_t size)
{
	size_t n = *room ? *room : 64;
	void *bigger;

	while (n < need)
		n *= 2;
	if (n == *room)
		return true;
	bigger = realloc(*p, n * size);
	if (!bigger)
		return false;
	*p = bigger;
	*room = n;
	return true;
}

/* A cycle as the last one, or a new one. @return where it is, or negative errno */
static int64_t place_cycle(struct tw_sender *s, struct growing *g, const uint8_t *cycle, uint16_t n)
{
	if (g->n_cycles >= n && memcmp(s->cycles + g->n_cycles - n, cycle, n) == 0)
		return (int64_t)(g->n_cycles - n);
	if (!grow((void **)&s->cycles, &g->room_cycles, g->n_cycles + n, 1))
		return -ENOMEM;
	memcpy(s->cycles + g->n_cycles, cycle, n);
	g->n_cycles += n;
	return (int64_t)(g->n_cycles - n);
}

/* Frames of one stream. Pointers are offsets until all are built. */
static int build_frames(struct tw_sender *s, uint32_t i, struct growing *g, struct tw_err *err)
{
	const struct tw_stream_config *c = &s->cfg.streams[i];
	struct tw_send_class class[MAX_CLASSES];
	uint8_t cycle[TW_MAX_SIZE_CYCLE];
	struct tw_send_stream *t = &s->streams[i];
	int n = tw_send_classes(c, MAX_CLASSES, class, cycle);
	int64_t at;

	if (n == -E2BIG)
		return tw_fail(err, -EINVAL, "more than %u different packet sizes", MAX_CLASSES);
	if (n < 0)
		return tw_fail(err, -EINVAL, "stream %u: packet size, family or mark is wrong", i);
	for (int k = 0; k < n; k++)
		if (class[k].frame_len > s->port.max_frame)
			return tw_fail(err, -EINVAL,
				"a frame of %u octets does not fit the port's %u (without FCS)",
				class[k].frame_len, s->port.max_frame);
	at = place_cycle(s, g, cycle, c->n_sizes);
	if (at < 0 || !grow((void **)&s->classes, &g->room_classes, g->n_classes + (size_t)n,
			      sizeof(*s->classes)))
		return tw_fail(err, -ENOMEM, "no memory for %u streams", s->n_streams);
	memcpy(s->classes + g->n_classes, class, (size_t)n * sizeof(*class));
	t->classes = (const struct tw_send_class *)(g->n_classes * sizeof(*class));
	t->cycle = (const uint8_t *)at;
	t->n_cycle = c->n_sizes;
	g->n_classes += (size_t)n;
	return 0;
}

static bool tags_of_port(const struct tw_sender *s, const struct tw_stream_config *c)
{
	return c->n_vlan == s->port.n_vlan &&
	       memcmp(c->tci, s->port.tci, c->n_vlan * sizeof(c->tci[0])) == 0;
}

/* So that a group's result does not take a look at all streams. */
static void note_in_group(struct tw_sender_group *g, uint32_t stream)
{
	if (g->end == 0)
		g->first = stream;
	g->end = stream + 1;
}

static int build_streams(struct tw_sender *s, struct tw_err *err)
{
	const struct tw_sender_config *cfg = &s->cfg;
	struct growing g = {0};

	for (uint32_t i = 0; i < cfg->n_streams; i++) {
		const struct tw_stream_config *c = &cfg->streams[i];
		struct tw_send_stream *t = &s->streams[i];
		int rc = build_frames(s, i, &g, err);

		if (rc < 0)
			return rc;
		if (c->group >= (cfg->n_groups ? cfg->n_groups : 1))
			return tw_fail(
				err, -EINVAL, "stream %u: there is no group %u", i, c->group);
		s->own_tags |= !tags_of_port(s, c);
		t->group = c->group;
		if (s->groups)
			note_in_group(&s->groups[c->group], i);
		t->stateless_peer = c->stateless_peer;
		t->dscp_ecn = c->dscp_ecn;
		s->special |= c->dscp_ecn;
		t->key = c->security == TW_SECURITY_OPEN ? NULL : c->key;
		t->kind = (uint8_t)tw_sealed_kind(c->protocol, c->security);
		t->tlv = c->tlv;
		t->tlv_key = c->tlv && c->tlv->hmac_at != TW_TLV_NOWHERE ? c->key : NULL;
		if ((t->key || t->tlv_key) && !s->batch &&
			tw_batch_create(TW_BATCH_AUTO, &s->batch) < 0)
			return tw_fail(err, -ENOMEM, "no memory for ciphers");
		tw_loss_init(&s->reply.streams[i].loss, &s->loss_tables[i]);
		tw_variation_init(&s->reply.streams[i].variation);
	}
	for (uint32_t i = 0; i < cfg->n_streams; i++) {
		struct tw_send_stream *t = &s->streams[i];

		t->classes = (const struct tw_send_class *)((uintptr_t)s->classes +
							    (uintptr_t)t->classes);
		t->cycle = s->cycles + (uintptr_t)t->cycle;
	}
	return 0;
}

static int make_groups(struct tw_sender *s)
{
	if (s->cfg.n_groups == 0)
		return 0;
	s->groups = calloc(s->cfg.n_groups, sizeof(*s->groups));
	if (!s->groups)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->cfg.n_groups; i++) {
		s->groups[i].result = tw_result_create();
		if (!s->groups[i].result)
			return -ENOMEM;
	}
	return 0;
}

/* Pages that nobody touches take no memory; malloc would not promise that. */
static int map_loss_tables(struct tw_sender *s)
{
	void *p = mmap(NULL, s->cfg.n_streams * sizeof(*s->loss_tables), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	s->loss_tables = p;
	return 0;
}

void tw_sender_find_reach(struct tw_sender *s)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_send_stream *t = &s->streams[i];

		for (uint16_t k = 0; k < t->n_cycle; k++) {
			const struct tw_send_class *c = &t->classes[t->cycle[k]];
			uint32_t end = (uint32_t)c->payload_off + c->covered;

			end = end > c->head_len ? end : c->head_len;
			s->reach = end > s->reach ? (uint16_t)end : s->reach;
		}
	}
}

int tw_sender_streams_init(struct tw_sender *s, struct tw_err *err)
{
	uint32_t n = s->cfg.n_streams;
	int rc;

	s->streams = calloc(n, sizeof(*s->streams));
	s->reply.streams = aligned_alloc(64, n * sizeof(*s->reply.streams));
	s->keys = calloc(n, sizeof(*s->keys));
	s->by_port = calloc(65536, sizeof(*s->by_port));
	if (!s->streams || !s->reply.streams || !s->keys || !s->by_port || map_loss_tables(s) < 0 ||
		make_groups(s) < 0)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", n);
	rc = build_streams(s, err);
	return rc < 0 ? rc : index_streams(s, err);
}

void tw_sender_streams_fini(struct tw_sender *s)
{
	for (uint32_t i = 0; s->groups && i < s->cfg.n_groups; i++)
		tw_result_destroy(s->groups[i].result);
	free(s->groups);
	free(s->streams);
	free(s->reply.streams);
	free(s->keys);
	free(s->by_port);
	free(s->shared);
	if (s->loss_tables)
		munmap(s->loss_tables, s->cfg.n_streams * sizeof(*s->loss_tables));
	free(s->classes);
	free(s->cycles);
}
