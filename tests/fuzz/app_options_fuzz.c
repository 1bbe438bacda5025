/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "options.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define WORDS 64

/* The first octet picks the command; the words of its command line stand one a line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[4096], *argv[WORDS];
	struct tw_options o;
	struct tw_err err;
	uint32_t command;
	int argc = 0, rc;

	if (len < 1 || len > sizeof(text))
		return 0;
	command = tw_options_commands[data[0] % tw_options_n_commands].bit;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	for (char *word = text; word && argc < WORDS; argc++) {
		argv[argc] = word;
		word = strchr(word, '\n');
		if (word)
			*word++ = '\0';
	}
	err.text[0] = '\0';
	rc = tw_options_parse(command, argc, argv, &err, &o);
	if (rc < 0 && (err.text[0] == '\0' || strchr(err.text, '\n')))
		abort();
	if (rc == 0 && (command & (TW_CMD_SENDER | TW_CMD_LOOPBACK)) &&
		((o.count != 0) + (o.duration.v != 0) != 1 ||
			(o.interval.v != 0) + (o.pps != 0) + (o.rate != 0) != 1))
		abort();
	return 0;
}
