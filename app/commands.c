/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "options.h"

/* In the order of help. A command shows only where main.c has a function for it. */
const struct tw_item_command tw_options_commands[] = {
	{
		.name = "sender",
		.bit = TW_CMD_SENDER,
		.arguments = "PEER[:PORT] [LOCAL[:PORT]]",
		.max_args = 2,
		.summary = "send test packets and measure what comes back",
		.text = "Speaks STAMP or TWAMP Light to a reflector, on UDP port 862 where no "
			"other "
			"is given, and reports delay, variation, loss, duplication and reordering "
			"of "
			"both directions. With --scenario the streams are those of a file, and "
			"PEER "
			"and LOCAL are for those of them that name none.",
		.example =
			"dpdk-twamp sender 192.0.2.1\n"
			"dpdk-twamp sender [2001:db8::1]:862 --count 1000 --interval 10 --dscp ef\n"
			"dpdk-twamp sender 192.0.2.1 --rate 1G --frame-size imix --duration 60\n"
			"dpdk-twamp sender --scenario classes.yaml --json",
	},
	{
		.name = "reflector",
		.alias = "responder",
		.bit = TW_CMD_REFLECTOR,
		.arguments = "[LOCAL[:PORT]]",
		.max_args = 1,
		.summary = "answer test packets",
		.text = "Answers STAMP and TWAMP Light on one UDP port, 862 where no other is "
			"given, "
			"until it is stopped; with LOCAL on that address alone, without on every "
			"one of its devices.",
		.example = "dpdk-twamp reflector\n"
			   "dpdk-twamp reflector 192.0.2.1 --json\n"
			   "dpdk-twamp reflector --dev 0000:3b:00.0 --ip 192.0.2.1/24",
	},
	{
		.name = "server",
		.bit = TW_CMD_SERVER,
		.arguments = "[LOCAL[:PORT]]",
		.max_args = 1,
		.summary = "answer test sessions that TWAMP-Control negotiates",
		.text = "Listens for TWAMP-Control on kernel TCP, port 862 where no other is "
			"given, in "
			"every mode that the key file allows, and reflects the sessions that "
			"clients "
			"negotiate. Packets of others are not answered without --light. Shows what "
			"each "
			"session has received.",
		.example =
			"dpdk-twamp server\n"
			"dpdk-twamp server 192.0.2.1 --key-file keys --mode encrypted+mixed\n"
			"dpdk-twamp server --allow 192.0.2.0/24 --limit user:*:sessions=100 --json",
	},
	{
		.name = "controller",
		.bit = TW_CMD_CONTROLLER,
		.arguments = "SERVER[:PORT] [LOCAL[:PORT]]",
		.min_args = 1,
		.max_args = 2,
		.summary = "negotiate test sessions with a TWAMP server and measure",
		.text = "A TWAMP-Control client and a sender: connects to TCP port 862 where no "
			"other is "
			"given, negotiates one session for each stream, and measures as sender "
			"does.",
		.example =
			"dpdk-twamp controller 192.0.2.1\n"
			"dpdk-twamp controller 192.0.2.1 --count 1000 --interval 10 --dscp ef\n"
			"dpdk-twamp controller 192.0.2.1 --key-file keys --user alice --streams 10",
	},
	{
		.name = "controlclient",
		.bit = TW_CMD_CONTROLCLIENT,
		.arguments = "SERVER[:PORT] [LOCAL[:PORT]]",
		.min_args = 1,
		.max_args = 2,
		.summary = "negotiate test sessions for a separate sender",
		.text = "A TWAMP-Control client alone: negotiates and starts sessions from LOCAL, "
			"port "
			"20001 where no other is given, prints what was negotiated, and keeps them "
			"until "
			"it is stopped.",
		.example = "dpdk-twamp controlclient 192.0.2.1 :20001 --json",
	},
	{
		.name = "loopback",
		.bit = TW_CMD_LOOPBACK,
		.summary = "sender and reflector in one process, no network needed",
		.text = "Runs both over a software ring: needs no privileges, no hugepages and no "
			"network card, and shows what this machine can do.",
		.example = "dpdk-twamp loopback\n"
			   "dpdk-twamp loopback --duration 1 --frame-size imix --json",
	},
	{
		.name = "devices",
		.bit = TW_CMD_DEVICES,
		.summary = "list ports and what timestamps each can give",
		.example = "dpdk-twamp devices\n"
			   "dpdk-twamp devices --check",
	},
	{
		.name = "dscptable",
		.bit = TW_CMD_DSCPTABLE,
		.summary = "list DSCP names, values and TOS octets",
		.example = "dpdk-twamp dscptable",
	},
	{
		.name = "twping",
		.bit = TW_CMD_TWPING,
		.arguments = "TESTADDR[:PORT] [SERVER[:PORT]]",
		.min_args = 1,
		.max_args = 2,
		.summary = "negotiate and measure as perfSONAR's twping does",
		.text = "Takes twping's options and prints what twping prints, so that pScheduler "
			"and "
			"scripts can call it instead; also when the program is called by the name "
			"twping. SERVER is where TWAMP-Control is, TESTADDR when it is left out.",
		.example = "dpdk-twamp twping 192.0.2.1\n"
			   "dpdk-twamp twping -c 1000 -i 0.01f -L 1 -R 192.0.2.1:862\n"
			   "dpdk-twamp twping -A E -u alice -k twamp.pfs -M [2001:db8::1]:862",
	},
};

const size_t tw_options_n_commands = sizeof(tw_options_commands) / sizeof(tw_options_commands[0]);

const struct tw_item_command *tw_options_command(uint32_t bit)
{
	for (size_t i = 0; i < tw_options_n_commands; i++)
		if (tw_options_commands[i].bit == bit)
			return &tw_options_commands[i];
	return NULL;
}
