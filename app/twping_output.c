/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "twping_output.h"

#include "delivery.h"
#include "tw_log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#define NAME 256

struct output {
	const struct twping_run *run;
	FILE *out; /* standard output */
	struct tw_twping_session session;
	struct tw_twping_row *rows;
	size_t n_rows;
	struct tw_twping_slot slots[TW_PACE_GAPS_MAX];
	char from_host[NAME], from_addr[TW_ADDR_STR];
	char to_host[NAME], to_addr[TW_ADDR_STR];
};

/* The host of HOST:PORT, [HOST]:PORT or a bare IPv6 address, as typed. */
static void host_of(const char *typed, char ret[NAME])
{
	const char *colon = strchr(typed, ':');
	size_t n = strlen(typed);

	if (*typed == '[') {
		typed++;
		n = strcspn(typed, "]");
	} else if (colon && !strchr(colon + 1, ':')) {
		n = (size_t)(colon - typed);
	}
	snprintf(ret, NAME, "%.*s", (int)n, typed);
}

/* The name of our own address; the address itself where it has none. */
static void name_of(const struct tw_addr *a, char ret[NAME])
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	const struct sockaddr *sa = (const struct sockaddr *)&four;
	socklen_t len = sizeof(four);
	char text[TW_ADDR_STR];

	memcpy(&four.sin_addr, a->b, sizeof(four.sin_addr));
	if (a->family == 6) {
		memcpy(&six.sin6_addr, a->b, sizeof(six.sin6_addr));
		sa = (const struct sockaddr *)&six;
		len = sizeof(six);
	}
	if (getnameinfo(sa, len, ret, NAME, NULL, 0, 0) != 0)
		snprintf(ret, NAME, "%s", tw_addr_format(a, text));
}

/* What our own queues dropped would look like the network's loss to whoever reads on. */
static bool lost_here(const struct tw_result *r)
{
	return r->packets.lost && (r->tester.rx_missed || r->tester.rx_nombuf ||
					  r->tester.tx_dropped || r->tester.window_overrun);
}

static void describe(struct output *p)
{
	const struct twping_run *run = p->run;
	const struct tw_twping_options *t = &run->o->twping;
	const struct tw_result *r = run->result;
	struct tw_twping_session *s = &p->session;

	host_of(run->o->args.v[0], p->to_host);
	if (!t->quiet) /* it may take time */
		name_of(&run->stream->local.addr, p->from_host);
	tw_addr_format(&run->stream->local.addr, p->from_addr);
	tw_addr_format(&run->stream->remote.addr, p->to_addr);
	*s = (struct tw_twping_session){
		.from_host = p->from_host,
		.from_addr = p->from_addr,
		.from_port = run->stream->local.port,
		.to_host = p->to_host,
		.to_addr = p->to_addr,
		.to_port = run->stream->remote.port,
		.dscp = run->o->dscp,
		.loss_timeout = run->timeout,
		.padding = run->padding,
		.packets = (uint32_t)run->o->count,
		.finished = r->packets.sent >= run->o->count && run->missed == 0 && !lost_here(r),
		.ip_version = run->stream->local.addr.family,
		.start = run->start,
		.slots = p->slots,
		.n_slots = t->n_gaps,
		.bucket = t->bucket,
		.unit = t->unit_letter,
		.unix_times = t->unix_times,
		.percentiles = t->percentiles,
		.n_percentiles = t->n_percentiles,
	};
	memcpy(s->sid, run->sid, sizeof(s->sid));
	memcpy(s->from_octets, run->stream->local.addr.b, sizeof(s->from_octets));
	memcpy(s->to_octets, run->stream->remote.addr.b, sizeof(s->to_octets));
	for (uint32_t i = 0; i < t->n_gaps; i++)
		p->slots[i] = (struct tw_twping_slot){t->gaps[i].mean, t->gaps[i].exponential};
}

/* -F */
static int save(const struct output *p)
{
	struct session_file *f = p->run->file;
	int rc = tw_twping_save(&p->session, p->rows, p->n_rows, f->out);
	struct tw_err err;

	if (rc < 0)
		tw_fail(&err, rc, "%s: %s", f->name, tw_delivery_why(rc));
	else
		rc = session_file_commit(f, &err);
	if (rc < 0)
		tw_error("twping: -F: %s", err.text);
	return rc;
}

/* -p: a file that is named after the sample's time. */
static FILE *open_file(const struct output *p, const struct tw_twping_sample *s, char name[NAME])
{
	const struct tw_twping_options *t = &p->run->o->twping;
	const char *dir = t->directory ? t->directory : "";
	int n = snprintf(name, NAME, "%s%s%020" PRIu64 "_%020" PRIu64 ".%s", dir, *dir ? "/" : "",
		s->start, s->end, t->machine ? "sum" : "txt");
	FILE *f = n < NAME ? fopen(name, "w") : NULL;

	if (!f)
		tw_error("-p: %s: %s", name, strerror(n < NAME ? errno : ENAMETOOLONG));
	return f;
}

static int put_sample(const struct output *p, const struct tw_twping_sample *s)
{
	const struct tw_twping_options *t = &p->run->o->twping;
	char name[NAME];
	FILE *out = t->files ? open_file(p, s, name) : p->out;

	if (!out)
		return -EIO;
	if (t->records)
		tw_twping_records(&p->session, s, p->rows, p->n_rows, t->record_limit, out);
	if (t->machine)
		tw_twping_machine(&p->session, s, out);
	else
		tw_twping_text(&p->session, s, out);
	if (out == p->out)
		return 0;
	if (fclose(out) != 0) {
		tw_error("-p: %s: %s", name, strerror(errno));
		return -EIO;
	}
	fprintf(p->out, "%s\n", name);
	return 0;
}

/* -N: a sample for each so many packets. */
static int put_samples(struct output *p)
{
	uint32_t count = p->session.packets, each = p->run->o->twping.sub_sessions;
	int rc = 0;

	if (each == 0 || each >= count)
		each = count;
	for (uint64_t first = 0; rc == 0 && first < count; first += each) {
		uint64_t last = first + each < count ? first + each : count;
		struct tw_twping_sample s;

		rc = tw_twping_sample_init(
			&s, &p->session, p->rows, p->n_rows, (uint32_t)first, (uint32_t)last);
		if (rc < 0)
			break;
		/* behind an early end there is nothing to tell */
		if (s.sent || first == 0)
			rc = put_sample(p, &s);
		tw_twping_sample_fini(&s);
	}
	return rc;
}

static int put(struct output *p)
{
	const struct twping_run *run = p->run;
	int rc = twping_rows_make(run->rows, run->timeout, &p->rows, &p->n_rows);

	if (rc < 0)
		return rc;
	describe(p);
	if (run->o->twping.raw)
		tw_twping_raw(p->rows, p->n_rows, p->out);
	else if (!run->o->twping.quiet)
		rc = put_samples(p);
	/* what cannot be printed can still be saved */
	if (run->file && save(p) < 0)
		rc = -EIO;
	free(p->rows);
	return rc;
}

int twping_output(const struct twping_run *run)
{
	struct output p = {.run = run, .out = tw_delivery_stream()};
	int rc = p.out ? put(&p) : -ENOMEM, delivered;
	char why[256];

	if (p.out)
		fclose(p.out); /* errors of it are told by what follows */
	delivered = tw_delivery_finish("", 0);
	if (rc == -ENOMEM)
		tw_error("twping: no memory for the records of all packets");
	if (delivered < 0) {
		tw_error("standard output: the result is not written: %s",
			tw_delivery_why(delivered));
		rc = delivered;
	}
	if (!tw_result_tester_ok(run->result, why, sizeof(why)))
		tw_warning("twping: the tester was the bottleneck: %s", why);
	if (lost_here(run->result)) {
		tw_error("twping: packets that this machine lost are among the lost ones");
		rc = -EIO;
	}
	if (run->broken) {
		tw_error("twping: the session ended with its control connection, before its time");
		rc = -EIO;
	}
	if (run->result->packets.sent == 0) {
		tw_error("twping: nothing was sent");
		return 1;
	}
	if (run->missed) {
		tw_error("twping: the result is incomplete: %" PRIu64
			 " records of packets were lost inside the tester",
			run->missed);
		return 1;
	}
	return rc < 0 ? 1 : 0;
}
