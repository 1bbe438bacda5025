/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* How the stamps were made, as items and as text. */

#include "report_priv.h"
#include "text_priv.h"
#include "walk_priv.h"

#include "tw_units.h"

#include <inttypes.h>
#include <math.h>

static const char *const stamp_name[4] = {"t1", "t2", "t3", "t4"};

static void counts(struct walk w, const char *name, const uint64_t *n)
{
	w.ops->open(w.arg, name, true);
	for (int i = 0; i < 4; i++)
		walk_count(w, stamp_name[i], n[i]);
	w.ops->close(w.arg);
}

void walk_stamping(struct walk w, const struct tw_stamping *s, const double error[4])
{
	w.ops->open(w.arg, "stamping", true);
	w.ops->flag(w.arg, "nic", s->nic);
	w.ops->open(w.arg, "error_ns", true);
	for (int i = 0; i < 4; i++)
		if (isnan(error[i]))
			w.ops->none(w.arg, stamp_name[i]);
		else
			w.ops->integer(w.arg, stamp_name[i], llround(error[i]));
	w.ops->close(w.arg);
	if (s->nic)
		w.ops->integer(w.arg, "nic_error_ns", s->error.v);
	else
		w.ops->none(w.arg, "nic_error_ns");
	counts(w, "hardware", s->hardware);
	counts(w, "kernel", s->kernel);
	counts(w, "software", s->software);
	walk_count(w, "refused", s->refused);
	walk_count(w, "readbacks", s->asked);
	walk_count(w, "readbacks_missed", s->missed);
	walk_series(w, "to_wire_ns", &s->to_wire);
	w.ops->open_list(w.arg, "notes", false);
	for (unsigned int i = 0; i < TW_STAMP_NOTE_MAX; i++)
		if (s->notes >> i & 1)
			w.ops->text(w.arg, NULL, tw_stamp_note_text((enum tw_stamp_note)i));
	w.ops->close_list(w.arg);
	w.ops->close(w.arg);
}

/* "T4 by the NIC in 990 of 1000 packets" */
static void share(FILE *out, const struct tw_stamping *s, unsigned int i)
{
	const uint64_t n[2] = {s->hardware[i], s->kernel[i]};
	static const char *const who[2] = {"the NIC", "the kernel"};
	uint64_t all = n[0] + n[1] + s->software[i];

	for (int k = 0; k < 2; k++)
		if (n[k] && n[k] < all)
			text_paragraph(out,
				"note: T%u by %s in %" PRIu64 " of %" PRIu64
				" packets, by %s in the others",
				i + 1, who[k], n[k], all, s->software[i] ? "software" : who[!k]);
}

void text_stamping(FILE *out, const struct tw_stamping *s, unsigned int sent)
{
	char b[3][TW_UNITS_STR];

	for (unsigned int i = 0; i < 4; i++)
		share(out, s, i);
	if (s->to_wire.m.count)
		text_paragraph(out,
			"T%u by software to the NIC's own stamp of the same packet: min %s p50 %s "
			"max %s, in %" PRIu64 " packets",
			sent, tw_units_duration(report_ns((double)s->to_wire.m.min), b[0]),
			tw_units_duration(report_ns(tw_series_quantile(&s->to_wire, 0.5)), b[1]),
			tw_units_duration(report_ns((double)s->to_wire.m.max), b[2]),
			s->to_wire.m.count);
	for (unsigned int i = 0; i < TW_STAMP_NOTE_MAX; i++)
		if (s->notes >> i & 1)
			text_paragraph(out, "note: %s", tw_stamp_note_text((enum tw_stamp_note)i));
}
