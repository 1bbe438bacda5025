/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "options.h"

#include "tw_modes.h"
#include "tw_test.h"

#include <errno.h>

/* twping's command line: its letters, its forms, its defaults. */

static struct tw_options o;
static struct tw_err err;

/* Words separated by blanks. */
static int parse(const char *line)
{
	static char words[2048];
	static char *argv[64];
	int argc = 0;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	err.text[0] = '\0';
	return tw_options_parse(TW_CMD_TWPING, argc, argv, &err, &o);
}

static void ok(const char *line)
{
	if (parse(line))
		fail_msg("\"%s\": %s", line, err.text);
}

static void refused(const char *line, const char *why)
{
	if (parse(line) == 0)
		fail_msg("\"%s\" was accepted", line);
	if (!strstr(err.text, why))
		fail_msg("\"%s\": \"%s\" does not say %s", line, err.text, why);
	assert_null(strchr(err.text, '\n'));
}

/* What twping(1) gives as defaults. */
static void defaults(void **state)
{
	const struct tw_twping_options *t = &o.twping;

	(void)state;
	ok("host");
	assert_int_equal(o.count, 100);
	assert_int_equal(t->n_gaps, 1);
	assert_int_equal(t->gaps[0].mean, 429496730); /* 0.1 s in 2^-32 s, rounded */
	assert_true(t->gaps[0].exponential);
	assert_int_equal(t->port_low, 8760);
	assert_int_equal(t->port_high, 9960);
	assert_true(t->bucket == 0.0001);
	assert_int_equal(t->unit_letter, 'm');
	assert_true(t->loss_timeout == 0);
	assert_int_equal(o.timeout.v, 2 * TW_NS_PER_SEC);
	assert_int_equal(o.modes, TW_MODE_UNAUTHENTICATED);
	assert_null(o.key_file);
	assert_int_equal(o.ttl, 255);
	assert_int_equal(o.tos, 0);
	assert_false(tw_options_given(&o, padding));
	assert_false(t->raw || t->machine || t->quiet || t->records || t->files);
	assert_int_equal(o.log_level, TW_LOG_WARNING);
	assert_int_equal(o.interval.v, 100 * TW_NS_PER_MS + 1);
}

/* As pScheduler's plug-in builds it. */
static void pscheduler(void **state)
{
	(void)state;
	ok("-R -D 46 -s 58 -P 8760-8770 -c 600 -i 1e-05 -L 0.5 -4 -Z -S 192.0.2.1 192.0.2.2:862");
	assert_true(o.twping.raw && o.twping.quiet && o.twping.zero_addresses && o.ipv4);
	assert_int_equal(o.count, 600);
	assert_int_equal(o.padding, 58);
	assert_true(tw_options_given(&o, padding));
	assert_int_equal(o.dscp, 46);
	assert_int_equal(o.tos, 46 << 2);
	assert_int_equal(o.twping.gaps[0].mean, 42950); /* 10 us */
	assert_true(o.twping.gaps[0].exponential);
	assert_int_equal(o.timeout.v, TW_NS_PER_SEC / 2);
	assert_string_equal(o.twping.source, "192.0.2.1");
	assert_string_equal(o.args.v[0], "192.0.2.2:862");
	assert_int_equal(o.args.n, 1);
	/* of an rtt test: the size once for padding, once for length; no timeout is 0 or 0.0 */
	ok("-R -D 8 -s 20 -P 1-65535 -s 1464 -c 5 -i 1.0 -L 0 -6 -S 2001:db8::1 [2001:db8::2]:862");
	assert_int_equal(o.padding, 1464);
	assert_int_equal(o.timeout.v, 2 * TW_NS_PER_SEC);
	ok("-R -c 100 -i 0.1 -L 0.0 host.example:862");
	assert_int_equal(o.timeout.v, 2 * TW_NS_PER_SEC);
	assert_string_equal(o.args.v[0], "host.example:862");
	ok("-R -s 1 -L 1 -s 100 -L 2 [2001:db8::2]:861 server");
	assert_int_equal(o.padding, 100);
}

static void schedules(void **state)
{
	const struct tw_pace_gap *g = o.twping.gaps;

	(void)state;
	ok("-i 1.0e,0f h");
	assert_int_equal(o.twping.n_gaps, 2);
	assert_int_equal(g[0].mean, 1ULL << 32);
	assert_true(g[0].exponential);
	assert_int_equal(g[1].mean, 0);
	assert_false(g[1].exponential);
	ok("-i 0.5,2F,1e1e,1e1,3E h");
	assert_int_equal(o.twping.n_gaps, 5);
	assert_int_equal(g[0].mean, 1ULL << 31);
	assert_true(g[0].exponential);
	assert_int_equal(g[1].mean, 2ULL << 32);
	assert_false(g[1].exponential);
	assert_int_equal(g[2].mean, 10ULL << 32);
	assert_true(g[2].exponential);
	assert_int_equal(g[3].mean, 10ULL << 32);
	assert_true(g[3].exponential);
	assert_int_equal(g[4].mean, 3ULL << 32);
	assert_int_equal(o.interval.v, (int64_t)(25.5 / 5 * 1e9) + 1);
	for (size_t i = 0; i < 12; i++) {
		static const char *const bad[] = {
			"x", "1x", "1ff", "e", "f", ",", "1,", ",1", "-1", "1e,,2", "nan", "86401"};
		char line[32];

		snprintf(line, sizeof(line), "-i %s h", bad[i]);
		refused(line, "allowed: seconds");
	}
}

static void many_gaps(void **state)
{
	char line[8 + 2 * (TW_PACE_GAPS_MAX + 1) + 4] = "-i 1";

	(void)state;
	for (int i = 1; i < TW_PACE_GAPS_MAX; i++)
		memcpy(line + 2 + 2 * i, ",1", 3);
	memcpy(line + 2 + 2 * TW_PACE_GAPS_MAX, " h", 3);
	ok(line);
	assert_int_equal(o.twping.n_gaps, TW_PACE_GAPS_MAX);
	memcpy(line + 2 + 2 * TW_PACE_GAPS_MAX, ",1 h", 5);
	refused(line, "allowed: up to 256 gaps");
}

static void type_p(void **state)
{
	static const struct {
		const char *text;
		uint8_t dscp;
	} rows[] = {{"0", 0}, {"63", 63}, {"0x2e", 46}, {"056", 46}, {"EF", 46}, {"ef", 46},
		{"AF41", 34}, {"af12", 12}, {"CS5", 40}, {"cs0", 0}, {"NONE", 0}, {"default", 0},
		{"df", 0}};
	static const char *const bad[] = {
		"64", "0x40", "0100", "08", "af44", "af51", "cs8", "-1", "nosuch"};
	char line[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "-D %s h", rows[i].text);
		ok(line);
		assert_int_equal(o.dscp, rows[i].dscp);
		assert_int_equal(o.tos, rows[i].dscp << 2);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "-D %s h", bad[i]);
		refused(line, "allowed: a DSCP");
	}
}

static void ports_and_lists(void **state)
{
	static const char *const bad[] = {
		"2-1", "0-5", "65536", "x", "1-65536", "a-b", "-", "5-", "-5", "1-2-3"};
	char line[32];

	(void)state;
	ok("-P 0 h");
	assert_int_equal(o.twping.port_low, 0);
	assert_int_equal(o.twping.port_high, 0);
	ok("-P 5000-5000 h");
	assert_int_equal(o.twping.port_low, 5000);
	assert_int_equal(o.twping.port_high, 5000);
	ok("-P 8760 h");
	assert_int_equal(o.twping.port_low, 8760);
	assert_int_equal(o.twping.port_high, 8760);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "-P %s h", bad[i]);
		refused(line, "allowed: 0, a port, or LOW-HIGH");
	}
	ok("-a 0,50.5,100 h");
	assert_int_equal(o.twping.n_percentiles, 3);
	assert_true(o.twping.percentiles[1] == 50.5);
	refused("-a 100.1 h", "numbers from 0 to 100");
	refused("-a 1,,2 h", "numbers from 0 to 100");
	refused("-a , h", "numbers from 0 to 100");
}

/* Without an identity only the open mode; with one all, and -A narrows either. */
static void modes(void **state)
{
	(void)state;
	ok("-k file h");
	assert_int_equal(o.modes, TW_MODE_UNAUTHENTICATED);
	assert_null(o.key_file);
	ok("-k file -u alice h");
	assert_int_equal(o.modes, TW_MODES_SECURITY);
	assert_string_equal(o.key_file, "file");
	ok("-k file -u alice -A aM h");
	assert_int_equal(o.modes, TW_MODE_AUTHENTICATED | TW_MODE_MIXED);
	ok("-A EO h");
	assert_int_equal(o.modes, TW_MODE_UNAUTHENTICATED);
	refused("-A E h", "needs -u USER");
	/* the passphrase will be asked for */
	ok("-u alice h");
	assert_int_equal(o.modes, TW_MODES_SECURITY);
	assert_null(o.key_file);
	refused("-A OX h", "allowed: letters of A");
	refused("-A= h", "allowed: letters of A");
}

static void output(void **state)
{
	const struct tw_twping_options *t = &o.twping;

	(void)state;
	ok("-v h");
	assert_true(t->records);
	assert_int_equal(t->record_limit, 0);
	ok("-v12 -U -n u -N 10 -p -d dir h");
	assert_int_equal(t->record_limit, 12);
	assert_true(t->unix_times && t->files);
	assert_int_equal(t->unit_letter, 'u');
	assert_int_equal(t->sub_sessions, 10);
	/* -R is quiet; -Q is; -M lists no packets */
	ok("-RMv h");
	assert_true(t->raw && t->quiet && !t->machine && !t->records);
	ok("-Q -M -v h");
	assert_true(t->quiet && !t->machine && !t->records);
	ok("-Mv3 h");
	assert_true(t->machine && !t->records);
	refused("-n x h", "allowed: n, u, m or s");
	refused("-v1x h", "--records '1x'");
	/* the first letter counts */
	ok("-n ms h");
	assert_int_equal(t->unit_letter, 'm');
	ok("-n US h");
	assert_int_equal(t->unit_letter, 'u');
	ok("-F out.twp h");
	assert_string_equal(t->session_file, "out.twp");
	refused("-F", "--session-file");
	refused("-t h", "unknown option -t");
}

static void bounds(void **state)
{
	(void)state;
	refused("", "TESTADDR");
	refused("a b c", "'c'");
	refused("-c 0 h", "--count");
	refused("-c 4294967296 h", "-c: allowed");
	refused("-L -1 h", "--loss-timeout");
	refused("-z -1 h", "--start-delay");
	refused("-b 0 h", "-b: allowed");
	refused("-L 0.001 -b 0.01 h", "-L must not be less than -b");
	refused("-s 65508 h", "--packet-padding");
	refused("-B eth0 --dev eth1 h", "-B and --dev");
	ok("-B eth0 h");
	assert_int_equal(o.n_dev, 1);
	assert_string_equal(o.dev[0], "eth0");
	refused("-4 -6 h", "exclude each other");
	assert_int_equal(parse("-h"), TW_ITEMS_HELP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(pscheduler),
		cmocka_unit_test(schedules),
		cmocka_unit_test(many_gaps),
		cmocka_unit_test(type_p),
		cmocka_unit_test(ports_and_lists),
		cmocka_unit_test(modes),
		cmocka_unit_test(output),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
