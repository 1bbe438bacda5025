/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_dscp.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct tw_dscp table[] = {
	{"cs0", "df be", 0},
	{"le", "", 1},
	{"cs1", "", 8},
	{"af11", "", 10},
	{"af12", "", 12},
	{"af13", "", 14},
	{"cs2", "", 16},
	{"af21", "", 18},
	{"af22", "", 20},
	{"af23", "", 22},
	{"cs3", "", 24},
	{"af31", "", 26},
	{"af32", "", 28},
	{"af33", "", 30},
	{"cs4", "", 32},
	{"af41", "", 34},
	{"af42", "", 36},
	{"af43", "", 38},
	{"cs5", "", 40},
	{"voice-admit", "va", 44},
	{"ef", "", 46},
	{"cs6", "nc1", 48},
	{"cs7", "nc2", 56},
};

#define N_ROWS (sizeof(table) / sizeof(table[0]))

/* Code points without a name of their own; the others are never looked up here. */
static const char *const numbered[TW_DSCP_MAX + 1] = {"cp0", "cp1", "cp2", "cp3", "cp4", "cp5",
	"cp6", "cp7", "cp8", "cp9", "cp10", "cp11", "cp12", "cp13", "cp14", "cp15", "cp16", "cp17",
	"cp18", "cp19", "cp20", "cp21", "cp22", "cp23", "cp24", "cp25", "cp26", "cp27", "cp28",
	"cp29", "cp30", "cp31", "cp32", "cp33", "cp34", "cp35", "cp36", "cp37", "cp38", "cp39",
	"cp40", "cp41", "cp42", "cp43", "cp44", "cp45", "cp46", "cp47", "cp48", "cp49", "cp50",
	"cp51", "cp52", "cp53", "cp54", "cp55", "cp56", "cp57", "cp58", "cp59", "cp60", "cp61",
	"cp62", "cp63"};

const struct tw_dscp *tw_dscp_row(size_t i)
{
	return i < N_ROWS ? &table[i] : NULL;
}

const char *tw_dscp_name(uint8_t value)
{
	if (value > TW_DSCP_MAX)
		return NULL;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (table[i].value == value)
			return table[i].name;
	}
	return numbered[value];
}

/* Is @s one of the words in @words? */
static int is_one_of(const char *s, const char *words)
{
	size_t n = strlen(s);

	while (*words) {
		size_t len = strcspn(words, " ");

		if (len == n && strncasecmp(s, words, n) == 0)
			return 1;
		words += len;
		words += strspn(words, " ");
	}
	return 0;
}

/* "N" or "NN", nothing else; longer ones with leading zeros are a typing error. */
static int parse_number(const char *s, uint8_t *ret)
{
	size_t n = strlen(s);
	unsigned int v = 0;

	if (n < 1 || n > 2)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		v = v * 10 + (unsigned int)(*s - '0');
	}
	if (v > TW_DSCP_MAX)
		return -EINVAL;
	*ret = (uint8_t)v;
	return 0;
}

int tw_dscp_parse(const char *s, uint8_t *ret)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcasecmp(s, table[i].name) == 0 || is_one_of(s, table[i].aliases)) {
			*ret = table[i].value;
			return 0;
		}
	}
	return parse_number(strncasecmp(s, "cp", 2) == 0 ? s + 2 : s, ret);
}
