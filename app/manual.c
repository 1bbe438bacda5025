/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "manual.h"

const struct tw_item_man tw_manual = {
	.title = "DPDK-TWAMP",
	.source = "dpdk-twamp " TW_VERSION,
	.tagline = TW_TAGLINE,
	.description =
		"Sends and reflects test packets of STAMP (RFC 8762, RFC 8972) and TWAMP Light "
		"(RFC 5357 appendix I) from DPDK poll-mode workers, and reports one-way and "
		"round-trip "
		"delay, delay variation, loss by direction, duplication and reordering. What the "
		"tester "
		"itself lost or could not send in time is never reported as the network's loss.\n\n"
		"Ports can be kernel interfaces (through AF_XDP or AF_PACKET), PCI devices or DPDK "
		"virtual devices. Without --dev the kernel's route to the peer picks the "
		"interface.",
	.more =
		{
			{"ADDRESSES", "192.0.2.1, 192.0.2.1:862, [2001:db8::1]:862, 2001:db8::1, "
				      ":862, and host "
				      "names with or without a port. Port 862 is the default of a "
				      "peer and of a "
				      "reflector; a sender picks a free local port."},
			{"VALUES", "Numbers are decimal, or hexadecimal with 0x. Durations have "
				   "fractions and "
				   "may end in ns, us, ms, s, min or h; without a suffix they are "
				   "in the unit "
				   "that the option names. Rates may end in k, M, G or T, powers "
				   "of ten."},
			{"RESULTS", "The table on standard output, or JSON (--json; its schema is "
				    "dpdk-twamp/result/1), or CSV (--csv). Logs and progress go to "
				    "standard "
				    "error. A delay that was not measured is null, never 0; a "
				    "negative one-way "
				    "delay means that the clocks disagree and is kept."},
			{"SIGNALS",
				"SIGINT, SIGTERM and SIGHUP end the measurement and print the "
				"result so "
				"far; before it has begun, while a host is looked up or a server "
				"is "
				"waited for, they end it with an error and exit status 1. A second "
				"one ends the process at once, but not within 0.1 s "
				"of the first: timeout(1) sends two for one wish."},
			{"EXIT STATUS", "0: measured. 1: usage or local failure. 2: no reply at "
					"all. 3: a bound of "
					"--sla was missed."},
			{"DIFFERENCES FROM TWAMPY",
				"The command lines of twampy work. These defaults differ: TTL 255 "
				"(there "
				"64), TOS 0 (there 0x88), port 862 and a free local port (there "
				"20001 and "
				"20000), STAMP packets (there TWAMP Light without its last octets; "
				"--protocol twamp-light). --dscp takes numbers too, and sets the "
				"DSCP bits."},
			{"DIFFERENCES FROM TWPING",
				"Called twping, or with the subcommand twping, the program takes "
				"perfSONAR's options and prints its output; what -F saves its "
				"owstats "
				"reads. The first packet does not wait for a second. "
				"Percentiles "
				"are those of the packets, not of buckets. SYNC is 0, and the text "
				"says "
				"unsync, when a clock of either end was not synchronised. -v N "
				"limits the "
				"lines, not the summary. What is no option, or no number, ends "
				"with exit "
				"status 1."},
			{NULL, NULL},
		},
};
