/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "sim.h"

#include "tw_frame.h"
#include "tw_test.h"

#define PORT 20000
#define HOPS 3
/* Replies recorded at once at most: no multiple of anything. */
#define SIM_BATCH 61
/* A reply may be longer than its request. */
#define GROWTH 1024
#define TOS 0xb9 /* EF, ECT(1) */

enum kind {
	SEND,         /* something is due */
	AT_REFLECTOR, /* a request arrives */
	AT_SENDER,    /* a reply arrives */
	BORDER,       /* between two intervals */
	SETTLED,      /* a timeout behind a border */
	KILLED,
};

/* What is on its way. */
struct packet {
	uint32_t run;
	uint32_t stream;
	uint32_t id; /* request or reply of the truth */
	uint32_t len;
	uint8_t ttl;
	uint8_t tos; /* of a reply */
	uint8_t bytes[];
};

void sim_defaults(struct sim_config *c)
{
	static const uint16_t stamp = TW_STAMP_LEN;

	memset(c, 0, sizeof(*c));
	c->streams = 1;
	c->count = 1000;
	c->pps = 1000;
	c->burst = 1;
	c->timeout = 2ULL << 32;
	c->protocol = TW_PROTOCOL_STAMP;
	c->n_sizes = 1;
	c->sizes = &stamp;
	c->out.delay.base = sim_us(100);
	c->in.delay.base = sim_us(150);
}

void sim_reflector_init(struct sim_reflector *r)
{
	memset(r, 0, sizeof(*r));
	r->residence = sim_us(5);
	r->idle = 30ULL << 32;
	r->error_estimate = TW_ERROR_S | 0x0101;
}

static void build_streams(struct sim *s)
{
	struct tw_stream_config c = {
		.local = {{.family = 4, .b = {192, 0, 2, 1}}, PORT},
		.remote = {{.family = 4, .b = {192, 0, 2, 2}}, TW_PORT},
		.local_mac = {{2, 0, 0, 0, 0, 1}},
		.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
		.tos = TOS,
		.ttl = 255,
		.protocol = s->cfg.protocol,
		.n_sizes = s->cfg.n_sizes,
		.sizes = s->cfg.sizes,
		.ssid = s->cfg.ssid,
		.tlv = s->cfg.tlv ? s->cfg.tlv->asked : NULL,
	};

	if (s->cfg.v6) {
		c.local.addr = (struct tw_addr){6, {0x20, 1, 0x0d, 0xb8, [15] = 1}};
		c.remote.addr = (struct tw_addr){6, {0x20, 1, 0x0d, 0xb8, [15] = 2}};
	}
	/* Streams differ in their port only, which nothing here looks at. */
	assert_true(tw_send_classes(&c, 4, s->classes, s->cycle) > 0);
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		s->stream[i].n_cycle = c.n_sizes;
		s->stream[i].cycle = s->cycle;
		s->stream[i].classes = s->classes;
	}
}

/* As if @n packets of each stream had gone there and back in order. */
static void pretend(struct sim *s, uint64_t n)
{
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		struct tw_loss *l = &s->reply_stream[i].loss;

		s->stream[i].sent = n;
		l->next_s += n;
		l->next_r += n;
		s->peer->known[i] = true;
		s->peer->state[i] = (struct tw_reflect_state){
			.next_seq = (uint32_t)n,
			.last_sseq = (uint32_t)n - 1,
			.last_t1 = tw_reflect_t1(sim_clock_wall(&s->cfg.clock, s->now).v),
			.last_seen = tw_reflect_coarse(sim_clock_mono(&s->peer->clock, s->now)),
		};
	}
}

static void set_up(struct sim *s)
{
	const struct sim_config *c = &s->cfg;

	assert_in_range(c->streams, 1, SIM_MAX_STREAMS);
	sim_path_init(&s->out, &c->out, c->seed, 2 * s->run);
	sim_path_init(&s->in, &c->in, c->seed, 2 * s->run + 1);
	sim_truth_init(&s->truth, c->streams);
	build_streams(s);
	assert_int_equal(tw_pace_init(&s->pace, c->schedule, c->pps, 1, c->burst, c->seed), 0);
	s->result = tw_result_create();
	assert_non_null(s->result);
	assert_int_equal(tw_window_init(&s->window, c->streams, c->window ? c->window : 65536), 0);
	for (uint32_t i = 0; i < c->streams; i++) {
		tw_loss_init(&s->reply_stream[i].loss, &s->loss_tables[i]);
		if (c->known_start)
			tw_loss_start_at_zero(&s->reply_stream[i].loss);
		tw_variation_init(&s->reply_stream[i].variation);
	}
	s->offsets[0] = SIM_EPOCH + (uint64_t)c->clock.offset.v;
	for (unsigned int i = 0; i < c->clock.n_steps; i++)
		s->offsets[i + 1] = s->offsets[i] + (uint64_t)c->clock.step[i].by.v;
	s->reply = (struct tw_reply_ctx){
		.window = &s->window,
		.streams = s->reply_stream,
		.timeout = c->timeout,
		.offsets = s->offsets,
		.offsets_mask = sizeof(s->offsets) / sizeof(s->offsets[0]) - 1,
		.result = s->result,
	};
	if (c->tlv)
		sim_tlv_init(&s->tlv, c->tlv, c->ssid);
	s->truth.known_start = c->known_start || c->first_seq > 0;
	if (c->first_seq)
		pretend(s, c->first_seq);
}

static struct packet *new_packet(
	const struct sim *s, uint32_t stream, const uint8_t *bytes, uint32_t len)
{
	struct packet *p = sim_grow(NULL, 1, sizeof(*p) + len + GROWTH);

	*p = (struct packet){.run = s->run, .stream = stream, .len = len};
	memcpy(p->bytes, bytes, len);
	return p;
}

/* Put @p on a path: as many copies of it as arrive. */
static void travel(
	struct sim *s, struct sim_path *path, enum kind to, uint64_t now, struct packet *p)
{
	uint64_t at[SIM_MAX_COPIES];
	unsigned int n = sim_path_send(path, now, at);

	for (unsigned int i = 0; i < n; i++) {
		struct packet *copy = sim_grow(NULL, 1, sizeof(*p) + p->len + GROWTH);

		memcpy(copy, p, sizeof(*p) + p->len);
		copy->ttl = (uint8_t)(copy->ttl - HOPS);
		sim_events_add(s->events, at[i], to, p->id, copy);
	}
	free(p);
}

static unsigned int clock_epoch(const struct sim_clock *c, uint64_t now)
{
	unsigned int n = 0;

	while (n < c->n_steps && now >= c->step[n].at)
		n++;
	return n;
}

static void schedule_next(struct sim *s)
{
	uint64_t at;

	if (s->left == 0)
		return;
	at = sim_clock_true(&s->cfg.clock, tw_pace_due(&s->pace));
	sim_events_add(s->events, at > s->now ? at : s->now, SEND, s->run, NULL);
}

static void send(struct sim *s)
{
	struct tw_send_stream *st = &s->stream[s->turn];
	const struct tw_send_class *c = &st->classes[st->cycle[st->pos]];
	unsigned int epoch = clock_epoch(&s->cfg.clock, s->now);
	uint64_t mono = sim_clock_mono(&s->cfg.clock, s->now);
	uint8_t frame[TW_MAX_FRAME] = {0};
	struct packet *p;

	assert_true(c->head_len <= TW_SEND_HEAD);
	memcpy(frame, c->head, TW_SEND_HEAD);
	tw_send_stamp(frame, c, (uint32_t)st->sent, mono + s->offsets[epoch], TW_ERROR_S | 0x0101);
	if (s->cfg.tlv)
		sim_tlv_send(&s->tlv, frame, c, (uint32_t)st->sent);
	if (tw_window_put(&s->window, s->turn, (uint32_t)st->sent, mono, (uint16_t)epoch,
		    mono - s->cfg.timeout))
		s->result->tester.window_overrun++;
	p = new_packet(s, s->turn, frame, c->frame_len);
	p->id = sim_truth_sent(&s->truth, s->turn, s->now);
	p->ttl = 255;
	travel(s, &s->out, AT_REFLECTOR, s->now, p);
	st->pos = (uint16_t)((st->pos + 1) % st->n_cycle);
	st->sent++;
	s->turn = (s->turn + 1) % s->cfg.streams;
	s->left--;
	tw_pace_advance(&s->pace);
	schedule_next(s);
}

/* The number of the reply, as a reflector's session table would have it. */
static uint32_t next_number(struct sim *s, const struct packet *p, uint32_t sseq, uint64_t t1)
{
	struct sim_reflector *r = s->peer;
	uint32_t coarse = tw_reflect_coarse(sim_clock_mono(&r->clock, s->now));
	struct tw_reflect_state *state = &r->state[p->stream];
	uint64_t resets = r->resets;
	uint32_t n;

	if (r->restart_at && s->now >= r->restart_at && !r->restarted) {
		r->restarted = true;
		memset(r->known, 0, sizeof(r->known));
		for (uint32_t i = 0; i < s->cfg.streams; i++)
			sim_truth_restarted(&s->truth, i);
	}
	if (r->stateless)
		return sseq;
	if (!r->known[p->stream]) {
		r->known[p->stream] = true;
		tw_reflect_begin(state, sseq, tw_reflect_t1(t1), coarse);
		state->next_seq = r->first;
		return state->next_seq++;
	}
	n = tw_reflect_next(
		state, sseq, tw_reflect_t1(t1), coarse, tw_reflect_coarse(r->idle), &r->resets);
	if (r->resets != resets && s->truth.made[p->stream].replies)
		sim_truth_restarted(&s->truth, p->stream);
	return n;
}

/* One reply to the request whose payload @p begins with now: made at @now. */
static void answer(struct sim *s, const struct packet *p, const struct tw_reflect_fields *f,
	uint32_t had, uint32_t len, bool stamp, uint8_t tos, uint64_t now)
{
	struct packet *reply = new_packet(s, p->stream, p->bytes, len);
	uint64_t leaves = now;

	tw_reflect_write_open(reply->bytes, had, len, stamp, f);
	if (s->cfg.tlv)
		leaves += sim_tlv_leave(&s->tlv, p->stream, reply->bytes, f);
	reply->run = p->run;
	reply->ttl = 255;
	reply->tos = tos;
	if (p->run == s->run)
		reply->id = sim_truth_reflected(&s->truth, p->id, s->now, now);
	travel(s, &s->in, AT_SENDER, leaves, reply);
}

static void reflect(struct sim *s, struct packet *p)
{
	struct sim_reflector *r = s->peer;
	uint64_t leaves = s->now + r->residence, gap = 0;
	struct tw_reflect_fields f;
	struct tw_frame info;
	uint8_t *payload, tos = TOS & 0xfc;
	uint32_t len, n = 1;
	bool stamp;

	assert_int_equal(tw_frame_parse(p->bytes, p->len, &info), TW_FRAME_OK);
	assert_int_equal(tw_frame_check_udp(p->bytes, &info), TW_UDP_CHECK_GOOD);
	assert_int_equal(info.dst.port, TW_PORT);
	assert_int_equal(info.tos, TOS);
	payload = p->bytes + info.payload_off;
	stamp = tw_payload_is_stamp(payload, info.payload_len);
	assert_int_equal(stamp, s->cfg.protocol == TW_PROTOCOL_STAMP);
	len = tw_reflect_reply_len(info.payload_len, false);
	f = (struct tw_reflect_fields){
		.t2 = sim_clock_wall(&r->clock, s->now).v,
		.error_estimate = r->error_estimate,
		.ttl = p->ttl,
	};
	f.seq = next_number(s, p, tw_get32(payload), tw_get64(payload + 4));
	/* in place, with room behind the request for a longer reply */
	memmove(p->bytes, payload, info.payload_len);
	for (uint32_t k = 0; k < n; k++) {
		uint64_t made = leaves + k * gap;

		f.t3 = sim_clock_wall(&r->clock, made).v;
		if (k == 0 && s->cfg.tlv) {
			struct tw_tlv_reflection out;

			sim_tlv_reflect(&s->tlv, p->stream, p->id, &info, p->bytes, f.seq,
				info.payload_len + GROWTH, &out);
			len = out.len;
			tos = s->tlv.tos;
			n = out.action == TW_TLV_REPLY ? out.n_replies : 0;
			gap = (uint64_t)tw_ns_to_span(tw_ns(out.interval_ns)).v;
			if (n == 0)
				break;
		}
		if (k)
			f.seq = r->state[p->stream].next_seq++;
		answer(s, p, &f, info.payload_len, len, stamp, tos, made);
	}
	free(p);
}

static void receive(struct sim *s, struct packet *p)
{
	struct tw_reply_meta meta = {sim_clock_mono(&s->cfg.clock, s->now), p->ttl, p->tos};
	enum tw_reply_verdict v;
	struct tw_reply_fields f;

	tw_reply_read_open(p->bytes, p->len, &f);
	if (s->cfg.tlv && !sim_tlv_receive(&s->tlv, p->stream, p->bytes, p->len, &f, &meta,
				  s->offsets[clock_epoch(&s->cfg.clock, s->now)])) {
		free(p);
		return;
	}
	/* As the loop does it: what is usual is gathered, and recorded many at once. */
	if (s->reply.batch.n == SIM_BATCH)
		tw_reply_flush(&s->reply);
	if (tw_reply_usual(&s->reply, tw_window_at(&s->window, p->stream, f.sseq),
		    &s->reply_stream[p->stream], s->stream[p->stream].sent, &f, &meta))
		v = TW_REPLY_FIRST;
	else
		v = tw_reply_record(&s->reply, p->stream, s->stream[p->stream].sent, &f, &meta);
	s->verdicts[v]++;
	if (p->run == s->run)
		sim_truth_returned(&s->truth, p->id, s->now);
	else
		assert_true(v == TW_REPLY_ECHO || v == TW_REPLY_UNKNOWN);
	free(p);
}

static void border(struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		s->border_sent[i] = s->stream[i].sent;
		tw_loss_border(&s->reply_stream[i].loss);
	}
	sim_events_add(s->events, s->now + s->cfg.timeout + sim_us(100), SETTLED, s->run, NULL);
}

static void settled(struct sim *s)
{
	struct tw_packet_counts *n = &s->interval[s->n_intervals++], c;

	assert_true(s->n_intervals < SIM_MAX_INTERVALS);
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		tw_loss_border_totals(
			&s->reply_stream[i].loss, s->border_sent[i], s->peer->stateless, &c);
		tw_packet_counts_merge(n, &c);
	}
	if (s->left)
		sim_events_add(s->events, s->now + s->cfg.interval, BORDER, s->run, NULL);
}

void sim_run(struct sim *s, const struct sim_config *cfg, struct sim_reflector *peer,
	struct sim_events *events, uint64_t begin)
{
	struct sim_event e;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->peer = peer;
	s->events = events;
	s->run = peer->runs++;
	s->now = begin;
	s->left = cfg->count;
	set_up(s);
	tw_pace_start(&s->pace, sim_clock_mono(&cfg->clock, begin));
	schedule_next(s);
	if (cfg->interval)
		sim_events_add(events, begin + cfg->interval, BORDER, s->run, NULL);
	if (cfg->stop_at)
		sim_events_add(events, cfg->stop_at, KILLED, s->run, NULL);
	while (sim_events_next(events, &e)) {
		s->now = e.at;
		/* What a run before had in mind. */
		if (!e.data && e.id != s->run)
			continue;
		if (e.kind == KILLED)
			break;
		if (e.kind == SEND)
			send(s);
		else if (e.kind == AT_REFLECTOR)
			reflect(s, e.data);
		else if (e.kind == AT_SENDER)
			receive(s, e.data);
		else if (e.kind == BORDER)
			border(s);
		else
			settled(s);
	}
	tw_reply_flush(&s->reply);
}

void sim_fini(struct sim *s)
{
	sim_truth_fini(&s->truth);
	tw_window_fini(&s->window);
	tw_result_destroy(s->result);
}

void sim_result(const struct sim *s, struct tw_result *ret)
{
	tw_result_merge(ret, s->result);
	ret->packets = (struct tw_packet_counts){.short_replies = s->result->packets.short_replies};
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		struct tw_packet_counts c;

		tw_loss_totals(&s->reply_stream[i].loss, s->stream[i].sent,
			tw_loss_in_time(&s->reply_stream[i].loss), s->peer->stateless, &c);
		tw_packet_counts_merge(&ret->packets, &c);
		tw_variation_add_jitter(&s->reply_stream[i].variation, ret);
	}
}
