/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SESSION_H
#define TW_SESSION_H

/**
 * @file
 * What a test session is: configuration, frozen before a worker sees it. State lives with the
 * worker (tw_reflect.h, tw_send.h, tw_reply.h).
 */

#include "tw_addr.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stdint.h>

/** Largest L2 frame without FCS that anything here builds or reflects. */
#define TW_MAX_FRAME 9014
/** Packet sizes in one cycle of a stream (IMIX and genome strings). */
#define TW_MAX_SIZE_CYCLE 256

struct tw_batch_key;
struct tw_keyring;
struct tw_pace_gap;
struct tw_records;
struct tw_tlv_policy;
struct tw_tlv_template;

/** How the test packets of a session are protected. */
enum tw_security {
	TW_SECURITY_OPEN,          /**< also RFC 5618's mixed mode */
	TW_SECURITY_AUTHENTICATED, /**< RFC 5357 section 4.1.2, RFC 8762 section 4.2.2 */
	TW_SECURITY_ENCRYPTED,     /**< TWAMP only */
};

enum tw_protocol {
	TW_PROTOCOL_AUTO,  /**< reflector: told apart per packet */
	TW_PROTOCOL_STAMP, /**< RFC 8762 */
	TW_PROTOCOL_LIGHT, /**< RFC 5357 appendix I */
	TW_PROTOCOL_TWAMP, /**< RFC 5357, negotiated */
};

/** Name as in JSON: "stamp", "twamp-light", "twamp", "auto". */
const char *tw_protocol_name(enum tw_protocol p);

/** How often the clock is read (design: one reading a burst, or one a packet). */
enum tw_stamp_policy {
	TW_STAMP_PER_BURST,
	TW_STAMP_PER_PACKET,
};

/** When the packets of all streams together are due. */
enum tw_schedule_kind {
	TW_SCHEDULE_PERIODIC,
	TW_SCHEDULE_POISSON,
	TW_SCHEDULE_GAPS, /**< gaps of a list, over and over */
	TW_SCHEDULE_MAX,  /**< as fast as the device takes them */
};

/** One stream of test packets: everything that is the same in each of them. */
struct tw_stream_config {
	struct tw_endpoint local;
	struct tw_endpoint remote;
	struct tw_mac local_mac;
	struct tw_mac next_hop_mac;
	uint8_t n_vlan; /**< 0..2, outermost first */
	uint16_t tci[2];
	uint8_t tos; /**< DSCP << 2 | ECN */
	uint8_t ttl;
	bool dont_fragment;
	uint32_t flow_label; /**< IPv6, 20 bits */
	enum tw_protocol protocol;
	enum tw_security security;
	const struct tw_batch_key *key;    /**< unless open; lives as long as the stream */
	const struct tw_tlv_template *tlv; /**< STAMP; NULL = none. As long-lived as the stream */
	uint16_t padding_head; /**< RFC 6038 server octets, where the padding begins; 0 = none */
	bool symmetrical;      /**< RFC 6038: padding begins where the reply's does */
	bool dscp_ecn;         /**< RFC 7750: replies tell the DSCP and ECN that came there */
	uint16_t ssid;         /**< STAMP, 0 = none */
	uint16_t n_sizes;      /**< 1..TW_MAX_SIZE_CYCLE */
	const uint16_t *sizes; /**< UDP payload octets of each packet of the cycle */
	bool stateless_peer;   /**< directions of loss cannot be told */
	uint16_t group;        /**< whose results its packets go to, < n_groups */
};

/** When the packets of one stream are due, where streams have schedules of their own. */
struct tw_stream_schedule {
	enum tw_schedule_kind kind; /**< TW_SCHEDULE_PERIODIC or TW_SCHEDULE_POISSON */
	uint64_t pps_num;           /**< rate is pps_num / pps_den packets per second */
	uint64_t pps_den;
	uint32_t burst;      /**< packets sent back to back, at least 1 */
	uint64_t count;      /**< packets, 0 = until the run ends */
	struct tw_ns offset; /**< first packet, from the start of the run */
};

/**
 * A sender's run: streams that share one schedule and are taken in turn or, with schedules, each
 * by its own.
 */
struct tw_sender_config {
	uint32_t n_streams;
	const struct tw_stream_config *streams;
	const struct tw_stream_schedule *schedules; /**< by stream; NULL = the shared one below */
	uint32_t n_groups; /**< results kept apart besides the total; 0 = none */
	enum tw_schedule_kind schedule;
	uint64_t pps_num; /**< total rate is pps_num / pps_den packets per second */
	uint64_t pps_den;
	uint32_t burst;         /**< packets sent back to back, at least 1 */
	uint64_t count;         /**< total packets, 0 = until told to stop */
	struct tw_ns duration;  /**< 0 = no limit */
	struct tw_ns timeout;   /**< a later reply is late */
	uint32_t in_flight_max; /**< TW_SCHEDULE_MAX only: outstanding packets, 0 = no bound */
	enum tw_stamp_policy stamp;
	uint64_t seed;                  /**< of a Poisson schedule */
	bool ptp;                       /**< timestamps are written as PTP, for all streams */
	const struct tw_pace_gap *gaps; /**< TW_SCHEDULE_GAPS; pps is their mean rate then */
	uint32_t n_gaps;
	struct tw_ns
		horizon; /**< a packet that is later than this is not sent; 0 = 20 ms or a gap */
	bool linger;     /**< take replies until the timeout, also when all have come */
	bool any_cpu;    /**< not what is for this CPU's wide vectors */
	struct tw_records *records; /**< gets one of each packet and reply; NULL = nobody asks */
};

/** A reflector's run. */
struct tw_reflector_config {
	uint16_t port;             /**< UDP port that is answered */
	enum tw_protocol protocol; /**< AUTO, STAMP or LIGHT */
	bool stateless;
	uint32_t max_sessions;     /**< per worker */
	struct tw_ns session_idle; /**< restart rule, and when a session may be evicted */
	struct tw_ns refwait;      /**< an idle session is forgotten after it */
	enum tw_stamp_policy stamp;
	bool any_cpu;                    /**< not what is for this CPU's wide vectors */
	const struct tw_keyring *keys;   /**< authenticated STAMP; NULL = open only */
	bool require_key;                /**< a peer without a key is not answered */
	const struct tw_tlv_policy *tlv; /**< NULL = TLVs are octets like others (RFC 8762) */
	bool ptp;                        /**< STAMP replies carry PTP timestamps */
	struct tw_addr only; /**< the address that answers; no family = every one of the port */
	const struct tw_prefix *allow; /**< sources that are answered */
	unsigned int n_allow;          /**< 0 = all are */
	bool negotiated;               /**< sessions may be added at run time */
	bool negotiated_only;          /**< others are not answered */
	uint32_t max_agreed;           /**< negotiated sessions */
};

#endif
