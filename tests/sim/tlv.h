/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_TLV_H
#define SIM_TLV_H

/* TLVs of simulated packets: what the sender adds, what the path does to them, what the reflector
 * answers and what the sender reads, with the truth about each beside it. */

#include "tw_frame.h"
#include "tw_reflect.h"
#include "tw_reply.h"
#include "tw_send.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_reply.h"

#define SIM_TLV_STREAMS 16
/* Requests and replies whose truth is kept. */
#define SIM_TLV_MAX 8192

struct sim_tlv_config {
	const struct tw_tlv_template *asked;
	struct tw_tlv_policy policy;
	struct tw_tlv_policy later; /* the reflector's from request `later_from` on */
	uint32_t later_from;        /* 0 = never */
	const char *key;            /* of the sender's HMAC TLV; NULL = none */
	const char *peer_key;       /* the reflector's; NULL = it has none */
	uint32_t remark_every;      /* requests 0, n, 2n .. arrive with another DSCP; 0 = none */
	uint8_t remark_to;
	uint32_t
		corrupt_every; /* requests 0, n, 2n .. arrive with a wrong bit in a TLV; 0 = none */
	uint32_t forge_every;  /* the same of replies, by their number */
	uint32_t port_from;    /* requests from here on come from another port (NAT); 0 = never */
	uint64_t egress;       /* a reply leaves so much after T3 ... */
	uint64_t egress_step;  /* ... and so much more for each of its number modulo 8 */
	bool stateless;
};

/* What is true of replies, by number. */
struct sim_tlv_truth {
	uint64_t egress[SIM_TLV_MAX];  /* after T3, 2^-32 s */
	bool corrupt[SIM_TLV_MAX];     /* its request came with a wrong bit */
	bool there[SIM_TLV_MAX];       /* it came back */
	uint64_t inbound[SIM_TLV_MAX]; /* arrival minus true departure, clocks' offset included */
	uint32_t about[SIM_TLV_MAX];   /* reply that its Follow-Up Telemetry is about + 1 */
	uint32_t made;                 /* replies */
	uint32_t dropped;              /* requests that got none */
	uint32_t elsewhere;            /* that asked for a reply to another address, and get it */
	struct tw_addr to;             /* the last such one */
	uint32_t remarked;             /* requests that came with another DSCP */
};

struct sim_tlv {
	const struct sim_tlv_config *cfg;
	struct tw_hmac *mac, *peer_mac;
	struct tw_tlv_expect expect;
	struct tw_tlv_reader reader[SIM_TLV_STREAMS];
	uint32_t received[SIM_TLV_STREAMS];
	struct tw_tlv_result result;
	/* reflector, by stream */
	struct {
		bool replied;
		uint32_t last_seq, rx;
		uint64_t last_t3; /* when it really left, its wall clock */
	} session[SIM_TLV_STREAMS];
	uint32_t hmac_at; /* of the reply under way */
	uint8_t tos;      /* that it leaves with */
	struct sim_tlv_truth truth;
};

void sim_tlv_init(struct sim_tlv *t, const struct sim_tlv_config *cfg, uint16_t ssid);
void sim_tlv_fini(struct sim_tlv *t);

/* Write the TLVs of request @seq into its frame. */
void sim_tlv_send(struct sim_tlv *t, uint8_t *frame, const struct tw_send_class *c, uint32_t seq);

/* Answer the TLVs of request @id, whose payload @pkt is and has @room; its reply is number @seq. */
void sim_tlv_reflect(struct sim_tlv *t, uint32_t stream, uint32_t id, const struct tw_frame *info,
	uint8_t *pkt, uint32_t seq, size_t room, struct tw_tlv_reflection *ret);

/* A reply is complete but for its HMAC TLV. @return how long after T3 it leaves */
uint64_t sim_tlv_leave(
	struct sim_tlv *t, uint32_t stream, uint8_t *pkt, const struct tw_reflect_fields *f);

/* Read the TLVs of a reply; @offset: wall clock minus @meta->mono. @return false: not for us */
bool sim_tlv_receive(struct sim_tlv *t, uint32_t stream, const uint8_t *pkt, uint32_t len,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta, uint64_t offset);

#endif
