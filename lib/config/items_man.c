/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"

#include <string.h>

/* One character of text as roff: hyphens that can be typed, no accidental requests. */
static void put_char(char c, bool line_start, FILE *out)
{
	if (line_start && (c == '.' || c == '\''))
		fputs("\\&", out);
	switch (c) {
	case '-':
		fputs("\\-", out);
		break;
	case '\\':
		fputs("\\e", out);
		break;
	case '"':
		fputs("\\(dq", out);
		break;
	case '\'':
		fputs("\\(aq", out);
		break;
	case '~':
		fputs("\\(ti", out);
		break;
	case '^':
		fputs("\\(ha", out);
		break;
	default:
		fputc(c, out);
	}
}

static void put_inline(const char *text, FILE *out)
{
	for (; *text; text++)
		put_char(*text, false, out);
}

/* Paragraphs; one that begins with a blank is shown as it stands. */
static void put_paragraphs(const char *text, FILE *out)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		bool verbatim = *text == ' ';

		if (verbatim)
			fputs(".nf\n", out);
		for (bool start = true; *text && text != end; text++) {
			put_char(*text, start, out);
			start = *text == '\n';
		}
		fputs(verbatim ? "\n.fi\n" : "\n", out);
		if (!end)
			return;
		text = end + 2;
		fputs(".PP\n", out);
	}
}

static void put_sentence(const char *text, FILE *out)
{
	put_char((char)(*text >= 'a' && *text <= 'z' ? *text & ~0x20 : *text), true, out);
	put_inline(text + 1, out);
	fputs(".\n", out);
}

/* Default: one for all, or one for each of the commands that differ. */
static void put_default(const struct tw_item_table *t, const struct tw_item *item,
	const struct tw_item_command *cmds, size_t n, FILE *out)
{
	const char *first = NULL;
	bool same = true, any = false;
	size_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		const char *dflt = tw_item_default_help(t, item, cmds[i].bit);

		if (!(item->commands & cmds[i].bit))
			continue;
		if (seen++ == 0)
			first = dflt;
		same = same && (dflt == first || (dflt && first && strcmp(dflt, first) == 0));
		any = any || dflt;
	}
	if (!any)
		return;
	fputs("Default:", out);
	for (size_t i = 0, k = 0; i < n; i++) {
		const char *dflt = tw_item_default_help(t, item, cmds[i].bit);

		if (!(item->commands & cmds[i].bit) || (same && k))
			continue;
		fputs(k++ ? ", " : " ", out);
		put_inline(dflt ? dflt : "none", out);
		if (!same) {
			fputs(" (", out);
			put_inline(cmds[i].name, out);
			fputc(')', out);
		}
	}
	fputs(".\n", out);
}

static void put_item(const struct tw_item_table *t, const struct tw_item *item,
	const struct tw_item_command *cmds, size_t n, FILE *out)
{
	bool optional = item->flags & TW_ITEM_OPTIONAL;
	const char *separator = "";
	char metavar[64];

	fputs(".TP\n", out);
	if (item->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", item->letter);
	fputs("\\fB\\-\\-", out);
	put_inline(item->name, out);
	fputs("\\fR", out);
	tw_items_metavar(item, metavar, sizeof(metavar));
	if (metavar[0]) {
		fputs(optional ? "[=\\fI" : " \\fI", out);
		put_inline(metavar, out);
		fputs(optional ? "\\fR]" : "\\fR", out);
	}
	fputc('\n', out);
	put_sentence(item->help, out);
	if (item->flags & TW_ITEM_REPEAT)
		fputs("Can be repeated.\n", out);
	put_default(t, item, cmds, n, out);
	fputs("[", out);
	for (size_t i = 0; i < n; i++) {
		if (!(item->commands & cmds[i].bit))
			continue;
		fputs(separator, out);
		put_inline(cmds[i].name, out);
		separator = ", ";
	}
	fputs("]\n", out);
}

static void put_options(
	const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n, FILE *out)
{
	uint32_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= cmds[i].bit;
	for (size_t i = 0; i < t->n_items; i++) {
		const char *group = t->items[i].group;

		if (!tw_items_shown(&t->items[i], all) || !tw_items_opens_group(t, i, all))
			continue;
		fputs(".SS ", out);
		put_inline(group, out);
		fputc('\n', out);
		for (size_t k = i; k < t->n_items; k++)
			if (tw_items_shown(&t->items[k], all) &&
				strcmp(t->items[k].group, group) == 0)
				put_item(t, &t->items[k], cmds, n, out);
	}
}

static void put_commands(const struct tw_item_command *cmds, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		fputs(".TP\n\\fB", out);
		put_inline(cmds[i].name, out);
		fputs("\\fR", out);
		if (cmds[i].max_args) {
			fputs(" \\fI", out);
			put_inline(cmds[i].arguments, out);
			fputs("\\fR", out);
		}
		fputc('\n', out);
		put_sentence(cmds[i].summary, out);
		if (cmds[i].alias) {
			fputs("Also called \\fB", out);
			put_inline(cmds[i].alias, out);
			fputs("\\fR.\n", out);
		}
		for (const char *text = cmds[i].text; text; text = NULL) {
			fputs(".IP\n", out);
			for (; *text; text++) {
				if (text[0] == '\n' && text[1] == '\n') {
					fputs("\n.IP\n", out);
					text++;
				} else {
					put_char(*text, text == cmds[i].text, out);
				}
			}
			fputc('\n', out);
		}
	}
}

void tw_items_man(const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n,
	const struct tw_item_man *man, FILE *out)
{
	fprintf(out,
		".\\\" Generated from the option table; do not edit.\n.TH %s 1 \"\" \"%s\" \"\"\n",
		man->title, man->source);
	fputs(".SH NAME\n", out);
	put_inline(t->program, out);
	fputs(" \\- ", out);
	put_inline(man->tagline, out);
	fputs("\n.SH SYNOPSIS\n.B ", out);
	put_inline(t->program, out);
	fputs("\n.I COMMAND\n[options] [addresses]\n.SH DESCRIPTION\n", out);
	put_paragraphs(man->description, out);
	fputs(".SH COMMANDS\n", out);
	put_commands(cmds, n, out);
	fputs(".SH OPTIONS\nThe commands that take an option stand in brackets behind it.\n", out);
	put_options(t, cmds, n, out);
	for (size_t i = 0; man->more[i].heading; i++) {
		fputs(".SH ", out);
		put_inline(man->more[i].heading, out);
		fputc('\n', out);
		put_paragraphs(man->more[i].text, out);
	}
	fputs(".SH EXAMPLES\n", out);
	for (size_t i = 0; i < n; i++) {
		if (!cmds[i].example)
			continue;
		fputs(".PP\n.nf\n", out);
		put_inline(cmds[i].example, out);
		fputs("\n.fi\n", out);
	}
}
