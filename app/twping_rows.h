/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TWPING_ROWS_H
#define TWPING_ROWS_H

/* From the sender's records of single packets to the rows that twping prints. */

#include "tw_records.h"
#include "tw_twping.h"

struct twping_rows {
	/* by sequence number */
	uint64_t *t1;
	size_t n_sent, room_sent;
	/* replies as they came */
	struct tw_packet_record *reply;
	size_t n_replies, room_replies;
	uint64_t dropped; /* records that were not kept: no memory, or absurdly many replies */
	uint16_t here;    /* our latest Error Estimate */
};

/* For tw_records_drain(), arg is a struct twping_rows. */
void twping_rows_take(void *arg, const struct tw_packet_record *rec);

/*
 * Replies in the order in which they came, each packet that has none where its timeout passed. What
 * came after the timeout is none.
 *
 * timeout: 2^-32 s
 * ret_rows: to be freed. Returns 0, -ENOMEM.
 */
int twping_rows_make(const struct twping_rows *r, uint64_t timeout, struct tw_twping_row **ret_rows,
	size_t *ret_n);

void twping_rows_fini(struct twping_rows *r);

#endif
