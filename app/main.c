/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "commands.h"
#include "counters_doc.h"
#include "delivery.h"
#include "logging.h"
#include "manual.h"
#include "signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PROGRAM "dpdk-twamp"

/* What this build can do, one line a command; tw_options_commands[] has the words. */
static const struct {
	uint32_t bit;
	int (*run)(const struct tw_options *o);
} functions[] = {
	{TW_CMD_SENDER, tw_cmd_sender},
	{TW_CMD_REFLECTOR, tw_cmd_reflector},
	{TW_CMD_SERVER, tw_cmd_server},
	{TW_CMD_CONTROLLER, tw_cmd_controller},
	{TW_CMD_CONTROLCLIENT, tw_cmd_controlclient},
	{TW_CMD_TWPING, tw_cmd_twping},
	{TW_CMD_LOOPBACK, tw_cmd_loopback},
	{TW_CMD_DEVICES, tw_cmd_devices},
	{TW_CMD_DSCPTABLE, tw_cmd_dscptable},
};

#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

/* The rows of tw_options_commands[] that have a function, in their order. */
static struct tw_item_command commands[N_FUNCTIONS];

static void gather_commands(void)
{
	size_t n = 0;

	for (size_t i = 0; i < tw_options_n_commands; i++)
		for (size_t k = 0; k < N_FUNCTIONS; k++)
			if (functions[k].bit == tw_options_commands[i].bit)
				commands[n++] = tw_options_commands[i];
}

/* One line on stderr; the exit status of everything that the user got wrong. */
static int refuse(const char *command, const struct tw_err *err)
{
	fprintf(stderr, PROGRAM "%s%s: %s\n", command ? " " : "", command ? command : "",
		err->text);
	return 1;
}

static int unknown_command(const char *name)
{
	const char *near = tw_items_nearest_command(commands, N_FUNCTIONS, name);
	struct tw_err err;
	char quoted[80];

	tw_items_quote(name, quoted);
	if (name[0] == '-')
		tw_fail(&err, -EINVAL, "option %s before the command; see " PROGRAM " --help",
			quoted);
	else if (near)
		tw_fail(&err, -EINVAL, "unknown command %s; did you mean %s?", quoted, near);
	else
		tw_fail(&err, -EINVAL, "unknown command %s; see " PROGRAM " --help", quoted);
	return refuse(NULL, &err);
}

/* What was not written is no success. */
static int flush_output(int status)
{
	struct tw_err err;

	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status == 0) {
		tw_fail(&err, -EIO, "standard output: %s", strerror(errno ? errno : EIO));
		status = refuse(NULL, &err);
	}
	return status;
}

/* dpdk-twamp COMMAND ...: words become options, options become a call. */
static int run_command(size_t k, int argc, char **argv)
{
	struct tw_options o;
	struct tw_err err;
	int rc = tw_options_parse(commands[k].bit, argc, argv, &err, &o);

	if (rc == TW_ITEMS_HELP) {
		tw_items_help(&tw_options_table, &commands[k], stdout);
		return 0;
	}
	if (rc == 0)
		rc = tw_logging_start(&o, &err);
	if (rc == 0)
		rc = tw_signals_init(&err);
	if (rc)
		return refuse(commands[k].name, &err);
	for (size_t i = 0; i < N_FUNCTIONS; i++)
		if (functions[i].bit == commands[k].bit)
			rc = functions[i].run(&o);
	/* before a reader that is gone ends us without a word */
	rc = flush_output(rc);
	tw_signals_fini();
	tw_logging_stop();
	return rc;
}

/* Whoever calls us twping wants twping. */
static int run_twping(int argc, char **argv)
{
	return run_command((size_t)tw_items_command(commands, N_FUNCTIONS, "twping"), argc, argv);
}

static int run_help(int argc, char **argv)
{
	int k;

	if (argc == 0) {
		tw_items_overview(&tw_options_table, commands, N_FUNCTIONS,
			"Measure networks with TWAMP and STAMP at line rate, on DPDK.", stdout);
		return 0;
	}
	k = tw_items_command(commands, N_FUNCTIONS, argv[0]);
	if (k < 0)
		return unknown_command(argv[0]);
	tw_items_help(&tw_options_table, &commands[k], stdout);
	return 0;
}

static int run_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts(PROGRAM " " TW_VERSION);
	return 0;
}

static int run_man(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	tw_items_man(&tw_options_table, commands, N_FUNCTIONS, &tw_manual, stdout);
	return 0;
}

static int run_completion(int argc, char **argv)
{
	struct tw_err err;
	char quoted[80];

	if (argc != 1 || strcmp(argv[0], "bash") != 0) {
		tw_fail(&err, -EINVAL, "shell %s: allowed: bash",
			tw_items_quote(argc ? argv[0] : "", quoted));
		return refuse("completion", &err);
	}
	tw_items_completion(&tw_options_table, commands, N_FUNCTIONS, stdout);
	return 0;
}

static int run_counters_doc(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	tw_counters_doc(stdout);
	return 0;
}

/* What `dpdk-twamp COMMAND ...` would work with; for tests and for finding out. */
static int run_show_options(int argc, char **argv)
{
	int k = argc ? tw_items_command(tw_options_commands, tw_options_n_commands, argv[0]) : -1;
	const struct tw_item_command *cmd = &tw_options_commands[k < 0 ? 0 : k];
	struct tw_options o;
	struct tw_err err;
	int rc;

	if (k < 0)
		return unknown_command(argc ? argv[0] : "");
	rc = tw_options_parse(cmd->bit, argc - 1, argv + 1, &err, &o);
	if (rc == TW_ITEMS_HELP)
		tw_items_help(&tw_options_table, cmd, stdout);
	else if (rc)
		return refuse(cmd->name, &err);
	else
		tw_items_dump(&tw_options_table, cmd, &o, &o.given, stdout);
	return 0;
}

/*
 * Words that get argv as it is. One with by_name also runs when the
 * binary is called by that name.
 */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	bool by_name;
} words[] = {
	{"help", run_help, false},
	{"--help", run_help, false},
	{"-h", run_help, false},
	{"--version", run_version, false},
	{"man", run_man, false},
	{"completion", run_completion, false},
	{"counters-doc", run_counters_doc, false},
	{"show-options", run_show_options, false},
	{"twping", run_twping, true},
};

static int dispatch(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *called = slash ? slash + 1 : argc ? argv[0] : "";
	int k;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].by_name && strcmp(words[i].name, called) == 0)
			return words[i].run(argc - 1, argv + 1);
	if (argc < 2) {
		run_help(0, NULL);
		return 1;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, argv[1]) == 0)
			return words[i].run(argc - 2, argv + 2);
	k = tw_items_command(commands, N_FUNCTIONS, argv[1]);
	return k < 0 ? unknown_command(argv[1]) : run_command((size_t)k, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
	tw_delivery_hold();
	gather_commands();
	return flush_output(dispatch(argc, argv));
}
