/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_items.h"

#include "tw_addr.h"
#include "tw_test.h"

#include <errno.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { SEND = 1, REFLECT = 2 };

/* One member of each type. */
struct sample {
	bool json;
	uint8_t ttl;
	uint64_t count;
	int32_t padding;
	double factor;
	struct tw_ns interval, duration;
	uint64_t rate, pps;
	int stamp;
	const char *name;
	const char *spec;
	const char *secret;
	const char *eal;
	struct tw_addr addr;
	struct tw_endpoint metrics;
	struct tw_mac mac;
	uint8_t dscp;
	struct tw_prefix ip[3];
	uint32_t n_ip;
	bool verbose;
	bool hidden;
	uint32_t lines;
	uint32_t again;
};

static int check_spec(const char *value, struct tw_err *err)
{
	return strcmp(value, "good") == 0 ? 0 : tw_fail(err, -EINVAL, "allowed: good");
}

static const char *const stamps[] = {"burst", "packet", NULL};

#define AT(m) TW_ITEM_AT(struct sample, m)

static const struct tw_item items[] = {
	{"json", 'j', TW_ITEM_FLAG, AT(json), .commands = SEND | REFLECT, .group = "Results",
		.help = "print JSON"},
	{"verbose", 'v', TW_ITEM_FLAG, AT(verbose), .commands = SEND, .group = "Results",
		.help = "say more"},
	{"ttl", 0, TW_ITEM_UINT, AT(ttl), .commands = SEND, .group = "Header", .dflt = "255",
		.metavar = "N", .min = 1, .max = 255, .help = "time to live"},
	{"count", 'c', TW_ITEM_UINT, AT(count), .commands = SEND, .group = "Schedule",
		.dflt = "100", .metavar = "N", .min = 1, .max = INT64_MAX, .help = "packets"},
	{"padding", 0, TW_ITEM_INT, AT(padding), .commands = SEND, .group = "Schedule",
		.metavar = "BYTES", .min = -1, .max = 8958, .help = "octets"},
	{"factor", 0, TW_ITEM_DOUBLE, AT(factor), .commands = SEND, .group = "Schedule",
		.metavar = "X", .max = 10, .help = "factor"},
	{"interval", 'i', TW_ITEM_MSEC, AT(interval), .commands = SEND, .group = "Schedule",
		.dflt = "100", .metavar = "MSEC", .min = 1, .max = 3600000000000,
		.help = "time between packets"},
	{"duration", 0, TW_ITEM_SEC, AT(duration), .commands = SEND, .group = "Schedule",
		.metavar = "SEC", .max = INT64_MAX, .help = "how long"},
	{"rate", 0, TW_ITEM_BITRATE, AT(rate), .commands = SEND, .group = "Schedule",
		.metavar = "BITS", .min = 1, .max = INT64_MAX, .help = "bits per second"},
	{"pps", 0, TW_ITEM_PPS, AT(pps), .commands = SEND, .group = "Schedule", .metavar = "N|max",
		.min = 1, .max = 1000000000, .help = "packets per second"},
	{"stamp", 0, TW_ITEM_ENUM, AT(stamp), .commands = SEND | REFLECT, .group = "Schedule",
		.dflt = "burst", .names = stamps, .help = "stamp policy"},
	{"name", 'n', TW_ITEM_STRING, AT(name), .commands = SEND, .group = "Names",
		.metavar = "FILE", .help = "a name"},
	{"spec", 0, TW_ITEM_STRING, AT(spec), .commands = SEND, .group = "Names", .metavar = "SPEC",
		.check = check_spec, .help = "a specification"},
	{"secret", 0, TW_ITEM_STRING, TW_ITEM_SECRET, AT(secret), .commands = SEND,
		.group = "Names", .metavar = "TEXT", .help = "a secret"},
	{"eal", 0, TW_ITEM_STRING, TW_ITEM_ANY_VALUE, AT(eal), .commands = SEND, .group = "Names",
		.metavar = "ARGS", .help = "arguments for EAL"},
	{"addr", 0, TW_ITEM_ADDR, AT(addr), .commands = SEND, .group = "Names", .metavar = "ADDR",
		.help = "an address"},
	{"metrics", 0, TW_ITEM_ENDPOINT, TW_ITEM_OPTIONAL, AT(metrics), .commands = SEND,
		.group = "Results", .metavar = "ADDR:PORT", .dflt = "127.0.0.1:8000",
		.help = "serve metrics"},
	{"mac", 0, TW_ITEM_MAC, AT(mac), .commands = SEND, .group = "Names", .metavar = "MAC",
		.help = "a MAC address"},
	{"dscp", 0, TW_ITEM_DSCP, AT(dscp), .commands = SEND, .group = "Header",
		.metavar = "NAME|N", .help = "DSCP"},
	{"ip", 0, TW_ITEM_PREFIX, TW_ITEM_REPEAT, TW_ITEM_LIST(struct sample, ip, n_ip),
		.commands = SEND | REFLECT, .group = "Names", .metavar = "ADDR/LEN",
		.help = "own address"},
	{"hidden", 0, TW_ITEM_FLAG, TW_ITEM_HIDDEN, AT(hidden), .commands = SEND, .group = "Names",
		.help = "must not show"},
	{"lines", 'l', TW_ITEM_UINT, TW_ITEM_OPTIONAL, AT(lines), .commands = SEND,
		.group = "Results", .metavar = "N", .dflt = "7", .max = 99, .help = "lines"},
	{"again", 'g', TW_ITEM_UINT, TW_ITEM_LAST, AT(again), .commands = SEND, .group = "Results",
		.metavar = "N", .max = 99, .help = "the last one counts"},
	{"tlv", 0, TW_ITEM_STRING, AT(spec), .later = SEND, .group = "Names",
		.help = "must not show"},
};

static const struct tw_item_default defaults[] = {
	{"stamp", REFLECT, "packet", NULL},
};

static const struct tw_item_exclusive exclusive[] = {
	{{"interval", "pps", "rate", NULL}},
	{{"count", "duration", NULL}},
};

static const struct tw_item_table table = {
	"prog", items, LEN(items), defaults, LEN(defaults), exclusive, LEN(exclusive)};

static const struct tw_item_command commands[] = {
	{"sender", NULL, SEND, "PEER [LOCAL]", 1, 2, "send packets",
		"First paragraph.\n\nSecond one.", "prog sender 192.0.2.1\nprog sender ::1"},
	{"reflector", "responder", REFLECT, NULL, 0, 0, "reflect packets", NULL, NULL},
};

static struct sample s;
static struct tw_item_set set;
static struct tw_item_args args;
static struct tw_err err;

/* A command line of words separated by blanks; "''" is an empty word. */
static int run(int command, const char *line)
{
	static char words[512];
	char *argv[32];
	int argc = 0;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = strcmp(w, "''") == 0 ? w + 2 : w;
	err.text[0] = '\0';
	memset(&s, 0x5a, sizeof(s));
	assert_int_equal(tw_items_defaults(&table, &commands[command], &err, &s), 0);
	return tw_items_parse(&table, &commands[command], argc, argv, &s, &err, &set, &args);
}

static bool given(size_t offset)
{
	return tw_items_given(&table, &set, offset);
}

static void defaults_are_those_of_the_command(void **state)
{
	(void)state;
	assert_int_equal(run(0, "peer"), 0);
	assert_int_equal(s.ttl, 255);
	assert_int_equal(s.count, 100);
	assert_int_equal(s.interval.v, 100000000);
	assert_int_equal(s.stamp, 0);
	assert_null(s.name);
	assert_false(s.json);
	assert_int_equal(s.n_ip, 0);
	assert_int_equal(s.metrics.port, 8000);
	assert_false(given(offsetof(struct sample, count)));
	assert_int_equal(args.n, 1);
	assert_int_equal(run(1, ""), 0);
	assert_int_equal(s.stamp, 1);
}

static void every_type(void **state)
{
	(void)state;
	assert_int_equal(run(0, "--json --ttl=64 -c 0x10 --padding -1 --factor 2.5 --interval 0.5 "
				"--stamp packet --name n --spec good --eal --no-huge --addr ::1 "
				"--mac 02:00:00:00:00:01 --dscp ef --ip 192.0.2.1/24 --ip "
				"2001:db8::1/64 peer local"),
		0);
	assert_true(s.json);
	assert_int_equal(s.ttl, 64);
	assert_int_equal(s.count, 16);
	assert_int_equal(s.padding, -1);
	assert_true(s.factor == 2.5);
	assert_int_equal(s.interval.v, 500000);
	assert_int_equal(s.stamp, 1);
	assert_string_equal(s.name, "n");
	assert_string_equal(s.spec, "good");
	assert_string_equal(s.eal, "--no-huge");
	assert_int_equal(s.addr.family, 6);
	assert_int_equal(s.mac.b[5], 1);
	assert_int_equal(s.dscp, 46);
	assert_int_equal(s.n_ip, 2);
	assert_int_equal(s.ip[0].len, 24);
	assert_int_equal(s.ip[1].addr.family, 6);
	assert_true(given(offsetof(struct sample, count)));
	assert_false(given(offsetof(struct sample, metrics)));
	assert_string_equal(args.v[1], "local");
	assert_int_equal(run(0, "--duration 1.5 --rate 10G peer"), 0);
	assert_int_equal(s.duration.v, 1500000000);
	assert_true(s.rate == 10000000000ULL);
	assert_int_equal(run(0, "--pps max peer"), 0);
	assert_true(s.pps == TW_PPS_MAX);
}

static void forms_of_options(void **state)
{
	(void)state;
	assert_int_equal(run(0, "-c5 peer"), 0);
	assert_int_equal(s.count, 5);
	assert_int_equal(run(0, "-jvc5 peer"), 0);
	assert_true(s.json && s.verbose && s.count == 5);
	assert_int_equal(run(0, "-vc 6 peer"), 0);
	assert_int_equal(s.count, 6);
	assert_int_equal(run(0, "peer -j --json"), 0); /* a flag may be repeated */
	assert_int_equal(run(0, "-j -- --peer -x"), 0);
	assert_string_equal(args.v[0], "--peer");
	assert_string_equal(args.v[1], "-x");
	assert_int_equal(run(0, "-n - peer"), 0);
	assert_string_equal(s.name, "-");
	assert_int_equal(run(0, "--name -unknown peer"), 0);
	assert_string_equal(s.name, "-unknown");
	assert_int_equal(run(0, "--name= peer"), -EINVAL);
	assert_int_equal(run(0, "--help"), TW_ITEMS_HELP);
	assert_int_equal(run(0, "-h"), TW_ITEMS_HELP);
	assert_int_equal(run(0, "-vh"), TW_ITEMS_HELP);
}

static void optional_values(void **state)
{
	static const uint8_t any[4] = {0, 0, 0, 0};

	(void)state;
	assert_int_equal(run(0, "--metrics peer"), 0);
	assert_true(given(offsetof(struct sample, metrics)));
	assert_int_equal(s.metrics.port, 8000);
	assert_int_equal(s.metrics.addr.b[0], 127);
	assert_string_equal(args.v[0], "peer");
	assert_int_equal(run(0, "--metrics=:9000 peer"), 0);
	assert_int_equal(s.metrics.port, 9000);
	assert_int_equal(s.metrics.addr.b[0], 127);
	assert_int_equal(run(0, "--metrics=0.0.0.0 peer"), 0);
	assert_int_equal(s.metrics.port, 8000);
	assert_memory_equal(s.metrics.addr.b, any, 4);
	assert_int_equal(run(0, "--metrics=name:80 peer"), -EINVAL);
	/* behind the letter, or left out: the next word is another matter */
	assert_int_equal(run(0, "-l12 peer"), 0);
	assert_int_equal(s.lines, 12);
	assert_int_equal(run(0, "-jl peer"), 0);
	assert_true(given(offsetof(struct sample, lines)));
	assert_int_equal(s.lines, 7);
	assert_string_equal(args.v[0], "peer");
	assert_int_equal(run(0, "-lx peer"), -EINVAL);
}

static void the_last_one_counts(void **state)
{
	(void)state;
	assert_int_equal(run(0, "-g 1 peer --again=2 -g3"), 0);
	assert_int_equal(s.again, 3);
	assert_int_equal(run(0, "-g 1 peer -g x"), -EINVAL);
	assert_int_equal(run(0, "-c 1 peer -c 2"), -EINVAL);
}

/* Every refusal: one line that names the option, its value and what is allowed. */
static void refusals(void **state)
{
	static const struct {
		int command, rc;
		const char *line, *text;
	} rows[] = {
		{0, -EINVAL, "--count 0 p", "--count '0': allowed: a whole number, 1 or more"},
		{0, -EINVAL, "--ttl 256 p", "--ttl '256': allowed: a whole number from 1 to 255"},
		{0, -EINVAL, "-cx p", "--count 'x': allowed: a whole number, 1 or more"},
		{0, -EINVAL, "--count",
			"--count: needs a value, allowed: a whole number, 1 or more"},
		{0, -EINVAL, "--ttl --json p",
			"--ttl: needs a value before '--json', allowed: a whole number from 1 to "
			"255"},
		{0, -EINVAL, "--name --json p",
			"--name: needs a value before '--json', allowed: text that is not empty"},
		{0, -EINVAL, "--stamp both p", "--stamp 'both': allowed: burst or packet"},
		{0, -EINVAL, "--spec bad p", "--spec 'bad': allowed: good"},
		{0, -EINVAL, "--json=1 p", "--json '1': allowed: no value"},
		{0, -EINVAL, "-c 1 -c 2 p", "--count '2': given twice, allowed: once"},
		{0, -EINVAL, "--cuont 1 p", "unknown option --cuont; did you mean --count?"},
		{0, -EINVAL, "--dur 1 p", "unknown option --dur; did you mean --duration?"},
		{0, -EINVAL, "--xyzzy p", "unknown option --xyzzy; see prog sender --help"},
		{0, -EINVAL, "--hiddem p", "unknown option --hiddem; see prog sender --help"},
		{0, -EINVAL, "-x p", "unknown option -x; see prog sender --help"},
		{0, -ENOTSUP, "--tlv 1 p", "--tlv: not in this build yet"},
		{1, -EINVAL, "--ttl 1",
			"--ttl: not an option of reflector; see prog reflector --help"},
		{1, -EINVAL, "-c 1", "-c (--count): not an option of reflector"},
		{1, -EINVAL, "word", "argument 'word': allowed: options only"},
		{0, -EINVAL, "a b c", "argument 'c': allowed: PEER [LOCAL]"},
		{0, -EINVAL, "a b --metrics c",
			"argument 'c': allowed: PEER [LOCAL]; a value of --metrics comes after a "
			"="},
		{0, -EINVAL, "--metrics a b c", "argument 'c': allowed: PEER [LOCAL]"},
		{0, -EINVAL, "", "missing argument: needs PEER [LOCAL]; see prog sender --help"},
		{0, -EINVAL, "-i 1 --pps 5 p",
			"--interval and --pps exclude each other, allowed: one of them"},
		{0, -EINVAL, "--rate 1G --pps 5 p",
			"--pps and --rate exclude each other, allowed: one of them"},
		{0, -EINVAL, "--duration 1 -c 5 p",
			"--count and --duration exclude each other, allowed: one of them"},
		{0, -EINVAL, "--ip ::1/129 p",
			"--ip '::1/129': allowed: an IPv4 or IPv6 ADDRESS/LENGTH"},
		{0, -EINVAL, "--ip ::1 --ip ::2 --ip ::3 --ip ::4 p",
			"--ip '::4': allowed: at most 3 times"},
		{0, -EINVAL, "--dscp 64 p",
			"--dscp '64': allowed: a name such as ef or af41 (see dscptable), or 0 to "
			"63"},
		{0, -EINVAL, "--interval 0 p",
			"--interval '0': allowed: milliseconds (or with a suffix: ns, us, ms, s) "
			"from "
			"1ns to 3600s"},
		{0, -EINVAL, "--pps 2G p",
			"--pps '2G': allowed: max, or packets per second (suffix k, M) from 1 to "
			"1G"},
		{0, -EINVAL, "--padding -2 p",
			"--padding '-2': allowed: a whole number from -1 to 8958"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(run(rows[i].command, rows[i].line), rows[i].rc);
		assert_string_equal(err.text, rows[i].text);
	}
}

static void hostile_words_stay_on_one_line(void **state)
{
	char word[2000], *argv[] = {word};
	char buf[80];

	(void)state;
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	memcpy(word, "--\n\033[2J", 7);
	assert_int_equal(
		tw_items_parse(&table, &commands[0], 1, argv, &s, &err, &set, &args), -EINVAL);
	assert_null(strpbrk(err.text, "\n\033"));
	memcpy(word, "--ttl=\n", 7);
	assert_int_equal(
		tw_items_parse(&table, &commands[0], 1, argv, &s, &err, &set, &args), -EINVAL);
	assert_null(strpbrk(err.text, "\n\033"));
	assert_string_equal(tw_items_quote("a\tb\xff", buf), "'a?b?'");
	memset(word, 'x', 61);
	word[61] = '\0';
	assert_int_equal(strlen(tw_items_quote(word, buf)), 1 + 60 + 1 + 3);
}

static void nearest_commands(void **state)
{
	(void)state;
	assert_string_equal(tw_items_nearest_command(commands, 2, "sendr"), "sender");
	assert_string_equal(tw_items_nearest_command(commands, 2, "refl"), "reflector");
	assert_string_equal(tw_items_nearest_command(commands, 2, "respnder"), "responder");
	assert_null(tw_items_nearest_command(commands, 2, "xyzzy"));
	assert_null(tw_items_nearest_command(commands, 2, "s"));
	assert_int_equal(tw_items_command(commands, 2, "responder"), 1);
	assert_int_equal(tw_items_command(commands, 2, "send"), -1);
}

/* What the dump prints is what the parser reads. */
static void values_read_back(void **state)
{
	(void)state;
	assert_int_equal(run(0, "--json --ttl=64 -c 16 --padding -1 --factor 2.5 --interval 0.5 "
				"--stamp packet --name n --spec good --secret x --addr ::1 "
				"--metrics=[::1]:9 --mac 02:00:00:00:00:01 --dscp ef "
				"--ip 192.0.2.1/24 peer"),
		0);
	for (size_t i = 0; i < LEN(items); i++) {
		uint8_t *member = (uint8_t *)&s + items[i].offset;
		uint8_t copy[64] = {0};
		char text[256];

		if (items[i].type == TW_ITEM_FLAG || !given(items[i].offset) || items[i].later)
			continue;
		if (items[i].type == TW_ITEM_STRING)
			continue;
		tw_item_format(&items[i], member, text, sizeof(text));
		assert_int_equal(tw_item_parse(&items[i], text, &err, copy), 0);
		assert_memory_equal(copy, member, items[i].size);
	}
}

/* Output of a writer as text; the caller frees it. */
static char *captured(int what)
{
	static const struct tw_item_man man = {"PROG", "prog 1", "a program",
		"Words.\n\n  verbatim", {{"MORE", ".dot at the start"}, {NULL, NULL}}};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (what == 0)
		tw_items_help(&table, &commands[0], f);
	else if (what == 1)
		tw_items_man(&table, commands, 2, &man, f);
	else if (what == 2)
		tw_items_completion(&table, commands, 2, f);
	else if (what == 3)
		tw_items_dump(&table, &commands[0], &s, &set, f);
	else
		tw_items_overview(&table, commands, 2, "a program", f);
	fclose(f);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void help_shows_what_the_command_takes(void **state)
{
	char *text = captured(0);

	(void)state;
	has(text, "Usage: prog sender [options] PEER [LOCAL]\n");
	has(text, "\n  -c, --count N            packets (default 100)\n");
	has(text, "\n      --stamp burst|packet\n                           stamp policy (default "
		  "burst)");
	has(text, "      --metrics[=ADDR:PORT]");
	has(text, "own address (repeatable)");
	has(text, "Second one.\n");
	has(text, "\n  prog sender 192.0.2.1\n  prog sender ::1\n");
	assert_null(strstr(text, "must not show"));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	free(text);
	text = captured(4);
	has(text, "  reflector      reflect packets\n");
	free(text);
}

static void man_page_and_completion(void **state)
{
	char *text = captured(1);

	(void)state;
	has(text, ".TH PROG 1");
	has(text,
		"\\fB\\-c\\fR, \\fB\\-\\-count\\fR \\fIN\\fR\nPackets.\nDefault: 100.\n[sender]\n");
	has(text, "Default: burst (sender), packet (reflector).\n");
	has(text, "\n\\&.dot at the start\n");
	has(text, ".nf\n  verbatim\n.fi\n");
	assert_null(strstr(text, "ust not show"));
	free(text);
	text = captured(2);
	has(text, "reflector | responder)\n");
	has(text, "compgen -W 'burst packet'");
	has(text, "complete -F _prog prog\n");
	assert_null(strstr(text, "--tlv"));
	assert_null(strstr(text, "--hidden"));
	free(text);
}

static void dump_masks_secrets(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(run(0, "--secret hunter2 --ip ::1/64 --ip ::2/64 -c 7 peer"), 0);
	text = captured(3);
	has(text, "\ncount = 7\n");
	has(text, "\nttl = 255 # default\n");
	has(text, "\nip = ::1/64, ::2/64\n");
	has(text, "\nsecret = ********\n");
	assert_null(strstr(text, "hunter2"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_command),
		cmocka_unit_test(every_type),
		cmocka_unit_test(forms_of_options),
		cmocka_unit_test(optional_values),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(refusals),
		cmocka_unit_test(hostile_words_stay_on_one_line),
		cmocka_unit_test(nearest_commands),
		cmocka_unit_test(values_read_back),
		cmocka_unit_test(help_shows_what_the_command_takes),
		cmocka_unit_test(man_page_and_completion),
		cmocka_unit_test(dump_masks_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
