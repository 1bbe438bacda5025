/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "recording.h"

#include "recorder.h"
#include "tw_log.h"
#include "tw_pcap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Frames that may wait for the disk: a quarter of a second at 30 kpps. */
#define FRAMES 8191

struct tw_recording {
	struct tw_recorder *recorder;
	struct tw_pcap *file;
	int error;
};

int tw_recording_start(struct tw_backend *b, const struct tw_options *o, uint16_t max_frame,
	struct tw_err *err, struct tw_recording **ret)
{
	struct tw_recording *r;
	int rc;

	*ret = NULL;
	if (!o->pcap)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return tw_fail(err, -ENOMEM, "out of memory");
	rc = tw_pcap_open(o->pcap, max_frame, err, &r->file);
	if (rc == 0) {
		rc = tw_recorder_create("tw_recorder", FRAMES, max_frame, &r->recorder);
		if (rc < 0) {
			tw_pcap_close(r->file);
			tw_fail(err, rc, "--pcap: no memory for %u waiting frames", FRAMES);
		}
	}
	if (rc < 0) {
		free(r);
		return rc;
	}
	b->recorder = r->recorder;
	*ret = r;
	return 0;
}

static void write_one(void *arg, const struct tw_record *rec)
{
	struct tw_recording *r = arg;
	int rc = tw_pcap_write(r->file, rec->frame, rec->len, rec->len, (struct tw_ntp){rec->wall});

	if (rc < 0 && !r->error)
		r->error = rc;
}

void tw_recording_drain(struct tw_recording *r)
{
	tw_recorder_drain(r->recorder, write_one, r);
}

void tw_recording_stop(struct tw_recording *r)
{
	int rc;

	if (!r)
		return;
	tw_recording_drain(r);
	rc = tw_pcap_close(r->file);
	if (r->error || rc < 0)
		tw_error("--pcap: writing failed: %s", strerror(-(r->error ? r->error : rc)));
	free(r);
}
