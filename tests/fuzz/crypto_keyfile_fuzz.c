/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_keyfile.h"

#include <string.h>

/* First octet: the format. Every entry is found again under its own name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_keyfile *kf;
	struct tw_err err = {{0}};
	const struct tw_secret *e;

	if (size < 1)
		return 0;
	if (tw_keyfile_parse("f", (const char *)data + 1, size - 1,
		    data[0] & 1 ? TW_KEYFILE_HEX : TW_KEYFILE_TEXT, &err, &kf)) {
		FUZZ_CHECK(err.text[0] != '\0');
		return 0;
	}
	for (size_t i = 0; (e = tw_keyfile_entry(kf, i)) != NULL; i++) {
		static const uint8_t nowhere[16] = {0};

		FUZZ_CHECK(e->key_len > 0 && e->key_len < size && strlen(e->id) <= 80);
		switch (e->kind) {
		case TW_KEYID_USER:
			FUZZ_CHECK(tw_keyfile_user(kf, e->id, strlen(e->id)) == e);
			break;
		case TW_KEYID_SSID:
			FUZZ_CHECK(tw_keyfile_peer(kf, e->ssid, 0, nowhere) == e);
			break;
		case TW_KEYID_PREFIX:
			FUZZ_CHECK(tw_keyfile_peer(kf, 0, e->family, e->addr) != NULL);
			break;
		case TW_KEYID_ANY:
			FUZZ_CHECK(tw_keyfile_peer(kf, 0, 0, nowhere) == e);
			break;
		}
	}
	tw_keyfile_destroy(kf);
	return 0;
}
