/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Life cycle of a reflector task, and the rules for a source that is seen for the first time. */

#include "reflector.h"

#include "exception.h"
#include "tw_rand.h"

#include <errno.h>
#include <stdlib.h>

/* Sessions that one housekeeping looks at: of a million everybody within three seconds. */
#define EXPIRE_ENTRIES 16

/* Sessions at once from which on fetching their entries ahead pays. */
#define MANY_SESSIONS 4096

static bool is_own(const struct tw_reflector *r, const struct tw_addr *a)
{
	for (unsigned int i = 0; i < r->port.n_addrs; i++)
		if (tw_addr_equal(&r->port.addrs[i].addr, a))
			return true;
	return false;
}

static bool is_broadcast(const struct tw_reflector *r, const struct tw_addr *a)
{
	static const uint8_t all[4] = {255, 255, 255, 255};

	if (a->family != 4)
		return false;
	if (memcmp(a->b, all, 4) == 0)
		return true;
	for (unsigned int i = 0; i < r->port.n_addrs; i++)
		if (tw_prefix_is_broadcast(&r->port.addrs[i], a))
			return true;
	return false;
}

static bool is_allowed(const struct tw_reflector *r, const struct tw_addr *a)
{
	for (unsigned int i = 0; i < r->cfg.n_allow; i++)
		if (tw_prefix_contains(&r->cfg.allow[i], a))
			return true;
	return false;
}

int tw_reflector_check_addresses(
	const struct tw_reflector *r, const struct tw_endpoint *src, const struct tw_addr *dst)
{
	const struct tw_addr *from = &src->addr;

	if (tw_addr_is_multicast(dst) || is_broadcast(r, dst))
		return TW_DISCARD_MULTICAST;
	if (tw_addr_is_multicast(from) || tw_addr_is_unspecified(from) || is_broadcast(r, from) ||
		src->port == 0)
		return TW_DISCARD_BAD_SOURCE;
	if (!is_own(r, dst) || (r->cfg.only.family && !tw_addr_equal(dst, &r->cfg.only)))
		return TW_DISCARD_NOT_OUR_ADDRESS;
	if (r->cfg.n_allow && !is_allowed(r, from))
		return TW_DISCARD_NOT_ALLOWED;
	/* On the loopback interface the peer has our address, but not our port: an answer to
	 * ourselves would be answered for ever. */
	if ((tw_addr_is_loopback(from) || is_own(r, from)) &&
		(!r->port.loopback || tw_reflector_has_port(r, src->port)))
		return TW_DISCARD_BAD_SOURCE;
	return -1;
}

/* @return the reason, -1 when all is well */
static int check_plain(const struct tw_reflector *r, const uint8_t *ip, bool v6)
{
	struct tw_endpoint src = {.addr.family = v6 ? 6 : 4};
	struct tw_addr dst = src.addr;

	memcpy(src.addr.b, ip + (v6 ? TW_IPV6_SRC : TW_IPV4_SRC), v6 ? 16 : 4);
	memcpy(dst.b, ip + (v6 ? TW_IPV6_DST : TW_IPV4_DST), v6 ? 16 : 4);
	src.port = tw_get16(ip + (v6 ? TW_IPV6_LEN : TW_IPV4_LEN));
	return tw_reflector_check_addresses(r, &src, &dst);
}

void tw_reflector_count_refusal(struct tw_reflector *r, enum tw_discard why)
{
	/* On a kernel's interface the rest of the world goes by: that is no refusal of ours. */
	if (r->port.kernel_interface &&
		(why == TW_DISCARD_NOT_OUR_PORT || why == TW_DISCARD_NOT_OUR_ADDRESS ||
			why == TW_DISCARD_NOT_UDP || why == TW_DISCARD_NOT_IP))
		r->n.passed++;
	else
		r->n.discarded[why]++;
}

/* The answer depends on the addresses only, but for port 0 and for our own addresses on a loopback
 * interface: it is remembered for them. A place of zeros is nobody's; place 0,
 * where 0.0.0.0 to 0.0.0.0 is looked for, never is one. */
static bool may_answer4(struct tw_reflector *r, const uint8_t *ip)
{
	uint64_t addrs = tw_raw64(ip + TW_IPV4_SRC);
	uint64_t *known = &r->known[addrs * 0x9e3779b97f4a7c15 >> (64 - KNOWN_BITS)];

	if (*known == addrs && tw_raw16(ip + TW_IPV4_LEN) != 0)
		return true;
	if (check_plain(r, ip, false) >= 0)
		return false;
	if (!r->port.loopback)
		*known = addrs;
	return true;
}

bool tw_reflector_may_answer(struct tw_reflector *r, const uint8_t *ip, bool v6)
{
	return v6 ? check_plain(r, ip, true) < 0 : may_answer4(r, ip);
}

struct tw_reflect_state *tw_reflector_open(struct tw_reflector *r, const uint64_t *key,
	uint64_t hash, unsigned int words, uint32_t sseq, uint32_t t1, uint32_t now)
{
	struct tw_table *t = words == TW_KEY4_WORDS ? &r->table4 : &r->table6;
	struct tw_session_more *more;
	struct tw_reflect_state *s;

	switch (tw_table_insert(t, key, hash, words, now, r->idle, &s)) {
	case TW_INSERT_EVICTED:
		r->n.sessions_evicted++;
		/* fall through */
	case TW_INSERT_CREATED:
		r->n.sessions_created++;
		tw_reflect_begin(s, sseq, t1, now);
		more = tw_table_more(t, s, words);
		if (more)
			memset(more, 0, sizeof(*more));
		return s;
	case TW_INSERT_FULL:
		break;
	}
	r->n.stateless_overflow++;
	return NULL;
}

bool tw_reflector_first(struct tw_reflector *r, const uint8_t *ip, bool v6, const uint64_t *key,
	uint64_t hash, uint32_t sseq, uint32_t t1, uint32_t now, uint32_t *ret_seq)
{
	struct tw_reflect_state *s;
	int why = check_plain(r, ip, v6);

	if (why >= 0) {
		tw_reflector_count_refusal(r, (enum tw_discard)why);
		return false;
	}
	s = tw_reflector_open(r, key, hash, v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS, sseq, t1, now);
	*ret_seq = s ? s->next_seq++ : sseq;
	return true;
}

void tw_reflector_discard(struct tw_reflector *r, struct rte_mbuf *m, enum tw_discard why)
{
	tw_reflector_count_refusal(r, why);
	rte_pktmbuf_free(m);
}

static void snapshot(struct tw_task *task, void *into)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	struct tw_reflector_snapshot *s = into;

	s->counters = r->n;
	/* Plain replies are as long as their requests; only what differs is counted. */
	s->counters.octets_out += r->n.octets_in;
	s->counters.sessions_active =
		(uint64_t)r->table4.used + r->table6.used + r->agreed4.used + r->agreed6.used;
	for (unsigned int i = 0; i < 256; i++) {
		s->counters.dscp[i >> 2] += r->tos[i];
		s->counters.ecn[i & 3] += r->tos[i];
	}
	for (unsigned int i = 0; i < 256; i++) {
		if (!r->ttl_seen[i])
			continue;
		s->counters.ttl_max = i;
		if (s->counters.ttl_min == 0)
			s->counters.ttl_min = i;
	}
	s->stamping = r->stamper.n;
	s->stolen = tw_span_to_ns(
		(struct tw_span){(int64_t)tw_clock_ticks(&task->clock, task->stolen)});
	s->stolen_longest = tw_span_to_ns(
		(struct tw_span){(int64_t)tw_clock_ticks(&task->clock, task->stolen_longest)});
	s->clock.error = tw_span_to_ns((struct tw_span){(int64_t)task->clock.error});
	s->clock.synchronised = task->clock.synchronised;
	s->clock.steps = task->clock.epoch;
}

static void set_step(struct tw_reflector *r)
{
	*(r->repeats ? &r->inner : &r->task.step) = tw_reflector_choose(r);
}

void tw_reflector_settle(struct tw_reflector *r)
{
	uint32_t agreed = r->agreed4.used + r->agreed6.used;
	uint32_t used = r->table4.used + r->table6.used + agreed;
	bool many = used > (r->many ? r->many_at / 2 : r->many_at);

	if (many == r->many && (agreed > 0) == r->has_agreed &&
		(r->n_plain_agreed > 0) == r->has_plain_agreed)
		return;
	r->many = many;
	r->has_agreed = agreed > 0;
	r->has_plain_agreed = r->n_plain_agreed > 0;
	set_step(r);
}

/* The NIC stamps nothing, or nothing that can be believed: back to the loop that does not ask. */
static void without_nic(struct tw_reflector *r)
{
	r->port.stamps.clock = NULL;
	set_step(r);
}

static void housekeeping(struct tw_task *task)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	uint64_t mono = tw_clock_mono(&task->clock, rte_rdtsc());
	uint64_t guess;
	uint32_t now = tw_reflect_coarse(mono);

	tw_reflector_readback(r, rte_rdtsc());
	tw_stamper_housekeeping(&r->stamper, task, rte_rdtsc());
	if (r->port.stamps.clock && !tw_stamper_active(&r->stamper))
		without_nic(r);
	r->tlv.t2_method =
		r->stamper.n.hardware[1] && r->stamper.rx ? TW_METHOD_HARDWARE : TW_METHOD_SOFTWARE;
	/* The linear part of a burst's stamps is a guess of its own size. */
	guess = r->slope.per_packet * TW_BURST;
	if (r->stamper.rx && r->stamper.error > guess)
		guess = r->stamper.error;
	r->error_estimate =
		tw_clock_error_estimate(&task->clock, guess > r->spread ? guess : r->spread);
	r->late_estimate = tw_clock_error_estimate(&task->clock, r->late);
	atomic_store_explicit(&task->packets, r->n.received, memory_order_relaxed);
	r->tlv.sync_source = task->clock.synchronised ? TW_SYNC_NTP : TW_SYNC_FREE_RUNNING;
	r->n.sessions_expired +=
		tw_table_expire(&r->table4, TW_KEY4_WORDS, now, r->refwait, EXPIRE_ENTRIES);
	tw_reflector_tick_agreed(r, mono);
	tw_reflector_settle(r);
	if (r->port.exception)
		tw_exception_down(&r->port, mono);
	r->n.sessions_expired +=
		tw_table_expire(&r->table6, TW_KEY6_WORDS, now, r->refwait, EXPIRE_ENTRIES);
}

static void control(struct tw_task *task, enum tw_letter_kind kind)
{
	if (kind == TW_LETTER_STOP)
		atomic_store(&task->finished, true);
}

/* Only repeated replies have a deadline. */
static uint64_t next_due(const struct tw_task *task)
{
	return tw_reflector_repeat_due((const struct tw_reflector *)task);
}

/* Without sessions that end and a kernel that sends. */
static bool still(const struct tw_task *task)
{
	const struct tw_reflector *r = (const struct tw_reflector *)task;

	return r->table4.used + r->table6.used + r->agreed4.used + r->agreed6.used == 0 &&
	       !r->port.exception;
}

static void destroy(struct tw_task *task)
{
	struct tw_reflector *r = (struct tw_reflector *)task;

	for (unsigned int i = 0; i < r->n_repeats; i++)
		rte_pktmbuf_free(r->repeats[i].m);
	free(r->repeats);
	tw_table_fini(&r->table4);
	tw_table_fini(&r->table6);
	tw_table_fini(&r->agreed4);
	tw_table_fini(&r->agreed6);
	tw_batch_destroy(r->batch);
	free(r->agreed);
	free(r->ports);
	free(r);
}

static uint32_t coarse_of(struct tw_ns d)
{
	uint64_t c = (uint64_t)d.v * 1024 / (uint64_t)TW_NS_PER_SEC;

	return c > INT32_MAX ? INT32_MAX : (uint32_t)c;
}

static int allocate(struct tw_reflector *r)
{
	const struct tw_reflector_config *cfg = &r->cfg;
	uint64_t seed = tw_rand_seed();
	int rc = 0;

	r->ports = calloc(1024, sizeof(*r->ports));
	if (!r->ports)
		return -ENOMEM;
	if (cfg->keys || cfg->negotiated)
		rc = tw_batch_create(TW_BATCH_AUTO, &r->batch);
	if (rc == 0 && !cfg->stateless) {
		rc = tw_table_init(&r->table4, cfg->max_sessions, TW_KEY4_WORDS, seed);
		if (rc == 0)
			rc = tw_table_init(&r->table6, cfg->max_sessions, TW_KEY6_WORDS, ~seed);
		if (rc == 0 && cfg->tlv)
			rc = tw_table_keep_more(&r->table4);
		if (rc == 0 && cfg->tlv)
			rc = tw_table_keep_more(&r->table6);
	}
	if (rc == 0 && cfg->tlv && cfg->tlv->n_allow_asymmetric && !cfg->stateless) {
		r->repeats = calloc(TW_REPEATS, sizeof(*r->repeats));
		rc = r->repeats ? 0 : -ENOMEM;
	}
	if (rc == 0 && cfg->negotiated) {
		r->agreed = calloc(cfg->max_agreed, sizeof(struct tw_negotiated *));
		rc = r->agreed ? 0 : -ENOMEM;
		if (rc == 0)
			rc = tw_table_init(&r->agreed4, cfg->max_agreed, TW_KEY4_WORDS, seed + 1);
		if (rc == 0)
			rc = tw_table_init(&r->agreed6, cfg->max_agreed, TW_KEY6_WORDS, seed + 2);
	}
	return rc;
}

/* What the policy says of this node is what the port has. */
static void settle_tlv(struct tw_reflector *r)
{
	if (!r->cfg.tlv)
		return;
	r->tlv = *r->cfg.tlv;
	for (unsigned int i = 0; i < r->port.n_addrs; i++)
		r->own_addr[i] = r->port.addrs[i].addr;
	r->tlv.own_addr = r->own_addr;
	r->tlv.n_own_addr = r->port.n_addrs;
	r->tlv.own_mac = &r->port.mac;
	r->tlv.n_own_mac = 1;
	r->tlv.sync_source = r->task.clock.synchronised ? TW_SYNC_NTP : TW_SYNC_FREE_RUNNING;
	r->tlv.t2_method = TW_METHOD_SOFTWARE;
	r->tlv.t3_method = TW_METHOD_SOFTWARE;
	r->volume_at = tw_clock_mono(&r->task.clock, rte_rdtsc());
	if (r->repeats) {
		r->inner = r->task.step;
		r->task.step = tw_reflector_step_repeating;
	}
}

int tw_reflector_create(const struct tw_loop_port *port, const struct tw_reflector_config *cfg,
	const struct tw_clock *clock, struct tw_err *err, struct tw_task **ret_task)
{
	struct tw_reflector *r;

	if (port->n_addrs == 0)
		return tw_fail(err, -EINVAL, "the port has no address: give --ip ADDR/LEN");
	r = aligned_alloc(64, (sizeof(*r) + 63) & ~(size_t)63);
	if (!r)
		return tw_fail(err, -ENOMEM, "out of memory");
	memset(r, 0, sizeof(*r));
	r->many_at = MANY_SESSIONS;
	r->task.next_due = next_due;
	r->task.still = still;
	r->task.snapshot = snapshot;
	r->task.control = control;
	r->task.housekeeping = housekeeping;
	r->task.destroy = destroy;
	r->task.role = TW_ROLE_REFLECTOR;
	r->task.clock_source = clock;
	r->task.wake_fd = -1;
	tw_clock_read(clock, &r->task.clock, rte_rdtsc());
	r->port = *port;
	r->cfg = *cfg;
	r->known[0] = 1; /* belongs elsewhere: nobody is taken for it */
	r->task.step = tw_reflector_choose(r);
	tw_stamper_init(&r->stamper, &port->stamps, port->port_id, &r->task.clock, false);
	r->l2 = TW_ETH_LEN + TW_VLAN_LEN * port->n_vlan;
	r->light = cfg->protocol != TW_PROTOCOL_STAMP;
	tw_shape_make(&r->shape[0], port, false, cfg->port);
	tw_shape_make(&r->shape[1], port, true, cfg->port);
	r->shortest = r->shape[0];
	tw_shape_at_length(
		&r->shortest, tw_quick_udp(r->l2, false) + TW_UDP_LEN + TW_STAMP_LEN, r->l2, false);
	memset(r->shortest.care + tw_quick_udp(r->l2, false) + TW_UDP_LEN + TW_REQ_MBZ, 0xff,
		TW_STAMP_LEN - TW_REQ_MBZ);
	tw_shape_make(&r->any_port[0], port, false, 0);
	tw_shape_make(&r->any_port[1], port, true, 0);
	tw_turn_make(&r->turn, r->l2, false);
	tw_turn_make(&r->turn_twamp, r->l2, true);
	r->idle = coarse_of(cfg->session_idle);
	r->refwait = coarse_of(cfg->refwait);
	r->knows_tlvs = cfg->tlv != NULL;
	tw_answer_self(port, &r->self);
	r->slope.countdown = 1;
	r->error_estimate = tw_clock_error_estimate(&r->task.clock, 0);
	r->late_estimate = r->error_estimate;
	if (allocate(r) < 0) {
		destroy(&r->task);
		return tw_fail(err, -ENOMEM, "no memory for %u sessions",
			cfg->max_sessions + cfg->max_agreed);
	}
	settle_tlv(r);
	r->ports[cfg->port >> 6] |= 1ULL << (cfg->port & 63);
	*ret_task = &r->task;
	return 0;
}
