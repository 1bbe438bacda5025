/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What one request costs a reflecting worker: its loop is called on bursts that wait in a ring, so
 * that nothing but the loop is measured. Modes are interleaved and medians are of bursts, in TSC
 * ticks as nanoseconds; other load on the machine drops out of them.
 *
 *   bench_reflector                        the table
 *   bench_reflector MODE [BURSTS]          one mode, for
 *     valgrind --tool=callgrind --toggle-collect=measured_step bench_reflector MODE 200
 */

#include "bench_port.h"
#include "tw_agreed.h"
#include "tw_build.h"
#include "tw_eal.h"
#include "tw_keyring.h"
#include "tw_sealed.h"
#include "tw_send.h"
#include "tw_tlv_reflect.h"
#include "tw_worker.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST 32
#define ROUNDS 400
#define SESSIONS 64
#define ROOM 65536 /* for negotiated sessions: chance shall not make two of them neighbours */

/* What a mode sends and what the reflector is told. */
struct mode {
	const char *name;
	bool auth;
	bool policy; /* the reflector acts upon TLVs */
	bool sends_tlvs;
	bool twamp; /* negotiated sessions instead of STAMP */
};

static const struct mode modes[] = {
	{.name = "plain"},
	{.name = "plain-tlv-allowed", .policy = true},
	{.name = "tlv", .policy = true, .sends_tlvs = true},
	{.name = "auth", .auth = true, .policy = true},
	{.name = "auth-tlv", .auth = true, .policy = true, .sends_tlvs = true},
	{.name = "twamp", .twamp = true},
	{.name = "twamp-auth", .auth = true, .twamp = true},
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

struct bench {
	const struct mode *mode;
	struct tw_task *task;
	struct tw_send_class class;
	struct tw_tlv_template tlv;
	struct tw_negotiated agreed[SESSIONS];
	uint32_t seq[SESSIONS];
	unsigned int turn;
	uint64_t ticks[ROUNDS];
	unsigned int n;
};

static struct tw_port ports[2];
static struct tw_clock clock_;
static struct tw_batch *batch;
static struct tw_keyring *ring;
static const struct tw_batch_key *key;
static struct tw_batch_key *twamp_key[SESSIONS];
static struct tw_tlv_policy policy = {.allowed_dscp = UINT64_MAX, .disclose_location = true};
static struct bench benches[MODES];

static void set_up_keys(void)
{
	static const char text[] = "* hex:000102030405060708090a0b0c0d0e0f";
	struct tw_keyfile *file;
	struct tw_err err;
	struct tw_addr a = {.family = 4, .b = {192, 0, 2, 1}};

	must(tw_batch_create(TW_BATCH_AUTO, &batch) == 0 &&
			tw_keyfile_parse(
				"bench", text, strlen(text), TW_KEYFILE_TEXT, &err, &file) == 0 &&
			tw_keyring_create(batch, file, &ring) == 0,
		"keys");
	key = tw_keyring_peer(ring, 0, &a);
	for (unsigned int i = 0; i < SESSIONS; i++) {
		const uint8_t hmac[32] = {1, (uint8_t)i}, aes[16] = {2, (uint8_t)i};

		must(tw_batch_key_create(
			     batch, TW_HASH_SHA1, hmac, sizeof(hmac), aes, &twamp_key[i]) == 0,
			"TWAMP key");
	}
}

/* The sessions as a server and its clients would have agreed upon them. */
static void agree(struct bench *b)
{
	uint32_t ids[SESSIONS];
	struct tw_agreed_change c = {.ids = ids, .n = SESSIONS};

	for (uint32_t i = 0; i < SESSIONS; i++) {
		const struct tw_reflector_session s = {
			.sender = {{.family = 4, .b = {192, 0, 2, 1}}, (uint16_t)(20000 + i)},
			.reflector = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
			.security = b->mode->auth ? TW_SECURITY_AUTHENTICATED : TW_SECURITY_OPEN,
			.key = b->mode->auth ? twamp_key[i] : NULL,
			.symmetrical = true,
			.refwait = tw_ns_from_sec(900)};

		tw_negotiated_init(&b->agreed[i], &s);
		ids[i] = c.id = i;
		c.session = &b->agreed[i];
		must(tw_agreed_add(b->task, &c) == 0, "negotiated session");
	}
	tw_agreed_start(b->task, &c);
}

static void set_up(struct bench *b, const struct mode *m)
{
	static const char *const specs[] = {"timestamp-info", "cos:dscp=ef", "direct-measurement"};
	static uint16_t size;
	struct tw_reflector_config cfg = {.port = 862,
		.protocol = TW_PROTOCOL_STAMP,
		.max_sessions = 65536,
		.session_idle = tw_ns_from_sec(30),
		.refwait = tw_ns_from_sec(900),
		.keys = m->auth && !m->twamp ? ring : NULL,
		.negotiated = m->twamp,
		.negotiated_only = m->twamp,
		.max_agreed = m->twamp ? ROOM : 0,
		.tlv = m->policy ? &policy : NULL};
	struct tw_loop_port lp = loop_port(&ports[1], "192.0.2.2/24", 512);
	struct tw_stream_config s = {.local_mac = ports[0].mac,
		.next_hop_mac = ports[1].mac,
		.local = {{.family = 4, .b = {192, 0, 2, 1}}, 20000},
		.remote = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
		.ttl = 255,
		.protocol = m->twamp ? TW_PROTOCOL_TWAMP : TW_PROTOCOL_STAMP,
		.security = m->auth ? TW_SECURITY_AUTHENTICATED : TW_SECURITY_OPEN,
		.key = !m->auth   ? NULL
		       : m->twamp ? twamp_key[0]
				  : key,
		.n_sizes = 1,
		.sizes = &size,
		.tlv = m->sends_tlvs ? &b->tlv : NULL};
	struct tw_rand rand;
	struct tw_err err;
	uint8_t cycle;

	b->mode = m;
	tw_rand_init(&rand, 1);
	if (m->sends_tlvs)
		must(tw_tlv_compile(specs, 3, m->auth, &rand, &b->tlv, &err) == 0, "TLVs");
	size = (uint16_t)((m->auth ? TW_AUTH_LEN : TW_STAMP_LEN) + b->tlv.len);
	must(tw_send_classes(&s, 1, &b->class, &cycle) == 1, "frame");
	must(tw_reflector_create(&lp, &cfg, &clock_, &err, &b->task) == 0, err.text);
	if (m->twamp)
		agree(b);
	must(strcmp(m->name, "plain") != 0 || b->task->step != NULL, "step");
}

/* A request like the sender's, from one of the sessions: they differ in the source port. */
static void write_request(struct bench *b, struct rte_mbuf *m)
{
	const struct tw_send_class *c = &b->class;
	unsigned int who = b->turn++ % SESSIONS;
	uint8_t *f = (uint8_t *)rte_pktmbuf_append(m, c->frame_len);
	uint8_t *p = f + c->payload_off;
	struct tw_batch_op op;

	memset(f, 0, c->frame_len);
	memcpy(f, c->head, c->head_len);
	tw_put32(p, b->seq[who]);
	tw_put64(p + (b->mode->auth ? TW_AUTH_REQ_TIMESTAMP : TW_REQ_TIMESTAMP),
		(0xeeab5d94ULL << 32) + ((uint64_t)b->seq[who]++ << 20));
	tw_put16(p + (b->mode->auth ? TW_AUTH_REQ_ERROR : TW_REQ_ERROR), 0x8001);
	if (b->mode->sends_tlvs) {
		size_t base = (size_t)c->tlv_off - c->payload_off, at = base + b->tlv.hmac_at;
		uint32_t save;

		tw_send_tlvs(f, c, &b->tlv, b->seq[who]);
		if (b->tlv.hmac_at != TW_TLV_NOWHERE) {
			op.key = key;
			op.text = tw_tlv_text(p, base, at, &save, &op.len);
			op.tag = p + at + TW_TLV_HEADER;
			tw_batch_sign(batch, &op, 1);
			tw_tlv_text_done(p, base, save);
		}
	}
	if (b->mode->auth) {
		op = b->mode->twamp ? tw_sealed_request(TW_SEALED_TWAMP_AUTH, twamp_key[who], p)
				    : tw_sealed_request(TW_SEALED_STAMP, key, p);
		tw_batch_seal(batch, &op, 1);
	}
	tw_put16(f + 34, (uint16_t)(20000 + who));
	tw_put16(f + 40, 0);
	tw_set_raw16(f + 40, tw_udp_checksum_finish(tw_sum_add(
				     tw_sum_pseudo4(f + 26, TW_IPPROTO_UDP, tw_get16(f + 38)),
				     tw_sum(f + 34, tw_get16(f + 38)))));
}

/* In place of tw_rand_seed(): where sessions lie in the table shall not be chance. */
uint64_t __wrap_tw_rand_seed(void);
uint64_t __wrap_tw_rand_seed(void)
{
	return 1;
}

/* Alone, so that callgrind can be told to count nothing else. */
__attribute__((noinline)) static unsigned int measured_step(struct tw_task *t)
{
	return t->step(t);
}

static uint64_t one_burst(struct bench *b)
{
	struct rte_mbuf *m[BURST];
	uint64_t from, to;
	unsigned int n;

	must(rte_pktmbuf_alloc_bulk(ports[0].pool[0], m, BURST) == 0, "mbufs");
	for (unsigned int i = 0; i < BURST; i++)
		write_request(b, m[i]);
	must(rte_eth_tx_burst(ports[0].port_id, 0, m, BURST) == BURST, "ring");
	from = rte_rdtsc();
	n = measured_step(b->task);
	to = rte_rdtsc();
	must(n == BURST, "the reflector did not take the burst");
	must(rte_eth_rx_burst(ports[0].port_id, 0, m, BURST) == BURST, "not all were answered");
	rte_pktmbuf_free_bulk(m, BURST);
	return to - from;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double median_ns(struct bench *b)
{
	qsort(b->ticks, b->n, sizeof(b->ticks[0]), by_value);
	return (double)b->ticks[b->n / 2] * 1e9 / (double)rte_get_tsc_hz() / BURST;
}

static void table(void)
{
	double plain = 0;

	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < MODES; i++) {
			one_burst(&benches[i]);
			benches[i].ticks[benches[i].n++] = one_burst(&benches[i]);
		}
	printf("reflector, bursts of %u, %u sessions, %s\n", BURST, SESSIONS, tw_batch_name(batch));
	printf("%-20s%12s%16s%10s\n", "requests", "ns/packet", "Mpkt/CPU-s", "of plain");
	for (unsigned int i = 0; i < MODES; i++) {
		double ns = median_ns(&benches[i]);

		plain = i == 0 ? ns : plain;
		printf("%-20s%12.1f%16.2f%10.3f\n", modes[i].name, ns, 1e3 / ns, plain / ns);
	}
}

int main(int argc, char **argv)
{
	struct tw_eal_config eal_cfg = {
		.n_workers = 1, .numa_node = -1, .extra = "--no-huge -m 256"};
	struct tw_port_config cfg[2] = {0};
	struct tw_eal eal;
	struct tw_err err;

	must(tw_eal_start(&eal_cfg, &eal, &err) == 0, err.text);
	for (int i = 0; i < 2; i++) {
		cfg[i].n_queues = 1;
		cfg[i].rx_desc = cfg[i].tx_desc = 512;
		cfg[i].max_frame = 1514;
		cfg[i].n_addrs = 1;
		tw_prefix_parse(i ? "192.0.2.2/24" : "192.0.2.1/24", &cfg[i].addrs[0]);
	}
	must(tw_port_open_crossed(cfg, ports, &err) == 0, err.text);
	must(tw_port_start(&ports[0], &err) == 0 && tw_port_start(&ports[1], &err) == 0, err.text);
	for (int i = 0; i < 2; i++)
		tw_mac_parse(i ? "02:00:00:00:00:02" : "02:00:00:00:00:01", &ports[i].mac);
	must(tw_clock_init(&clock_) == 0, "clock");
	set_up_keys();
	for (unsigned int i = 0; i < MODES; i++)
		set_up(&benches[i], &modes[i]);
	if (argc < 2)
		table();
	for (unsigned int i = 0; argc > 1 && i < MODES; i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			for (long n = argc > 2 ? strtol(argv[2], NULL, 10) : ROUNDS; n > 0; n--)
				one_burst(&benches[i]);
	for (unsigned int i = 0; i < MODES; i++)
		tw_task_destroy(benches[i].task);
	tw_port_close(&ports[0]);
	tw_port_close(&ports[1]);
	for (unsigned int i = 0; i < SESSIONS; i++)
		tw_batch_key_destroy(twamp_key[i]);
	tw_keyring_destroy(ring);
	tw_batch_destroy(batch);
	tw_eal_stop();
	return 0;
}
