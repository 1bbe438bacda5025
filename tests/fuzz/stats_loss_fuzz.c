/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_loss.h"

#define NUMBERS 256

static void check(const struct tw_packet_counts *n)
{
	FUZZ_CHECK(n->lost == n->sent - n->received);
	FUZZ_CHECK(n->lost_outbound.known == n->lost_inbound.known);
	if (!n->lost_outbound.known) {
		FUZZ_CHECK(n->lost_unattributed == n->lost);
		return;
	}
	FUZZ_CHECK(n->lost_outbound.v <= n->lost && n->lost_inbound.v <= n->lost);
	FUZZ_CHECK(n->lost_outbound.v + n->lost_inbound.v + n->lost_unattributed == n->lost);
	FUZZ_CHECK(n->duplicates_outbound + n->duplicates_inbound <= n->duplicates);
}

/* Each three octets are a reply: the sender's number, and how far the reflector's number is from
 * the one before (jumps of 2^8 to 2^31 with the upper bits set). Whatever a reflector says, totals
 * add up and no direction lost more than was lost. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tw_loss_tables tables = {0};
	struct tw_loss l;
	struct tw_packet_counts n;
	bool answered[NUMBERS] = {false};
	uint64_t received = 0;
	uint32_t rseq = 0;

	tw_loss_init(&l, &tables);
	for (size_t i = 0; i + 3 <= len; i += 3) {
		uint8_t s = data[i], kind = data[i + 2] & 7, jump = data[i + 2] >> 3;
		int8_t by = (int8_t)data[i + 1];

		rseq += (uint32_t)by << jump;
		if (kind == 7) {
			tw_loss_border(&l);
		} else if (kind == 6) {
			tw_loss_stray(&l, s, rseq);
		} else if (answered[s]) {
			tw_loss_duplicate(&l, s, rseq);
		} else if (kind == 5) {
			tw_loss_late(&l, s, rseq);
			answered[s] = true;
		} else {
			tw_loss_reply(&l, s, rseq);
			answered[s] = true;
			received++;
		}
		tw_loss_totals(&l, NUMBERS, received, kind == 4, &n);
		check(&n);
		tw_loss_border_totals(&l, NUMBERS, false, &n);
		check(&n);
		FUZZ_CHECK(n.received <= received);
	}
	return 0;
}
