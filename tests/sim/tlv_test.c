/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Each TLV over a path with losses, copies and delays: what the sender reports is what happened. */

#include "tlv_scene.h"

#include <math.h>

static void lossy(void)
{
	cfg.out.loss = 0.07;
	cfg.in.loss = 0.05;
	cfg.out.delay = (struct sim_delay){SIM_UNIFORM, sim_us(80), sim_us(300), 0};
	cfg.in.delay = (struct sim_delay){SIM_EXPONENTIAL, sim_us(120), sim_us(100), 0};
}

/* All replies had this TLV, and it was answered. */
static void all_answered(unsigned int type)
{
	assert_true(came() > REQUESTS / 2);
	assert_int_equal(res->replies, came());
	assert_int_equal(res->plain + res->unexpected + res->cut_off, 0);
	assert_int_equal(res->tally[type].answered, came());
	assert_int_equal(res->tally[type].unrecognized + res->tally[type].malformed +
				 res->tally[type].missing,
		0);
}

static void padding(void **state)
{
	(void)state;
	lossy();
	GO("padding:200,random");
	all_answered(TW_TLV_PADDING);
	assert_int_equal(size, 44 + 4 + 200);
	sim_check(&s);
}

/* A NAT on the way gets another idea of our port in the middle of the run. */
static void location(void **state)
{
	(void)state;
	lossy();
	tlv.port_from = 500;
	GO("location");
	all_answered(TW_TLV_LOCATION);
	assert_true(res->location.known && res->location.has_mac);
	assert_memory_equal(res->location.mac, "\2\0\0\0\0\11", 6);
	assert_int_equal(res->location.source_port, 4444);
	assert_int_equal(res->location.destination_port, 862);
	assert_memory_equal(res->location.source.b, "\xc0\0\2\1", 4);
	assert_memory_equal(res->location.destination.b, "\xc0\0\2\2", 4);
	assert_int_equal(res->location.changes, 1);
	/* What the reflector does not disclose is zero. */
	tlv.port_from = 0;
	tlv.policy.disclose_location = false;
	GO("location");
	all_answered(TW_TLV_LOCATION);
	assert_int_equal(res->location.source_port, 0);
	assert_int_equal(res->location.changes, 0);
	sim_check(&s);
}

/* The reflector's clock loses its source in the middle of the run. */
static void timestamp_info(void **state)
{
	(void)state;
	lossy();
	tlv.later = tlv.policy;
	tlv.later.sync_source = TW_SYNC_FREE_RUNNING;
	tlv.later_from = 400;
	/* in order, or the change would be seen several times */
	cfg.out.in_order = cfg.in.in_order = true;
	GO("timestamp-info");
	all_answered(TW_TLV_TIMESTAMP_INFO);
	assert_int_equal(res->timestamps.sync_in, TW_SYNC_FREE_RUNNING);
	assert_int_equal(res->timestamps.sync_out, TW_SYNC_FREE_RUNNING);
	assert_int_equal(res->timestamps.method_in, TW_METHOD_SOFTWARE);
	assert_int_equal(res->timestamps.method_out, TW_METHOD_SOFTWARE);
	assert_int_equal(res->timestamps.changes, 1);
	sim_check(&s);
}

/* A router on the way there remarks every tenth packet; the reflector refuses later on. */
static void class_of_service(void **state)
{
	uint64_t refused = 0;

	(void)state;
	lossy();
	tlv.remark_every = 10;
	tlv.remark_to = 10;
	tlv.later = tlv.policy;
	tlv.later.allowed_dscp = 0;
	tlv.later_from = 700;
	GO("cos:dscp=af41");
	all_answered(TW_TLV_COS);
	assert_true(s.tlv.truth.remarked > 50);
	for (size_t i = 0; i < s.truth.n_arrivals; i++)
		refused += s.truth.reply[s.truth.arrival[i]].request >= 700;
	assert_true(refused > 100);
	assert_int_equal(res->cos.asked, 34);
	assert_int_equal(res->cos.refused, refused);
	assert_int_equal(res->cos.dscp_there.min, 10); /* as remarked */
	assert_int_equal(res->cos.dscp_there.max, 46); /* as sent: EF */
	assert_int_equal(res->cos.ecn_there.min, 1);
	assert_int_equal(res->cos.ecn_there.max, 1);
	assert_int_equal(res->cos.dscp_here.count, came() - refused);
	assert_int_equal(res->cos.dscp_here.min, 34);
	assert_int_equal(res->cos.dscp_here.max, 34);
	sim_check(&s);
}

/* Counters against the truth: what was lost between the first and the last reply, each way. */
static void direct_measurement(void **state)
{
	const struct sim_truth *t = &s.truth;
	uint32_t first, last;
	uint64_t there = 0, received = 0;

	(void)state;
	lossy();
	cfg.out.in_order = cfg.in.in_order = true;
	GO("direct-measurement");
	all_answered(TW_TLV_DIRECT);
	first = t->arrival[0];
	last = t->arrival[t->n_arrivals - 1];
	for (uint32_t i = t->reply[first].request + 1; i <= t->reply[last].request; i++)
		there += t->request[i].reached;
	assert_int_equal(res->direct.sent, t->reply[last].request - t->reply[first].request);
	assert_int_equal(res->direct.received_there, there);
	assert_int_equal(res->direct.sent_there, last - first);
	assert_int_equal(res->direct.received_here, came() - 1);
	assert_true(tw_tlv_direct_lost_outbound(&res->direct) > 30);
	assert_int_equal(tw_tlv_direct_lost_outbound(&res->direct), res->direct.sent - there);
	assert_int_equal(tw_tlv_direct_lost_inbound(&res->direct), last - first + 1 - came());
	sim_check(&s);
	/* What comes twice has been received twice, by the time the next one tells. */
	cfg.in.duplicate = 0.2;
	cfg.in.in_order = false;
	cfg.in.delay = (struct sim_delay){SIM_CONSTANT, sim_us(120), 0, 0};
	GO("direct-measurement");
	last = first = t->arrival[0];
	for (size_t i = 1; i < t->n_arrivals; i++)
		if (t->arrival[i] > last) {
			last = t->arrival[i];
			received = i;
		}
	assert_int_equal(res->direct.sent_there, last - first);
	assert_int_equal(res->direct.received_here, received);
	assert_true(received > res->direct.intervals + 50);
	sim_check(&s);
	/* A stateless reflector has no counters to tell of. */
	peer.stateless = tlv.stateless = true;
	GO("direct-measurement");
	assert_int_equal(res->tally[TW_TLV_DIRECT].unrecognized, came());
	assert_int_equal(res->tally[TW_TLV_DIRECT].answered, 0);
	assert_int_equal(res->direct.intervals, 0);
}

static void access_report(void **state)
{
	(void)state;
	lossy();
	cfg.in.duplicate = 0.1;
	GO("access-report:id=1,code=2");
	all_answered(TW_TLV_ACCESS);
	assert_int_equal(res->access.id, 1);
	assert_int_equal(res->access.code, 2);
	assert_int_equal(res->access.echoed, came());
	assert_true(came() > s.truth.n_replies * 9 / 10);
	sim_check(&s);
	GO("access-report:id=2,code=1");
	all_answered(TW_TLV_ACCESS);
	assert_int_equal(res->access.echoed, came());
	/* there is no third kind of access */
	GO("raw:type=6,hex=30010000");
	assert_int_equal(res->tally[TW_TLV_ACCESS].unrecognized, came());
	sim_check(&s);
}

/* Replies leave later than their T3 says; the next reply tells by how much. */
static void follow_up(void **state)
{
	const struct sim_tlv_truth *t = &s.tlv.truth;
	double egress = 0, inbound = 0;
	uint64_t n = 0, unmatched = 0;

	(void)state;
	lossy();
	cfg.out.in_order = cfg.in.in_order = true;
	peer.clock.offset = tw_ns_to_span(tw_ns(3000000));
	tlv.egress = sim_us(20);
	tlv.egress_step = sim_us(3);
	GO("follow-up");
	all_answered(TW_TLV_FOLLOW_UP);
	for (uint32_t i = 1; i < t->made; i++) {
		uint32_t about = t->about[i] - 1;

		assert_int_equal(about, i - 1);
		if (!t->there[i])
			continue;
		if (!t->there[about]) {
			unmatched++;
			continue;
		}
		n++;
		egress += (double)t->egress[about];
		inbound += (double)(int64_t)t->inbound[about];
	}
	assert_true(n > REQUESTS / 2 && unmatched > 10);
	assert_int_equal(res->follow_up.empty, t->there[0]);
	assert_int_equal(res->follow_up.unmatched, unmatched);
	assert_int_equal(res->follow_up.method[TW_METHOD_SOFTWARE], n);
	assert_int_equal(res->follow_up.egress.min, sim_us(20));
	assert_int_equal(res->follow_up.egress.max, sim_us(20) + 7 * sim_us(3));
	assert_near(tw_moments_mean(&res->follow_up.egress), egress / (double)n, 1);
	assert_near(tw_moments_mean(&res->follow_up.inbound), inbound / (double)n, 1);
	/* A stateless reflector cannot know. */
	peer.stateless = tlv.stateless = true;
	GO("follow-up");
	assert_int_equal(res->follow_up.empty, came());
}

static void destination(void **state)
{
	static const struct tw_addr own[] = {{4, {192, 0, 2, 2}}, {4, {198, 51, 100, 7}}};

	(void)state;
	lossy();
	tlv.policy.own_addr = own;
	tlv.policy.n_own_addr = 2;
	GO("destination:198.51.100.7");
	all_answered(TW_TLV_DESTINATION);
	sim_check(&s);
	GO("destination:198.51.100.8");
	assert_int_equal(res->tally[TW_TLV_DESTINATION].unrecognized, came());
	sim_check(&s);
}

static void return_path(void **state)
{
	static const struct tw_prefix consent = {{4, {198, 51, 100, 0}}, 24};

	(void)state;
	lossy();
	GO("return-path:same-link");
	all_answered(TW_TLV_RETURN_PATH);
	sim_check(&s);
	/* Nobody has agreed to get replies there: they come here, and say so. */
	GO("return-path:address=198.51.100.9");
	assert_int_equal(res->tally[TW_TLV_RETURN_PATH].unrecognized, came());
	assert_int_equal(s.tlv.truth.elsewhere, 0);
	tlv.policy.allow_return = &consent;
	tlv.policy.n_allow_return = 1;
	GO("return-path:address=198.51.100.9");
	all_answered(TW_TLV_RETURN_PATH);
	assert_int_equal(s.tlv.truth.elsewhere, s.truth.n_replies);
	assert_true(tw_addr_equal(&s.tlv.truth.to, &(struct tw_addr){4, {198, 51, 100, 9}}));
	/* A host has no label stack, and no segments. */
	GO("return-path:sr-mpls=100/200");
	assert_int_equal(res->tally[TW_TLV_RETURN_PATH].unrecognized, came());
	GO("return-path:srv6=2001:db8::5");
	assert_int_equal(res->tally[TW_TLV_RETURN_PATH].unrecognized, came());
	/* No reply is wanted, and none is made of all that arrive. */
	GO("return-path:no-reply");
	assert_int_equal(came(), 0);
	assert_int_equal(s.truth.n_replies, 0);
	assert_true(s.tlv.truth.dropped > REQUESTS * 8 / 10);
}

/* The reflector's member link changes in the middle of the run: what comes then is another's. */
static void micro_session(void **state)
{
	uint64_t before = 0, after = 0;

	(void)state;
	lossy();
	cfg.out.loss = 0;
	tlv.policy.micro_session_id = 5;
	tlv.later = tlv.policy;
	tlv.later.micro_session_id = 6;
	tlv.later_from = 600;
	GO("micro-session:sender=3");
	assert_true(res->micro.known);
	assert_int_equal(res->micro.sender, 3);
	assert_int_equal(res->micro.reflector, 5);
	for (uint32_t i = 0; i < s.tlv.truth.made; i++)
		*(i < 600 ? &before : &after) += s.tlv.truth.there[i];
	assert_true(before > 500 && after > 300);
	assert_int_equal(res->micro.mismatched, after);
	assert_int_equal(tw_loss_in_time(&s.reply_stream[0].loss), before);
	/* A request that names another member link gets no reply. */
	tlv.later_from = 0;
	GO("micro-session:sender=3,reflector=9");
	assert_int_equal(s.truth.n_replies, 0);
	assert_int_equal(s.tlv.truth.dropped, REQUESTS);
	/* No member of a group at all. */
	tlv.policy.micro_session_id = 0;
	GO("micro-session:sender=3");
	assert_int_equal(res->tally[TW_TLV_MICRO_SESSION].unrecognized, came());
}

static void reflected_control(void **state)
{
	struct tw_tlv_asymmetry rule = {
		{{4, {192, 0, 2, 0}}, 24}, 16, TW_TLV_ASYMMETRY_OCTETS, 1250000};
	struct sim_counts c;

	(void)state;
	tlv.policy.allow_asymmetric = &rule;
	tlv.policy.n_allow_asymmetric = 1;
	cfg.in.loss = 0.05;
	GO("reflected-control:length=300,count=3,interval=2ms");
	assert_int_equal(s.truth.n_replies, 3 * REQUESTS);
	assert_int_equal(res->control.conforming, came());
	assert_in_range(came(), 2700, 2950);
	sim_truth_count(&s.truth, 0, &cfg.clock, cfg.timeout, &c);
	assert_int_equal(tw_loss_in_time(&s.reply_stream[0].loss), c.received);
	assert_int_equal(s.reply_stream[0].loss.duplicates, came() - c.received);
	/* Over the bounds there is one reply, and it says why. */
	rule.max_packets = 2;
	GO("reflected-control:length=300,count=3,interval=2ms");
	assert_int_equal(s.truth.n_replies, REQUESTS);
	assert_int_equal(res->control.limited_volume, came());
	rule.max_packets = 16;
	GO("reflected-control:length=1404,count=1");
	assert_int_equal(res->control.limited_length, came());
	/* Off unless it is allowed. */
	tlv.policy.n_allow_asymmetric = 0;
	GO("reflected-control:length=300,count=3,interval=2ms");
	assert_int_equal(s.truth.n_replies, REQUESTS);
	assert_int_equal(res->tally[TW_TLV_CONTROL].unrecognized, came());
	assert_int_equal(res->control.conforming, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(padding, setup, teardown),
		cmocka_unit_test_setup_teardown(location, setup, teardown),
		cmocka_unit_test_setup_teardown(timestamp_info, setup, teardown),
		cmocka_unit_test_setup_teardown(class_of_service, setup, teardown),
		cmocka_unit_test_setup_teardown(direct_measurement, setup, teardown),
		cmocka_unit_test_setup_teardown(access_report, setup, teardown),
		cmocka_unit_test_setup_teardown(follow_up, setup, teardown),
		cmocka_unit_test_setup_teardown(destination, setup, teardown),
		cmocka_unit_test_setup_teardown(return_path, setup, teardown),
		cmocka_unit_test_setup_teardown(micro_session, setup, teardown),
		cmocka_unit_test_setup_teardown(reflected_control, setup, teardown),
	};

	seed = sim_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
