/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SCENARIO_H
#define SCENARIO_H

/*
 * A scenario: streams from a YAML file (docs/scenario.md). An entry of the file is a group of like
 * streams with the options of a sender of its own; what holds for the whole run goes into the
 * command's options, where the command line has not said it.
 */

#include "options.h"
#include "tw_range_value.h"
#include "tw_yaml.h"

#define TW_SCENARIO_STREAMS 100000
#define TW_SCENARIO_ENTRIES 64
/* Local ports that are picked for entries that name none. */
#define TW_SCENARIO_PORTS 60000

enum tw_scenario_walk {
	TW_WALK_COMBINE,  /* each address with each port of each end */
	TW_WALK_TOGETHER, /* the i-th of everything */
};

struct tw_scenario_entry {
	struct tw_options o; /* first: rows of its table are read into it */
	char name[33];       /* of its results */
	uint32_t streams;
	uint64_t combinations; /* of addresses and ports that were given */
	struct tw_end_range remote, local;
	struct tw_number_range ssid, flow_label;
	struct tw_ns offset;
	int walk;                        /* enum tw_scenario_walk */
	const struct tw_yaml_node *node; /* where it stands */

	/* as read */
	const char *name_text, *remote_text, *local_text, *ssid_text, *flow_text;
	uint32_t streams_asked; /* 0 = as many as there are combinations */
	struct tw_item_set given;
};

struct tw_scenario {
	struct tw_yaml *file;
	uint32_t n_entries;
	struct tw_scenario_entry *entries;
	uint32_t n_streams;
	uint32_t n_picked; /* local ports to be picked */
};

/* What one stream of an entry is by itself. */
struct tw_scenario_stream {
	struct tw_addr local; /* family 0: the port's own */
	uint16_t local_port;  /* 0: the picked-th of those picked for the entry */
	uint16_t picked;
	struct tw_endpoint remote;
	uint16_t ssid;
	uint32_t flow_label;
};

/*
 * Read o->scenario and put what it says of the run into o; what o was given on the command line
 * stays. peer and local are ends for entries that name none (family 0 and port 0: there are
 * none); without_peer: the addresses of the file do not matter.
 *
 * Texts in o live as long as the scenario. Returns 0 or a negative errno with one sentence in err.
 */
int tw_scenario_load(struct tw_options *o, const struct tw_endpoint *peer,
	const struct tw_endpoint *local, bool without_peer, struct tw_err *err,
	struct tw_scenario **ret);

/* The same of a tree, which becomes the scenario's, also when it fails. */
int tw_scenario_read(struct tw_yaml *file, struct tw_options *o, const struct tw_endpoint *peer,
	const struct tw_endpoint *local, bool without_peer, struct tw_err *err,
	struct tw_scenario **ret);
void tw_scenario_destroy(struct tw_scenario *s);

/* Stream i of an entry. */
void tw_scenario_stream(
	const struct tw_scenario_entry *e, uint32_t i, struct tw_scenario_stream *ret);

/* Local ports to be picked for an entry. */
uint32_t tw_scenario_picked(const struct tw_scenario_entry *e);

/* Blame an entry: file and line before why, which is err's text. Returns code. */
int tw_scenario_blame(const struct tw_scenario *s, const struct tw_scenario_entry *e,
	struct tw_err *err, int code);

/* Is an option of this name a key of the scenario's entries, and so refused beside one? */
bool tw_scenario_owns(const char *name);

#endif
