/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"
#include "tw_fuzz.h"

/* Offsets stay inside, in order; what is stripped reads the same without its options. */
static void look(const uint8_t *data, size_t size)
{
	enum tw_frame_status status;
	struct tw_frame f, g;
	uint8_t *frame;
	uint32_t gone;

	status = tw_frame_parse(data, (uint32_t)size, &f);
	FUZZ_CHECK(tw_frame_status_name(status)[0] != '?');
	FUZZ_CHECK(f.n_vlan <= 2 && f.l3_off <= size && f.ip_end <= size);
	if (status == TW_FRAME_ICMPV6 || status == TW_FRAME_ICMP || status == TW_FRAME_TCP)
		FUZZ_CHECK(f.l3_off < f.l4_off && f.l4_off <= f.ip_end);
	if (status != TW_FRAME_OK)
		return;
	FUZZ_CHECK(f.l4_off + 8 == f.payload_off && f.src.port);
	FUZZ_CHECK(f.payload_off + f.payload_len == f.ip_end);
	FUZZ_CHECK(!tw_addr_is_multicast(&f.dst.addr) && !tw_addr_is_multicast(&f.src.addr));
	frame = malloc(size);
	FUZZ_CHECK(frame);
	memcpy(frame, data, size);
	g = f;
	gone = tw_frame_strip(frame, &g);
	FUZZ_CHECK(!gone == !f.optioned && gone < size);
	FUZZ_CHECK(tw_frame_check_udp(frame + gone, &g) == tw_frame_check_udp(data, &f));
	FUZZ_CHECK(tw_frame_parse(frame + gone, (uint32_t)size - gone, &f) == TW_FRAME_OK);
	FUZZ_CHECK(memcmp(&f, &g, sizeof(f)) == 0);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *fixed;
	struct tw_frame f;

	if (size > 65536)
		return 0;
	look(data, size);
	/* A mutation rarely keeps the IPv4 header checksum: help, to get behind it. */
	if (tw_frame_parse(data, (uint32_t)size, &f) != TW_FRAME_BAD_IP_CHECKSUM)
		return 0;
	fixed = malloc(size);
	FUZZ_CHECK(fixed);
	memcpy(fixed, data, size);
	tw_put16(fixed + f.l3_off + TW_IPV4_CHECKSUM, 0);
	tw_set_raw16(fixed + f.l3_off + TW_IPV4_CHECKSUM,
		tw_checksum_finish(tw_sum(fixed + f.l3_off, f.l4_off - f.l3_off)));
	look(fixed, size);
	free(fixed);
	return 0;
}
