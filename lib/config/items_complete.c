/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"
#include "tw_dscp.h"

#include <string.h>

/* The function's name: the program's with underscores. */
static void put_function(const char *program, FILE *out)
{
	fputc('_', out);
	for (; *program; program++)
		fputc(*program == '-' ? '_' : *program, out);
}

static bool takes_value(const struct tw_item *item)
{
	return item->type != TW_ITEM_FLAG && !(item->flags & TW_ITEM_OPTIONAL);
}

/* Commands that share nothing may share a letter: the first row has it here. */
static bool letter_is_free(const struct tw_item_table *t, const struct tw_item *item)
{
	for (const struct tw_item *i = t->items; i < item; i++)
		if (takes_value(i) && i->letter == item->letter)
			return false;
	return item->letter;
}

static void put_patterns(const struct tw_item_table *t, const struct tw_item *item, FILE *out)
{
	if (letter_is_free(t, item))
		fprintf(out, "\t-%c | --%s)\n", item->letter, item->name);
	else
		fprintf(out, "\t--%s)\n", item->name);
}

/* What follows an option that takes a value; nothing is offered where we cannot know. */
static void put_values(const struct tw_item_table *t, const struct tw_item *item, FILE *out)
{
	const struct tw_dscp *row;

	if (!takes_value(item))
		return;
	put_patterns(t, item, out);
	if (item->type == TW_ITEM_ENUM) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -W '", out);
		for (int i = 0; item->names[i]; i++)
			fprintf(out, "%s%s", i ? " " : "", item->names[i]);
		fputs("' -- \"$cur\")\n", out);
	} else if (item->type == TW_ITEM_DSCP) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -W '", out);
		for (size_t i = 0; (row = tw_dscp_row(i)); i++)
			fprintf(out, "%s%s", i ? " " : "", row->name);
		fputs("' -- \"$cur\")\n", out);
	} else if (item->metavar && strcmp(item->metavar, "FILE") == 0) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n", out);
	} else if (item->metavar && strcmp(item->metavar, "DEV") == 0) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -W \"$(cd /sys/class/net && echo "
		      "*)\" -- \"$cur\")\n",
			out);
	}
	fputs("\t\treturn\n\t\t;;\n", out);
}

static void put_command(const struct tw_item_table *t, const struct tw_item_command *cmd, FILE *out)
{
	fprintf(out, "\t%s%s%s)\n\t\twords='--help", cmd->name, cmd->alias ? " | " : "",
		cmd->alias ? cmd->alias : "");
	for (size_t i = 0; i < t->n_items; i++)
		if (tw_items_shown(&t->items[i], cmd->bit))
			fprintf(out, " --%s", t->items[i].name);
	fputs("'\n\t\t;;\n", out);
}

void tw_items_completion(
	const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n, FILE *out)
{
	uint32_t all = 0;

	fprintf(out, "# Completion of %s for bash. Generated from the option table; do not edit.\n",
		t->program);
	put_function(t->program, out);
	fputs("()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=''\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W '--help --version help",
		out);
	for (size_t i = 0; i < n; i++) {
		all |= cmds[i].bit;
		fprintf(out, " %s", cmds[i].name);
	}
	fputs("' -- \"$cur\")\n\t\treturn\n\tfi\n"
	      "\t# --name=value arrives as three words.\n"
	      "\tif [ \"$cur\" = '=' ]; then\n\t\tcur=''\n"
	      "\telif [ \"$prev\" = '=' ]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
	      "\tcase $prev in\n",
		out);
	for (size_t i = 0; i < t->n_items; i++)
		if (tw_items_shown(&t->items[i], all))
			put_values(t, &t->items[i], out);
	fputs("\tesac\n\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; i < n; i++)
		put_command(t, &cmds[i], out);
	fputs("\thelp)\n\t\twords='", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? " " : "", cmds[i].name);
	fputs("'\n\t\t;;\n\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\ncomplete -F ",
		out);
	put_function(t->program, out);
	fprintf(out, " %s\n", t->program);
}
