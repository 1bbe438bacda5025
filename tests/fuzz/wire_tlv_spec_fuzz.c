/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_tlv_spec.h"

#define MAX_WORDS 16

/* Lines are the words of --tlv. What is accepted walks as it was counted, and prints. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tw_tlv_template t;
	const char *words[MAX_WORDS];
	char text[1024], line[256], *save = NULL;
	struct tw_tlv_walk w;
	struct tw_rand r;
	struct tw_err err = {""};
	struct tw_tlv tlv;
	bool lies = false;
	size_t n = 0, walked = 0;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *s = strtok_r(text, "\n", &save); s && n < MAX_WORDS;
		s = strtok_r(NULL, "\n", &save)) {
		lies |= strncmp(s, "raw:", 4) == 0;
		words[n++] = s;
	}
	tw_rand_init(&r, 1);
	if (tw_tlv_compile(words, n, size & 1, &r, &t, &err) < 0) {
		FUZZ_CHECK(strncmp(err.text, "--tlv ", 6) == 0);
		for (const char *c = err.text; *c; c++)
			FUZZ_CHECK(*c >= ' ' && *c <= '~');
		return 0;
	}
	FUZZ_CHECK(t.len <= TW_TLV_TEMPLATE_MAX);
	w = tw_tlv_walk_init(t.octets, 0, t.len);
	while (tw_tlv_next(&w, &tlv) == TW_TLV_STEP_ONE) {
		tw_tlv_print(&tlv, t.octets + tlv.at + TW_TLV_HEADER, line, sizeof(line));
		FUZZ_CHECK(lies || (tlv.flags == TW_TLV_U && tw_tlv_find(tlv.type) &&
					   tw_tlv_length_ok(tlv.type, tlv.len)));
		walked++;
	}
	FUZZ_CHECK(lies || (walked == t.n && w.at == t.len));
	FUZZ_CHECK(t.hmac_at == TW_TLV_NOWHERE || t.octets[t.hmac_at + 1] == TW_TLV_HMAC);
	return 0;
}
