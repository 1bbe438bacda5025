/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The rows of twping alone, for the table in options.c; letters and defaults are perfSONAR's. */

/* clang-format off */
#define TWPING(m) .commands = W, TW_ITEM_AT(struct tw_options, m)
#define TEST "twping: test"
#define CONNECTION "twping: connection"
#define OUTPUT "twping: output"

	{"type-p", 'D', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.type_p), .group = TEST,
	 .metavar = "DSCP", .check = tw_twping_check_type_p, .dflt_help = "0",
	 .help = "DSCP by number (0x and 0 as in C) or name"},
	{"end-delay", 'E', TW_ITEM_DOUBLE, TW_ITEM_LAST, TWPING(twping.end_delay), .group = TEST,
	 .metavar = "SEC", .max = 86400, .dflt = "0",
	 .help = "wait so long behind the end before the session is stopped"},
	{"session-file", 'F', TW_ITEM_STRING, TW_ITEM_LAST | TW_ITEM_HIDDEN,
	 TWPING(twping.session_file), .group = TEST, .metavar = "FILE",
	 .check = tw_twping_check_session_file, .help = "refused"},
	{"schedule", 'i', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.schedule), .group = TEST,
	 .metavar = "SEC[e|f],...", .check = tw_twping_check_schedule, .dflt = "0.1e",
	 .help = "gaps in front of the packets, in turn: exponential or fixed"},
	{"loss-timeout", 'L', TW_ITEM_DOUBLE, TW_ITEM_LAST, TWPING(twping.loss_timeout),
	 .group = TEST, .metavar = "SEC", .max = 600, .dflt = "0", .dflt_help = "2 and a round trip",
	 .help = "a packet without reply for so long is lost"},
	{"port-range", 'P', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.port_range), .group = TEST,
	 .metavar = "LOW-HIGH", .check = tw_twping_check_ports, .dflt = "8760-9960",
	 .help = "UDP ports to send from; 0 for any"},
	{"packet-padding", 's', TW_ITEM_INT, TW_ITEM_LAST, TWPING(padding), .group = TEST,
	 .metavar = "BYTES", .max = 8958, .dflt = "0",
	 .dflt_help = "27 in the open and the mixed mode, 64 in the others",
	 .help = "octets after the smallest packet, which has 14, or 48 in the modes A and E"},
	{"start-delay", 'z', TW_ITEM_DOUBLE, TW_ITEM_LAST, TWPING(twping.start_delay),
	 .group = TEST, .metavar = "SEC", .max = 86400, .dflt = "0",
	 .help = "begin so long after the session was accepted"},

	{"modes-offered", 'A', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.modes),
	 .group = CONNECTION, .metavar = "AEMO", .check = tw_twping_check_modes,
	 .dflt_help = "all with -u, else O",
	 .help = "modes that are welcome, the strictest that both sides know is taken: "
		 "authenticated, encrypted, mixed, open"},
	{"interface", 'B', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.interface),
	 .group = CONNECTION, .metavar = "DEV", .help = "the same as --dev"},
	{"pfs-file", 'k', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(key_file), .group = CONNECTION,
	 .metavar = "FILE",
	 .help = "keys as perfSONAR keeps them, an identity and the passphrase in hex a line, mode "
		 "0600"},
	{"source", 'S', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.source), .group = CONNECTION,
	 .metavar = "ADDR", .help = "local address, or the interface that has it",
	 .dflt_help = "by the route"},
	{"identity", 'u', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(user), .group = CONNECTION,
	 .metavar = "USER", .help = "whose key of the file to use"},
	{"zero-addresses", 'Z', TW_ITEM_FLAG, TWPING(twping.zero_addresses), .group = CONNECTION,
	 .help = "leave the addresses of the test packets to the server, for NAT"},

	{"percentiles", 'a', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.percentile_list),
	 .group = OUTPUT, .metavar = "P,...", .check = tw_twping_check_percentiles,
	 .help = "further percentiles of the round trip"},
	{"bucket-width", 'b', TW_ITEM_DOUBLE, TW_ITEM_LAST, TWPING(twping.bucket), .group = OUTPUT,
	 .metavar = "SEC", .max = 3600, .dflt = "0.0001",
	 .help = "width of the buckets that -M prints"},
	{"directory", 'd', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.directory), .group = OUTPUT,
	 .metavar = "FILE", .help = "where -p puts its files", .dflt_help = "here"},
	{"machine", 'M', TW_ITEM_FLAG, TWPING(twping.machine), .group = OUTPUT,
	 .help = "print the summary for programs"},
	{"units", 'n', TW_ITEM_STRING, TW_ITEM_LAST, TWPING(twping.unit), .group = OUTPUT,
	 .metavar = "n|u|m|s", .check = tw_twping_check_unit, .dflt = "m",
	 .help = "unit of the times that people read"},
	{"sub-sessions", 'N', TW_ITEM_UINT, TW_ITEM_LAST, TWPING(twping.sub_sessions),
	 .group = OUTPUT, .metavar = "COUNT", .max = UINT32_MAX, .dflt = "0", .dflt_help = "all",
	 .help = "a summary for each so many packets"},
	{"files", 'p', TW_ITEM_FLAG, TWPING(twping.files), .group = OUTPUT,
	 .help = "save the summaries in files and print their names"},
	{"no-summary", 'Q', TW_ITEM_FLAG, TWPING(twping.quiet), .group = OUTPUT,
	 .help = "run, print nothing"},
	{"raw", 'R', TW_ITEM_FLAG, TWPING(twping.raw), .group = OUTPUT,
	 .help = "print one line of 16 fields for each packet, and no summary"},
	{"records", 'v', TW_ITEM_UINT, TW_ITEM_LAST | TW_ITEM_OPTIONAL, TWPING(twping.record_limit),
	 .group = OUTPUT, .metavar = "N", .max = UINT32_MAX, .dflt = "0", .dflt_help = "all",
	 .help = "print the delays of the first N packets, too"},
	{"unix-times", 'U', TW_ITEM_FLAG, TWPING(twping.unix_times), .group = OUTPUT,
	 .help = "print Unix times with -v and -M"},
/* clang-format on */
