/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_PRIV_H
#define TLV_PRIV_H

/* What the files of the single TLVs share: their rows, and reading NAME:KEY=VALUE,KEY,... */

#include "tw_tlv_spec.h"

/* One `--tlv` word on its way into a template. */
struct tlv_build {
	const char *spec; /* the whole word, for messages */
	const char *args; /* what follows the colon, or "" */
	struct tw_tlv_template *t;
	struct tw_rand *rand;
	struct tw_err *err;
};

/* KEY or KEY=VALUE out of the arguments; not terminated. */
struct tlv_arg {
	const char *key;
	size_t key_len;
	const char *value; /* NULL when there is no '=' */
	size_t value_len;
};

/* An address of either family. */
struct tlv_ip {
	uint8_t len; /* 4 or 16 */
	uint8_t b[16];
};

/* Fail with "--tlv SPEC: ..."; returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int tlv_fail(struct tlv_build *b, const char *fmt, ...);

/* Take the next argument off *pos; false at the end. */
bool tlv_arg_next(const char **pos, struct tlv_arg *ret);

/* The next item of a list separated by slashes; false at the end. */
bool tlv_item_next(const char **pos, size_t *left, const char **ret_item, size_t *ret_len);

/* Is it KEY=VALUE (or a bare KEY when value is false)? */
bool tlv_arg_is(const struct tlv_arg *a, const char *key, bool value);

/* An argument that the TLV does not take. */
int tlv_arg_unknown(struct tlv_build *b, const struct tlv_arg *a);

/* Fails when there are arguments. */
int tlv_no_args(struct tlv_build *b);

/* Decimal or 0x hexadecimal in [min, max]. */
int tlv_number(
	struct tlv_build *b, const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *ret);

/* "1ms" and the like, in [0, max] nanoseconds. */
int tlv_duration(struct tlv_build *b, const char *s, size_t len, uint64_t max, uint64_t *ret_ns);

int tlv_address(struct tlv_build *b, const char *s, size_t len, struct tlv_ip *ret);

/*
 * Append a TLV with U set and a Value of zeros. Returns the Value, or NULL (with the error said)
 * when the packet is full; *ret is 0 or the error.
 */
uint8_t *tlv_append(struct tlv_build *b, uint8_t type, size_t len, int *ret);

extern const struct tw_tlv_kind tlv_padding_kind;
extern const struct tw_tlv_kind tlv_location_kind;
extern const struct tw_tlv_kind tlv_timestamp_info_kind;
extern const struct tw_tlv_kind tlv_cos_kind;
extern const struct tw_tlv_kind tlv_direct_kind;
extern const struct tw_tlv_kind tlv_access_kind;
extern const struct tw_tlv_kind tlv_follow_up_kind;
extern const struct tw_tlv_kind tlv_hmac_kind;
extern const struct tw_tlv_kind tlv_destination_kind;
extern const struct tw_tlv_kind tlv_return_path_kind;
extern const struct tw_tlv_kind tlv_micro_session_kind;
extern const struct tw_tlv_kind tlv_control_kind;
extern const struct tw_tlv_kind tlv_raw_kind;

#endif
