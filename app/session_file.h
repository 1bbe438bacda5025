/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SESSION_FILE_H
#define SESSION_FILE_H

/*
 * A file that is there as a whole or not at all: written without a name, or where the file system
 * has no such files under another one beside it, then given its own. What is no regular file (a
 * pipe, a device), and what a link leads to that is not there yet, is written as it is. The reader
 * of a pipe is waited for, unless a signal asks us to end.
 */

#include "tw_err.h"

#include <stdbool.h>
#include <stdio.h>

struct session_file {
	FILE *out;
	int fd;          /* closed with it */
	char *name;      /* symbolic links are followed */
	char *temporary; /* its name until then; NULL: it has none, or is written as it is */
	bool nameless;
	int broken; /* the first error of a pipe's or a device's write(), negative */
};

/* Whether it can be written is known now. Returns 0 or a negative errno with a sentence. */
int session_file_open(struct session_file *f, const char *name, struct tw_err *err);

/* All is written. Returns 0; else the old file is as it was. */
int session_file_commit(struct session_file *f, struct tw_err *err);

/* Nothing is left of it; does nothing behind session_file_commit(). */
void session_file_discard(struct session_file *f);

#endif
