/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_units.h"

#include <math.h>
#include <stdio.h>

/* One step: below `limit` (where the text would round up into the next unit) print like this. */
static const struct unit {
	double limit;
	double ns;
	int digits;
	const char *name;
} units[] = {
	{99.5, 1, 0, "ns"},
	{999.95e3, 1e3, 1, "us"},
	{999.995e6, 1e6, 2, "ms"},
	{99999.95e9, 1e9, 1, "s"},
	{INFINITY, 86400e9, 1, "d"},
};

char *tw_units_duration(double ns, char *buf)
{
	const struct unit *u = units;

	if (!isfinite(ns)) {
		snprintf(buf, TW_UNITS_STR, "-");
		return buf;
	}
	while (fabs(ns) >= u->limit)
		u++;
	if (fabs(ns) < 0.5)
		ns = 0; /* no "-0ns" */
	snprintf(buf, TW_UNITS_STR, "%.*f%s", u->digits, ns / u->ns, u->name);
	return buf;
}

char *tw_units_percent(uint64_t part, uint64_t whole, char *buf)
{
	double p = 100.0 * (double)part / (double)whole;

	if (whole == 0)
		snprintf(buf, TW_UNITS_STR, "-");
	else if (part && p < 0.0005)
		snprintf(buf, TW_UNITS_STR, "<0.001%%");
	else if (part < whole && p >= 99.9995)
		snprintf(buf, TW_UNITS_STR, ">99.999%%");
	else
		snprintf(buf, TW_UNITS_STR, "%.3f%%", p);
	return buf;
}
