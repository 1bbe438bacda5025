/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* twping -F: the data file of the owamp library, version 3, with two-way records. */

#include "tw_cursor.h"
#include "tw_twping.h"

#include <errno.h>
#include <string.h>

/*
 *   0  "OwA" 0
 *   4  version
 *   8  finished
 *  12  next sequence number, 0
 *  16  number of skip ranges, 0 (what was due and not sent is not among the records)
 *  20  number of records, 0: up to the end of the file
 *  24  offset of the skip ranges, 0 (8 octets)
 *  32  offset of the records (8 octets)
 *  40  Request-Session as in OWAMP (RFC 4656 section 3.5), 112 octets, its HMAC 0
 * 152  the slots, 16 octets each
 *      16 octets of 0
 */
#define MAGIC 0x4f774100
#define VERSION (0x80 | 3)
#define FIXED 40
#define REQUEST 112
#define SLOT 16
#define PADDING 16

enum {
	FINISHED = 1,
	INCOMPLETE = 2,
};

/* RFC 4656 section 3.5, without its last 24 octets. */
#define OWAMP_REQUEST 1

static void put_address(struct tw_writer *w, const uint8_t octets[16], uint8_t ip_version)
{
	size_t n = ip_version == 6 ? 16 : 4;

	tw_write_copy(w, octets, n);
	tw_write_zero(w, 16 - n);
}

static void put_request(struct tw_writer *w, const struct tw_twping_session *c)
{
	tw_write8(w, OWAMP_REQUEST);
	tw_write8(w, c->ip_version);
	tw_write8(w, 1); /* Conf-Sender, Conf-Receiver: as twping has it */
	tw_write8(w, 1);
	tw_write32(w, c->n_slots);
	tw_write32(w, c->packets);
	tw_write16(w, c->from_port);
	tw_write16(w, c->to_port);
	put_address(w, c->from_octets, c->ip_version);
	put_address(w, c->to_octets, c->ip_version);
	tw_write_copy(w, c->sid, sizeof(c->sid));
	tw_write32(w, c->padding);
	tw_write64(w, c->start);
	tw_write64(w, c->loss_timeout);
	tw_write32(w, (uint32_t)c->dscp << 24);
	tw_write_zero(w, 24);
}

static int put_octets(const uint8_t *octets, size_t n, FILE *out)
{
	errno = EIO;
	return fwrite(octets, 1, n, out) == n ? 0 : -errno;
}

static int put_head(const struct tw_twping_session *c, FILE *out)
{
	uint8_t b[FIXED + REQUEST];
	struct tw_writer w = tw_writer_init(b, sizeof(b));

	tw_write32(&w, MAGIC);
	tw_write32(&w, VERSION);
	tw_write32(&w, c->finished ? FINISHED : INCOMPLETE);
	tw_write_zero(&w, 20);
	tw_write64(&w, FIXED + REQUEST + (uint64_t)c->n_slots * SLOT + PADDING);
	put_request(&w, c);
	return put_octets(b, sizeof(b), out);
}

/* RFC 4656 section 3.6: 0 exponential, 1 fixed; 7 octets MBZ; the time. */
static int put_slot(const struct tw_twping_slot *s, FILE *out)
{
	uint8_t b[SLOT];
	struct tw_writer w = tw_writer_init(b, sizeof(b));

	tw_write8(&w, !s->exponential);
	tw_write_zero(&w, 7);
	tw_write64(&w, s->mean);
	return put_octets(b, sizeof(b), out);
}

/* All times are NTP's, whatever the packets carried; readers refuse a file with a Multiplier of 0. */
static uint16_t estimate_of(const struct tw_twping_stamp *t)
{
	uint16_t e = t->estimate & (uint16_t)~0x4000;

	return e & 0xff ? e : e | 1;
}

/* 25 octets of a one-way record: number, both estimates, both times, TTL. */
static void put_way(struct tw_writer *w, uint32_t seq, const struct tw_twping_stamp *sent,
	const struct tw_twping_stamp *received, uint8_t ttl)
{
	tw_write32(w, seq);
	tw_write16(w, estimate_of(sent));
	tw_write16(w, estimate_of(received));
	tw_write64(w, sent->time);
	tw_write64(w, received->time);
	tw_write8(w, ttl);
}

static int put_row(const struct tw_twping_row *r, FILE *out)
{
	uint8_t b[2 * 25];
	struct tw_writer w = tw_writer_init(b, sizeof(b));

	put_way(&w, r->sseq, &r->t1, &r->t2, r->sttl);
	put_way(&w, r->rseq, &r->t3, &r->t4, r->rttl);
	return put_octets(b, sizeof(b), out);
}

int tw_twping_save(const struct tw_twping_session *session, const struct tw_twping_row *rows,
	size_t n, FILE *out)
{
	static const uint8_t zero[PADDING];
	int rc = put_head(session, out);

	for (uint32_t i = 0; rc == 0 && i < session->n_slots; i++)
		rc = put_slot(&session->slots[i], out);
	if (rc == 0)
		rc = put_octets(zero, sizeof(zero), out);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_row(&rows[i], out);
	if (rc == 0 && fflush(out) != 0)
		rc = -errno;
	return rc;
}
