/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_result.h"
#include "tw_test.h"

#include <errno.h>

static struct tw_result *r;
static struct tw_sla_verdict v;
static char why[160];

static int64_t us(int64_t n)
{
	return tw_ns_to_span(tw_ns(n * 1000)).v;
}

/* Round trips of 1..100 us, outbound all 1500 us, inbound -20 us; 1 of 200 lost, outbound. */
static int setup(void **state)
{
	(void)state;
	r = tw_result_create();
	if (!r)
		return -1;
	for (int64_t i = 1; i <= 100; i++) {
		tw_series_record(&r->delay[TW_ROUNDTRIP], us(i));
		tw_series_record(&r->delay[TW_OUTBOUND], us(1500));
		tw_series_record(&r->delay[TW_INBOUND], us(-20));
	}
	r->jitter[TW_OUTBOUND] = (double)us(3);
	r->jitter[TW_INBOUND] = (double)us(4);
	r->jitter[TW_ROUNDTRIP] = (double)us(5);
	r->jitter_streams = 1;
	r->packets = (struct tw_packet_counts){.sent = 200,
		.received = 199,
		.lost = 1,
		.lost_outbound = {1, true},
		.lost_inbound = {0, true}};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tw_result_destroy(r);
	return 0;
}

static void judge(const char *spec)
{
	assert_int_equal(tw_sla_judge(spec, r, &v, why, sizeof(why)), 0);
	assert_true(v.asked);
	assert_int_equal(v.ok, v.n_missed == 0);
}

static void kept(const char *spec)
{
	judge(spec);
	if (!v.ok)
		fail_msg("%s: %s", spec, v.missed[0]);
}

static void missed(const char *spec, const char *text)
{
	judge(spec);
	assert_int_equal(v.n_missed, 1);
	assert_string_equal(v.missed[0], text);
}

static void bounds_that_hold(void **state)
{
	(void)state;
	kept("loss=0.5");
	kept("loss=0.5%");
	kept("rtt.loss=1,outbound.loss=0.5,inbound.loss=0");
	kept("p50=51us,rtt.p90=91us,roundtrip.p95=96us,p99=100us,p99_9=101us,p99_99=0.101ms");
	kept("mean=50.5us,min=1us,max=100us,stddev=28.866us");
	kept("outbound.max=1500us,outbound.p99=1.5ms,inbound.max=0ns,inbound.p99_99=0s");
	kept("jitter=5us,outbound.jitter=3us,inbound.jitter=4us,rtt.jitter=5us");
}

static void bounds_that_are_missed(void **state)
{
	(void)state;
	missed("loss=0.4", "loss 0.5% > 0.4%");
	missed("outbound.loss=0.49%", "outbound.loss 0.5% > 0.49%");
	missed("max=99us", "max 100us > 99us");
	/* 50 us is 214748 units, of the bucket [212992, 215040): 214015 */
	missed("p50=49us", "p50 49.829us > 49us");
	missed("outbound.p99=1.4ms", "outbound.p99 1.5ms > 1.4ms");
	missed("outbound.jitter=2999ns", "outbound.jitter 3us > 2999ns");
	missed("roundtrip.jitter=1us", "roundtrip.jitter 5us > 1us");
	missed("mean=50.4us", "mean 50.5us > 50.4us");
	/* of 1..100: sqrt((100^2 - 1) / 12) = 28.866 */
	missed("stddev=28us", "stddev 28.866us > 28us");
	missed("min=999ns", "min 1us > 999ns");
}

static void each_missed_term_is_named(void **state)
{
	(void)state;
	judge("loss=0.1,rtt.p99=500us,max=10us");
	assert_int_equal(v.n_missed, 2);
	assert_string_equal(v.missed[0], "loss 0.5% > 0.1%");
	assert_string_equal(v.missed[1], "max 100us > 10us");
}

static void what_is_not_known_is_not_met(void **state)
{
	(void)state;
	r->packets.lost_outbound.known = false;
	missed("outbound.loss=100", "outbound.loss not known");
	tw_series_reset(&r->delay[TW_INBOUND]);
	missed("inbound.p99=1s", "inbound.p99 not known");
	missed("inbound.min=1s", "inbound.min not known");
	tw_result_reset(r);
	missed("loss=100", "loss not known");
	missed("jitter=1s", "jitter not known");
	missed("mean=1s", "mean not known");
	missed("stddev=1s", "stddev not known");
	missed("max=1s", "max not known");
}

static void wrong(const char *spec, const char *text)
{
	struct tw_sla_verdict before = v;

	assert_int_equal(tw_sla_judge(spec, NULL, &v, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, text);
	assert_int_equal(tw_sla_judge(spec, r, &v, why, sizeof(why)), -EINVAL);
	assert_memory_equal(&v, &before, sizeof(v));
}

#define WHATS "p50, p90, p95, p99, p99_9, p99_99, mean, min, max, stddev, jitter, loss"
#define TERM "a term is [DIRECTION.]WHAT=LIMIT, as in rtt.p99=500us"
#define TIME "a time is a number with its unit: ns, us, ms or s"

static void errors_quote_the_term(void **state)
{
	(void)state;
	wrong("", "\"\": " TERM);
	wrong("loss", "\"loss\": " TERM);
	wrong("loss=1,", "\"\": " TERM);
	wrong("loss=1,,p99=1s", "\"\": " TERM);
	wrong("p98=1ms", "\"p98=1ms\": p98 is not one of " WHATS);
	wrong("p9=1ms", "\"p9=1ms\": p9 is not one of " WHATS);
	wrong("=1ms", "\"=1ms\": is not one of " WHATS);
	wrong("loss=1,up.p99=1ms", "\"up.p99=1ms\": up is not one of outbound, inbound, rtt");
	wrong(".p99=1ms", "\".p99=1ms\": is not one of outbound, inbound, rtt");
	wrong("p99=", "\"p99=\": a number is wanted after =");
	wrong("p99=-1ms", "\"p99=-1ms\": a number is wanted after =");
	wrong("p99=nan", "\"p99=nan\": a number is wanted after =");
	wrong("p99=1.2.3ms", "\"p99=1.2.3ms\": a number is wanted after =");
	wrong("p99=0x1ms", "\"p99=0x1ms\": " TIME);
	wrong("p99=500", "\"p99=500\": " TIME);
	wrong("p99=5m", "\"p99=5m\": " TIME);
	wrong("p99=5 ms", "\"p99=5 ms\": " TIME);
	wrong("loss=101", "\"loss=101\": loss is a percentage from 0 to 100");
	wrong("loss=1us", "\"loss=1us\": loss is a percentage from 0 to 100");
	wrong("loss=1,p99=11111111111111111111111111111111111111us",
		"\"p99=11111111111111111111111111111111111111us\": a number is wanted after =");
}

static void sixteen_terms_at_most(void **state)
{
	char spec[17 * 8 + 1] = "";

	(void)state;
	for (int i = 0; i < 16; i++)
		memcpy(spec + i * 8, ",max=01s", 8);
	kept(spec + 1);
	memcpy(spec + 16 * 8, ",max=01s", 8);
	wrong(spec + 1, "\"max=01s\": more than 16 terms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bounds_that_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_that_are_missed, setup, teardown),
		cmocka_unit_test_setup_teardown(each_missed_term_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_not_met, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_quote_the_term, setup, teardown),
		cmocka_unit_test_setup_teardown(sixteen_terms_at_most, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
