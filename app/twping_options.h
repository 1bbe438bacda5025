/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TWPING_OPTIONS_H
#define TWPING_OPTIONS_H

/* The options that twping alone has, in its own forms, and what they come to. */

#include "tw_err.h"
#include "tw_pace.h"

#include <stdbool.h>
#include <stdint.h>

#define TWPING_PERCENTILES 64

struct tw_twping_options {
	/* as typed */
	const char *type_p;
	const char *schedule;
	const char *port_range;
	const char *modes;
	const char *pfs_file;
	const char *user;
	const char *source;
	const char *interface;
	const char *percentile_list;
	const char *unit;
	const char *directory;
	const char *session_file;
	double loss_timeout; /* s; 0 = 2 s and a round trip */
	double end_delay;    /* s */
	double start_delay;  /* s */
	double bucket;       /* s */
	uint32_t padding;    /* tw_options_given() */
	uint32_t sub_sessions;
	uint32_t record_limit; /* of -v; 0 = all */
	bool zero_addresses, raw, machine, quiet, records, unix_times, files;

	/* what they come to */
	struct tw_pace_gap gaps[TW_PACE_GAPS_MAX];
	uint32_t n_gaps;
	uint16_t port_low, port_high; /* 0: any */
	uint8_t dscp;
	uint32_t mode_bits;
	char unit_letter;
	double percentiles[TWPING_PERCENTILES];
	uint32_t n_percentiles;
};

/*
 * The forms. Each returns 0 or -EINVAL with what is allowed in err; outputs may be NULL.
 *
 * schedule: 0.1e,0f - seconds, e exponential (also without a letter) or f fixed
 * ports: LOW-HIGH, or 0
 * percentiles: 0..100 with commas between
 * type_p: a DSCP, 0..63 decimal, hexadecimal (0x) or octal (0), or its name
 * modes: letters A, E, O, M
 */
int tw_twping_schedule(
	const char *text, struct tw_err *err, struct tw_pace_gap *ret_gaps, uint32_t *ret_n);
int tw_twping_ports(const char *text, struct tw_err *err, uint16_t *ret_low, uint16_t *ret_high);
int tw_twping_percentiles(
	const char *text, struct tw_err *err, double *ret_values, uint32_t *ret_n);
int tw_twping_type_p(const char *text, struct tw_err *err, uint8_t *ret_dscp);
int tw_twping_modes(const char *text, struct tw_err *err, uint32_t *ret_bits);
int tw_twping_unit(const char *text, struct tw_err *err, char *ret_letter);

/* For the option table. */
int tw_twping_check_schedule(const char *value, struct tw_err *err);
int tw_twping_check_ports(const char *value, struct tw_err *err);
int tw_twping_check_percentiles(const char *value, struct tw_err *err);
int tw_twping_check_type_p(const char *value, struct tw_err *err);
int tw_twping_check_modes(const char *value, struct tw_err *err);
int tw_twping_check_unit(const char *value, struct tw_err *err);

struct tw_options;

/* What was typed becomes what the commands work with. Returns 0, -EINVAL. */
int tw_twping_settle(struct tw_options *o, struct tw_err *err);

#endif
