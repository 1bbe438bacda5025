/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_COUNTERS_H
#define TW_COUNTERS_H

/**
 * @file
 * Why a received packet was discarded. One list yields the enum, the name in JSON and metrics,
 * the help text and docs/counters.md. Every discarded packet increments exactly one of them.
 */

#include <stdint.h>

#define TW_DISCARD_REASONS(X)                                                                      \
	X(SHORT_FRAME, short_frame, "frame too short for its headers")                             \
	X(BAD_VLAN, bad_vlan, "VLAN tags that are not ours, or more than two")                     \
	X(NOT_IP, not_ip, "EtherType that nobody here handles")                                    \
	X(NOT_OUR_MAC, not_our_mac, "unicast to another MAC address")                              \
	X(BAD_IP_HEADER, bad_ip_header, "IP version, header length or extension chain is wrong")   \
	X(BAD_IP_LENGTH, bad_ip_length, "IP length and frame length disagree")                     \
	X(BAD_IP_CHECKSUM, bad_ip_checksum, "IPv4 header checksum is wrong")                       \
	X(FRAGMENT, fragment, "IP fragment; test packets are never reassembled")                   \
	X(NOT_UDP, not_udp, "IP protocol that nobody here handles")                                \
	X(NOT_OUR_ADDRESS, not_our_address, "destination address is not ours")                     \
	X(MULTICAST, multicast, "multicast or broadcast destination: never answered")              \
	X(BAD_SOURCE, bad_source,                                                                  \
		"source is multicast, broadcast, unspecified, loopback from a wire, or ourselves") \
	X(BAD_UDP_LENGTH, bad_udp_length, "UDP length is wrong")                                   \
	X(BAD_UDP_CHECKSUM, bad_udp_checksum, "UDP checksum is wrong")                             \
	X(ZERO_UDP_CHECKSUM, zero_udp_checksum, "UDP over IPv6 without a checksum")                \
	X(NOT_OUR_PORT, not_our_port, "UDP port that nobody here handles")                         \
	X(SHORT_PACKET, short_packet, "payload below the protocol's minimum")                      \
	X(BAD_ERROR_ESTIMATE, bad_error_estimate, "Error Estimate with Multiplier 0")              \
	X(NOT_STAMP, not_stamp, "not STAMP where only STAMP is answered")                          \
	X(BAD_HMAC, bad_hmac, "HMAC missing or wrong")                                             \
	X(NO_KEY, no_key, "authenticated packet for which no key is configured")                   \
	X(NO_SESSION, no_session, "no negotiated session")                                         \
	X(NOT_STARTED, not_started, "session is not started, or stopped and timed out")            \
	X(NOT_ALLOWED, not_allowed, "source is outside the allow-list")                            \
	X(RATE_LIMIT, rate_limit, "over the configured rate")                                      \
	X(BAD_TLV_POLICY, bad_tlv_policy, "a TLV asks for what policy forbids answering")          \
	X(NO_REPLY_WANTED, no_reply_wanted, "a TLV says that no reply is wanted")                  \
	X(NOT_ADDRESSED, not_addressed,                                                            \
		"a TLV names another reflector: micro-session or address group")                   \
	X(NOT_A_REPLY, not_a_reply, "reply from another peer, or to no stream of ours")            \
	X(UNKNOWN_SEQUENCE, unknown_sequence, "reply to a sequence number not sent")               \
	X(BAD_ECHO, bad_echo, "reply whose copied timestamp is not the one sent")                  \
	X(NO_BUFFER, no_buffer, "no mbuf for a reply")                                             \
	X(KERNEL_FULL, kernel_full, "for the kernel behind the port, which did not take it")

enum tw_discard {
#define X(sym, name, help) TW_DISCARD_##sym,
	TW_DISCARD_REASONS(X)
#undef X
		TW_DISCARD_MAX
};

/** Name in JSON and metrics. */
const char *tw_discard_name(enum tw_discard r);

/** One line of help. */
const char *tw_discard_help(enum tw_discard r);

/** What a reflecting worker counts. received = reflected + tx_failed + passed + sum(discarded). */
struct tw_reflector_counters {
	uint64_t received;
	uint64_t reflected;
	uint64_t tx_failed;  /**< replies the device did not take */
	uint64_t repeated;   /**< further replies to one request; in none of the others */
	uint64_t passed;     /**< to neighbour code or the exception path */
	uint64_t octets_in;  /**< L2 octets of reflected requests, without FCS */
	uint64_t octets_out; /**< L2 octets of replies, without FCS */
	uint64_t discarded[TW_DISCARD_MAX];
	uint64_t checksum_partial; /**< accepted with only the pseudo-header sum */
	uint64_t sessions_created;
	uint64_t sessions_expired;
	uint64_t sessions_evicted;
	uint64_t sessions_reset;     /**< a sender that started again */
	uint64_t stateless_overflow; /**< answered statelessly because the table was full */
	uint64_t sessions_active;    /**< now */
	uint64_t dscp[64];           /**< requests by received DSCP */
	uint64_t ecn[4];             /**< requests by received ECN */
	uint64_t ttl_min, ttl_max;   /**< of received requests; 0 when none */
};

void tw_reflector_counters_merge(
	struct tw_reflector_counters *dst, const struct tw_reflector_counters *src);

#endif
