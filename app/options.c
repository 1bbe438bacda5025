/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "options.h"

#include "scenario.h"
#include "tw_limits.h"
#include "tw_modes.h"
#include "tw_result.h"
#include "tw_sizes.h"
#include "tw_tlv_spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define S TW_CMD_SENDER
#define R TW_CMD_REFLECTOR
#define L TW_CMD_LOOPBACK
#define D TW_CMD_DEVICES
#define T TW_CMD_DSCPTABLE
#define V TW_CMD_SERVER
#define C TW_CMD_CONTROLLER
#define K TW_CMD_CONTROLCLIENT
#define W TW_CMD_TWPING

#define MSEC TW_NS_PER_MS
#define SEC TW_NS_PER_SEC
#define DAY (86400 * SEC)

#define AT(m) TW_ITEM_AT(struct tw_options, m)
#define LIST(m) TW_ITEM_REPEAT, TW_ITEM_LIST(struct tw_options, m, n_##m)

static int check_frame_size(const char *value, struct tw_err *err);
static int check_lcores(const char *value, struct tw_err *err);
static int check_sla(const char *value, struct tw_err *err);
static int check_mode(const char *value, struct tw_err *err);
static int check_limit(const char *value, struct tw_err *err);

static const char *const protocols[] = {"stamp", "twamp-light", "auto", NULL};
static const char *const stamps[] = {"burst", "packet", NULL};
static const char *const makers[] = {"auto", "software", "hardware", "kernel", NULL};
static const char *const formats[] = {"ntp", "ptp", NULL};

#define DEVICE "Device"
#define SCHEDULE "Schedule"
#define PACKETS "Packets"
#define PROTOCOL "Protocol"
#define SESSIONS "Sessions"
#define SECURITY "Security"
#define RESULTS "Results"
#define LOGGING "Logging"

/* clang-format off */
static const struct tw_item items[] = {
	{"dev", 0, TW_ITEM_STRING, LIST(dev), .commands = S | R | D | V | C | W, .group = DEVICE,
	 .metavar = "DEV", .help = "kernel interface, PCI address or DPDK vdev string",
	 .dflt_help = "by the kernel's route"},
	{"ip", 0, TW_ITEM_PREFIX, LIST(ip), .commands = S | R | V | C | W, .group = DEVICE,
	 .metavar = "ADDR/LEN", .help = "the port's own address", .dflt_help = "from the kernel"},
	{"gateway", 0, TW_ITEM_ADDR, LIST(gateway), .commands = S | R | V | C | W, .group = DEVICE,
	 .metavar = "ADDR", .help = "router for other networks, one of each family",
	 .dflt_help = "from the kernel"},
	{"vlan", 0, TW_ITEM_UINT, LIST(vlan), .commands = S | R | V | C | W, .group = DEVICE,
	 .metavar = "ID", .min = 1, .max = 4094,
	 .help = "802.1Q tag of everything sent; given twice, the outer one first"},
	{"peer-mac", 0, TW_ITEM_MAC, AT(peer_mac), .commands = S | R | V | C | W, .group = DEVICE,
	 .metavar = "MAC", .help = "send to this MAC address instead of resolving one"},
	{"lcores", 0, TW_ITEM_STRING, AT(lcores), .commands = S | R | L | D | V | C | W,
	 .group = DEVICE, .metavar = "LIST", .help = "cores for workers, such as 2,4-7",
	 .check = check_lcores, .dflt_help = "by affinity"},
	{"eal", 0, TW_ITEM_STRING, TW_ITEM_ANY_VALUE, AT(eal), .commands = S | R | L | D | V | C | W,
	 .group = DEVICE, .metavar = "ARGS", .help = "further arguments for DPDK's EAL"},
	{"busy-poll", 0, TW_ITEM_FLAG, AT(busy_poll), .commands = S | R | L | V | C | W,
	 .group = DEVICE, .help = "never sleep while there is nothing to do"},
	{"check", 0, TW_ITEM_FLAG, AT(check), .commands = D, .group = DEVICE,
	 .help = "tell what the machine still lacks; exit 1 when something does"},

	{"count", 'c', TW_ITEM_UINT, AT(count), .commands = S | L | C | W, .group = SCHEDULE,
	 .dflt = "100", .metavar = "N", .min = 1, .max = INT64_MAX,
	 .help = "packets over all streams"},
	{"duration", 0, TW_ITEM_SEC, AT(duration), .commands = S | L | C | R | V | K,
	 .group = SCHEDULE, .metavar = "SEC", .min = MSEC, .max = 3650 * DAY,
	 .help = "stop after this time"},
	{"interval", 'i', TW_ITEM_MSEC, AT(interval), .commands = S | L | C, .group = SCHEDULE,
	 .dflt = "100", .metavar = "MSEC", .min = 1, .max = DAY,
	 .help = "time between the packets of a stream, with fractions"},
	{"pps", 0, TW_ITEM_PPS, AT(pps), .commands = S | L | C, .group = SCHEDULE,
	 .metavar = "N|max", .min = 1, .max = 1000000000,
	 .help = "packets per second over all streams"},
	{"rate", 0, TW_ITEM_BITRATE, AT(rate), .commands = S | L | C, .group = SCHEDULE,
	 .metavar = "BITS", .min = 1, .max = 10000000000000,
	 .help = "bits per second over all streams (10G, 250M), on the wire: preamble and gap "
		 "counted"},
	{"burst", 0, TW_ITEM_UINT, AT(burst), .commands = S | L | C, .group = SCHEDULE,
	 .dflt = "1", .metavar = "N", .min = 1, .max = 1024,
	 .help = "packets that leave back to back; the mean rate stays"},
	{"poisson", 0, TW_ITEM_FLAG, AT(poisson), .commands = S | L | C, .group = SCHEDULE,
	 .help = "exponentially distributed intervals instead of equal ones"},
	{"streams", 0, TW_ITEM_UINT, AT(streams), .commands = S | L | C | K, .group = SCHEDULE,
	 .dflt = "1", .metavar = "N", .min = 1, .max = 60000,
	 .help = "parallel streams, each on its own source port"},
	{"timeout", 0, TW_ITEM_MSEC, AT(timeout), .commands = S | L | C | K, .group = SCHEDULE,
	 .dflt = "2000", .metavar = "MSEC", .min = 1000, .max = 600 * SEC,
	 .help = "a reply later than this is late, not received"},
	{"scenario", 0, TW_ITEM_STRING, AT(scenario), .commands = S | L, .group = SCHEDULE,
	 .metavar = "FILE", .help = "streams from a YAML file, each group with its own addresses, "
		 "packets, rate and result; - is standard input"},

	{"padding", 0, TW_ITEM_INT, AT(padding), .commands = S | L | C | K, .group = PACKETS,
	 .metavar = "BYTES", .min = -1, .max = 8958, .dflt = "0",
	 .dflt_help = "0 with STAMP, 27 with TWAMP Light, 27 or 64 with TWAMP: replies are as long",
	 .help = "octets after the smallest packet (44 with STAMP, 14 with TWAMP Light and TWAMP, 48 "
		 "with TWAMP authenticated or encrypted); -1 is twampy's mix of 64, 590 and 1514 "
		 "octets without FCS"},
	{"frame-size", 0, TW_ITEM_STRING, AT(frame_size), .commands = S | L | C, .group = PACKETS,
	 .metavar = "SPEC", .check = check_frame_size,
	 .help = "L2 octets with FCS: a number up to 9018, imix, jumbo, SIZE:WEIGHT,... or the "
		 "letters of RFC 6985"},
	{"tos", 0, TW_ITEM_UINT, AT(tos), .commands = S | L | C, .group = PACKETS,
	 .metavar = "N", .max = 255, .dflt = "0", .help = "whole TOS or Traffic Class octet"},
	{"dscp", 0, TW_ITEM_DSCP, AT(dscp), .commands = S | L | C | K, .group = PACKETS,
	 .metavar = "NAME|N", .dflt = "0",
	 .help = "DSCP by name or number; ef is 46 in the DSCP bits"},
	{"ecn", 0, TW_ITEM_UINT, AT(ecn), .commands = S | L | C, .group = PACKETS,
	 .metavar = "N", .max = 3, .dflt = "0", .help = "ECN bits"},
	{"ttl", 0, TW_ITEM_UINT, AT(ttl), .commands = S | L | C, .group = PACKETS,
	 .metavar = "N", .min = 1, .max = 255, .dflt = "255", .help = "TTL or hop limit"},
	{"do-not-fragment", 0, TW_ITEM_FLAG, AT(do_not_fragment), .commands = S | L | C,
	 .group = PACKETS, .help = "set DF in the IPv4 header"},
	{"flow-label", 0, TW_ITEM_UINT, AT(flow_label), .commands = S | L | C, .group = PACKETS,
	 .metavar = "N", .max = 0xfffff, .dflt = "0", .help = "flow label of the IPv6 header"},
	{"ipv4", '4', TW_ITEM_FLAG, AT(ipv4), .commands = S | R | L | V | C | K | W,
	 .group = PACKETS, .help = "IPv4 only"},
	{"ipv6", '6', TW_ITEM_FLAG, AT(ipv6), .commands = S | R | L | V | C | K | W,
	 .group = PACKETS, .help = "IPv6 only"},

	{"protocol", 0, TW_ITEM_ENUM, AT(protocol), .commands = S | R | L, .group = PROTOCOL,
	 .names = protocols, .dflt = "stamp",
	 .help = "what is spoken without a control connection; auto, for the reflector only, "
		 "tells each request"},
	{"stamp", 0, TW_ITEM_ENUM, AT(stamp), .commands = S | R | L | V | C, .group = PROTOCOL,
	 .names = stamps, .dflt = "burst",
	 .help = "read the clock once a burst or for each packet"},
	{"timestamps", 0, TW_ITEM_ENUM, AT(timestamps), .commands = S | R | D | V | C,
	 .group = PROTOCOL, .names = makers, .dflt = "auto",
	 .help = "who makes the stamps: the NIC where it can, and for received packets the kernel on "
		 "its own interfaces, but with --busy-poll; neither of them; only the NIC or only "
		 "the kernel, and nothing is begun where it cannot"},
	{"ssid", 0, TW_ITEM_UINT, AT(ssid), .commands = S | L, .group = PROTOCOL,
	 .metavar = "N", .max = 65535, .dflt = "0", .help = "STAMP session identifier"},
	{"timestamp-format", 0, TW_ITEM_ENUM, AT(timestamp_format), .commands = S | R | L | V | C,
	 .group = PROTOCOL, .names = formats, .dflt = "ntp",
	 .help = "format of the timestamps that we write: a sender's in STAMP and TWAMP packets, a "
		 "reflector's in STAMP packets; what a server writes in a session is negotiated "
		 "(--mode ptpv2)"},
	{"tlv", 0, TW_ITEM_STRING, LIST(tlv), .commands = S | L, .group = PROTOCOL,
	 .metavar = "NAME[:ARGS]", .help = "STAMP extension to send, any number of times"},
	{"micro-session", 0, TW_ITEM_UINT, AT(micro_session), .commands = R, .group = PROTOCOL,
	 .metavar = "ID", .min = 1, .max = 65535, .dflt_help = "none",
	 .help = "member link of an aggregation group that this reflector answers for (RFC 9534)"},

	{"stateless", 0, TW_ITEM_FLAG, AT(stateless), .commands = S | R | L, .group = SESSIONS,
	 .help = "the reflector copies the sender's sequence number instead of counting per "
		 "session; told to the sender, loss is not split by direction"},
	{"sessions", 0, TW_ITEM_UINT, AT(sessions), .commands = R | L | V, .group = SESSIONS,
	 .metavar = "N", .min = 1, .max = 1 << 24, .dflt = "65536",
	 .help = "sessions that are kept apart at once: 52 octets of memory each over IPv4, 84 "
		 "over IPv6, 24 more with TLVs, taken as they come"},
	{"session-idle", 0, TW_ITEM_SEC, AT(session_idle), .commands = R | L, .group = SESSIONS,
	 .metavar = "SEC", .min = MSEC, .max = DAY, .dflt = "30",
	 .help = "a sequence that starts again after this pause is a new session"},
	{"refwait", 0, TW_ITEM_SEC, AT(refwait), .commands = R | L | V, .group = SESSIONS,
	 .metavar = "SEC", .min = MSEC, .max = 7 * DAY, .dflt = "900",
	 .help = "forget a session without packets for this long"},
	{"servwait", 0, TW_ITEM_SEC, AT(servwait), .commands = V, .group = SESSIONS,
	 .metavar = "SEC", .min = SEC, .max = 7 * DAY, .dflt = "900",
	 .help = "close a control connection that is silent for this long"},
	{"light", 0, TW_ITEM_FLAG, AT(light), .commands = V, .group = SESSIONS,
	 .help = "answer test packets that nobody negotiated, too"},
	{"lenient-stop", 0, TW_ITEM_FLAG, AT(lenient_stop), .commands = V, .group = SESSIONS,
	 .help = "accept a Stop-Sessions that names a wrong number of sessions"},

	{"mode", 0, TW_ITEM_STRING, AT(mode), .commands = V | C | K, .group = SECURITY,
	 .metavar = "NAME", .dflt = "strictest", .check = check_mode,
	 .help = "TWAMP-Control modes, joined by +: unauthenticated, authenticated, encrypted, mixed "
		 "and individual-session-control, reflect-octets, symmetrical-size, dscp-ecn, ptpv2; "
		 "without one of the first four the strictest that both sides know"},
	{"key-file", 0, TW_ITEM_STRING, AT(key_file), .commands = S | R | V | C | K,
	 .group = SECURITY, .metavar = "FILE",
	 .help = "keys, one KEYID and passphrase a line, mode 0600"},
	{"user", 0, TW_ITEM_STRING, AT(user), .commands = C | K, .group = SECURITY,
	 .metavar = "KEYID", .help = "which key of the file to use"},
	{"auth", 0, TW_ITEM_FLAG, AT(auth), .commands = S | R | L, .group = SECURITY,
	 .help = "authenticated STAMP"},
	{"allow", 0, TW_ITEM_PREFIX, LIST(allow), .commands = V | R, .group = SECURITY,
	 .metavar = "PREFIX", .help = "who may come", .dflt_help = "all"},
	{"limit", 0, TW_ITEM_STRING, LIST(limit), .commands = V, .later = R, .group = SECURITY,
	 .metavar = "SPEC", .check = check_limit,
	 .help = "how much: [PREFIX:|user:NAME:]connections=N,sessions=N,pps=N"},
	{"allow-return", 0, TW_ITEM_PREFIX, LIST(allow_return), .commands = R, .later = V,
	 .group = SECURITY, .metavar = "PREFIX", .dflt_help = "nowhere",
	 .help = "where a Return Path TLV may redirect replies to"},
	{"allow-asymmetric", 0, TW_ITEM_PREFIX, LIST(allow_asymmetric), .commands = R, .later = V,
	 .group = SECURITY, .metavar = "PREFIX", .dflt_help = "nobody",
	 .help = "who may ask for longer or several replies, within bounds"},

	{"sla", 0, TW_ITEM_STRING, AT(sla), .commands = S | L | C, .group = RESULTS,
	 .metavar = "SPEC", .check = check_sla,
	 .help = "bounds such as loss=0.01,rtt.p99=500us,jitter=50us or outbound.p99_9=1ms; exit 3 "
		 "when one is missed"},
	{"json", 0, TW_ITEM_FLAG, AT(json), .commands = S | R | L | D | T | V | C | K,
	 .group = RESULTS, .help = "print JSON"},
	{"csv", 0, TW_ITEM_FLAG, AT(csv), .commands = S | L | C, .group = RESULTS,
	 .help = "print CSV"},
	{"pcap", 0, TW_ITEM_STRING, AT(pcap), .commands = S | R | V | C | W, .group = RESULTS,
	 .metavar = "FILE", .help = "record the test packets"},
	{"interim", 0, TW_ITEM_SEC, AT(interim), .commands = S | R | L | V | C, .group = RESULTS,
	 .metavar = "SEC", .min = 100 * MSEC, .max = DAY,
	 .help = "print the result of each such period, too"},
	{"metrics", 0, TW_ITEM_ENDPOINT, TW_ITEM_OPTIONAL, AT(metrics),
	 .commands = S | R | L | V | C, .group = RESULTS, .metavar = "ADDR:PORT",
	 .dflt = "127.0.0.1:8000", .help = "serve Prometheus metrics over HTTP"},

#include "options_twping.h"

	{"quiet", 'q', TW_ITEM_FLAG, AT(quiet), .commands = S | R | L | D | V | C | K,
	 .group = LOGGING, .help = "log errors only"},
	{"verbose", 'v', TW_ITEM_FLAG, AT(verbose), .commands = S | R | L | D | V | C | K,
	 .group = LOGGING, .help = "log what is done; the table tells how even departures were"},
	{"debug", 'd', TW_ITEM_FLAG, AT(debug), .commands = S | R | L | D | V | C | K,
	 .group = LOGGING, .help = "log everything, EAL's own messages included"},
	{"logfile", 'l', TW_ITEM_STRING, AT(logfile), .commands = S | R | L | D | V | C | K,
	 .group = LOGGING, .metavar = "FILE", .help = "log to this file",
	 .dflt_help = "standard error"},
};

static const struct tw_item_default defaults[] = {
	{"count", L, NULL, ""},
	{"duration", L, "5", NULL},
	{"duration", R | V | K, NULL, "until stopped"},
	{"interval", L, NULL, ""},
	{"pps", L, "max", NULL},
	{"protocol", R, "auto", NULL},
};

static const struct tw_item_exclusive exclusive[] = {
	{{"count", "duration", NULL}},
	{{"interval", "pps", "rate", NULL}},
	{{"padding", "frame-size", NULL}},
	{{"tos", "dscp", NULL}},
	{{"tos", "ecn", NULL}},
	{{"ipv4", "ipv6", NULL}},
	{{"json", "csv", NULL}},
	{{"quiet", "verbose", "debug", NULL}},
};
/* clang-format on */

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

const struct tw_item_table tw_options_table = {
	.program = "dpdk-twamp",
	.items = items,
	.n_items = LENGTH(items),
	.defaults = defaults,
	.n_defaults = LENGTH(defaults),
	.exclusive = exclusive,
	.n_exclusive = LENGTH(exclusive),
};

/* The link's MTU is not known yet: z is taken as 1518 here. */
static int check_frame_size(const char *value, struct tw_err *err)
{
	struct tw_sizes sizes;

	return tw_sizes_parse(value, 0, err, &sizes);
}

/* Core numbers and ranges with commas between. */
static int check_lcores(const char *value, struct tw_err *err)
{
	const char *s = value;
	char *end;

	for (;;) {
		unsigned long first, last;

		if (!isdigit((unsigned char)*s))
			break;
		first = last = strtoul(s, &end, 10);
		if (*end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		if (last < first || last > 1023)
			break;
		if (*end == '\0')
			return 0;
		if (*end != ',')
			break;
		s = end + 1;
	}
	return tw_fail(err, -EINVAL, "allowed: core numbers from 0 to 1023 such as 2,4-7");
}

static int check_sla(const char *value, struct tw_err *err)
{
	return tw_sla_judge(value, NULL, NULL, err->text, sizeof(err->text));
}

/* A default gives way to what was typed instead of it. */
static void settle_schedule(struct tw_options *o)
{
	if (tw_options_given(o, duration))
		o->count = 0;
	if (tw_options_given(o, count))
		o->duration = tw_ns(0);
	if (tw_options_given(o, pps) || tw_options_given(o, rate))
		o->interval = tw_ns(0);
	if (tw_options_given(o, interval) || tw_options_given(o, rate))
		o->pps = 0;
}

#define MODE_TEXT 256

/* "strictest" and names joined by '+' as bits. */
static int parse_modes(const char *value, struct tw_err *err, uint32_t *ret)
{
	char text[MODE_TEXT], *save = NULL;
	uint32_t bits = 0, bit;

	if (strlen(value) >= sizeof(text))
		return tw_fail(err, -EINVAL, "allowed: up to %d octets", MODE_TEXT - 1);
	memcpy(text, value, strlen(value) + 1);
	for (char *w = strtok_r(text, "+", &save); w; w = strtok_r(NULL, "+", &save)) {
		if (strcmp(w, "strictest") == 0)
			continue;
		if (tw_mode_parse(w, &bit) < 0 || !(bit & TW_MODES_KNOWN))
			return tw_fail(err, -EINVAL,
				"allowed: strictest, or unauthenticated, authenticated, encrypted, "
				"mixed, individual-session-control, reflect-octets, "
				"symmetrical-size, dscp-ecn, ptpv2 joined by +");
		bits |= bit;
	}
	*ret = bits;
	return 0;
}

static int check_mode(const char *value, struct tw_err *err)
{
	uint32_t bits;

	return parse_modes(value, err, &bits);
}

static int check_limit(const char *value, struct tw_err *err)
{
	struct tw_limits_config *c = calloc(1, sizeof(*c));
	int rc = c ? tw_limits_config_add(c, value, err) : -ENOMEM;

	free(c);
	return rc;
}

/* The words of --tlv must make a packet; how long it gets decides on sizes. */
static int settle_tlvs(struct tw_options *o, struct tw_err *err)
{
	struct tw_tlv_template *t;
	struct tw_rand rand;
	int rc;

	if (o->n_tlv == 0)
		return 0;
	if (o->protocol == TW_OPT_LIGHT)
		return tw_fail(err, -EINVAL, "--tlv is for STAMP, not for --protocol twamp-light");
	t = malloc(sizeof(*t));
	if (!t)
		return tw_fail(err, -ENOMEM, "out of memory");
	tw_rand_init(&rand, 1);
	rc = tw_tlv_compile(o->tlv, o->n_tlv, o->auth, &rand, t, err);
	if (rc == 0 && t->hmac_at != TW_TLV_NOWHERE && !o->auth &&
		(o->command == L || !o->key_file))
		rc = tw_fail(err, -EINVAL, "--tlv 'hmac': %s",
			o->command == L ? "needs --auth" : "needs --key-file");
	if (rc == 0)
		o->tlv_octets = t->len;
	/* A reflector that knows no TLVs answers with SSID 0: that is how it is told. */
	if (!tw_options_given(o, ssid))
		o->ssid = 1;
	free(t);
	return rc;
}

int tw_options_settle_packets(struct tw_options *o, struct tw_err *err)
{
	bool sends = o->command & (S | L | C);
	int rc;

	if (sends && o->protocol == TW_OPT_AUTO)
		return tw_fail(err, -EINVAL,
			"--protocol 'auto': allowed: stamp or twamp-light "
			"(auto is for the reflector)");
	if (o->command & (V | C | K | W))
		o->protocol = TW_OPT_TWAMP;
	if (o->command & (V | C | K)) {
		parse_modes(o->mode, NULL, &o->modes);
	} else if (o->command == W) {
		rc = tw_twping_settle(o, err);
		if (rc < 0)
			return rc;
	}
	if (sends && o->timestamp_format == TW_OPT_PTP && o->protocol == TW_OPT_LIGHT)
		return tw_fail(err, -EINVAL,
			"--timestamp-format 'ptp': is for STAMP, not for --protocol twamp-light");
	if (o->command == V && o->timestamp_format == TW_OPT_PTP && !o->light)
		return tw_fail(err, -EINVAL,
			"--timestamp-format 'ptp': is for STAMP, which a server answers with "
			"--light; in sessions the client chooses");
	if (o->protocol == TW_OPT_LIGHT && !tw_options_given(o, padding))
		o->padding = 27;
	if (tw_options_given(o, tos)) {
		o->dscp = o->tos >> 2;
		o->ecn = o->tos & 3;
	}
	o->tos = (uint8_t)(o->dscp << 2 | o->ecn);
	return settle_tlvs(o, err);
}

/* The file says what streams there are, and a sender without one needs a peer. */
static int settle_scenario(const struct tw_options *o, struct tw_err *err)
{
	if (!o->scenario)
		return o->command == S && o->args.n == 0
			       ? tw_fail(err, -EINVAL,
					 "missing argument: needs PEER[:PORT] or --scenario FILE; "
					 "see dpdk-twamp sender --help")
			       : 0;
	for (size_t i = 0; i < LENGTH(items); i++)
		if (tw_scenario_owns(items[i].name) && (items[i].commands & o->command) &&
			tw_items_given(&tw_options_table, &o->given, items[i].offset))
			return tw_fail(err, -EINVAL,
				"--%s and --scenario exclude each other, allowed: %s in the file",
				items[i].name, items[i].name);
	return 0;
}

int tw_options_parse(
	uint32_t command, int argc, char *const *argv, struct tw_err *err, struct tw_options *ret)
{
	const struct tw_item_command *cmd = tw_options_command(command);
	struct tw_options o = {.command = command};
	int rc;

	if (!cmd)
		return tw_fail(err, -ENOTSUP, "this command is not in this build");
	rc = tw_items_defaults(&tw_options_table, cmd, err, &o);
	if (rc == 0)
		rc = tw_items_parse(&tw_options_table, cmd, argc, argv, &o, err, &o.given, &o.args);
	if (rc == 0)
		rc = tw_options_settle_packets(&o, err);
	if (rc == 0)
		rc = settle_scenario(&o, err);
	if (rc)
		return rc;
	settle_schedule(&o);
	o.log_level = o.debug                   ? TW_LOG_DEBUG
		      : o.verbose               ? TW_LOG_INFO
		      : o.quiet && command != W ? TW_LOG_ERROR
						: TW_LOG_WARNING;
	*ret = o;
	return 0;
}
