/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The sender's slow way: replies that are not plain (TWAMP Light, VLAN, options, short ones), and
 * everything else that arrives, each under its reason. */

#include "sender.h"

#include "exception.h"
#include "handover.h"
#include "tw_frame.h"

static void discard(struct tw_sender *s, enum tw_discard why)
{
	/* What the kernel's interface carries besides our replies is none of our business. */
	if (s->port.kernel_interface &&
		(why == TW_DISCARD_NOT_OUR_PORT || why == TW_DISCARD_NOT_UDP ||
			why == TW_DISCARD_NOT_IP || why == TW_DISCARD_MULTICAST))
		return;
	s->result->discarded[why]++;
}

void tw_sender_reply(struct tw_sender *s, uint32_t stream, const uint8_t *payload, uint32_t len,
	const struct tw_reply_meta *meta, bool check)
{
	enum tw_reply_verdict verdict;
	struct tw_reply_fields f;

	if (unlikely(s->streams[stream].key != NULL))
		tw_sealed_read_reply(payload, &f);
	else
		tw_reply_read_open(payload, len, &f);
	if (unlikely(s->streams[stream].dscp_ecn))
		tw_reply_read_dscp_ecn(payload, len, s->streams[stream].key != NULL, &f);
	if (unlikely(s->tlvs && tw_reply_is_ours(&s->reply, stream, s->streams[stream].sent, &f) &&
		     !tw_sender_tlv_read(s, stream, payload, len, &f, meta, check))) {
		s->result->discarded[TW_DISCARD_NOT_ADDRESSED]++;
		return;
	}
	tw_sender_use_group(s, stream);
	s->reply.t1_late = unlikely(s->corrects) ? tw_sender_t1_late(s, stream, f.sseq) : 0;
	verdict = tw_reply_record(&s->reply, stream, s->streams[stream].sent, &f, meta);
	/* whatever else comes in a packet's name, it left once */
	if (unlikely(s->corrects) && verdict == TW_REPLY_FIRST) {
		s->stamper.n.hardware[0] += s->reply.t1_late != 0;
		s->stamper.n.software[0] += s->reply.t1_late == 0;
	}
	if (unlikely(s->special && s->cfg.records))
		tw_sender_record_reply(s, stream, &f, meta, verdict);
	switch (verdict) {
	case TW_REPLY_LATE:
		/* one that was not waited for any more is waited for no longer */
		s->forgiven -= s->forgiven > 0;
		/* fall through */
	case TW_REPLY_FIRST:
		s->answered++;
		tw_sender_note_newest(s, stream, f.sseq);
		s->last_answer = meta->mono;
		break;
	case TW_REPLY_DUPLICATE:
	case TW_REPLY_STRAY:
		break;
	case TW_REPLY_UNKNOWN:
		s->result->discarded[TW_DISCARD_UNKNOWN_SEQUENCE]++;
		break;
	case TW_REPLY_ECHO:
		s->result->discarded[TW_DISCARD_BAD_ECHO]++;
		break;
	}
}

uint64_t tw_sender_open(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int which[TW_BURST], k = 0;
	uint64_t good = n == 64 ? UINT64_MAX : (1ULL << n) - 1, verdict;

	for (unsigned int i = 0; i < n; i++) {
		const struct tw_send_stream *t = &s->streams[stream[i]];

		if (!t->key)
			continue;
		if (len[i] < TW_AUTH_LEN) {
			good &= ~(1ULL << i);
			s->result->discarded[TW_DISCARD_BAD_HMAC]++;
			continue;
		}
		op[k] = tw_sealed_reply((enum tw_sealed_kind)t->kind, t->key, payload[i]);
		which[k++] = i;
	}
	if (k == 0)
		return good;
	verdict = tw_batch_open(s->batch, op, k);
	for (unsigned int i = 0; i < k; i++)
		if (!(verdict >> i & 1)) {
			good &= ~(1ULL << which[i]);
			s->result->discarded[TW_DISCARD_BAD_HMAC]++;
		}
	return good;
}

/* @return true: it was for the kernel, and the mbuf is taken */
static bool pass_up(struct tw_sender *s, struct rte_mbuf *m, enum tw_frame_status status,
	const struct tw_frame *info)
{
	enum tw_exception_verdict v = tw_exception_up(&s->port, &s->self, m, status, info);

	if (v == TW_EXCEPTION_FULL)
		s->result->discarded[TW_DISCARD_KERNEL_FULL]++;
	return v != TW_EXCEPTION_NOT_WANTED;
}

/* How the frame is addressed, as in struct tw_reply_key. */
static void read_address(
	const uint8_t *f, const struct tw_frame *info, uint64_t *ret_addr, uint32_t *ret_ports)
{
	memset(ret_addr, 0, 4 * sizeof(*ret_addr));
	if (info->family == 6)
		memcpy(ret_addr, f + info->l3_off + TW_IPV6_SRC, 32);
	else
		memcpy(ret_addr, f + info->l3_off + TW_IPV4_SRC, 8);
	*ret_ports = tw_raw32(f + info->l4_off);
}

/* @return the stream, or -1 - reason */
static bool tags_are(const struct tw_frame *info, unsigned int n, const uint16_t *tci)
{
	if (info->n_vlan != n)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if ((info->tci[i] ^ tci[i]) & 0xfff)
			return false;
	return true;
}

static int64_t find_stream(struct tw_sender *s, const uint8_t *f, const struct tw_frame *info)
{
	const struct tw_stream_config *c;
	uint64_t addr[4];
	uint32_t ports;
	int64_t stream;

	/* Streams may have tags of their own: their replies come with those. */
	if (!s->own_tags && !tags_are(info, s->port.n_vlan, s->port.tci))
		return -1 - TW_DISCARD_BAD_VLAN;
	if (f[0] & 1)
		return -1 - TW_DISCARD_MULTICAST;
	if (memcmp(f, s->port.mac.b, 6) != 0)
		return -1 - TW_DISCARD_NOT_OUR_MAC;
	if (!s->by_port[info->dst.port])
		return -1 - TW_DISCARD_NOT_OUR_PORT;
	read_address(f, info, addr, &ports);
	stream = tw_sender_stream_of(s, addr, ports, info->family == 6);
	if (stream < 0)
		return -1 - TW_DISCARD_NOT_A_REPLY;
	c = &s->cfg.streams[stream];
	return tags_are(info, c->n_vlan, c->tci) ? stream : -1 - TW_DISCARD_BAD_VLAN;
}

/* @return true: it is another task's, and the mbuf is taken */
static bool hand_over(
	struct tw_sender *s, struct rte_mbuf *m, const struct tw_frame *info, uint64_t mono)
{
	struct tw_handed r = {m, mono, (s->handover_index + 1) << 16 | s->reply.way};
	uint64_t addr[4];
	uint32_t ports;
	int rc;

	read_address(rte_pktmbuf_mtod(m, uint8_t *), info, addr, &ports);
	rc = tw_handover_give(s->handover, s->handover_index, addr, ports, info->family == 6, &r);
	if (rc < 0) {
		s->result->tester.rx_missed++;
		rte_pktmbuf_free(m);
	}
	return rc != 0;
}

unsigned int tw_sender_receive_handed(struct tw_sender *s)
{
	struct tw_handed r[TW_BURST];
	unsigned int n = tw_handover_take(s->handover, s->handover_index, r, TW_BURST);

	for (unsigned int i = 0; i < n; i++) {
		s->reply.way = r[i].way;
		tw_sender_slow(s, r[i].m, r[i].mono);
	}
	return n;
}

static int check_udp(const uint8_t *f, const struct tw_frame *info)
{
	switch (tw_frame_check_udp(f, info)) {
	case TW_UDP_CHECK_BAD:
		return TW_DISCARD_BAD_UDP_CHECKSUM;
	case TW_UDP_CHECK_ZERO:
		return TW_DISCARD_ZERO_UDP_CHECKSUM;
	case TW_UDP_CHECK_PARTIAL:
	case TW_UDP_CHECK_GOOD:
	case TW_UDP_CHECK_NONE:
		break;
	}
	return -1;
}

bool tw_sender_slow(struct tw_sender *s, struct rte_mbuf *m, uint64_t mono)
{
	static const int reasons[] = {[TW_FRAME_OK] = -1,
#define X(sym) [TW_FRAME_##sym] = TW_DISCARD_##sym,
		TW_FRAME_REASONS(X)
#undef X
	};
	enum tw_frame_status status;
	struct tw_frame info;
	uint8_t *f, *payload;
	int64_t stream;
	int why;

	if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
		s->result->discarded[TW_DISCARD_NO_BUFFER]++;
		rte_pktmbuf_free(m);
		return false;
	}
	f = rte_pktmbuf_mtod(m, uint8_t *);
	status = tw_frame_parse(f, m->data_len, &info);
	if (status == TW_FRAME_ARP || status == TW_FRAME_ICMP || status == TW_FRAME_ICMPV6 ||
		status == TW_FRAME_TCP) {
		if ((status == TW_FRAME_TCP || !tw_answer(&s->port, &s->self, m)) &&
			!(s->port.exception && pass_up(s, m, status, &info)))
			rte_pktmbuf_free(m);
		return false;
	}
	why = reasons[status];
	if (why < 0) {
		stream = find_stream(s, f, &info);
		why = stream < 0 ? (int)(-1 - stream) : check_udp(f, &info);
		if (s->handover &&
			(why == TW_DISCARD_NOT_OUR_PORT || why == TW_DISCARD_NOT_A_REPLY) &&
			hand_over(s, m, &info, mono))
			return true; /* its owner judges it; T4 was ours to read */
		if (why < 0 && info.payload_len < TW_REP_SHORT_LEN)
			why = TW_DISCARD_SHORT_PACKET;
		payload = f + info.payload_off;
		if (why < 0) {
			struct tw_reply_meta meta = {mono, info.ttl, info.tos};
			uint32_t i = (uint32_t)stream, len = info.payload_len;

			if (!s->batch || tw_sender_open(s, &i, &payload, &len, 1))
				tw_sender_reply(s, i, payload, len, &meta,
					s->tlvs && tw_sender_check_tlvs(s, &i, &payload, &len, 1));
		}
	}
	if (why >= 0 && s->port.exception &&
		(status != TW_FRAME_OK || why == TW_DISCARD_NOT_OUR_PORT) &&
		pass_up(s, m, status, &info))
		return false;
	if (why >= 0)
		discard(s, (enum tw_discard)why);
	rte_pktmbuf_free(m);
	return why < 0;
}
