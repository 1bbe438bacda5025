/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "payloads.h"

#include "tw_test.h"

#include <errno.h>

static struct tw_options o;
static struct tw_err err;

/* Words separated by blanks. */
static int parse(uint32_t command, const char *line)
{
	static char words[512];
	char *argv[32];
	int argc = 0;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	err.text[0] = '\0';
	return tw_options_parse(command, argc, argv, &err, &o);
}

static void ok(uint32_t command, const char *line)
{
	if (parse(command, line))
		fail_msg("\"%s\": %s", line, err.text);
}

static void refused(uint32_t command, const char *line, const char *option)
{
	if (parse(command, line) == 0)
		fail_msg("\"%s\" was accepted", line);
	if (!strstr(err.text, option))
		fail_msg("\"%s\": \"%s\" does not name %s", line, err.text, option);
}

/* The table of the command line's contract. */
static void defaults_of_the_sender(void **state)
{
	(void)state;
	ok(TW_CMD_SENDER, "192.0.2.1");
	assert_int_equal(o.count, 100);
	assert_int_equal(o.duration.v, 0);
	assert_int_equal(o.interval.v, 100000000);
	assert_int_equal(o.pps, 0);
	assert_int_equal(o.rate, 0);
	assert_int_equal(o.burst, 1);
	assert_false(o.poisson);
	assert_int_equal(o.stamp, TW_OPT_STAMP_BURST);
	assert_int_equal(o.padding, 0);
	assert_null(o.frame_size);
	assert_int_equal(o.tos, 0);
	assert_int_equal(o.ttl, 255);
	assert_false(o.do_not_fragment);
	assert_int_equal(o.flow_label, 0);
	assert_int_equal(o.protocol, TW_OPT_STAMP);
	assert_int_equal(o.ssid, 0);
	assert_int_equal(o.streams, 1);
	assert_int_equal(o.timeout.v, 2000000000);
	assert_int_equal(o.metrics.port, 8000);
	assert_false(tw_options_given(&o, metrics));
	assert_int_equal(o.log_level, TW_LOG_WARNING);
	assert_int_equal(o.args.n, 1);
}

static void defaults_of_reflector_and_loopback(void **state)
{
	(void)state;
	ok(TW_CMD_REFLECTOR, "");
	assert_int_equal(o.protocol, TW_OPT_AUTO);
	assert_int_equal(o.sessions, 65536);
	assert_int_equal(o.session_idle.v, 30000000000);
	assert_int_equal(o.refwait.v, 900000000000);
	assert_int_equal(o.duration.v, 0);
	assert_false(o.stateless);
	ok(TW_CMD_LOOPBACK, "");
	assert_int_equal(o.count, 0);
	assert_int_equal(o.duration.v, 5000000000);
	assert_true(o.pps == TW_PPS_MAX);
	assert_int_equal(o.interval.v, 0);
	assert_int_equal(o.protocol, TW_OPT_STAMP);
	assert_int_equal(o.ttl, 255);
}

/* One of count and duration, one of interval, pps and rate. */
static void what_is_typed_replaces_the_default(void **state)
{
	(void)state;
	ok(TW_CMD_SENDER, "p --duration 2");
	assert_int_equal(o.count, 0);
	assert_int_equal(o.duration.v, 2000000000);
	ok(TW_CMD_SENDER, "p --pps 1000");
	assert_int_equal(o.interval.v, 0);
	assert_int_equal(o.pps, 1000);
	ok(TW_CMD_SENDER, "p --rate 10G");
	assert_int_equal(o.interval.v, 0);
	assert_true(o.rate == 10000000000ULL);
	ok(TW_CMD_LOOPBACK, "--count 1000");
	assert_int_equal(o.count, 1000);
	assert_int_equal(o.duration.v, 0);
	ok(TW_CMD_LOOPBACK, "--interval 1");
	assert_int_equal(o.pps, 0);
	assert_int_equal(o.interval.v, 1000000);
	ok(TW_CMD_LOOPBACK, "--rate 1G");
	assert_int_equal(o.pps, 0);
}

static void padding_follows_the_protocol(void **state)
{
	(void)state;
	ok(TW_CMD_SENDER, "p --protocol twamp-light");
	assert_int_equal(o.padding, 27);
	ok(TW_CMD_SENDER, "p --protocol twamp-light --padding 0");
	assert_int_equal(o.padding, 0);
	ok(TW_CMD_SENDER, "p --protocol stamp");
	assert_int_equal(o.padding, 0);
	ok(TW_CMD_SENDER, "p --padding -1");
	assert_int_equal(o.padding, -1);
	refused(TW_CMD_SENDER, "p --protocol auto", "--protocol");
	refused(TW_CMD_LOOPBACK, "--protocol auto", "--protocol");
	ok(TW_CMD_CONTROLLER, "p --timestamp-format ptp");
	ok(TW_CMD_SERVER, "--light --timestamp-format ptp");
	refused(TW_CMD_SERVER, "--timestamp-format ptp", "--timestamp-format");
	ok(TW_CMD_REFLECTOR, "--protocol auto");
}

/* TOS = DSCP << 2 | ECN. */
static void one_octet_two_ways(void **state)
{
	(void)state;
	ok(TW_CMD_SENDER, "p --dscp ef");
	assert_int_equal(o.tos, 0xb8);
	ok(TW_CMD_SENDER, "p --dscp 46 --ecn 1");
	assert_int_equal(o.tos, 0xb9);
	ok(TW_CMD_SENDER, "p --tos 0x8a");
	assert_int_equal(o.tos, 0x8a);
	assert_int_equal(o.dscp, 34);
	assert_int_equal(o.ecn, 2);
	refused(TW_CMD_SENDER, "p --tos 1 --dscp ef", "--dscp");
	refused(TW_CMD_SENDER, "p --tos 1 --ecn 1", "--ecn");
	ok(TW_CMD_SENDER, "p --ecn 1 --dscp 1");
}

static void what_excludes_what(void **state)
{
	(void)state;
	refused(TW_CMD_SENDER, "p -c 1 --duration 1", "--duration");
	refused(TW_CMD_SENDER, "p -i 1 --pps 1", "--pps");
	refused(TW_CMD_SENDER, "p -i 1 --rate 1G", "--rate");
	refused(TW_CMD_SENDER, "p --pps 1 --rate 1G", "--rate");
	refused(TW_CMD_SENDER, "p --padding 1 --frame-size 64", "--frame-size");
	refused(TW_CMD_SENDER, "p -4 -6", "--ipv6");
	refused(TW_CMD_SENDER, "p --json --csv", "--csv");
	refused(TW_CMD_SENDER, "p -q -v", "--verbose");
	refused(TW_CMD_SENDER, "p -v -d", "--debug");
}

static void bounds(void **state)
{
	static const char *const bad[] = {"--count 0", "--duration 0", "--interval 0", "--pps 0",
		"--rate 0", "--burst 0", "--burst 1025", "--padding -2", "--padding 8959",
		"--frame-size 9019", "--frame-size 63", "--tos 256", "--dscp 64", "--dscp nosuch",
		"--ecn 4", "--ttl 0", "--ttl 256", "--flow-label 1048576", "--ssid 65536",
		"--streams 0", "--timeout 0", "--vlan 0", "--vlan 4095", "--peer-mac 1:2",
		"--lcores a", "--lcores 3-1", "--lcores 1,", "--lcores -1", "--ip 192.0.2.1/33",
		"--gateway 192.0.2", "--interim 0", "--metrics=name", "--protocol twamp",
		"--stamp never"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[128], option[64];

		snprintf(line, sizeof(line), "p %s", bad[i]);
		snprintf(option, sizeof(option), "%.*s", (int)strcspn(bad[i], " ="), bad[i]);
		refused(TW_CMD_SENDER, line, option);
		assert_non_null(strstr(err.text, "allowed: "));
	}
	ok(TW_CMD_SENDER, "p --sla loss=0.01,rtt.p99=500us,outbound.p99_9=1ms,jitter=50us");
	refused(TW_CMD_SENDER, "p --sla loss", "--sla 'loss': ");
	refused(TW_CMD_SENDER, "p --sla rtt.p98=1ms", "--sla 'rtt.p98=1ms': ");
	refused(TW_CMD_SENDER, "p --sla a\033b=1", "--sla 'a?b=1': \"a?b");
	ok(TW_CMD_SENDER, "p --burst 1024 --padding 8958 --ttl 1 --flow-label 1048575 --vlan 4094");
	ok(TW_CMD_SENDER, "p --lcores 0,2-3,1023 --frame-size imix --ssid 65535 --vlan 1 --vlan 2");
	assert_int_equal(o.n_vlan, 2);
	refused(TW_CMD_SENDER, "p --vlan 1 --vlan 2 --vlan 3", "--vlan");
}

static void options_of_others_are_refused(void **state)
{
	(void)state;
	refused(TW_CMD_REFLECTOR, "--count 1", "--count");
	refused(TW_CMD_SENDER, "p --sessions 1", "--sessions");
	refused(TW_CMD_LOOPBACK, "--dev eth0", "--dev");
	refused(TW_CMD_DEVICES, "--ttl 1", "--ttl");
	refused(TW_CMD_DSCPTABLE, "--dev eth0", "--dev");
	refused(TW_CMD_LOOPBACK, "192.0.2.1", "192.0.2.1");
	refused(TW_CMD_SENDER, "", "PEER");
	refused(TW_CMD_SENDER, "a b c", "'c'");
}

static void log_levels(void **state)
{
	(void)state;
	ok(TW_CMD_SENDER, "p -q");
	assert_int_equal(o.log_level, TW_LOG_ERROR);
	ok(TW_CMD_SENDER, "p -v");
	assert_int_equal(o.log_level, TW_LOG_INFO);
	ok(TW_CMD_SENDER, "p -d");
	assert_int_equal(o.log_level, TW_LOG_DEBUG);
}

/* UDP payloads; V15: twampy's mix on IPv4 is 22, 548 and 1472 octets for TWAMP Light. */
static void sizes_of_packets(void **state)
{
	static const struct {
		const char *line;
		unsigned int family, mtu;
		unsigned int n, first, seventh; /* lengths; seventh of 12 */
	} rows[] = {
		{"p", 4, 1500, 1, 44, 0},
		{"p --padding 100", 6, 1500, 1, 144, 0},
		{"p --protocol twamp-light", 4, 1500, 1, 41, 0},
		{"p --protocol twamp-light --padding -1", 4, 1500, 12, 22, 1472},
		{"p --frame-size imix", 4, 1500, 12, 44, 1472},
		{"p --frame-size imix", 6, 1500, 12, 44, 1452},
		{"p --frame-size 1522 --vlan 7", 4, 1500, 1, 1472, 0},
		{"p --frame-size z", 4, 2000, 1, 1972, 0},
		{"p --frame-size jumbo", 4, 0, 1, 8972, 0},
	};
	struct tw_sizes_shape shape;
	struct tw_payloads p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(TW_CMD_SENDER, rows[i].line);
		if (tw_options_payloads(&o, rows[i].family, rows[i].mtu, &err, &shape, &p))
			fail_msg("\"%s\": %s", rows[i].line, err.text);
		assert_int_equal(p.n, rows[i].n);
		assert_int_equal(p.len[0], rows[i].first);
		if (p.n == 12)
			assert_int_equal(p.len[6], rows[i].seventh);
	}
	ok(TW_CMD_SENDER, "p --frame-size 1519");
	assert_int_equal(tw_options_payloads(&o, 4, 1500, &err, &shape, &p), -ERANGE);
	assert_string_equal(err.text, "--frame-size '1519': makes a frame of 1519 octets, allowed: "
				      "1518 (the link's MTU is 1500)");
	ok(TW_CMD_SENDER, "p --padding 8958");
	assert_int_equal(tw_options_payloads(&o, 6, 0, &err, &shape, &p), -ERANGE);
	assert_string_equal(err.text,
		"--padding '8958': allowed: 0 to 8908 octets; a frame has 9018 at most, and "
		"packets are not fragmented");
}

/* Rules that every row keeps; a new option is held to them. */
static void the_table_is_sound(void **state)
{
	const struct tw_item_table *t = &tw_options_table;

	(void)state;
	assert_true(t->n_items <= TW_ITEMS_MAX);
	for (size_t i = 0; i < t->n_items; i++) {
		const struct tw_item *a = &t->items[i];

		if (!(a->commands | a->later) || (a->commands & a->later) || !a->help || !a->group)
			fail_msg("--%s: no commands, no help or no group", a->name);
		if (a->type != TW_ITEM_FLAG && a->type != TW_ITEM_ENUM && !a->metavar)
			fail_msg("--%s: no metavar", a->name);
		if (a->help[strlen(a->help) - 1] == '.')
			fail_msg("--%s: help ends with a full stop", a->name);
		for (size_t k = 0; k < i; k++) {
			const struct tw_item *b = &t->items[k];

			/* commands that share nothing may share letters and members */
			if (strcmp(a->name, b->name) == 0 ||
				((a->commands & b->commands) &&
					(a->offset == b->offset ||
						(a->letter && a->letter == b->letter))))
				fail_msg("--%s and --%s collide", a->name, b->name);
		}
	}
	for (size_t i = 0; i < t->n_defaults; i++)
		assert_non_null(tw_items_find(t, t->defaults[i].name, t->defaults[i].commands));
	for (size_t i = 0; i < t->n_exclusive; i++)
		for (const char *const *n = t->exclusive[i].names; *n; n++)
			assert_non_null(tw_items_find(t, *n, UINT32_MAX));
	for (size_t i = 0; i < tw_options_n_commands; i++) {
		const struct tw_item_command *c = &tw_options_commands[i];

		assert_int_equal(tw_items_defaults(t, c, &err, &o), 0);
		assert_true(c->max_args <= TW_ITEM_ARGS_MAX);
		assert_true(c->max_args == 0 || c->arguments);
	}
}

/* Commands that have no function yet are looked at, too. */
static void help_fits_eighty_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < tw_options_n_commands; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		tw_items_help(&tw_options_table, &tw_options_commands[i], f);
		fclose(f);
		assert_true(len > 100);
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > 80)
				fail_msg("%.*s", (int)strcspn(line, "\n"), line);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_of_the_sender),
		cmocka_unit_test(defaults_of_reflector_and_loopback),
		cmocka_unit_test(what_is_typed_replaces_the_default),
		cmocka_unit_test(padding_follows_the_protocol),
		cmocka_unit_test(one_octet_two_ways),
		cmocka_unit_test(what_excludes_what),
		cmocka_unit_test(bounds),
		cmocka_unit_test(options_of_others_are_refused),
		cmocka_unit_test(log_levels),
		cmocka_unit_test(sizes_of_packets),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(help_fits_eighty_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
