/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_sizes.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever is accepted is a cycle of 1 to 256 frames of allowed sizes, with payloads that fit. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tw_sizes_shape shape;
	struct tw_payloads p;
	struct tw_sizes s;
	struct tw_err err;
	char text[2048];

	if (len < 3 || len > sizeof(text))
		return 0;
	shape = (struct tw_sizes_shape){
		.min_payload = data[0],
		.family = data[1] & 1 ? 6 : 4,
		.vlans = data[1] >> 1 & 1,
	};
	memcpy(text, data + 2, len - 2);
	text[len - 2] = '\0';
	if (tw_sizes_parse(text, (uint16_t)(data[1] << 4), &err, &s)) {
		if (!strstr(err.text, "allowed"))
			abort();
		return 0;
	}
	if (s.n < 1 || s.n > TW_SIZES_MAX)
		abort();
	tw_sizes_payloads(&s, &shape, &p);
	if (p.n != s.n || p.n_notes > p.n)
		abort();
	for (unsigned int i = 0; i < s.n; i++) {
		if (s.frame[i] < TW_FRAME_MIN || s.frame[i] > TW_FRAME_MAX)
			abort();
		if (p.len[i] < shape.min_payload || tw_sizes_frame(p.len[i], &shape) > TW_FRAME_MAX)
			abort();
	}
	return tw_sizes_wire_bits(&p, &shape) == 0 ? abort(), 0 : 0;
}
