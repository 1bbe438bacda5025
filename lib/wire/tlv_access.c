/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

/*
 * Access Report (RFC 8972 section 4.6).
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   ID  |  Resv |  Return Code  |          Reserved             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#define MAX_TIMER_NS 3600000000000ULL

struct tw_tlv_access tw_tlv_access_parse(const uint8_t *value)
{
	return (struct tw_tlv_access){value[0] >> 4, value[1]};
}

void tw_tlv_access_build(const struct tw_tlv_access *a, uint8_t *ret_value)
{
	ret_value[0] = (uint8_t)(a->id << 4);
	ret_value[1] = a->code;
	tw_put16(ret_value + 2, 0);
}

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	uint64_t id = 0;
	uint64_t code = 0;
	uint64_t timer = TW_TLV_ACCESS_TIMER_SEC * (uint64_t)TW_NS_PER_SEC;
	uint64_t attempts = TW_TLV_ACCESS_ATTEMPTS;
	uint8_t *v;
	int rc = 0;

	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "id", true))
			rc = tlv_number(b, a.value, a.value_len, 1, 2, &id);
		else if (tlv_arg_is(&a, "code", true))
			rc = tlv_number(b, a.value, a.value_len, 1, 254, &code);
		else if (tlv_arg_is(&a, "timer", true))
			rc = tlv_duration(b, a.value, a.value_len, MAX_TIMER_NS, &timer);
		else if (tlv_arg_is(&a, "attempts", true))
			rc = tlv_number(b, a.value, a.value_len, 0, 1000, &attempts);
		else
			rc = tlv_arg_unknown(b, &a);
	}
	if (rc < 0)
		return rc;
	if (id == 0 || code == 0)
		return tlv_fail(b, "id=1|2 (3GPP, non-3GPP) and code=1|2 (available, unavailable) "
				   "are needed");
	v = tlv_append(b, TW_TLV_ACCESS, 4, &rc);
	if (!v)
		return rc;
	b->t->access = (struct tw_tlv_access){(uint8_t)id, (uint8_t)code};
	b->t->access_timer = tw_ns((int64_t)timer);
	b->t->access_attempts = (uint32_t)attempts;
	tw_tlv_access_build(&b->t->access, v);
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_access a = tw_tlv_access_parse(value);

	(void)len;
	return snprintf(buf, cap, "id=%u code=%u", a.id, a.code);
}

const struct tw_tlv_kind tlv_access_kind = {
	.type = TW_TLV_ACCESS,
	.min_len = 4,
	.max_len = 4,
	.step = 1,
	.name = "access-report",
	.args = "id=1|2, code=N, timer=3s, attempts=4",
	.help = "report the state of an access network (1 3GPP, 2 non-3GPP; code 1 up, 2 down)",
	.build = build,
	.print = print,
};
