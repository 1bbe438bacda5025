/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv.h"

#include "tw_test.h"

#define BASE TW_STAMP_LEN

static bool every(uint32_t n, uint32_t i)
{
	return n && i % n == 0;
}

void sim_tlv_init(struct sim_tlv *t, const struct sim_tlv_config *cfg, uint16_t ssid)
{
	memset(t, 0, sizeof(*t));
	t->cfg = cfg;
	t->expect = (struct tw_tlv_expect){
		.asked = cfg->asked, .base = BASE, .ssid = ssid, .tai_utc = TW_TAI_UTC_DEFAULT};
	tw_tlv_result_begin(&t->result, cfg->asked);
	if (cfg->key)
		assert_int_equal(
			tw_hmac_create(TW_HASH_SHA256, cfg->key, strlen(cfg->key), &t->mac), 0);
	if (cfg->peer_key)
		assert_int_equal(tw_hmac_create(TW_HASH_SHA256, cfg->peer_key,
					 strlen(cfg->peer_key), &t->peer_mac),
			0);
}

void sim_tlv_fini(struct sim_tlv *t)
{
	tw_hmac_destroy(t->mac);
	tw_hmac_destroy(t->peer_mac);
}

void sim_tlv_send(struct sim_tlv *t, uint8_t *frame, const struct tw_send_class *c, uint32_t seq)
{
	const struct tw_tlv_template *asked = t->cfg->asked;

	tw_send_tlvs(frame, c, asked, seq);
	if (asked->hmac_at != TW_TLV_NOWHERE)
		tw_tlv_sign(t->mac, frame + c->payload_off, BASE, BASE + asked->hmac_at);
	tw_set_raw16(frame + c->csum_off, tw_udp_checksum_finish(tw_sum_add(c->udp_sum,
						  tw_sum(frame + c->payload_off, c->covered))));
}

void sim_tlv_reflect(struct sim_tlv *t, uint32_t stream, uint32_t id, const struct tw_frame *info,
	uint8_t *pkt, uint32_t seq, size_t room, struct tw_tlv_reflection *ret)
{
	const struct sim_tlv_config *c = t->cfg;
	bool later = c->later_from && id >= c->later_from;
	struct tw_tlv_request req = {
		.src = info->src.addr,
		.dst = info->dst.addr,
		.src_port = c->port_from && id >= c->port_from ? 4444 : info->src.port,
		.dst_port = info->dst.port,
		.has_src_mac = true,
		.src_mac = {{2, 0, 0, 0, 0, 9}},
		.dscp = every(c->remark_every, id) ? c->remark_to : info->tos >> 2,
		.ecn = info->tos & 3,
		.sequence_rose = true,
		.max_payload = 1400,
		.rx_count = ++t->session[stream].rx,
		.tx_count = seq + 1,
		.uncounted = c->stateless,
		.mac = t->peer_mac,
	};

	t->truth.remarked += every(c->remark_every, id);
	if (!c->stateless && t->session[stream].replied) {
		req.last_reply.seq = t->session[stream].last_seq;
		req.last_reply.time = t->session[stream].last_t3;
		req.last_reply.mode = TW_METHOD_SOFTWARE;
	}
	assert_true(seq < SIM_TLV_MAX);
	t->truth.corrupt[seq] = every(c->corrupt_every, id);
	if (t->truth.corrupt[seq])
		pkt[BASE + TW_TLV_HEADER] ^= 0x10;
	tw_tlv_reflect(
		later ? &c->later : &c->policy, &req, pkt, BASE, info->payload_len, room, ret);
	t->hmac_at = ret->hmac_at;
	t->tos = (uint8_t)((ret->set_dscp ? ret->dscp : req.dscp) << 2);
	t->truth.dropped += ret->action == TW_TLV_DROP;
	t->truth.elsewhere += ret->elsewhere;
	if (ret->elsewhere)
		t->truth.to = ret->to;
	if (req.last_reply.mode)
		t->truth.about[seq] = req.last_reply.seq + 1;
}

uint64_t sim_tlv_leave(
	struct sim_tlv *t, uint32_t stream, uint8_t *pkt, const struct tw_reflect_fields *f)
{
	const struct sim_tlv_config *c = t->cfg;
	uint64_t egress = c->egress + f->seq % 8 * c->egress_step;

	assert_true(f->seq < SIM_TLV_MAX);
	if (t->hmac_at && t->peer_mac)
		tw_tlv_sign(t->peer_mac, pkt, BASE, t->hmac_at);
	if (every(c->forge_every, f->seq))
		pkt[BASE + TW_TLV_HEADER] ^= 1;
	t->truth.egress[f->seq] = egress;
	t->truth.made++;
	t->session[stream].replied = true;
	t->session[stream].last_seq = f->seq;
	t->session[stream].last_t3 = f->t3 + egress;
	return egress;
}

bool sim_tlv_receive(struct sim_tlv *t, uint32_t stream, const uint8_t *pkt, uint32_t len,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta, uint64_t offset)
{
	struct tw_tlv_reply m = {
		.rseq = f->rseq,
		.sseq = f->sseq,
		.ssid = tw_get16(pkt + TW_REP_SSID),
		.error_estimate = f->error_estimate,
		.t3 = {f->t3},
		.t4 = {meta->mono + offset},
		.dscp = meta->tos >> 2,
		.ecn = meta->tos & 3,
		.rx_count = ++t->received[stream],
	};

	if (!t->truth.there[f->rseq]) {
		t->truth.there[f->rseq] = true;
		t->truth.inbound[f->rseq] = meta->mono + offset - f->t3 - t->truth.egress[f->rseq];
	}
	return tw_tlv_read_reply(&t->expect, &t->reader[stream], t->mac, &m, pkt, len, &t->result);
}
