/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_file.h"

#include "delivery.h"
#include "signals.h"
#include "tw_log.h"
#include "tw_rand.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names beside it that may be taken by chance. */
#define TRIES 8
/* How often is looked whether a pipe has a reader. */
#define LOOK_MS 50
#define SELF_FD 64

static int failed(const char *name, int error, struct tw_err *err)
{
	return tw_fail(err, -error, "%s: %s", name,
		error == ETIME ? tw_delivery_why(-error) : strerror(error));
}

/* The name by which a file of ours without one can be given one. */
static const char *self_fd(int fd, char ret[SELF_FD])
{
	snprintf(ret, SELF_FD, "/proc/self/fd/%d", fd);
	return ret;
}

/* A file without a name, which a kill leaves nothing of. -1: not to be had there. */
static int open_nameless(const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) + (slash == name) : 1;
	char *folder = strndup(slash ? name : ".", len), self[SELF_FD];
	int fd = folder ? open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666) : -1;

	free(folder);
	if (fd >= 0 && access(self_fd(fd, self), F_OK) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * Another name beside it that nobody has: a new file's, or that of a file without one. Returns the
 * new file's descriptor, or that of the other; -1 with errno.
 */
static int name_beside(const char *name, int nameless, char **ret_name)
{
	size_t size = strlen(name) + 32;
	char *t = malloc(size), self[SELF_FD];
	int fd = -1;

	if (!t)
		return -1;
	errno = EEXIST;
	for (int i = 0; fd < 0 && errno == EEXIST && i < TRIES; i++) {
		snprintf(t, size, "%s.%016" PRIx64, name, tw_rand_seed());
		if (nameless < 0)
			fd = open(t, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		else if (linkat(AT_FDCWD, self_fd(nameless, self), AT_FDCWD, t,
				 AT_SYMLINK_FOLLOW) == 0)
			fd = nameless;
	}
	if (fd < 0)
		free(t);
	else
		*ret_name = t;
	return fd;
}

static int open_beside(struct session_file *f)
{
	int fd = open_nameless(f->name);

	f->nameless = fd >= 0;
	return f->nameless ? fd : name_beside(f->name, -1, &f->temporary);
}

/* What stands in place of the old file may be read by as many. */
static int keep_mode(int fd, const struct stat *old)
{
	if (fd >= 0)
		fchmod(fd, old->st_mode & 0777);
	return fd;
}

/* A pipe, once somebody reads it; -1 with errno, EINTR when we are to end before. */
static int open_pipe(const char *name)
{
	struct pollfd p = {.fd = tw_signals_fd(), .events = POLLIN};
	int fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENXIO)
		tw_info("%s: waiting for its reader", name);
	while (fd < 0 && errno == ENXIO) {
		if (tw_signals_stop() || poll(&p, 1, LOOK_MS) > 0) {
			errno = EINTR;
			break;
		}
		fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	}
	return fd;
}

static ssize_t put(void *cookie, const char *text, size_t len)
{
	struct session_file *f = cookie;
	int rc = f->broken ? f->broken : tw_delivery_write(f->fd, text, len);

	f->broken = rc;
	errno = -rc;
	return rc < 0 ? 0 : (ssize_t)len;
}

static int shut(void *cookie)
{
	return close(((struct session_file *)cookie)->fd);
}

/* Files are written at once; what is none may have a reader that takes its time. */
static FILE *stream(struct session_file *f, bool regular)
{
	return regular ? fdopen(f->fd, "w")
		       : fopencookie(f, "w", (cookie_io_functions_t){.write = put, .close = shut});
}

int session_file_open(struct session_file *f, const char *name, struct tw_err *err)
{
	struct stat st, link;
	bool there = stat(name, &st) == 0, leads = lstat(name, &link) == 0 && S_ISLNK(link.st_mode);
	bool regular = !there || S_ISREG(st.st_mode);
	int rc;

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	/* a link to what has no name, as /dev/stdout, has no place beside it either */
	f->name = there && regular ? realpath(name, NULL) : NULL;
	/* what we may not write is not replaced either */
	if (f->name && access(f->name, W_OK) == 0)
		f->fd = keep_mode(open_beside(f), &st);
	if (!f->name)
		f->name = strdup(name);
	if (!f->name)
		return failed(name, ENOMEM, err);
	if (!there && !leads)
		f->fd = open_beside(f);
	else if (there && S_ISFIFO(st.st_mode))
		f->fd = open_pipe(f->name);
	else if (f->fd < 0)
		f->fd = open(f->name,
			O_WRONLY | O_CLOEXEC | (there ? 0 : O_CREAT) | (regular ? 0 : O_NONBLOCK),
			0666);
	f->out = f->fd < 0 ? NULL : stream(f, regular);
	if (f->out)
		return 0;
	rc = failed(name, errno, err);
	if (f->fd >= 0)
		close(f->fd);
	session_file_discard(f);
	return rc;
}

/* Everything is on the disk, and nothing that was there before. */
static int write_out(struct session_file *f)
{
	struct stat st;

	if (fflush(f->out) != 0 || fstat(f->fd, &st) < 0)
		return -errno;
	if (ferror(f->out))
		return f->broken ? f->broken : -EIO;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (!f->nameless && !f->temporary && ftruncate(f->fd, ftello(f->out)) < 0)
		return -errno;
	return fsync(f->fd) < 0 ? -errno : 0;
}

/* Its own name where that is free, else one beside it that is changed for that at once. */
static int give_name(struct session_file *f)
{
	char self[SELF_FD];

	if (linkat(AT_FDCWD, self_fd(f->fd, self), AT_FDCWD, f->name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno != EEXIST || name_beside(f->name, f->fd, &f->temporary) < 0)
		return -errno;
	return 0;
}

int session_file_commit(struct session_file *f, struct tw_err *err)
{
	int rc = write_out(f);

	if (rc == 0 && f->nameless)
		rc = give_name(f);
	if (rc == 0 && f->temporary) {
		if (rename(f->temporary, f->name) < 0) {
			rc = -errno;
		} else {
			free(f->temporary);
			f->temporary = NULL;
		}
	}
	if (fclose(f->out) != 0 && rc == 0)
		rc = -errno;
	f->out = NULL;
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
