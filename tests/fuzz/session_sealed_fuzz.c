/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_sealed.h"
#include "tw_tlv_reflect.h"

/*
 * Protected packets as reflector and sender take them: opened, judged, their TLVs' HMAC too, and
 * answered in place in a buffer of exactly their size. First octet: which packet, and whether a
 * right HMAC is put into it first, since nobody guesses one.
 */
static struct tw_batch *batch;
static struct tw_batch_key *keys[3];

static void set_up(void)
{
	static const char secret[] = "0123456789abcdef";
	static const uint8_t aes[16] = {1};

	FUZZ_CHECK(tw_batch_create(TW_BATCH_OPENSSL, &batch) == 0);
	for (int i = 0; i < 3; i++)
		FUZZ_CHECK(tw_batch_key_create(batch,
				   i == TW_SEALED_STAMP ? TW_HASH_SHA256 : TW_HASH_SHA1, secret, 16,
				   i == TW_SEALED_STAMP ? NULL : aes, &keys[i]) == 0);
}

/* The TLVs of a STAMP request: verified like the reflector does it, octets left as they were. */
static void check_tlvs(uint8_t *p, size_t len)
{
	struct tw_tlv_outline o;
	struct tw_batch_op op;
	uint8_t before[4];
	uint32_t save;

	tw_tlv_scan(p, TW_AUTH_LEN, len, true, &o);
	if (!o.hmac_at || o.bad_hmac)
		return;
	FUZZ_CHECK(o.hmac_at + TW_TLV_HEADER + TW_TLV_HMAC_LEN <= len);
	memcpy(before, p + TW_AUTH_LEN - 4, 4);
	op.key = keys[TW_SEALED_STAMP];
	op.text = tw_tlv_text(p, TW_AUTH_LEN, o.hmac_at, &save, &op.len);
	op.tag = p + o.hmac_at + TW_TLV_HEADER;
	tw_batch_verify(batch, &op, 1);
	tw_tlv_text_done(p, TW_AUTH_LEN, save);
	FUZZ_CHECK(memcmp(before, p + TW_AUTH_LEN - 4, 4) == 0);
}

static void as_request(enum tw_sealed_kind kind, bool sign, bool symmetrical, uint8_t *p,
	uint32_t len, uint32_t room)
{
	const struct tw_reflect_fields f = {
		.seq = 7, .t2 = 8, .t3 = 9, .error_estimate = 1, .ttl = 3};
	struct tw_batch_op op = tw_sealed_request(kind, keys[kind], p);
	uint32_t sseq, reply_len = len < TW_AUTH_LEN ? TW_AUTH_LEN : len;
	struct tw_reply_fields back;

	if (sign)
		tw_batch_seal(batch, &op, 1);
	if (!tw_batch_open(batch, &op, 1)) {
		FUZZ_CHECK(!sign);
		return;
	}
	sseq = tw_get32(p);
	if (kind == TW_SEALED_STAMP)
		check_tlvs(p, len);
	FUZZ_CHECK(reply_len <= room);
	tw_sealed_write_reply(kind, p, len, reply_len, symmetrical, -1, &f);
	op = tw_sealed_reply(kind, keys[kind], p);
	tw_batch_seal(batch, &op, 1);
	/* one wrong bit of what is signed, and it is not ours any more */
	p[sseq % op.len] ^= 1;
	FUZZ_CHECK(tw_batch_open(batch, &op, 1) == 0);
	tw_batch_encrypt(batch, &op, 1);
	p[sseq % op.len] ^= 1;
	FUZZ_CHECK(tw_batch_open(batch, &op, 1) == 1);
	tw_sealed_read_reply(p, &back);
	FUZZ_CHECK(back.sseq == sseq && back.rseq == 7 && back.t2 == 8 && back.t3 == 9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_reply_fields f;
	struct tw_batch_op op;
	enum tw_sealed_kind kind;
	uint32_t room;
	uint8_t *p;

	if (!batch)
		set_up();
	if (size < 1 || size > 9000)
		return 0;
	kind = (enum tw_sealed_kind)((data[0] & 0x0f) % 3);
	room = (uint32_t)(size - 1 < TW_AUTH_LEN ? TW_AUTH_LEN : size - 1);
	p = malloc(room);
	FUZZ_CHECK(p);
	memcpy(p, data + 1, size - 1);
	memset(p + size - 1, 0, room - (size - 1));
	if (size - 1 >= TW_AUTH_LEN && data[0] & 0x80) {
		op = tw_sealed_reply(kind, keys[kind], p);
		if (tw_batch_open(batch, &op, 1))
			tw_sealed_read_reply(p, &f);
	} else if (size - 1 >= tw_sealed_request_len(kind)) {
		as_request(kind, data[0] & 0x40, data[0] & 0x20, p, (uint32_t)(size - 1), room);
	}
	free(p);
	return 0;
}
