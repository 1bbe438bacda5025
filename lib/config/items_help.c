/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"

#include <string.h>

#define WIDTH 79 /* of an 80-column terminal: the last one makes some of them wrap */
#define TEXT_COLUMN 27

/* Words of @text from column @col on, later lines indented; newlines of the text are kept. */
static void put_text(FILE *out, size_t col, size_t indent, const char *text)
{
	bool fresh = true; /* nothing but blanks stands on this line yet */

	while (*text) {
		size_t n = strcspn(text, " \n");

		if (n && !fresh && col + 1 + n > WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			col = indent;
			fresh = true;
		}
		if (n) {
			col += (size_t)fprintf(out, "%s%.*s", fresh ? "" : " ", (int)n, text);
			fresh = false;
		}
		text += n;
		if (*text == '\n') {
			fprintf(out, "\n%*s", text[1] && text[1] != '\n' ? (int)indent : 0, "");
			col = indent;
			fresh = true;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}

static void put_item(
	const struct tw_item_table *t, const struct tw_item *item, uint32_t command, FILE *out)
{
	const char *dflt = tw_item_default_help(t, item, command);
	char left[96], metavar[64], text[512];
	bool repeat = item->flags & TW_ITEM_REPEAT;
	const char *link = "";
	int n;

	tw_items_metavar(item, metavar, sizeof(metavar));
	if (metavar[0])
		link = item->flags & TW_ITEM_OPTIONAL ? "[=" : " ";
	n = item->letter ? snprintf(left, sizeof(left), "  -%c, --", item->letter)
			 : snprintf(left, sizeof(left), "      --");
	n += snprintf(left + n, sizeof(left) - (size_t)n, "%s%s%s%s", item->name, link, metavar,
		*link == '[' ? "]" : "");
	snprintf(text, sizeof(text), "%s%s%s%s%s%s", item->help, repeat || dflt ? " (" : "",
		repeat ? "repeatable" : "", repeat && dflt ? ", " : "", dflt ? "default " : "",
		dflt ? dflt : "");
	if (repeat || dflt)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ")");
	if (n + 2 > TEXT_COLUMN)
		fprintf(out, "%s\n%*s", left, TEXT_COLUMN, "");
	else
		fprintf(out, "%-*s", TEXT_COLUMN, left);
	put_text(out, TEXT_COLUMN, TEXT_COLUMN, text);
}

/* Option letters that the rows do not use themselves stay with help. */
static void put_help_item(FILE *out)
{
	fprintf(out, "\n%-*sthis text\n", TEXT_COLUMN, "  -h, --help");
}

void tw_items_help(const struct tw_item_table *t, const struct tw_item_command *cmd, FILE *out)
{
	char text[512];

	fprintf(out, "Usage: %s %s [options]", t->program, cmd->name);
	if (cmd->max_args)
		fprintf(out, " %s", cmd->arguments);
	snprintf(text, sizeof(text), "%c%s.%s%s%s", cmd->summary[0] & ~0x20, cmd->summary + 1,
		cmd->alias ? " Also called " : "", cmd->alias ? cmd->alias : "",
		cmd->alias ? "." : "");
	fputs("\n\n", out);
	put_text(out, 0, 0, text);
	if (cmd->text) {
		fputc('\n', out);
		put_text(out, 0, 0, cmd->text);
	}
	for (size_t i = 0; i < t->n_items; i++) {
		const char *group = t->items[i].group;

		if (!tw_items_shown(&t->items[i], cmd->bit) ||
			!tw_items_opens_group(t, i, cmd->bit))
			continue;
		fprintf(out, "\n%s:\n", group);
		for (size_t k = i; k < t->n_items; k++)
			if (tw_items_shown(&t->items[k], cmd->bit) &&
				strcmp(t->items[k].group, group) == 0)
				put_item(t, &t->items[k], cmd->bit, out);
	}
	put_help_item(out);
	if (cmd->example) {
		fputs("\nExamples:\n  ", out);
		put_text(out, 2, 2, cmd->example);
	}
}

void tw_items_overview(const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n,
	const char *tagline, FILE *out)
{
	fprintf(out, "Usage: %s COMMAND [options] [addresses]\n\n", t->program);
	put_text(out, 0, 0, tagline);
	fputs("\nCommands:\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "  %-15s", cmds[i].name);
		put_text(out, 17, 17, cmds[i].summary);
	}
	fprintf(out, "\n%s COMMAND --help tells the options of a command.\n", t->program);
	fprintf(out, "%s --version tells the version.\n", t->program);
}
