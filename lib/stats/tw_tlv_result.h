/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TLV_RESULT_H
#define TW_TLV_RESULT_H

/**
 * @file
 * What the TLVs of STAMP replies said (RFC 8972, 9503, 9534, 10052), as one value that merges.
 * All zero is empty. Counts are of replies, of all replies that were first of their kind or not.
 */

#include "tw_moments.h"
#include "tw_range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Known types 1..12; index 0 stands for all others. */
#define TW_TLV_TALLIES 13

/** How the TLVs of one type came back. */
struct tw_tlv_tally {
	const char *name; /**< as on the command line */
	bool asked;
	uint64_t answered;
	uint64_t unrecognized; /**< U: the reflector did not use it */
	uint64_t malformed;    /**< M: the reflector could not read it */
	uint64_t missing;      /**< not in a reply that had TLVs */
};

struct tw_tlv_addr {
	uint8_t family; /**< 4, 6, or 0 when not told */
	uint8_t b[16];
};

/** Location: the last one told, and how often it was another than before. */
struct tw_tlv_location_seen {
	bool known;
	bool has_mac;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t mac[8]; /**< last-hop source; EUI-48 in the first 6 octets */
	struct tw_tlv_addr source;
	struct tw_tlv_addr destination;
	uint64_t changes;
};

/** Timestamp Information: the last one told. Codes of RFC 8972 tables 7 and 9, 0 = not told. */
struct tw_tlv_timestamps_seen {
	bool known;
	uint8_t sync_in;
	uint8_t method_in;
	uint8_t sync_out;
	uint8_t method_out;
	uint64_t changes;
};

/** Class of Service. */
struct tw_tlv_cos_seen {
	bool known;
	uint8_t asked;              /**< DSCP wanted on replies */
	uint64_t refused;           /**< RP: the reflector's policy did not permit it */
	struct tw_range dscp_there; /**< of requests as they arrived */
	struct tw_range ecn_there;
	struct tw_range dscp_here; /**< of replies that were not refused, as they arrived */
	struct tw_range ecn_here;
};

/** Direct Measurement: packets between the first and the last reply that carried counters. */
struct tw_tlv_direct_seen {
	uint64_t intervals; /**< between two such replies; 0: nothing is known */
	uint64_t sent;
	uint64_t received_there;
	uint64_t sent_there;
	uint64_t received_here;
};

/** Access Report. */
struct tw_tlv_access_seen {
	uint8_t id; /**< reported; 0 = none was */
	uint8_t code;
	uint64_t echoed;
};

/** Follow-Up Telemetry: when replies really left, against the T3 written in them. */
struct tw_tlv_follow_up_seen {
	uint64_t empty;            /**< stateless reflector, or first reply */
	uint64_t unmatched;        /**< about a reply that was not received, or too long ago */
	uint64_t method[4];        /**< matched ones by method (RFC 8972 table 9); 0: any other */
	struct tw_moments egress;  /**< true departure minus T3, 2^-32 s */
	struct tw_moments inbound; /**< arrival minus true departure, 2^-32 s */
};

/** Micro-session ID. */
struct tw_tlv_micro_seen {
	bool known;
	uint16_t sender;
	uint16_t reflector;
	uint64_t mismatched; /**< replies discarded: another member link on either side */
};

/** Reflected Test Packet Control. */
struct tw_tlv_control_seen {
	uint64_t conforming;
	uint64_t limited_length; /**< C: shorter than asked for, the MTU there is smaller */
	uint64_t limited_volume; /**< C: over the rate or volume that the reflector permits */
};

struct tw_tlv_result {
	bool asked;
	uint64_t replies;          /**< looked at */
	uint64_t plain;            /**< from a peer that knows no TLVs: none is there, or SSID 0 */
	uint64_t integrity_failed; /**< I: the reflector found our HMAC wrong */
	uint64_t bad_hmac;         /**< its HMAC is wrong or missing: no TLV was used */
	uint64_t verified;         /**< its HMAC is right */
	uint64_t cut_off;          /**< TLVs that run past the end of the reply */
	uint64_t unexpected;       /**< TLVs that were not asked for, or of a wrong Length */
	struct tw_tlv_tally tally[TW_TLV_TALLIES];
	struct tw_tlv_location_seen location;
	struct tw_tlv_timestamps_seen timestamps;
	struct tw_tlv_cos_seen cos;
	struct tw_tlv_direct_seen direct;
	struct tw_tlv_access_seen access;
	struct tw_tlv_follow_up_seen follow_up;
	struct tw_tlv_micro_seen micro;
	struct tw_tlv_control_seen control;
};

/** Packets lost on the way there, by Direct Measurement; negative when the counters disagree. */
static inline int64_t tw_tlv_direct_lost_outbound(const struct tw_tlv_direct_seen *d)
{
	return (int64_t)(d->sent - d->received_there);
}

static inline int64_t tw_tlv_direct_lost_inbound(const struct tw_tlv_direct_seen *d)
{
	return (int64_t)(d->sent_there - d->received_here);
}

/** Add what @p src (another stream's or worker's) saw to @p dst. */
void tw_tlv_result_merge(struct tw_tlv_result *dst, const struct tw_tlv_result *src);

/**
 * @p dst = what @p now holds beyond @p before, an earlier snapshot of the same run. Ranges and
 * what is known stay those of @p now, as do minimum and maximum of moments.
 */
void tw_tlv_result_diff(struct tw_tlv_result *dst, const struct tw_tlv_result *now,
	const struct tw_tlv_result *before);

#endif
