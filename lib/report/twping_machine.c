/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* twping -M: SUMMARY 3.00, a key and a value a line, all times in seconds. */

#include "twping_priv.h"

#include <inttypes.h>

char *twping_sid(const struct tw_twping_session *c, char ret[TWPING_SID])
{
	for (size_t i = 0; i < sizeof(c->sid); i++)
		snprintf(ret + 2 * i, 3, "%02x", c->sid[i]);
	return ret;
}

static const char *const ways[] = {"", "_FWD", "_BCK", "_PROC"};

static void put_identity(const struct tw_twping_session *c, FILE *out)
{
	char sid[TWPING_SID];

	fprintf(out, "SUMMARY\t3.00\nSID\t%s\n", twping_sid(c, sid));
	fprintf(out, "FROM_HOST\t%s\nFROM_ADDR\t%s\nFROM_PORT\t%u\n", c->from_host, c->from_addr,
		c->from_port);
	fprintf(out, "TO_HOST\t%s\nTO_ADDR\t%s\nTO_PORT\t%u\n", c->to_host, c->to_addr, c->to_port);
}

static void put_delays(const struct tw_twping_sample *s, FILE *out)
{
	double v;

	for (int d = 0; d < TW_TWPING_DELAYS && s->n_delays; d++)
		fprintf(out, "MIN%s\t%g\n", ways[d], s->min[d]);
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		if (tw_twping_percentile(s, d, 0.5, &v))
			fprintf(out, "MEDIAN%s\t%g\n", ways[d], v);
	for (int d = 0; d < TW_TWPING_DELAYS && s->n_delays; d++)
		fprintf(out, "MAX%s\t%g\n", ways[d], s->max[d]);
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		if (twping_jitter(s, d, &v))
			fprintf(out, "PDV%s\t%g\n", ways[d], v);
}

static void put_buckets(const struct tw_twping_sample *s, FILE *out)
{
	if (s->n_delays == 0)
		return;
	fputs("<BUCKETS>\n", out);
	for (uint32_t i = 0; i < s->n_buckets; i++) {
		const struct tw_twping_bucket *b = &s->bucket[i];

		fprintf(out, "\t%" PRId32, b->n);
		for (int d = 0; d < TW_TWPING_PROCESSING; d++)
			fprintf(out, "\t%" PRIu32, b->count[d]);
		fputc('\n', out);
	}
	fputs("</BUCKETS>\n", out);
}

static void put_ttls(const struct tw_twping_sample *s, FILE *out)
{
	unsigned int n = 0;

	for (int way = 0; way < 2; way++) {
		unsigned int least, most;

		n += twping_ttls(s->ttl[way], &least, &most);
		fprintf(out, "MINTTL%s\t%u\nMAXTTL%s\t%u\n", ways[way + 1], least, ways[way + 1],
			most);
	}
	if (n == 0)
		return;
	fputs("<TTLBUCKETS>\n", out);
	for (unsigned int i = 0; i < 256; i++)
		if (s->ttl[0][i] || s->ttl[1][i])
			fprintf(out, "\t%u\t%" PRIu32 "\t%" PRIu32 "\n", i, s->ttl[0][i],
				s->ttl[1][i]);
	fputs("</TTLBUCKETS>\n", out);
}

void tw_twping_machine(
	const struct tw_twping_session *c, const struct tw_twping_sample *s, FILE *out)
{
	put_identity(c, out);
	fprintf(out, "START_TIME\t%020" PRIu64 "\nEND_TIME\t%020" PRIu64 "\n", s->start, s->end);
	if (c->unix_times)
		fprintf(out, "UNIX_START_TIME\t%f\nUNIX_END_TIME\t%f\n", twping_unix(s->start),
			twping_unix(s->end));
	fprintf(out, "DSCP\t0x%02x\n", c->dscp);
	fprintf(out, "LOSS_TIMEOUT\t%" PRIu64 "\n", c->loss_timeout);
	fprintf(out, "PACKET_PADDING\t%" PRIu32 "\n", c->padding);
	fprintf(out, "SESSION_PACKET_COUNT\t%" PRIu32 "\n", c->packets);
	fprintf(out, "SAMPLE_PACKET_COUNT\t%" PRIu32 "\n", s->last - s->first);
	fprintf(out, "BUCKET_WIDTH\t%g\n", c->bucket);
	fprintf(out, "SESSION_FINISHED\t%d\n", c->finished);
	fprintf(out, "SENT\t%" PRIu32 "\nSYNC\t%d\n", s->sent, s->synchronised);
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		fprintf(out, "MAXERR%s\t%g\n", ways[d], s->error[d]);
	fprintf(out, "DUPS_FWD\t%" PRIu32 "\nDUPS_BCK\t%" PRIu32 "\nLOST\t%" PRIu32 "\n",
		s->duplicates[0], s->duplicates[1], s->lost);
	put_delays(s, out);
	put_buckets(s, out);
	put_ttls(s, out);
	fputc('\n', out);
}
