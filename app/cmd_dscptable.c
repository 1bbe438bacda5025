/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "commands.h"

#include "tw_dscp.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define RULE "========================================================================"
#define THIN "------------------------------------------------------------------------"

/* Other names of a value, separated by blanks; "" for values without a name. */
static const char *aliases_of(uint8_t value)
{
	const struct tw_dscp *row;

	for (size_t i = 0; (row = tw_dscp_row(i)); i++)
		if (row->value == value)
			return row->aliases;
	return "";
}

/* twampy's table, with the other names behind. */
static void print_table(void)
{
	printf("%s\nDSCP Mapping\n%s\n", RULE, RULE);
	printf("DSCP Name      DSCP Value     TOS (bin)      TOS (hex)      Other names\n%s\n",
		THIN);
	for (uint8_t v = 0; v <= TW_DSCP_MAX; v++) {
		const char *aliases = aliases_of(v);
		uint8_t tos = tw_tos(v, 0);
		char bits[10];

		for (int i = 0, at = 0; i < 8; i++) {
			bits[at++] = tos >> (7 - i) & 1 ? '1' : '0';
			if (i == 3)
				bits[at++] = ' ';
		}
		printf("%-15s%-15u%.9s      ", tw_dscp_name(v), v, bits);
		printf(*aliases ? "%02X             %s\n" : "%02X\n", tos, aliases);
	}
	printf("%s\n", RULE);
}

static json_t *name_list(const char *names)
{
	json_t *list = json_array();

	while (*names) {
		size_t n = strcspn(names, " ");

		json_array_append_new(list, json_stringn(names, n));
		names += n + (names[n] == ' ');
	}
	return list;
}

static int print_json(void)
{
	json_t *rows = json_array();
	json_t *root;
	int rc;

	for (uint8_t v = 0; v <= TW_DSCP_MAX; v++)
		json_array_append_new(
			rows, json_pack("{s:s, s:o, s:i, s:i}", "name", tw_dscp_name(v), "aliases",
				      name_list(aliases_of(v)), "dscp", v, "tos", tw_tos(v, 0)));
	root = json_pack("{s:s, s:s, s:o}", "schema", "dpdk-twamp/dscptable/1", "generator",
		"dpdk-twamp " TW_VERSION, "values", rows);
	rc = json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return rc ? 1 : 0;
}

int tw_cmd_dscptable(const struct tw_options *o)
{
	if (o->json)
		return print_json();
	print_table();
	return 0;
}
