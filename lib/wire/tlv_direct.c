/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

/*
 * Direct Measurement (RFC 8972 section 4.5): counters modulo 2^32.
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |              Session-Sender Tx counter  (S_TxC)               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Session-Reflector Rx counter  (R_RxC)             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Session-Reflector Tx counter  (R_TxC)             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct tw_tlv_direct tw_tlv_direct_parse(const uint8_t *value)
{
	return (struct tw_tlv_direct){tw_get32(value), tw_get32(value + 4), tw_get32(value + 8)};
}

void tw_tlv_direct_build(const struct tw_tlv_direct *d, uint8_t *ret_value)
{
	tw_put32(ret_value, d->s_txc);
	tw_put32(ret_value + 4, d->r_rxc);
	tw_put32(ret_value + 8, d->r_txc);
}

static int build(struct tlv_build *b)
{
	struct tw_tlv_template *t = b->t;
	int rc = tlv_no_args(b);

	if (rc < 0)
		return rc;
	if (t->n_counters == TW_TLV_MAX_COUNTERS)
		return tlv_fail(b, "at most %d of them in a packet", TW_TLV_MAX_COUNTERS);
	if (tlv_append(b, TW_TLV_DIRECT, 12, &rc))
		t->counter_at[t->n_counters++] = (uint16_t)(t->len - 12);
	return rc;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_direct d = tw_tlv_direct_parse(value);

	(void)len;
	return snprintf(buf, cap, "s-tx=%u r-rx=%u r-tx=%u", d.s_txc, d.r_rxc, d.r_txc);
}

const struct tw_tlv_kind tlv_direct_kind = {
	.type = TW_TLV_DIRECT,
	.min_len = 12,
	.max_len = 12,
	.step = 1,
	.name = "direct-measurement",
	.args = "",
	.help = "exchange packet counters: loss in each direction without sequence numbers",
	.build = build,
	.print = print,
};
