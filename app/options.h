/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef OPTIONS_H
#define OPTIONS_H

/* Every option of every command: the struct that holds them and the table that fills it. */

#include "tw_addr.h"
#include "tw_err.h"
#include "tw_items.h"
#include "tw_log.h"
#include "tw_time.h"
#include "twping_options.h"

#include <stdbool.h>
#include <stdint.h>

/* Commands as bits, so that a row can name several. */
enum {
	TW_CMD_SENDER = 1 << 0,
	TW_CMD_REFLECTOR = 1 << 1,
	TW_CMD_LOOPBACK = 1 << 2,
	TW_CMD_DEVICES = 1 << 3,
	TW_CMD_DSCPTABLE = 1 << 4,
	TW_CMD_SERVER = 1 << 5,
	TW_CMD_CONTROLLER = 1 << 6,
	TW_CMD_CONTROLCLIENT = 1 << 7,
	TW_CMD_TWPING = 1 << 8,
};

enum tw_opt_protocol {
	TW_OPT_STAMP,
	TW_OPT_LIGHT,
	TW_OPT_AUTO,  /* reflector: told apart by each request */
	TW_OPT_TWAMP, /* controller, twping: not to be chosen */
};

enum tw_opt_stamp {
	TW_OPT_STAMP_BURST,
	TW_OPT_STAMP_PACKET,
};

enum tw_opt_timestamps {
	TW_OPT_TIMESTAMPS_AUTO,
	TW_OPT_TIMESTAMPS_SOFTWARE,
	TW_OPT_TIMESTAMPS_HARDWARE,
	TW_OPT_TIMESTAMPS_KERNEL,
};

enum tw_opt_timestamp {
	TW_OPT_NTP,
	TW_OPT_PTP,
};

#define TW_OPT_DEVS 16
#define TW_OPT_ADDRS 8
#define TW_OPT_PREFIXES 64
#define TW_OPT_TLVS 32

/*
 * What a command shall do. Filled by tw_options_parse() and constant from then on. Exactly one of
 * count and duration is not zero for a sender, and exactly one of interval, pps and rate.
 */
struct tw_options {
	uint32_t command; /* one TW_CMD_ bit */
	struct tw_item_set given;
	struct tw_item_args args; /* addresses as typed */

	/* device */
	const char *dev[TW_OPT_DEVS];
	uint32_t n_dev;
	struct tw_prefix ip[TW_OPT_ADDRS];
	uint32_t n_ip;
	struct tw_addr gateway[TW_OPT_ADDRS];
	uint32_t n_gateway;
	uint16_t vlan[2]; /* outer first */
	uint32_t n_vlan;
	struct tw_mac peer_mac; /* tw_options_given(o, peer_mac) */
	const char *lcores;     /* NULL = by affinity */
	const char *eal;        /* NULL = nothing */
	bool busy_poll;
	bool check;

	/* schedule */
	uint64_t count;        /* packets over all streams; 0 = until duration */
	struct tw_ns duration; /* 0 = until count; reflector: until stopped */
	struct tw_ns interval; /* per stream; 0 = by pps or rate */
	uint64_t pps;          /* over all streams; TW_PPS_MAX = max; 0 = by interval or rate */
	uint64_t rate;         /* bit/s on the wire over all streams; 0 = by interval or pps */
	uint32_t burst;
	bool poisson;
	uint32_t streams;
	struct tw_ns timeout;
	const char *scenario;

	/* packets */
	int32_t padding;        /* octets after the base packet; -1 = twampy's mix */
	uint16_t padding_min;   /* TWAMP: octets of it that the negotiated mode wants */
	const char *frame_size; /* checked by tw_sizes_parse(); NULL = by padding */
	uint8_t tos;            /* whole octet, however it was given */
	uint8_t dscp;           /* upper six bits of tos */
	uint8_t ecn;            /* lower two bits of tos */
	uint8_t ttl;
	bool do_not_fragment;
	uint32_t flow_label;
	bool ipv4, ipv6; /* only this family */

	/* protocol */
	int protocol;   /* enum tw_opt_protocol */
	int stamp;      /* enum tw_opt_stamp */
	int timestamps; /* enum tw_opt_timestamps */
	uint16_t ssid;
	int timestamp_format; /* enum tw_opt_timestamp */
	const char *tlv[TW_OPT_TLVS];
	uint32_t n_tlv;
	uint16_t micro_session; /* 0 = none */
	uint16_t tlv_octets;    /* of all of them together */

	/* sessions */
	bool stateless;
	uint32_t sessions;
	struct tw_ns session_idle;
	struct tw_ns refwait;
	struct tw_ns servwait;
	bool light;
	bool lenient_stop;

	/* security */
	const char *mode; /* names joined by '+' */
	uint32_t modes; /* the bits of that; no security bit: the strictest that both sides know */
	const char *key_file;
	const char *user;
	bool auth;
	struct tw_prefix allow[TW_OPT_PREFIXES];
	uint32_t n_allow;
	const char *limit[TW_OPT_PREFIXES];
	uint32_t n_limit;
	struct tw_prefix allow_return[TW_OPT_PREFIXES];
	uint32_t n_allow_return;
	struct tw_prefix allow_asymmetric[TW_OPT_PREFIXES];
	uint32_t n_allow_asymmetric;

	/* results */
	const char *sla;
	bool json, csv;
	const char *pcap;
	struct tw_ns interim;       /* 0 = only the final result */
	struct tw_endpoint metrics; /* tw_options_given(o, metrics) */

	struct tw_twping_options twping;

	/* logging */
	bool quiet, verbose, debug;
	const char *logfile;         /* NULL = stderr */
	enum tw_log_level log_level; /* from the three above */
};

/* Did the user type the option of this member, or is it a default? */
#define tw_options_given(o, member)                                                                \
	tw_items_given(&tw_options_table, &(o)->given, offsetof(struct tw_options, member))

/* The rows of all commands. */
extern const struct tw_item_table tw_options_table;

/* What help and man page say of each command. */
extern const struct tw_item_command tw_options_commands[];
extern const size_t tw_options_n_commands;

/* Row of tw_options_commands by TW_CMD_ bit; NULL when there is none. */
const struct tw_item_command *tw_options_command(uint32_t bit);

/*
 * Defaults, argv and what follows from them. argv begins behind the command's name.
 * Returns 0, TW_ITEMS_HELP, or a negative errno with one sentence in err.
 */
int tw_options_parse(
	uint32_t command, int argc, char *const *argv, struct tw_err *err, struct tw_options *ret);

/* What follows from the options about packets, of a command or of a scenario's entry. */
int tw_options_settle_packets(struct tw_options *o, struct tw_err *err);

#endif
