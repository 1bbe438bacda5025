/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "twping_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024
/* More replies than this for each packet are a flood, not a measurement. */
#define REPLIES_PER_PACKET 16

/* Room for one more element; false when there is no memory. */
static bool grow(void **array, size_t *room, size_t n, size_t size)
{
	size_t want = *room ? 2 * *room : FIRST_ROOM;
	void *p;

	if (n < *room)
		return true;
	p = reallocarray(*array, want, size);
	if (!p)
		return false;
	*array = p;
	*room = want;
	return true;
}

static bool take_sent(struct twping_rows *r, const struct tw_packet_record *rec)
{
	void *p = r->t1;

	/* Numbers come in their order; one that is missing was dropped on the way here. */
	while (r->n_sent <= rec->sseq) {
		if (!grow(&p, &r->room_sent, r->n_sent, sizeof(*r->t1)))
			return false;
		r->t1 = p;
		r->t1[r->n_sent++] = rec->t1;
	}
	r->t1[rec->sseq] = rec->t1;
	return true;
}

static bool take_reply(struct twping_rows *r, const struct tw_packet_record *rec)
{
	void *p = r->reply;

	if (rec->sseq >= r->n_sent || r->n_replies / REPLIES_PER_PACKET > r->n_sent ||
		!grow(&p, &r->room_replies, r->n_replies, sizeof(*r->reply)))
		return false;
	r->reply = p;
	r->reply[r->n_replies++] = *rec;
	return true;
}

void twping_rows_take(void *arg, const struct tw_packet_record *rec)
{
	struct twping_rows *r = arg;

	r->here = rec->error_here;
	if (!(rec->kind == TW_PACKET_SENT ? take_sent(r, rec) : take_reply(r, rec)))
		r->dropped++;
}

static struct tw_twping_row row_of(const struct tw_packet_record *rec)
{
	return (struct tw_twping_row){
		.sseq = rec->sseq,
		.rseq = rec->rseq,
		.t1 = tw_twping_stamp(rec->t1, rec->error_here),
		.t2 = tw_twping_stamp(rec->t2, rec->error_peer),
		.t3 = tw_twping_stamp(rec->t3, rec->error_peer),
		.t4 = tw_twping_stamp(rec->t4, rec->error_here),
		.sttl = rec->has_ttl ? rec->ttl_there : 255,
		.rttl = rec->ttl_here,
	};
}

int twping_rows_make(const struct twping_rows *r, uint64_t timeout, struct tw_twping_row **ret_rows,
	size_t *ret_n)
{
	struct tw_twping_row *rows = calloc(r->n_replies + r->n_sent + 1, sizeof(*rows));
	bool *answered = calloc(r->n_sent + 1, sizeof(*answered));
	size_t next = 0, n = 0;

	if (!rows || !answered) {
		free(rows);
		free(answered);
		return -ENOMEM;
	}
	for (size_t i = 0; i < r->n_replies; i++)
		answered[r->reply[i].sseq] |= r->reply[i].kind == TW_PACKET_FIRST;
	for (size_t i = 0; i < r->n_replies; i++) {
		const struct tw_packet_record *rec = &r->reply[i];

		for (; next < r->n_sent && (int64_t)(rec->t4 - r->t1[next]) > (int64_t)timeout;
			next++)
			if (!answered[next])
				rows[n++] = tw_twping_lost(
					(uint32_t)next, r->t1[next], rec->error_here);
		/* a duplicate whose packet is done with counts no more than a late reply */
		if (rec->kind == TW_PACKET_LATE || !answered[rec->sseq] ||
			(int64_t)(rec->t4 - rec->t1) > (int64_t)timeout)
			continue;
		rows[n++] = row_of(rec);
	}
	for (; next < r->n_sent; next++)
		if (!answered[next])
			rows[n++] = tw_twping_lost((uint32_t)next, r->t1[next], r->here);
	free(answered);
	*ret_rows = rows;
	*ret_n = n;
	return 0;
}

void twping_rows_fini(struct twping_rows *r)
{
	free(r->t1);
	free(r->reply);
	memset(r, 0, sizeof(*r));
}
