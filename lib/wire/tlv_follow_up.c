/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Follow-Up Telemetry (RFC 8972 section 4.7): when the last reply really left. Zero from the
 * sender, from a stateless reflector and in the first reply of a session.
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence Number                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Follow-Up Timestamp                      |
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Timestamp M  |                     Reserved                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct tw_tlv_follow_up tw_tlv_follow_up_parse(const uint8_t *value)
{
	return (struct tw_tlv_follow_up){tw_get32(value), tw_get64(value + 4), value[12]};
}

void tw_tlv_follow_up_build(const struct tw_tlv_follow_up *f, uint8_t *ret_value)
{
	tw_put32(ret_value, f->seq);
	tw_put64(ret_value + 4, f->time);
	tw_put32(ret_value + 12, (uint32_t)f->mode << 24);
}

static int build(struct tlv_build *b)
{
	int rc = tlv_no_args(b);

	if (rc == 0)
		tlv_append(b, TW_TLV_FOLLOW_UP, 16, &rc);
	return rc;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_follow_up f = tw_tlv_follow_up_parse(value);

	(void)len;
	return snprintf(
		buf, cap, "seq=%" PRIu32 " time=%016" PRIx64 " method=%u", f.seq, f.time, f.mode);
}

const struct tw_tlv_kind tlv_follow_up_kind = {
	.type = TW_TLV_FOLLOW_UP,
	.min_len = 16,
	.max_len = 16,
	.step = 1,
	.name = "follow-up",
	.args = "",
	.help = "ask when the previous reply really left",
	.build = build,
	.print = print,
};
