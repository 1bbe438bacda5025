/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"
#include "tw_fuzz.h"
#include "tw_neighbour.h"

/* What an advertisement takes behind Ethernet and two tags: the one answer that may be longer. */
#define ADVERTISEMENT_END (TW_ETH_LEN + 2 * TW_VLAN_LEN + TW_IPV6_LEN + 32)

static const struct tw_neighbour_self self = {
	.mac = {{2, 0, 0, 0, 0, 2}},
	.n = 3,
	.addr = {{{4, {192, 0, 2, 2}}, 24}, {{6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}}, 64},
		{{6, {0xfe, 0x80, [8] = 0, 0, 0, 0xff, 0xfe, [15] = 2}}, 64}},
};

/* Make the checksums right, so that mutations get behind them. */
static void fix(uint8_t *frame, uint32_t len)
{
	enum tw_frame_status status;
	struct tw_frame f;
	uint64_t sum;

	status = tw_frame_parse(frame, len, &f);
	if (status == TW_FRAME_BAD_IP_CHECKSUM) {
		tw_put16(frame + f.l3_off + TW_IPV4_CHECKSUM, 0);
		tw_set_raw16(frame + f.l3_off + TW_IPV4_CHECKSUM,
			tw_checksum_finish(tw_sum(frame + f.l3_off, f.l4_off - f.l3_off)));
		status = tw_frame_parse(frame, len, &f);
	}
	if ((status != TW_FRAME_ICMP && status != TW_FRAME_ICMPV6) || f.ip_end - f.l4_off < 4)
		return;
	tw_put16(frame + f.l4_off + 2, 0);
	sum = tw_sum(frame + f.l4_off, f.ip_end - f.l4_off);
	if (status == TW_FRAME_ICMPV6)
		sum = tw_sum_add(sum, tw_frame_pseudo(frame, &f));
	tw_set_raw16(frame + f.l4_off + 2, tw_checksum_finish(sum));
}

/* An answer is a frame of its own, from us to one other, about as long, and ends the talk. */
static void check_answer(uint8_t *frame, uint32_t asked, uint32_t len, uint32_t cap)
{
	enum tw_frame_status status;
	struct tw_neighbour_news news;
	struct tw_frame f;
	uint32_t again;

	FUZZ_CHECK(len <= cap && (len <= asked || len <= ADVERTISEMENT_END));
	FUZZ_CHECK(memcmp(frame + TW_ETH_SRC, self.mac.b, 6) == 0);
	FUZZ_CHECK(memcmp(frame + TW_ETH_DST, self.mac.b, 6) != 0);
	status = tw_frame_parse(frame, len, &f);
	FUZZ_CHECK(status == TW_FRAME_ARP || status == TW_FRAME_ICMP || status == TW_FRAME_ICMPV6);
	if (status != TW_FRAME_ARP) {
		uint64_t sum = tw_sum(frame + f.l4_off, f.ip_end - f.l4_off);

		if (status == TW_FRAME_ICMPV6)
			sum = tw_sum_add(sum, tw_frame_pseudo(frame, &f));
		FUZZ_CHECK(tw_sum_fold(sum) == 0xffff);
		FUZZ_CHECK(tw_neighbour_owns(&self, &f.src.addr));
		FUZZ_CHECK(!tw_neighbour_owns(&self, &f.dst.addr));
	}
	FUZZ_CHECK(tw_neighbour_answer(&self, frame, len, cap, &again, &news) !=
		   TW_NEIGHBOUR_ANSWERED);
}

static void ask(const uint8_t *data, uint32_t size, int fixed)
{
	uint32_t cap = size + 8, len = size;
	struct tw_neighbour_news news;
	enum tw_neighbour_verdict v;
	uint8_t *frame = malloc(cap);

	FUZZ_CHECK(frame);
	memcpy(frame, data, size);
	if (fixed)
		fix(frame, size);
	v = tw_neighbour_answer(&self, frame, size, cap, &len, &news);
	if (v == TW_NEIGHBOUR_ANSWERED)
		check_answer(frame, size, len, cap);
	else
		FUZZ_CHECK(len == size && news.valid == (v == TW_NEIGHBOUR_LEARNED));
	if (news.valid)
		FUZZ_CHECK(!tw_mac_is_group(&news.mac) && !tw_addr_is_multicast(&news.addr) &&
			   !tw_neighbour_owns(&self, &news.addr));
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	ask(data, (uint32_t)size, 0);
	ask(data, (uint32_t)size, 1);
	return 0;
}
