/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "text_priv.h"
#include "tw_units.h"

#include <stdarg.h>
#include <string.h>

void text_ruler(FILE *out, char c)
{
	for (int i = 0; i < TEXT_COLUMNS; i++)
		fputc(c, out);
	fputc('\n', out);
}

void text_paragraph(FILE *out, const char *fmt, ...)
{
	char text[2048];
	const char *p = text;
	size_t column = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	while (*p) {
		size_t word = strcspn(p, " ");

		if (column && column + 1 + word > TEXT_COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, " %.*s", (int)word, p);
		column += 1 + word;
		p += word;
		if (*p)
			p++; /* the one blank that parted the words */
	}
	fputc('\n', out);
}

void text_clock(FILE *out, const struct tw_clock_info *clock)
{
	char buf[TW_UNITS_STR];

	if (clock->error.v <= 0) /* no clock has an error bound of 0: it was not measured */
		fprintf(out, "clock error unknown");
	else
		fprintf(out, "clock error %s, %ssynchronised",
			tw_units_duration((double)clock->error.v, buf),
			clock->synchronised ? "" : "not ");
}

void text_tester(FILE *out, bool ok, const char *reason)
{
	if (ok) {
		fprintf(out, "   tester: ok\n");
		return;
	}
	fputc('\n', out);
	text_paragraph(out, "tester: NOT OK (%s)", reason);
	text_paragraph(out, "invalid: the tester was the bottleneck");
}

bool text_cpu(FILE *out, const char *before, const struct tw_cpu_usage *cpu)
{
	const char *sep = before;

	for (int role = TW_ROLE_SENDER; role <= TW_ROLE_BOTH; role++) {
		struct report_role_total t = report_role_total(cpu, (enum tw_worker_role)role);

		if (t.seconds <= 0)
			continue;
		fprintf(out, "%s%s %.0f", sep, report_role((enum tw_worker_role)role),
			(double)t.packets / t.seconds);
		sep = ", ";
	}
	return sep != before;
}
