/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_H
#define SIM_H

/* The sender core, a modelled path and the reflector core in virtual time. What the loops of the
 * workers do around the cores is done here in its simplest form. */

#include "clock.h"
#include "event.h"
#include "path.h"
#include "tlv.h"
#include "truth.h"
#include "tw_pace.h"
#include "tw_reflect.h"
#include "tw_reply.h"
#include "tw_send.h"

#define SIM_MAX_STREAMS 16
#define SIM_MAX_INTERVALS 64

/* A reflector: it outlives a sender's run. */
struct sim_reflector {
	struct sim_clock clock;
	uint64_t residence; /* 2^-32 s of true time */
	bool stateless;
	uint32_t first; /* number of a session's first reply (0 is ours) */
	uint64_t idle;  /* --session-idle, 2^-32 s */
	uint16_t error_estimate;
	uint64_t restart_at; /* true time at which it forgets its sessions; 0 = never */
	bool restarted;
	bool known[SIM_MAX_STREAMS];
	struct tw_reflect_state state[SIM_MAX_STREAMS];
	uint64_t resets; /* senders that started again */
	uint32_t runs;   /* senders so far */
};

struct sim_config {
	uint64_t seed;
	uint32_t streams;
	uint64_t count; /* packets over all streams */
	enum tw_pace_kind schedule;
	uint64_t pps;
	uint32_t burst;
	uint64_t timeout; /* 2^-32 s */
	enum tw_protocol protocol;
	bool v6;
	uint16_t n_sizes;
	const uint16_t *sizes; /* UDP payload */
	uint64_t window;       /* records a stream; 0 = plenty */
	bool known_start;      /* the session was negotiated: replies are numbered from 0 */
	uint64_t first_seq;    /* as if so many packets had been answered before */
	uint64_t interval;     /* borders so far apart; 0 = none */
	uint64_t stop_at;      /* killed at this true time; 0 = runs to its end */
	uint16_t ssid;
	const struct sim_tlv_config *tlv; /* NULL = packets carry none */
	struct sim_clock clock;
	struct sim_path_config out;
	struct sim_path_config in;
};

/* A sender's run. */
struct sim {
	struct sim_config cfg;
	struct sim_reflector *peer;
	uint32_t run; /* tells packets of runs over the same ports apart */
	uint64_t now;
	struct sim_events *events;
	struct sim_path out, in;
	struct sim_truth truth;
	struct tw_pace pace;
	uint64_t left;
	uint32_t turn;
	uint64_t border_sent[SIM_MAX_STREAMS];
	struct tw_send_class classes[4];
	uint8_t cycle[TW_MAX_SIZE_CYCLE];
	struct tw_send_stream stream[SIM_MAX_STREAMS];
	struct tw_window window;
	uint64_t offsets[16]; /* wall - mono by steps so far */
	struct tw_reply_stream reply_stream[SIM_MAX_STREAMS];
	struct tw_loss_tables loss_tables[SIM_MAX_STREAMS];
	struct tw_reply_ctx reply;
	struct tw_result *result;
	uint64_t verdicts[TW_REPLY_ECHO + 1];
	struct sim_tlv tlv;
	/* running totals at borders */
	struct tw_packet_counts interval[SIM_MAX_INTERVALS];
	unsigned int n_intervals;
};

/* A quiet path, 1000 packets of one STAMP stream at 1000 pps, 2 s timeout. */
void sim_defaults(struct sim_config *c);
void sim_reflector_init(struct sim_reflector *r);

/* Run a sender from true time @begin (SIM_BEGIN at least) on until nothing is left to happen (or it is killed; what is
 * then on its way stays in @events for the next run). */
void sim_run(struct sim *s, const struct sim_config *cfg, struct sim_reflector *peer,
	struct sim_events *events, uint64_t begin);
void sim_fini(struct sim *s);

/* Statistics as a worker reports them: packets, jitter and all. */
void sim_result(const struct sim *s, struct tw_result *ret);

/* Everything that the result says is what happened. */
void sim_check(const struct sim *s);

/* What is exact on every path: counts of packets, of every stream. */
void sim_check_counts(const struct sim *s);

#endif
