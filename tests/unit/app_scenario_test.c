/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "scenario.h"

#include "tw_test.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

static const struct tw_endpoint no_peer = {.port = 862};
static const struct tw_endpoint no_local;
static struct tw_options options;
static struct tw_err err;
static char path[64];

/* Load a text as the file of `sender --scenario FILE ...`. */
static int load(
	const char *text, size_t len, char *const *more, int n_more, struct tw_scenario **ret)
{
	char *argv[16] = {"--scenario", path};
	FILE *f;
	int rc;

	snprintf(path, sizeof(path), "/tmp/tw-scenario-%d.yaml", (int)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	for (int i = 0; i < n_more; i++)
		argv[2 + i] = more[i];
	rc = tw_options_parse(TW_CMD_SENDER, 2 + n_more, argv, &err, &options);
	if (rc == 0)
		rc = tw_scenario_load(&options, &no_peer, &no_local, false, &err, ret);
	unlink(path);
	return rc;
}

static struct tw_scenario *accept(const char *text)
{
	struct tw_scenario *s = NULL;

	if (load(text, strlen(text), NULL, 0, &s) < 0)
		fail_msg("refused: %s", err.text);
	return s;
}

static void refuse(const char *text, const char *why)
{
	struct tw_scenario *s;
	char at[512];

	assert_true(load(text, strlen(text), NULL, 0, &s) < 0);
	snprintf(at, sizeof(at), "%s:%s", path, why);
	assert_string_equal(err.text, at);
}

static void reads_keys_with_defaults(void **state)
{
	struct tw_scenario *s = accept("duration: 10\n"
				       "timeout: 500ms\n"
				       "defaults:\n"
				       "  remote: 192.0.2.1:863\n"
				       "  dscp: ef\n"
				       "  interval: 20\n"
				       "  tlv: [location, cos:dscp=af31]\n"
				       "streams:\n"
				       "  - name: voice\n"
				       "    streams: 3\n"
				       "  - rate: 2.5G\n"
				       "    frame-size: imix\n"
				       "    tos: 0x20\n"
				       "    tlv: []\n"
				       "    burst: 4\n"
				       "    poisson: yes\n"
				       "    vlan: [10, 20]\n"
				       "    sla: loss=1\n");
	const struct tw_scenario_entry *a = &s->entries[0], *b = &s->entries[1];

	(void)state;
	assert_int_equal(s->n_entries, 2);
	assert_int_equal(s->n_streams, 4);
	assert_int_equal(options.duration.v, 10 * TW_NS_PER_SEC);
	assert_int_equal(options.timeout.v, 500 * TW_NS_PER_MS);
	assert_int_equal(options.count, 0);
	assert_string_equal(a->name, "voice");
	assert_int_equal(a->streams, 3);
	assert_int_equal(a->o.tos, 46 << 2);
	assert_int_equal(a->o.interval.v, 20 * TW_NS_PER_MS);
	assert_int_equal(a->o.n_tlv, 2);
	assert_int_equal(a->o.ttl, 255);
	assert_int_equal(a->remote.port.first, 863);
	/* a TLV needs an SSID */
	assert_int_equal(a->ssid.first, 1);
	/* what excludes an inherited key takes its place */
	assert_string_equal(b->name, "streams-2");
	assert_int_equal(b->o.tos, 0x20);
	assert_int_equal(b->o.interval.v, 0);
	assert_int_equal(b->o.rate, 2500000000);
	assert_int_equal(b->o.n_tlv, 0);
	assert_int_equal(b->o.burst, 4);
	assert_true(b->o.poisson);
	assert_int_equal(b->o.n_vlan, 2);
	assert_int_equal(b->o.vlan[1], 20);
	assert_string_equal(b->o.sla, "loss=1");
	assert_int_equal(b->ssid.first, 0);
	tw_scenario_destroy(s);
}

static void command_line_goes_before_the_file(void **state)
{
	static const char text[] = "duration: 10\nstamp: packet\ndev: [eth1, eth2]\n"
				   "streams:\n  - remote: 192.0.2.1\n";
	char *more[] = {"--duration", "3", "--dev", "eth9"};
	struct tw_scenario *s;

	(void)state;
	assert_int_equal(load(text, strlen(text), more, 4, &s), 0);
	assert_int_equal(options.duration.v, 3 * TW_NS_PER_SEC);
	assert_int_equal(options.stamp, TW_OPT_STAMP_PACKET);
	assert_int_equal(options.n_dev, 1);
	assert_string_equal(options.dev[0], "eth9");
	assert_true(tw_options_given(&options, stamp));
	tw_scenario_destroy(s);
}

static void options_of_streams_are_refused_beside_a_file(void **state)
{
	static const char *const words[][2] = {{"--dscp", "ef"}, {"--count", "5"}, {"--pps", "10"},
		{"--streams", "2"}, {"--ssid", "7"}, {"--tlv", "location"}, {"--frame-size", "64"}};
	struct tw_scenario *s;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *more[] = {(char *)words[i][0], (char *)words[i][1]};

		assert_int_equal(load("", 0, more, 2, &s), -EINVAL);
		assert_non_null(strstr(err.text, "and --scenario exclude each other, allowed: "));
	}
}

static void streams_walk_along_ranges(void **state)
{
	struct tw_scenario *s = accept("duration: 1\n"
				       "streams:\n"
				       "  - remote: 192.0.2.1-192.0.2.3:862-863\n"
				       "    local: 192.0.2.128/30:1000-1001\n"
				       "    ssid: 5-6\n"
				       "  - name: pairs\n"
				       "    remote: '[2001:db8::fffe-2001:db8::1:1]:862'\n"
				       "    local: :7000-7003\n"
				       "    walk: together\n"
				       "    flow-label: 0x10-0x11\n"
				       "  - name: picked\n"
				       "    remote: 198.51.100.0/29\n"
				       "    streams: 14\n");
	const struct tw_scenario_entry *e = s->entries;
	struct tw_scenario_stream t;
	char text[TW_ADDR_STR];

	(void)state;
	assert_int_equal(e[0].streams, 3 * 2 * 2 * 2);
	for (uint32_t i = 0; i < 24; i++) {
		char want[64];

		tw_scenario_stream(&e[0], i, &t);
		snprintf(want, sizeof(want), "192.0.2.%u:%u", 1 + i % 3, 862 + i / 6 % 2);
		assert_string_equal(tw_endpoint_format(&t.remote, text), want);
		snprintf(want, sizeof(want), "192.0.2.%u", 129 + i / 3 % 2);
		assert_string_equal(tw_addr_format(&t.local, text), want);
		assert_int_equal(t.local_port, 1000 + i / 12);
		assert_int_equal(t.ssid, 5 + i % 2);
	}
	assert_int_equal(e[1].streams, 4);
	tw_scenario_stream(&e[1], 3, &t);
	assert_string_equal(tw_endpoint_format(&t.remote, text), "[2001:db8::1:1]:862");
	assert_int_equal(t.local.family, 0);
	assert_int_equal(t.local_port, 7003);
	assert_int_equal(t.flow_label, 0x11);
	assert_int_equal(tw_scenario_picked(&e[1]), 0);
	/* six hosts, so three source ports */
	assert_int_equal(tw_scenario_picked(&e[2]), 3);
	assert_int_equal(s->n_picked, 3);
	tw_scenario_stream(&e[2], 13, &t);
	assert_string_equal(tw_endpoint_format(&t.remote, text), "198.51.100.2:862");
	assert_int_equal(t.local_port, 0);
	assert_int_equal(t.picked, 2);
	tw_scenario_destroy(s);
}

/* All streams of an entry differ in their ends, however they walk. */
static void no_two_streams_are_alike(void **state)
{
	static const char *const walks[] = {"combine", "together"};

	(void)state;
	for (int w = 0; w < 2; w++) {
		char text[256];
		struct tw_scenario *s;
		struct tw_scenario_stream t[60];

		snprintf(text, sizeof(text),
			"duration: 1\nstreams:\n  - remote: 192.0.2.1-192.0.2.5:862-864\n"
			"    local: 192.0.2.66-192.0.2.67\n    walk: %s\n    streams: 60\n",
			walks[w]);
		s = accept(text);
		for (uint32_t i = 0; i < 60; i++) {
			tw_scenario_stream(&s->entries[0], i, &t[i]);
			for (uint32_t k = 0; k < i; k++)
				assert_false(tw_endpoint_equal(&t[i].remote, &t[k].remote) &&
					     tw_addr_equal(&t[i].local, &t[k].local) &&
					     t[i].picked == t[k].picked);
		}
		tw_scenario_destroy(s);
	}
}

static void says_where_and_what_is_wrong(void **state)
{
	(void)state;
	refuse("streams:\n  - remote: 192.0.2.1\n    dscp: eff\n",
		"3:11: dscp 'eff': allowed: a name such as ef or af41 (see dscptable), or 0 to 63");
	refuse("streams:\n  - remote: 192.0.2.1\n    dcsp: ef\n",
		"3:5: unknown key 'dcsp'; did you mean 'dscp'?");
	refuse("steams: []\n", "1:1: unknown key 'steams'; did you mean 'streams'?");
	refuse("duration: 1\n", "1:1: streams: a list of at least one entry has to be here");
	refuse("duration: 0\nstreams:\n  - remote: 192.0.2.1\n",
		"1:11: duration '0': allowed: seconds (or with a suffix: us, ms, s, min, h) from "
		"1ms to 315360000s");
	refuse("streams:\n  - remote: 192.0.2.1\n",
		"2:5: streams-1: has no end, allowed: duration for the whole run, or count here");
	refuse("duration: 1\nstreams:\n  - pps: 10\n",
		"3:5: streams-1: remote: missing, allowed: an address here, in defaults or on the "
		"command line");
	refuse("duration: 1\nstreams:\n  - remote: 192.0.2.1\n    tos: 1\n    dscp: ef\n",
		"5:5: tos and dscp exclude each other, allowed: one of them");
	refuse("duration: 1\nstreams:\n  - remote: example.net\n",
		"3:13: remote 'example.net': allowed: ADDR, ADDR-ADDR or ADDR/LEN and :PORT or "
		":PORT-PORT behind it, IPv6 then in brackets");
	refuse("duration: 1\nstreams:\n  - remote: 192.0.2.9-192.0.2.1\n",
		"3:13: remote '192.0.2.9-192.0.2.1': allowed: ADDR, ADDR-ADDR or ADDR/LEN and "
		":PORT or :PORT-PORT behind it, IPv6 then in brackets");
	refuse("duration: 1\nstreams:\n  - remote: 224.0.0.1\n",
		"3:5: streams-1: remote '224.0.0.1': allowed: addresses of single hosts");
	refuse("duration: 1\nstreams:\n  - remote: 192.0.2.1\n    local: 2001:db8::1\n",
		"3:5: streams-1: local and remote: allowed: one address family");
	refuse("duration: 1\nstreams:\n  - {remote: 192.0.2.1, pps: max}\n",
		"3:5: streams-1: pps 'max': allowed: packets per second; streams that share a run "
		"keep rates");
	refuse("streams:\n  - {name: a, remote: 192.0.2.1, count: 5, streams: 6}\n",
		"2:5: a: count '5': packets over 6 streams, allowed: 6 or more");
	refuse("duration: 1\nstreams:\n  - {name: a b, remote: 192.0.2.1}\n",
		"3:12: name 'a b': allowed: 1 to 32 letters, digits and - _ . +");
	refuse("duration: 1\nstreams:\n  - {name: a, remote: 192.0.2.1}\n"
	       "  - {name: a, remote: 192.0.2.2}\n",
		"4:5: name 'a': the entry in line 3 has it, allowed: another");
	refuse("duration: 1\nstreams:\n  - {remote: 192.0.2.1, protocol: twamp-light, tlv: "
	       "location}\n",
		"3:5: streams-1: tlv is for STAMP, not for protocol twamp-light");
	refuse("duration: 1\nstreams:\n  - {remote: 192.0.2.1, auth: true}\n",
		"3:5: streams-1: auth: allowed with a key-file for the whole run");
	refuse("duration: 1\nstreams:\n  - {remote: 192.0.2.1, sla: speed=3}\n",
		"3:30: sla 'speed=3': \"speed=3\": speed is not one of p50, p90, p95, p99, p99_9, "
		"p99_99, mean, min, max, stddev, jitter, loss");
}

static void bounds_streams(void **state)
{
	(void)state;
	tw_scenario_destroy(accept("duration: 1\nstreams:\n  - remote: 10.0.0.0/16:1-2\n"
				   "    streams: 100000\n"));
	refuse("duration: 1\nstreams:\n  - remote: 10.0.0.0/16:1-2\n    streams: 100001\n",
		"4:14: streams '100001': allowed: a whole number from 1 to 100000");
	refuse("duration: 1\nstreams:\n  - remote: 10.0.0.0/8\n",
		"3:5: streams-1: remote and local make 16777214 streams, allowed: at most 100000; "
		"streams: N says how many of them");
	refuse("duration: 1\nstreams:\n  - remote: 2001:db8::/32\n    local: :1-65535\n",
		"3:5: streams-1: remote and local make 4294967295 streams, allowed: at most "
		"100000; streams: N says how many of them");
	refuse("duration: 1\nstreams:\n"
	       "  - {name: a, remote: 10.0.0.0/16, streams: 60000}\n"
	       "  - {name: b, remote: 10.1.0.0/16, streams: 40001}\n",
		"4:5: b: makes 100001 streams in all, allowed: at most 100000");
	refuse("duration: 1\nstreams:\n  - {name: a, remote: 10.0.0.1, streams: 60001}\n",
		"3:5: a: needs 60001 source ports in all, allowed: at most 60000; say local: with "
		"ports, or more remote addresses");
	refuse("duration: 1\nstreams:\n  - {remote: 10.0.0.1, local: ':5-6', streams: 3}\n",
		"3:5: streams-1: streams '3': remote and local make 2 different ones, allowed: at "
		"most as many");
}

static void bounds_groups(void **state)
{
	char text[64 * 40] = "duration: 1\nstreams:\n";
	size_t used = strlen(text);

	(void)state;
	for (int i = 0; i < TW_SCENARIO_ENTRIES; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "  - remote: 10.0.0.1\n");
	tw_scenario_destroy(accept(text));
	snprintf(text + used, sizeof(text) - used, "  - remote: 10.0.0.1\n");
	refuse(text, "67:5: streams: allowed: at most 64 entries; one entry holds many streams");
}

/* Whole files under docs/examples are what they are said to be. */
static void examples_are_right(void **state)
{
	static const struct {
		const char *name;
		uint32_t entries, streams;
	} all[] = {
		{"sla-classes", 3, 12},
		{"imix-10g", 3, 69},
		{"hundred-thousand", 1, 100000},
		{"mixed-rates", 5, 24},
		{"ipv6-vlan", 2, 65},
	};
	unsigned int n = 0;
	struct dirent *d;
	DIR *dir = opendir(TW_TEST_DATA "/../../docs/examples");

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char file[512];
		char *argv[] = {"--scenario", file};
		struct tw_scenario *s;

		snprintf(file, sizeof(file), TW_TEST_DATA "/../../docs/examples/%s.yaml",
			all[i].name);
		assert_int_equal(tw_options_parse(TW_CMD_SENDER, 2, argv, &err, &options), 0);
		if (tw_scenario_load(&options, &no_peer, &no_local, false, &err, &s) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(s->n_entries, all[i].entries);
		assert_int_equal(s->n_streams, all[i].streams);
		tw_scenario_destroy(s);
	}
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		n += strstr(d->d_name, ".yaml") != NULL;
	closedir(dir);
	/* each of them is in the table above */
	assert_int_equal(n, sizeof(all) / sizeof(all[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_keys_with_defaults),
		cmocka_unit_test(command_line_goes_before_the_file),
		cmocka_unit_test(options_of_streams_are_refused_beside_a_file),
		cmocka_unit_test(streams_walk_along_ranges),
		cmocka_unit_test(no_two_streams_are_alike),
		cmocka_unit_test(says_where_and_what_is_wrong),
		cmocka_unit_test(bounds_streams),
		cmocka_unit_test(bounds_groups),
		cmocka_unit_test(examples_are_right),
	};

	return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
