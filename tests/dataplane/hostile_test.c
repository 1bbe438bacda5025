/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include "tw_rand.h"

/*
 * What must not be answered, each under exactly its reason, with good packets before and behind
 * that notice nothing. Then all of it in random order (TW_SEED=N repeats a run).
 */

#define PREFIXES 106
#define GOOD_PORT 30000

/* One hostile frame: a plain request of the family, spoilt. */
struct bad {
	const char *name;
	unsigned int family;
	void (*packet)(struct dp_packet *p); /* before it is built, or NULL */
	void (*frame)(struct dp_frame *f);   /* after, or NULL */
	enum tw_discard reason;
};

static struct dp_list in;
static struct dp_run run;

static int setup(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.in = &in;
	run.cfg = dp_reflector_config();
	in.n = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_list_free(&in);
	dp_list_free(&run.out);
	return 0;
}

/* A byte of the frame, and the IPv4 checksum made right again. */
static void set4(struct dp_frame *f, unsigned int at, uint8_t v)
{
	uint32_t header = 4 * (uint32_t)(f->b[14] & 15);

	f->b[at] = v;
	if (header >= 20) {
		dp_put16(f->b + 24, 0);
		dp_put16(f->b + 24, (uint16_t)~dp_sum(f->b + 14, header, 0));
	}
}

#define PACKET(fn, what)                                                                           \
	static void fn(struct dp_packet *p)                                                        \
	{                                                                                          \
		what;                                                                              \
	}
#define FRAME(fn, what)                                                                            \
	static void fn(struct dp_frame *f)                                                         \
	{                                                                                          \
		what;                                                                              \
	}

/* link layer */
FRAME(other_mac, f->b[5] = 77)
FRAME(group_mac, f->b[0] = 1)
FRAME(broadcast_mac, memset(f->b, 0xff, 6))
FRAME(group_source_mac, f->b[6] = 3)
FRAME(broadcast_source_mac, memset(f->b + 6, 0xff, 6))
FRAME(ethertype, dp_put16(f->b + 12, 0x1234))
FRAME(llc, dp_put16(f->b + 12, 72))
FRAME(arp, dp_put16(f->b + 12, 0x0806))
FRAME(ip4_as_ip6, dp_put16(f->b + 12, 0x86dd))
FRAME(ip6_as_ip4, dp_put16(f->b + 12, 0x0800))
PACKET(tagged, p->n_vlan = 1)
PACKET(stacked, p->n_vlan = 2)
PACKET(three_tags, p->n_vlan = 3)

static void cut_tag(struct dp_frame *f)
{
	dp_put16(f->b + 12, 0x8100);
	f->len = 16;
}

/* IPv4 */
FRAME(version5, set4(f, 14, 0x55))
FRAME(header_of_4, f->b[14] = 0x44)
FRAME(total_too_long, set4(f, 17, 73))
FRAME(total_below_header, set4(f, 17, 19))
FRAME(total_cuts_udp, set4(f, 17, 27))
FRAME(ip_checksum, f->b[24] ^= 1)
FRAME(more_fragments, set4(f, 20, 0x20))
FRAME(fragment_offset, set4(f, 21, 1))
FRAME(gre4, set4(f, 23, 47))
FRAME(tcp4, set4(f, 23, 6))
FRAME(icmp4, set4(f, 23, 1))
PACKET(to_multicast4, p->dst[0] = 224)
PACKET(to_all4, memset(p->dst, 255, 4))
PACKET(to_subnet4, p->dst[3] = 255)
PACKET(to_other4, p->dst[3] = 2)
PACKET(from_multicast4, p->src[0] = 239)
PACKET(from_all4, memset(p->src, 255, 4))
PACKET(from_subnet4, p->src[3] = 255)
PACKET(from_loopback4, p->src[0] = 127)
PACKET(from_nowhere4, memset(p->src, 0, 4))
PACKET(from_us4, p->src[3] = 1)

static void header_beyond_frame(struct dp_frame *f)
{
	f->b[14] = 0x4f;
	f->len = 14 + 59;
}

/* IPv6 */
FRAME(version7, f->b[14] = 0x70)
FRAME(payload_too_long, f->b[19]++)
FRAME(payload_cuts_udp, f->b[19] = 7)
FRAME(payload_zero, f->b[19] = 0)
FRAME(gre6, f->b[20] = 47)
FRAME(tcp6, f->b[20] = 6)
FRAME(icmp6, f->b[20] = 58)
FRAME(no_next, f->b[20] = 59)
PACKET(to_multicast6, p->dst[0] = 0xff)
PACKET(to_other6, p->dst[15] = 2)
PACKET(from_multicast6, p->src[0] = 0xff)
PACKET(from_nowhere6, memset(p->src, 0, 16))
PACKET(from_us6, p->src[15] = 1)
PACKET(extension, p->options = 16)

static void from_loopback6(struct dp_packet *p)
{
	memset(p->src, 0, 15);
	p->src[15] = 1;
}

/* On a packet with 16 octets of destination options at 54: what they say instead. */
FRAME(option_forbids, f->b[56] = 0xc2)
FRAME(option_overruns, f->b[57] = 200)
FRAME(extension_overruns, f->b[55] = 40)

static void late_hop_by_hop(struct dp_frame *f)
{
	f->b[54] = 0;
	memset(f->b + 62, 0, 8);
	f->b[62] = 17;
}

static void routing(struct dp_frame *f)
{
	f->b[20] = 43;
	f->b[57] = 1;
}

static void fragment6(struct dp_frame *f)
{
	f->b[20] = 44;
	f->b[57] = 1; /* more to come */
}

static void long_chain(struct dp_frame *f)
{
	/* nine destination options of eight octets where payload was */
	for (unsigned int i = 0; i < 9 && 54 + 8 * i + 8 <= f->len; i++) {
		memset(f->b + 54 + 8 * i, 0, 8);
		f->b[54 + 8 * i] = 60;
	}
	f->b[20] = 60;
}
PACKET(room_for_chain, p->len = 100)

/* UDP and what it carries */
PACKET(other_port, p->dport = 863)
PACKET(port_zero, p->sport = 0)
PACKET(bad_checksum, p->checksum = DP_CHECKSUM_BAD)
PACKET(no_checksum, p->checksum = DP_CHECKSUM_ZERO)
PACKET(empty, p->len = 0)
PACKET(thirteen, p->len = 13)
PACKET(multiplier, p->payload[13] = 0)
PACKET(bad_checksum_other_port, other_port(p); bad_checksum(p))
FRAME(udp_len_0, dp_put16(f->b + 38, 0))
FRAME(udp_len_7, dp_put16(f->b + 38, 7))
FRAME(udp_len_less, dp_put16(f->b + 38, 51))
FRAME(udp_len_more, dp_put16(f->b + 38, 53))
FRAME(udp6_len_less, dp_put16(f->b + 58, 51))

static void light_multiplier(struct dp_packet *p)
{
	dp_make_light(p, 41);
	p->payload[13] = 0;
}

#define D(x) TW_DISCARD_##x

static const struct bad list[] = {
	{"other MAC", 4, NULL, other_mac, D(NOT_OUR_MAC)},
	{"other MAC", 6, NULL, other_mac, D(NOT_OUR_MAC)},
	{"group MAC", 4, NULL, group_mac, D(MULTICAST)},
	{"group MAC", 6, NULL, group_mac, D(MULTICAST)},
	{"broadcast MAC", 4, NULL, broadcast_mac, D(MULTICAST)},
	{"group source MAC", 4, NULL, group_source_mac, D(BAD_SOURCE)},
	{"group source MAC", 6, NULL, group_source_mac, D(BAD_SOURCE)},
	{"broadcast source MAC", 4, NULL, broadcast_source_mac, D(BAD_SOURCE)},
	{"EtherType", 4, NULL, ethertype, D(NOT_IP)},
	{"802.3 length", 4, NULL, llc, D(NOT_IP)},
	{"ARP", 4, NULL, arp, D(NOT_IP)},
	{"IPv4 as IPv6", 4, NULL, ip4_as_ip6, D(BAD_IP_HEADER)},
	{"IPv6 as IPv4", 6, NULL, ip6_as_ip4, D(BAD_IP_HEADER)},
	{"tag", 4, tagged, NULL, D(BAD_VLAN)},
	{"tag", 6, tagged, NULL, D(BAD_VLAN)},
	{"two tags", 4, stacked, NULL, D(BAD_VLAN)},
	{"three tags", 4, three_tags, NULL, D(BAD_VLAN)},
	{"cut tag", 4, NULL, cut_tag, D(SHORT_FRAME)},
	{"version 5", 4, NULL, version5, D(BAD_IP_HEADER)},
	{"header of four words", 4, NULL, header_of_4, D(BAD_IP_HEADER)},
	{"header beyond the frame", 4, NULL, header_beyond_frame, D(SHORT_FRAME)},
	{"total length too long", 4, NULL, total_too_long, D(BAD_IP_LENGTH)},
	{"total length below header", 4, NULL, total_below_header, D(BAD_IP_LENGTH)},
	{"total length cuts UDP", 4, NULL, total_cuts_udp, D(BAD_UDP_LENGTH)},
	{"IP checksum", 4, NULL, ip_checksum, D(BAD_IP_CHECKSUM)},
	{"more fragments", 4, NULL, more_fragments, D(FRAGMENT)},
	{"fragment offset", 4, NULL, fragment_offset, D(FRAGMENT)},
	{"GRE", 4, NULL, gre4, D(NOT_UDP)},
	{"TCP", 4, NULL, tcp4, D(NOT_UDP)},
	{"ICMP", 4, NULL, icmp4, D(NOT_UDP)},
	{"to multicast", 4, to_multicast4, NULL, D(MULTICAST)},
	{"to 255.255.255.255", 4, to_all4, NULL, D(MULTICAST)},
	{"to the subnet", 4, to_subnet4, NULL, D(MULTICAST)},
	{"to another", 4, to_other4, NULL, D(NOT_OUR_ADDRESS)},
	{"from multicast", 4, from_multicast4, NULL, D(BAD_SOURCE)},
	{"from 255.255.255.255", 4, from_all4, NULL, D(BAD_SOURCE)},
	{"from the subnet", 4, from_subnet4, NULL, D(BAD_SOURCE)},
	{"from loopback", 4, from_loopback4, NULL, D(BAD_SOURCE)},
	{"from 0.0.0.0", 4, from_nowhere4, NULL, D(BAD_SOURCE)},
	{"from ourselves", 4, from_us4, NULL, D(BAD_SOURCE)},
	{"version 7", 6, NULL, version7, D(BAD_IP_HEADER)},
	{"payload length too long", 6, NULL, payload_too_long, D(BAD_IP_LENGTH)},
	{"payload length cuts UDP", 6, NULL, payload_cuts_udp, D(BAD_UDP_LENGTH)},
	{"payload length 0", 6, NULL, payload_zero, D(BAD_UDP_LENGTH)},
	{"GRE", 6, NULL, gre6, D(NOT_UDP)},
	{"TCP", 6, NULL, tcp6, D(NOT_UDP)},
	{"ICMPv6", 6, NULL, icmp6, D(NOT_UDP)},
	{"no next header", 6, NULL, no_next, D(NOT_UDP)},
	{"to multicast", 6, to_multicast6, NULL, D(MULTICAST)},
	{"to another", 6, to_other6, NULL, D(NOT_OUR_ADDRESS)},
	{"from multicast", 6, from_multicast6, NULL, D(BAD_SOURCE)},
	{"from ::", 6, from_nowhere6, NULL, D(BAD_SOURCE)},
	{"from ::1", 6, from_loopback6, NULL, D(BAD_SOURCE)},
	{"from ourselves", 6, from_us6, NULL, D(BAD_SOURCE)},
	{"an option that forbids", 6, extension, option_forbids, D(BAD_IP_HEADER)},
	{"an option that overruns", 6, extension, option_overruns, D(BAD_IP_HEADER)},
	{"an extension that overruns", 6, extension, extension_overruns, D(BAD_IP_HEADER)},
	{"hop-by-hop that is not first", 6, extension, late_hop_by_hop, D(BAD_IP_HEADER)},
	{"routing", 6, extension, routing, D(BAD_IP_HEADER)},
	{"fragment", 6, extension, fragment6, D(FRAGMENT)},
	{"nine extensions", 6, room_for_chain, long_chain, D(BAD_IP_HEADER)},
	{"other port", 4, other_port, NULL, D(NOT_OUR_PORT)},
	{"other port", 6, other_port, NULL, D(NOT_OUR_PORT)},
	{"other port and checksum", 4, bad_checksum_other_port, NULL, D(NOT_OUR_PORT)},
	{"from port 0", 4, port_zero, NULL, D(BAD_SOURCE)},
	{"from port 0", 6, port_zero, NULL, D(BAD_SOURCE)},
	{"UDP checksum", 4, bad_checksum, NULL, D(BAD_UDP_CHECKSUM)},
	{"UDP checksum", 6, bad_checksum, NULL, D(BAD_UDP_CHECKSUM)},
	{"no UDP checksum", 6, no_checksum, NULL, D(ZERO_UDP_CHECKSUM)},
	{"UDP length 0", 4, NULL, udp_len_0, D(BAD_UDP_LENGTH)},
	{"UDP length 7", 4, NULL, udp_len_7, D(BAD_UDP_LENGTH)},
	{"UDP length too short", 4, NULL, udp_len_less, D(BAD_UDP_LENGTH)},
	{"UDP length too long", 4, NULL, udp_len_more, D(BAD_UDP_LENGTH)},
	{"UDP length too short", 6, NULL, udp6_len_less, D(BAD_UDP_LENGTH)},
	{"no payload", 4, empty, NULL, D(SHORT_PACKET)},
	{"no payload", 6, empty, NULL, D(SHORT_PACKET)},
	{"13 octets", 4, thirteen, NULL, D(SHORT_PACKET)},
	{"Multiplier 0", 4, multiplier, NULL, D(BAD_ERROR_ESTIMATE)},
	{"Multiplier 0", 6, multiplier, NULL, D(BAD_ERROR_ESTIMATE)},
	{"Multiplier 0, Light", 4, light_multiplier, NULL, D(BAD_ERROR_ESTIMATE)},
};

#define BADS (sizeof(list) / sizeof(list[0]))

static void add_bad(const struct bad *b)
{
	struct dp_packet p = dp_request(b->family, 0);
	struct dp_frame *f = dp_list_add(&in);

	if (b->packet)
		b->packet(&p);
	dp_build(&p, f);
	if (b->frame)
		b->frame(f);
}

static void add_good(unsigned int family, uint32_t seq)
{
	struct dp_packet p = dp_request(family, seq);

	p.sport = GOOD_PORT;
	dp_list_add_packet(&in, &p);
}

/* The only replies are to the good packets of this family, numbered without a gap. */
static void check_good(unsigned int family, uint32_t n)
{
	uint32_t seq = 0;

	for (unsigned int i = 0; i < run.out.n; i++) {
		struct dp_packet p = dp_request(family, seq);
		struct dp_frame want;
		struct dp_answer a;

		if ((run.out.f[i].b[12] == 8) != (family == 4))
			continue;
		p.sport = GOOD_PORT;
		a = dp_answer_of(&run.out.f[i], &p);
		a.seq = seq++;
		dp_expect(&p, true, &a, &want);
		assert_int_equal(run.out.f[i].len, want.len);
		assert_memory_equal(run.out.f[i].b, want.b, want.len);
	}
	assert_int_equal(seq, n);
}

static void one_by_one(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BADS; i++) {
		setup(NULL);
		run.cfg.stateless = i % 3 == 2;
		add_good(4, 0);
		add_bad(&list[i]);
		add_good(4, 1);
		dp_run(&run);
		if (run.result.counters.discarded[list[i].reason] != 1)
			fail_msg("%s (IPv%u) is not counted as %s", list[i].name, list[i].family,
				tw_discard_name(list[i].reason));
		assert_int_equal(run.result.counters.reflected, 2);
		check_good(4, 2);
		dp_list_free(&run.out);
	}
}

/* The same with every rule of the plain way in one burst, stateless too. */
static void in_any_order(void **state)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	uint64_t want[TW_DISCARD_MAX] = {0};
	uint32_t good[2] = {0, 0};
	struct tw_rand r;

	(void)state;
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	for (unsigned int i = 0; i < 3000; i++) {
		uint64_t k = tw_rand_below(&r, BADS + 60);

		if (k < BADS) {
			want[list[k].reason]++;
			add_bad(&list[k]);
		} else {
			add_good(k % 2 ? 6 : 4, good[k % 2]++);
		}
	}
	dp_run(&run);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		assert_int_equal(run.result.counters.discarded[i], want[i]);
	check_good(4, good[0]);
	check_good(6, good[1]);
	assert_int_equal(run.result.counters.sessions_created, 2);
}

/* Every frame that is cut off, from one octet on. */
static void truncated(void **state)
{
	uint64_t short_frames = 0, bad_length = 0;
	struct dp_packet p;

	(void)state;
	for (unsigned int family = 4; family <= 6; family += 2)
		for (uint32_t len = 1; len < (family == 4 ? 86 : 106); len++) {
			p = dp_request(family, 0);
			dp_list_add_packet(&in, &p);
			in.f[in.n - 1].len = len;
			if (len < 14 + (family == 4 ? 20 : 40))
				short_frames++;
			else
				bad_length++;
		}
	dp_run(&run);
	assert_int_equal(run.out.n, 0);
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_SHORT_FRAME], short_frames);
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_BAD_IP_LENGTH], bad_length);
	assert_int_equal(run.result.counters.sessions_created, 0);
}

/* Octets at random over good frames, headers first: nothing breaks, everything is counted. */
static void spoilt_at_random(void **state)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();
	struct tw_rand r;

	(void)state;
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	for (unsigned int i = 0; i < 4000; i++) {
		struct dp_packet p = dp_request(i % 2 ? 4 : 6, i);
		struct dp_frame *f;

		if (i % 5 == 0)
			dp_make_light(&p, 14 + (uint32_t)tw_rand_below(&r, 200));
		if (i % 7 == 0)
			p.options = 8;
		f = dp_list_add(&in);
		dp_build(&p, f);
		for (uint64_t n = 1 + tw_rand_below(&r, 3); n; n--)
			f->b[12 + tw_rand_below(&r, f->len - 12)] = (uint8_t)tw_rand_u64(&r);
		if (tw_rand_below(&r, 4) == 0)
			f->len = 1 + (uint32_t)tw_rand_below(&r, f->len);
	}
	dp_run(&run);
	for (unsigned int i = 0; i < run.out.n; i++)
		assert_true(dp_checksums_right(&run.out.f[i]));
}

/* A tagged port takes its own tag only. */
static void tags(void **state)
{
	static const struct {
		unsigned int n;
		uint16_t tci[2];
		bool good;
	} rows[] = {{0, {0}, false}, {1, {100}, true}, {1, {0xf064}, true}, {1, {101}, false},
		{1, {0}, false}, {2, {100, 100}, false}, {2, {5, 100}, false}};
	unsigned int good = 0;

	(void)state;
	run.link.n_vlan = 1;
	run.link.tci[0] = 100;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dp_packet p = dp_request(4, 0);

		p.n_vlan = rows[i].n;
		memcpy(p.tci, rows[i].tci, sizeof(rows[i].tci));
		good += rows[i].good;
		dp_list_add_packet(&in, &p);
	}
	dp_run(&run);
	assert_int_equal(run.result.counters.reflected, good);
	assert_int_equal(run.result.counters.discarded[TW_DISCARD_BAD_VLAN], in.n - good);
}

/* On a kernel's interface the rest of its traffic goes by; what is broken is still counted. */
static void kernel_interface(void **state)
{
	(void)state;
	run.link.kernel_interface = true;
	for (unsigned int i = 0; i < BADS; i++)
		add_bad(&list[i]);
	dp_run(&run);
	assert_int_equal(run.out.n, 0);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++) {
		bool theirs = i == TW_DISCARD_NOT_OUR_PORT || i == TW_DISCARD_NOT_OUR_ADDRESS ||
			      i == TW_DISCARD_NOT_UDP || i == TW_DISCARD_NOT_IP;
		unsigned int want = 0;

		for (unsigned int k = 0; k < BADS; k++)
			want += list[k].reason == i;
		assert_int_equal(run.result.counters.discarded[i], theirs ? 0 : want);
	}
	assert_int_not_equal(run.result.counters.passed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(in_any_order, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated, setup, teardown),
		cmocka_unit_test_setup_teardown(spoilt_at_random, setup, teardown),
		cmocka_unit_test_setup_teardown(tags, setup, teardown),
		cmocka_unit_test_setup_teardown(kernel_interface, setup, teardown),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}
