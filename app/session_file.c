/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_file.h"

#include "tw_rand.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names beside it that may be taken by chance. */
#define TRIES 8

static int failed(const char *name, int error, struct tw_err *err)
{
	return tw_fail(err, -error, "%s: %s", name, strerror(error));
}

static int temporary_beside(const char *name, char **ret_name)
{
	size_t size = strlen(name) + 32;
	char *t = malloc(size);
	int fd = -1;

	if (!t)
		return -1;
	errno = EEXIST;
	for (int i = 0; fd < 0 && errno == EEXIST && i < TRIES; i++) {
		snprintf(t, size, "%s.%016" PRIx64, name, tw_rand_seed());
		fd = open(t, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	if (fd < 0)
		free(t);
	else
		*ret_name = t;
	return fd;
}

/* What stands in place of the old file may be read by as many. */
static int keep_mode(int fd, const struct stat *old)
{
	if (fd >= 0)
		fchmod(fd, old->st_mode & 0777);
	return fd;
}

int session_file_open(struct session_file *f, const char *name, struct tw_err *err)
{
	struct stat st, link;
	bool there = stat(name, &st) == 0, leads = lstat(name, &link) == 0 && S_ISLNK(link.st_mode);
	int fd = -1;

	memset(f, 0, sizeof(*f));
	/* a link to what has no name, as /dev/stdout, has no place beside it either */
	f->name = there && S_ISREG(st.st_mode) ? realpath(name, NULL) : NULL;
	/* what we may not write is not replaced either */
	if (f->name && access(f->name, W_OK) == 0)
		fd = keep_mode(temporary_beside(f->name, &f->temporary), &st);
	if (!f->name)
		f->name = strdup(name);
	if (!f->name)
		return failed(name, ENOMEM, err);
	if (!there && !leads)
		fd = temporary_beside(f->name, &f->temporary);
	else if (fd < 0)
		fd = open(f->name, O_WRONLY | O_CLOEXEC | (there ? 0 : O_CREAT), 0666);
	f->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (f->out)
		return 0;
	fd = failed(name, errno, err);
	session_file_discard(f);
	return fd;
}

/* Everything is on the disk, and nothing that was there before. */
static int write_out(struct session_file *f)
{
	struct stat st;
	int fd = fileno(f->out);

	if (fflush(f->out) != 0 || fstat(fd, &st) < 0)
		return -errno;
	if (ferror(f->out))
		return -EIO;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (!f->temporary && ftruncate(fd, ftello(f->out)) < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

int session_file_commit(struct session_file *f, struct tw_err *err)
{
	int rc = write_out(f);

	if (fclose(f->out) != 0 && rc == 0)
		rc = -errno;
	f->out = NULL;
	if (rc == 0 && f->temporary) {
		if (rename(f->temporary, f->name) < 0) {
			rc = -errno;
		} else {
			free(f->temporary);
			f->temporary = NULL;
		}
	}
	if (rc < 0)
		failed(f->name, -rc, err);
	session_file_discard(f);
	return rc;
}

void session_file_discard(struct session_file *f)
{
	if (f->out)
		fclose(f->out);
	if (f->temporary)
		unlink(f->temporary);
	free(f->temporary);
	free(f->name);
	memset(f, 0, sizeof(*f));
}
