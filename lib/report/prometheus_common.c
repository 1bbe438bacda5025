/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "exposition_priv.h"
#include "report_priv.h"

void prometheus_build_info(FILE *out)
{
	expo_family(out, "twamp_build_info", "gauge", "Always 1; the label says which program.");
	expo_count(out, "twamp_build_info", LABELS("version", TW_VERSION), 1);
}

void prometheus_discarded(
	FILE *out, const char *name, const char *session, const uint64_t *discarded)
{
	for (int i = 0; i < TW_DISCARD_MAX; i++)
		expo_count(out, name,
			LABELS("reason", tw_discard_name((enum tw_discard)i), "session", session),
			discarded[i]);
}

static const char seconds[] = "twamp_worker_cpu_seconds_total";
static const char packets[] = "twamp_worker_packets_total";

void prometheus_worker_seconds_family(FILE *out)
{
	expo_family(out, seconds, "counter", "CPU time of a worker thread.");
}

void prometheus_worker_seconds(FILE *out, const char *session, const struct tw_cpu_usage *cpu)
{
	for (unsigned int i = 0; i < cpu->n && i < TW_MAX_WORKERS; i++) {
		const struct tw_worker_cpu *w = &cpu->worker[i];
		char worker[12];

		snprintf(worker, sizeof(worker), "%u", i);
		expo_value(out, seconds,
			LABELS("worker", worker, "role", report_role(w->role), "session", session),
			tw_ns_sec(w->cpu));
	}
}

void prometheus_worker_packets_family(FILE *out)
{
	expo_family(out, packets, "counter", "Packets that a worker thread moved.");
}

void prometheus_worker_packets(FILE *out, const char *session, const struct tw_cpu_usage *cpu)
{
	for (unsigned int i = 0; i < cpu->n && i < TW_MAX_WORKERS; i++) {
		const struct tw_worker_cpu *w = &cpu->worker[i];
		char worker[12];

		snprintf(worker, sizeof(worker), "%u", i);
		expo_count(out, packets,
			LABELS("worker", worker, "role", report_role(w->role), "session", session),
			w->packets);
	}
}

static const char stamps[] = "twamp_stamps_total";
static const char stamps_refused[] = "twamp_stamps_refused_total";
static const char nic_error[] = "twamp_nic_clock_error_seconds";

void prometheus_stamps_family(FILE *out)
{
	expo_family(out, stamps, "counter",
		"Stamps made where the NIC or the kernel can make them, by whom.");
}

/* What neither of them can stamp has no sample. */
void prometheus_stamps(FILE *out, const char *session, const struct tw_stamping *s)
{
	static const char *const names[4] = {"t1", "t2", "t3", "t4"};

	for (int i = 0; i < 4; i++) {
		if (!s->hardware[i] && !s->kernel[i] && !s->software[i])
			continue;
		expo_count(out, stamps,
			LABELS("stamp", names[i], "by", "hardware", "session", session),
			s->hardware[i]);
		if (s->kernel[i])
			expo_count(out, stamps,
				LABELS("stamp", names[i], "by", "kernel", "session", session),
				s->kernel[i]);
		expo_count(out, stamps,
			LABELS("stamp", names[i], "by", "software", "session", session),
			s->software[i]);
	}
}

void prometheus_stamps_refused_family(FILE *out)
{
	expo_family(out, stamps_refused, "counter",
		"Stamps of the NIC or the kernel that contradicted the time of receipt or "
		"sending.");
}

void prometheus_stamps_refused(FILE *out, const char *session, const struct tw_stamping *s)
{
	if (s->nic || s->kernel[1] || s->kernel[3])
		expo_count(out, stamps_refused, LABELS("session", session), s->refused);
}

void prometheus_nic_error_family(FILE *out)
{
	expo_family(out, nic_error, "gauge", "Error bound of the NIC's clock against ours.");
}

void prometheus_nic_error(FILE *out, const char *session, const struct tw_stamping *s)
{
	if (s->nic)
		expo_value(out, nic_error, LABELS("session", session), tw_ns_sec(s->error));
}
