/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SENDER_H
#define TW_SENDER_H

/* A sender task: state shared by its loops, its slow way and its life cycle. */

#include "answer.h"
#include "loop.h"
#include "stamper.h"
#include "tw_due_queue.h"
#include "tw_pace.h"
#include "tw_records.h"
#include "tw_reply.h"
#include "tw_sealed.h"
#include "tw_send.h"
#include "tw_tlv_reply.h"
#include "tw_worker.h"

/* How a reply to a stream must be addressed, as it stands in the packet. */
struct tw_reply_key {
	uint64_t addr[4]; /* source and destination; IPv4 uses the first word */
	uint32_t ports;
	uint8_t family;
};

/* Replies carry our addresses the other way round. */
void tw_reply_key_make(const struct tw_stream_config *c, struct tw_reply_key *k);

/* A packet that the device did not take yet: it keeps its number and is stamped again. */
struct tw_pending {
	struct rte_mbuf *m;
	const struct tw_send_class *class;
	uint32_t stream;
	uint32_t seq;
};

/* What sets a stream's frames apart from the one that is in every buffer: the octets up to
 * the end of the UDP header, and what they are to its checksum. */
struct tw_send_patch {
	uint8_t octets[32];
	uint32_t sum; /* as in struct tw_send_class */
};

/* When the packets of one stream are due, where each has a schedule of its own. */
struct tw_sender_own {
	struct tw_pace pace;
	uint64_t left;    /* packets still to be given a number; UINT64_MAX = no end */
	uint64_t horizon; /* a packet later than this is not sent at all */
	uint64_t offset;  /* of the first one from the start, 2^-32 s */
	uint64_t late;    /* T1 minus time due of the packet before, 2^-32 s */
};

/* Results that are kept apart. */
struct tw_sender_group {
	struct tw_result *result;
	uint32_t first, end;            /* its streams are among these */
	uint64_t first_mono, last_mono; /* replies; while it is current they are in tw_reply_ctx */
};

/* What is remembered of a stream whose packets carry TLVs. */
struct tw_sender_tlv {
	struct tw_tlv_reader reader;
	uint32_t received;                 /* replies */
	struct tw_tlv_access_timer report; /* of the Access Report */
};

/* Packets that the NIC sends when they are due are handed over so much before: 0.5 ms. */
#define TW_SENDER_LEAD ((uint64_t)1 << 21)

/* T1 of packets whose transmit stamp came, until their replies come: the last few. */
#define TW_SENDER_LATE 16
struct tw_sender_late {
	uint64_t late; /* true T1 minus that of software, 2^-32 s; 0: no packet's */
	uint32_t stream, seq;
};

/* Begins of the replies that the wide receiving loop takes for usual, from the Ethernet address on
 * or, with tags, so much behind it that the type is at 12 all the same. */
struct tw_wide_look {
	_Alignas(64) uint8_t want[64];
	uint8_t care[64];
};

enum tw_sender_phase {
	TW_SENDER_WAITING, /* for TW_LETTER_START */
	TW_SENDER_SENDING,
	TW_SENDER_DRAINING, /* all sent; replies may still come */
	TW_SENDER_DONE,
};

struct tw_sender {
	struct tw_task task; /* first: the loops cast */
	struct tw_loop_port port;
	struct rte_mempool *pool; /* ours alone: its frames are written by nobody else */
	uint64_t mac;
	enum tw_sender_phase phase;

	/* transmitting half */
	struct tw_pace pace;
	struct tw_slope slope;
	uint64_t late; /* T1 of protected packets before they leave, 2^-32 s */
	uint16_t error_estimate;
	uint32_t turn; /* stream of the next packet */
	uint32_t n_streams;
	struct tw_send_stream *streams;
	uint64_t left;     /* packets still to be given a number; UINT64_MAX = no end */
	uint64_t numbered; /* packets given a number */
	uint64_t forgiven; /* of them, no longer waited for by the in-flight bound */
	uint64_t answered; /* first replies, late ones included */
	uint64_t newest;   /* highest place among all numbered of one that is answered + 1 */
	uint64_t end_mono; /* of --duration; UINT64_MAX = none */
	uint64_t start_mono;
	uint16_t start_epoch;       /* of the clock */
	uint64_t first_tx, last_tx; /* mono */
	uint64_t horizon;           /* a packet later than this is not sent at all */
	/* The frame that every buffer of the pool holds; NULL: frames are copied into them. */
	const struct tw_send_class *prebuilt;
	struct tw_send_patch *patches; /* by stream */
	uint16_t patch_off;            /* where in the frame */
	/* schedules of their own; NULL: streams are taken in turn */
	struct tw_sender_own *own;
	struct tw_due_queue due;
	uint16_t reach; /* octets of frames that are not zeros, at most; 0: the heads cover them */
	unsigned int n_pending;
	struct tw_pending pending[TW_BURST];

	/* receiving half */
	struct tw_reply_ctx reply;
	struct tw_reply_key *keys;
	struct tw_window window;
	struct tw_batch *batch; /* NULL: every stream is open */
	bool special; /* keys, TLVs, PTP, RFC 7750 or records: more than the plain loop does */
	struct tw_sender_tlv *tlvs; /* by stream; NULL: no TLVs were asked for */
	bool own_tags;              /* some stream has other VLAN tags than the port */
	/* the port's tags as replies have them behind the MAC addresses, and which bits matter */
	uint64_t tags, tags_care;
	uint8_t tags_len;      /* octets */
	uint32_t last_looks;   /* bursts taken behind the last timeout */
	uint32_t reports_open; /* streams whose Access Report may have to be sent again */
	uint32_t report_turn;  /* the next of them to be looked at */
	/* another way to take replies from a queue, for this CPU; NULL: there is none */
	unsigned int (*receive)(struct tw_sender *s, uint16_t queue);
	unsigned int (*receive_nic)(
		struct tw_sender *s, uint16_t queue); /* with stamps by the NIC */
	struct tw_wide_look look[2];                  /* its: IPv4, IPv6, with these marks */
	uint64_t want_marks;
	uint64_t n_together; /* replies that were judged with others in lanes */
	/* stream + 1 by local UDP port; 0 = none, TW_SENDER_SHARED: several, see shared */
	uint32_t *by_port;
	uint32_t *shared; /* stream + 1 by hash of its key, open addressing */
	uint32_t shared_mask;
	struct tw_loss_tables *loss_tables;
	struct tw_sender_group *groups;  /* n_groups; NULL: all goes to result */
	struct tw_sender_group *current; /* whose results tw_reply_ctx adds to */
	struct tw_handover *handover;    /* replies in others' queues; NULL: there are none */
	unsigned int handover_index;     /* ours */
	uint64_t last_answer;            /* mono */
	uint64_t border_numbered;        /* when the last border was drawn */
	uint64_t border_mono;

	struct tw_sender_config cfg;
	struct tw_send_class *classes;
	uint8_t *cycles;
	struct tw_result *result;
	struct tw_neighbour_self self;
	struct tw_stamper stamper;
	bool replies_fit; /* what may come back while this worker sleeps finds room in a queue */
	bool corrects;    /* T1 of every packet by its transmit stamp, where that came in time */
	unsigned int n_late;
	struct tw_sender_late late_of[TW_SENDER_LATE];
	uint64_t last_late; /* T1 minus time due of the packet before, 2^-32 s */
};

/* One round of the receiving half on all its queues. @return packets handled */
unsigned int tw_sender_receive(struct tw_sender *s);

/* Choose between the ways to do that. */
void tw_sender_receive_choose(struct tw_sender *s);
unsigned int tw_sender_receive_avx512(struct tw_sender *s, uint16_t queue);
unsigned int tw_sender_receive_avx512_any(struct tw_sender *s, uint16_t queue);
unsigned int tw_sender_receive_avx512_nic(struct tw_sender *s, uint16_t queue);

/* Replies to our packets that others have received. @return packets handled */
unsigned int tw_sender_receive_handed(struct tw_sender *s);

/* Does the device leave frames in buffers as they are? */
bool tw_sender_may_prebuild(uint16_t port_id);

/* Put a frame into every buffer if the streams' differ in no more than a patch. @return 0, -ENOMEM */
int tw_sender_prebuilt_init(struct tw_sender *s);

/* Write the whole frame into a buffer that was changed. */
void tw_sender_prebuild(struct rte_mbuf *m, const struct tw_send_class *c);

/* Build all that is by stream. @return 0, -EINVAL, -ENOMEM */
int tw_sender_streams_init(struct tw_sender *s, struct tw_err *err);
void tw_sender_streams_fini(struct tw_sender *s);

/* What the longest head of any frame leaves in a buffer the next one's does not cover. */
void tw_sender_find_reach(struct tw_sender *s);

/* Schedules of their own. @return 0, -EINVAL, -ENOMEM */
int tw_sender_own_init(struct tw_sender *s, struct tw_err *err);
void tw_sender_own_start(struct tw_sender *s);

/* Records that a stream of this rate wants, for every packet that may be waited for. */
uint64_t tw_sender_records(
	double pps, enum tw_schedule_kind kind, uint32_t burst, struct tw_ns timeout);

/* Least horizon: a packet that is this late is not sent unless its own interval is longer. */
#define TW_SENDER_HORIZON_NS 20000000
uint64_t tw_sender_horizon(const struct tw_sender_config *cfg, uint64_t pps_num, uint64_t pps_den);

/* One sample of how late packets are now, for the trend over the run. */
static inline void tw_sender_note_drift(struct tw_sender *s, uint64_t mono, int64_t late)
{
	tw_trend_record(&s->result->tester.drift, (double)(mono - s->start_mono - (uint64_t)late),
		(double)late);
}

/* Due but not sent: of a stream. */
void tw_sender_not_sent(struct tw_sender *s, uint32_t stream, uint64_t n);

/* Whose account what becomes of a stream's packets goes to. */
static inline struct tw_tester_health *tw_sender_health(const struct tw_sender *s, uint32_t stream)
{
	return &(s->groups ? s->groups[s->streams[stream].group].result : s->result)->tester;
}

/* What follows is recorded for another group. */
void tw_sender_change_group(struct tw_sender *s, struct tw_sender_group *g);

/* The stream's results are those that replies are recorded in from now on. */
static inline void tw_sender_use_group(struct tw_sender *s, uint32_t stream)
{
	struct tw_sender_group *g;

	if (!s->groups)
		return;
	g = &s->groups[s->streams[stream].group];
	if (g != s->current)
		tw_sender_change_group(s, g);
}

/* Of the packets given a number, how many are not in flight any more. */
static inline uint64_t tw_sender_settled(const struct tw_sender *s)
{
	/* what was forgiven may have been answered in time, if only just */
	uint64_t n = s->forgiven + s->answered;

	/* what left before one that is answered is lost, or about to come: it holds up nobody */
	return n > s->newest ? n : s->newest;
}

/* A packet of streams that take turns is answered. */
static inline void tw_sender_note_newest(struct tw_sender *s, uint32_t stream, uint32_t seq)
{
	uint64_t sent = s->streams[stream].sent, sseq = sent - (uint32_t)((uint32_t)sent - seq);
	uint64_t place = sseq * s->n_streams + stream + 1;

	if (place > s->newest)
		s->newest = place;
}

/* One round of the transmitting half. @return packets sent */
unsigned int tw_sender_transmit(struct tw_sender *s, uint64_t tsc);

/* The same while there is no link: what is due is not sent. @return 0 */
unsigned int tw_sender_hold_back(struct tw_sender *s, uint64_t tsc);

/* A received frame that the quick look did not recognise. Frees the mbuf. @return a reply */
bool tw_sender_slow(struct tw_sender *s, struct rte_mbuf *m, uint64_t mono);

/* Has the NIC told when the packet left that it was asked for? */
void tw_sender_readback(struct tw_sender *s);

/* What T1 of a packet lacks, 2^-32 s; 0 where the NIC did not tell. Where s->corrects. */
int64_t tw_sender_t1_late(const struct tw_sender *s, uint32_t stream, uint32_t seq);

/* Stamps by the NIC: what this sender can do with them. */
void tw_sender_stamps_init(struct tw_sender *s);

/* Add all results to `into`; border: up to the last border only. */
void tw_sender_results(struct tw_sender *s, struct tw_result *into, bool border);

/* Open a burst of protected replies; what is wrong is counted. @return bit i: reply i is good */
uint64_t tw_sender_open(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n);

/* Verdicts on the HMAC TLVs of a burst of replies. @return bit i: reply i has a good one */
uint64_t tw_sender_check_tlvs(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n);

/* Record one reply whose stream is known; a protected one is open. check: of its HMAC TLV. */
void tw_sender_reply(struct tw_sender *s, uint32_t stream, const uint8_t *payload, uint32_t len,
	const struct tw_reply_meta *meta, bool check);

/* With cfg.records: packets that the device has taken, and a reply that was judged. */
void tw_sender_record_sent(struct tw_sender *s, const struct tw_pending *p, unsigned int n);
void tw_sender_record_reply(struct tw_sender *s, uint32_t stream, const struct tw_reply_fields *f,
	const struct tw_reply_meta *meta, enum tw_reply_verdict verdict);

/* Allocate what TLVs need, after the streams are built. @return 0, -ENOMEM */
int tw_sender_tlv_init(struct tw_sender *s);

/* Have all replies come, where TLVs ask for several? */
bool tw_sender_tlv_complete(const struct tw_sender *s);

/* Access Reports that may have to be repeated: count them, note that one was answered, send what is
 * due (RFC 8972 section 4.6). */
void tw_sender_reports_init(struct tw_sender *s);
void tw_sender_report_answered(struct tw_sender *s, uint32_t stream);
void tw_sender_report_again(struct tw_sender *s, uint64_t mono);

/* Read the TLVs of a reply. @return false when it is another member link's */
bool tw_sender_tlv_read(struct tw_sender *s, uint32_t stream, const uint8_t *payload, uint32_t len,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta, bool check);

/* Several streams have the port: their keys are hashed. */
#define TW_SENDER_SHARED UINT32_MAX

static inline uint32_t tw_sender_hash(const uint64_t *addr, uint32_t ports, bool v6)
{
	uint64_t h = (addr[0] + ports) * 0x9e3779b97f4a7c15ULL;

	if (v6)
		h ^= (addr[1] ^ (addr[2] << 32 | addr[2] >> 32) ^ addr[3]) * 0xc2b2ae3d27d4eb4fULL;
	h = (h ^ h >> 32 ^ (uint64_t)ports << 7) * 0xff51afd7ed558ccdULL;
	return (uint32_t)(h >> 32);
}

static inline bool tw_sender_key_is(
	const struct tw_reply_key *k, const uint64_t *addr, uint32_t ports, bool v6)
{
	uint64_t d = (addr[0] ^ k->addr[0]) | (uint64_t)(ports ^ k->ports) |
		     (uint64_t)(k->family ^ (v6 ? 6 : 4));

	if (v6)
		d |= (addr[1] ^ k->addr[1]) | (addr[2] ^ k->addr[2]) | (addr[3] ^ k->addr[3]);
	return d == 0;
}

/* The same among streams that share ports. @return stream or -1 */
int64_t tw_sender_shared_stream(
	const struct tw_sender *s, const uint64_t *addr, uint32_t ports, bool v6);

/* Stream whose replies are addressed like this; -1 when none is. */
static inline int64_t tw_sender_stream_of(
	const struct tw_sender *s, const uint64_t *addr, uint32_t ports, bool v6)
{
	/* the port is the stream: destination port octets are the upper half of the word */
	uint32_t i = s->by_port[__builtin_bswap16((uint16_t)(ports >> 16))] - 1;

	/* none, or several */
	if (__builtin_expect(i >= s->n_streams, 0))
		return i == TW_SENDER_SHARED - 1 ? tw_sender_shared_stream(s, addr, ports, v6) : -1;
	return tw_sender_key_is(&s->keys[i], addr, ports, v6) ? (int64_t)i : -1;
}

#endif
