/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TLV_H
#define TW_TLV_H

/**
 * @file
 * STAMP extensions on the wire (RFC 8972, 9503, 9534, 10052): a walk over TLVs and sub-TLVs, the
 * layout of each Value, and one table row for each type that is known here.
 *
 * @code
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |U|M|I|C| rsvd  |      Type     |  Length (of the Value only)   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                            Value                              ~
 * @endcode
 *
 * Nothing is aligned and nothing pads between TLVs.
 */

#include "tw_bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the header of a TLV or sub-TLV. */
#define TW_TLV_HEADER 4

/* RFC 8972 section 4, RFC 10052 section 3. */
#define TW_TLV_U 0x80 /**< unrecognised; a sender sets it, whoever processes the TLV clears it */
#define TW_TLV_M 0x40 /**< malformed */
#define TW_TLV_I 0x20 /**< integrity check failed */
#define TW_TLV_C 0x10 /**< the reflected packets do not conform to what was asked for */

enum tw_tlv_type {
	TW_TLV_PADDING = 1,
	TW_TLV_LOCATION = 2,
	TW_TLV_TIMESTAMP_INFO = 3,
	TW_TLV_COS = 4,
	TW_TLV_DIRECT = 5,
	TW_TLV_ACCESS = 6,
	TW_TLV_FOLLOW_UP = 7,
	TW_TLV_HMAC = 8,
	TW_TLV_DESTINATION = 9,
	TW_TLV_RETURN_PATH = 10,
	TW_TLV_MICRO_SESSION = 11,
	TW_TLV_CONTROL = 12,
	TW_TLV_TYPES, /**< one past the last known type */
};

/** First type of the Private Use range 252..254: the Value starts with an enterprise number. */
#define TW_TLV_PRIVATE_FIRST 252
#define TW_TLV_PRIVATE_LAST 254

/** Sub-TLVs of Location (RFC 8972) and of Reflected Test Packet Control (RFC 10052). */
enum tw_tlv_sub {
	TW_SUB_SOURCE_MAC = 1,
	TW_SUB_SOURCE_EUI48 = 2,
	TW_SUB_SOURCE_EUI64 = 3,
	TW_SUB_DESTINATION_IP = 4,
	TW_SUB_DESTINATION_IPV4 = 5,
	TW_SUB_DESTINATION_IPV6 = 6,
	TW_SUB_SOURCE_IP = 7,
	TW_SUB_SOURCE_IPV4 = 8,
	TW_SUB_SOURCE_IPV6 = 9,
	TW_SUB_L2_GROUP = 10,
	TW_SUB_L3_GROUP = 11,
};

/** Sub-TLVs of Return Path: a registry of its own (RFC 9503 section 4). */
enum tw_tlv_return_sub {
	TW_RETURN_CONTROL_CODE = 1,
	TW_RETURN_ADDRESS = 2,
	TW_RETURN_SR_MPLS = 3,
	TW_RETURN_SRV6 = 4,
};

/** Synchronisation sources (RFC 8972 table 7). */
enum tw_tlv_sync {
	TW_SYNC_UNSPECIFIED = 0,
	TW_SYNC_NTP = 1,
	TW_SYNC_PTP = 2,
	TW_SYNC_SSU_BITS = 3,
	TW_SYNC_GNSS = 4,
	TW_SYNC_FREE_RUNNING = 5,
};

/** Timestamping methods (RFC 8972 table 9). */
enum tw_tlv_method {
	TW_METHOD_UNSPECIFIED = 0,
	TW_METHOD_HARDWARE = 1,
	TW_METHOD_SOFTWARE = 2,
	TW_METHOD_CONTROL_PLANE = 3,
};

/** A TLV as its header says, not yet as the packet has room for. */
struct tw_tlv {
	size_t at; /**< offset of the header; the Value is at + TW_TLV_HEADER */
	uint8_t flags;
	uint8_t type;
	uint16_t len; /**< octets of the Value */
};

/** What a step of a walk came upon. */
enum tw_tlv_step {
	TW_TLV_STEP_ONE,     /**< a TLV that is there in full */
	TW_TLV_STEP_END,     /**< nothing is left */
	TW_TLV_STEP_ZEROS,   /**< all that is left is zero: legacy padding, no TLV */
	TW_TLV_STEP_SHORT,   /**< 1..3 octets are left: malformed, with nothing to flag */
	TW_TLV_STEP_OVERRUN, /**< a header whose Length runs past the end: malformed */
};

/** A walk over the TLVs in [at, end) of @p p. Its work is bounded by the octets walked. */
struct tw_tlv_walk {
	const uint8_t *p;
	size_t at;
	size_t end;
	size_t zeros; /**< all octets from here to the end are zero; SIZE_MAX: not looked up yet */
};

static inline struct tw_tlv_walk tw_tlv_walk_init(const uint8_t *p, size_t from, size_t end)
{
	return (struct tw_tlv_walk){.p = p, .at = from, .end = end, .zeros = SIZE_MAX};
}

/** Offset from which all octets of [from, end) are zero; @p end when the last one is not. */
size_t tw_tlv_zero_tail(const uint8_t *p, size_t from, size_t end);

/**
 * Take the next TLV (RFC 8972 section 4).
 *
 * A remainder that is entirely zero is padding of a sender that knows no TLVs: type 0 is reserved.
 *
 * @param w    walk
 * @param ret  the TLV; set for STEP_ONE and STEP_OVERRUN
 * @return anything but TW_TLV_STEP_ONE ends the walk, which then stays where it is
 */
static inline enum tw_tlv_step tw_tlv_next(struct tw_tlv_walk *w, struct tw_tlv *ret)
{
	size_t left = w->end - w->at;
	const uint8_t *h = w->p + w->at;

	if (left == 0)
		return TW_TLV_STEP_END;
	if (left < TW_TLV_HEADER)
		return tw_tlv_zero_tail(w->p, w->at, w->end) == w->at ? TW_TLV_STEP_ZEROS
								      : TW_TLV_STEP_SHORT;
	if (tw_raw32(h) == 0) {
		if (w->zeros == SIZE_MAX)
			w->zeros = tw_tlv_zero_tail(w->p, w->at, w->end);
		if (w->zeros <= w->at)
			return TW_TLV_STEP_ZEROS;
	}
	ret->at = w->at;
	ret->flags = h[0];
	ret->type = h[1];
	ret->len = tw_get16(h + 2);
	if (ret->len > left - TW_TLV_HEADER)
		return TW_TLV_STEP_OVERRUN;
	w->at += TW_TLV_HEADER + (size_t)ret->len;
	return TW_TLV_STEP_ONE;
}

/** Write the header of a TLV or sub-TLV and return where its Value goes. */
static inline uint8_t *tw_tlv_put(uint8_t *p, uint8_t flags, uint8_t type, uint16_t len)
{
	p[0] = flags;
	p[1] = type;
	tw_put16(p + 2, len);
	return p + TW_TLV_HEADER;
}

struct tlv_build;

/** Everything that depends on the type alone. */
struct tw_tlv_kind {
	uint8_t type;
	/** it directs the reply: only the first one of a packet counts, later ones go back with U */
	bool once;
	uint16_t min_len; /**< octets of the Value */
	uint16_t max_len;
	uint16_t step; /**< Length is min_len plus a multiple of it */
	const char *name;
	const char *args; /**< what may follow the name on the command line; "" for nothing */
	const char *help;
	/** Append a request made from the command line's words to a template. */
	int (*build)(struct tlv_build *b);
	/** One line about a Value of a valid Length; returns as snprintf does. */
	int (*print)(const uint8_t *value, size_t len, char *buf, size_t cap);
};

/** The row of a type; NULL when it is not known here. */
const struct tw_tlv_kind *tw_tlv_find(unsigned int type);

/** The row with this name (as on the command line), @p len characters; NULL when there is none. */
const struct tw_tlv_kind *tw_tlv_find_name(const char *name, size_t len);

/** Is this a valid Length for the type? Always true for types that are not known here. */
bool tw_tlv_length_ok(uint8_t type, uint16_t len);

/** One line about a TLV for logs: "cos dscp1=46 dscp2=46 ecn=2 rp=0". Returns as snprintf does. */
int tw_tlv_print(const struct tw_tlv *t, const uint8_t *value, char *buf, size_t cap);

/** Timestamp Information (RFC 8972 section 4.3). */
struct tw_tlv_timestamp_info {
	uint8_t sync_in;
	uint8_t method_in; /**< of T2 */
	uint8_t sync_out;
	uint8_t method_out; /**< of T3 */
};

struct tw_tlv_timestamp_info tw_tlv_timestamp_info_parse(const uint8_t *value);
void tw_tlv_timestamp_info_build(const struct tw_tlv_timestamp_info *t, uint8_t *ret_value);

/** Class of Service (RFC 8972 section 4.4). */
struct tw_tlv_cos {
	uint8_t dscp1; /**< asked for on the reply */
	uint8_t dscp2; /**< as the reflector received it */
	uint8_t ecn;   /**< as the reflector received it */
	uint8_t rp;    /**< 1: policy refused dscp1, the reply carries dscp2 */
};

struct tw_tlv_cos tw_tlv_cos_parse(const uint8_t *value);
void tw_tlv_cos_build(const struct tw_tlv_cos *c, uint8_t *ret_value);

/** Direct Measurement (RFC 8972 section 4.5): in-profile packets, modulo 2^32. */
struct tw_tlv_direct {
	uint32_t s_txc;
	uint32_t r_rxc;
	uint32_t r_txc;
};

struct tw_tlv_direct tw_tlv_direct_parse(const uint8_t *value);
void tw_tlv_direct_build(const struct tw_tlv_direct *d, uint8_t *ret_value);

/** Access Report (RFC 8972 section 4.6). */
struct tw_tlv_access {
	uint8_t id;   /**< 1 3GPP, 2 non-3GPP; anything else is invalid */
	uint8_t code; /**< 1 network available, 2 unavailable */
};

struct tw_tlv_access tw_tlv_access_parse(const uint8_t *value);
void tw_tlv_access_build(const struct tw_tlv_access *a, uint8_t *ret_value);

/** Follow-Up Telemetry (RFC 8972 section 4.7). */
struct tw_tlv_follow_up {
	uint32_t seq;  /**< reflector's sequence number of the last reply */
	uint64_t time; /**< when it left, in the format that the reply's Z bit names */
	uint8_t mode;  /**< enum tw_tlv_method; 0 when there is nothing to tell */
};

struct tw_tlv_follow_up tw_tlv_follow_up_parse(const uint8_t *value);
void tw_tlv_follow_up_build(const struct tw_tlv_follow_up *f, uint8_t *ret_value);

/** Octets of the digest in an HMAC TLV (RFC 8972 section 4.8). */
#define TW_TLV_HMAC_LEN 16

/** Micro-session ID (RFC 9534 section 3.1). */
struct tw_tlv_micro {
	uint16_t sender;
	uint16_t reflector; /**< 0: the sender does not know it */
};

struct tw_tlv_micro tw_tlv_micro_parse(const uint8_t *value);
void tw_tlv_micro_build(const struct tw_tlv_micro *m, uint8_t *ret_value);

/** Fixed part of a Reflected Test Packet Control (RFC 10052 section 3). */
#define TW_TLV_CONTROL_FIXED 8

struct tw_tlv_control {
	uint16_t length; /**< octets of UDP payload wanted in each reply */
	uint16_t count;  /**< replies wanted */
	uint32_t interval_ns;
};

struct tw_tlv_control tw_tlv_control_parse(const uint8_t *value);
void tw_tlv_control_build(const struct tw_tlv_control *c, uint8_t *ret_value);

/** The bit of a Control Code that asks for a reply, on the link of the request (RFC 9503 4.1.1). */
#define TW_RETURN_REPLY_SAME_LINK 1U

#endif
