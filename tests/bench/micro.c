/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What one packet costs each core: the functions that a worker's loop is made of, called on a burst
 * of packets in the cache, without any device. TSC ticks, medians of bursts.
 *
 *   bench_micro                  the table
 *   bench_micro --list           the names
 *   bench_micro NAME BURSTS      one of them, for tests/bench/instructions; only what is in
 *                                functions named measured_* counts
 */

#include "micro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define ROUNDS 5000

static const struct micro *const groups[] = {micro_packet, micro_stats};
static uint64_t ticks[ROUNDS];

void micro_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_micro: %s\n", what);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double ticks_per_ns(void)
{
	struct timespec a, b;
	uint64_t from, to;
	double ns;

	clock_gettime(CLOCK_MONOTONIC_RAW, &a);
	from = __rdtsc();
	do {
		clock_gettime(CLOCK_MONOTONIC_RAW, &b);
		to = __rdtsc();
		ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
	} while (ns < 5e7);
	return (double)(to - from) / ns;
}

static uint64_t median(void)
{
	qsort(ticks, ROUNDS, sizeof(ticks[0]), by_value);
	return ticks[ROUNDS / 2];
}

static void nothing(void)
{
}

/* Ticks of a burst, the clock's own included. */
static uint64_t measure(void (*prepare)(void), void (*volatile burst)(void))
{
	for (unsigned int r = 0; r < ROUNDS; r++) {
		uint64_t from;

		prepare();
		from = __rdtsc();
		burst();
		ticks[r] = __rdtsc() - from;
	}
	return median();
}

static const struct micro *next(const struct micro *m, unsigned int *group)
{
	if (m && m[1].name)
		return m + 1;
	*group += m != NULL;
	return *group < sizeof(groups) / sizeof(groups[0]) ? groups[*group] : NULL;
}

#define FOR_EACH(m)                                                                                \
	for (unsigned int group = 0, once = 1; once; once = 0)                                     \
		for (const struct micro *m = next(NULL, &group); m; m = next(m, &group))

static void table(void)
{
	double scale = ticks_per_ns();
	uint64_t clock = measure(nothing, nothing);

	printf("%-20s%14s%12s\n", "core", "cycles/packet", "ns/packet");
	FOR_EACH(m)
	{
		double each;

		m->init();
		each = (double)(measure(m->prepare, m->measured) - clock) / MICRO_BURST;
		printf("%-20s%14.1f%12.2f\n", m->name, each, each / scale);
	}
}

int main(int argc, char **argv)
{
	bool list = argc > 1 && strcmp(argv[1], "--list") == 0;

	if (argc < 2) {
		table();
		return 0;
	}
	FOR_EACH(m)
	{
		if (list)
			puts(m->name);
		if (strcmp(argv[1], m->name) != 0)
			continue;
		m->init();
		for (long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1; n > 0; n--) {
			m->prepare();
			m->measured();
		}
		return 0;
	}
	micro_must(list, "no core of this name; see --list");
	return 0;
}
