/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_file.h"

#include "delivery.h"
#include "signals.h"
#include "tw_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool has_nameless; /* the file system knows files without a name */
static char dir[64];

/* In the place of that of libc. */
int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if ((flags & O_TMPFILE) == O_TMPFILE && !has_nameless) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int enter(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/session-file-XXXXXX");
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1; /* NOLINT */
}

static unsigned int files(void)
{
	DIR *d = opendir(".");
	unsigned int n = 0;

	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void make(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void holds(const char *name, const char *text)
{
	char got[64] = "";
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	assert_true(fread(got, 1, sizeof(got) - 1, f) < sizeof(got) - 1);
	fclose(f);
	assert_string_equal(got, text);
}

static void begin(struct session_file *f, const char *name, const char *text)
{
	struct tw_err err = {{0}};

	if (session_file_open(f, name, &err) < 0)
		fail_msg("%s", err.text);
	fputs(text, f->out);
}

static void commit(struct session_file *f)
{
	struct tw_err err = {{0}};

	if (session_file_commit(f, &err) < 0)
		fail_msg("%s", err.text);
}

static void a_new_one_is_there_at_its_end(void)
{
	struct session_file f;

	begin(&f, "new", "all of it");
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(files(), has_nameless ? 0 : 1);
	commit(&f);
	holds("new", "all of it");
	assert_int_equal(files(), 1);
	begin(&f, "./other", "of it");
	session_file_discard(&f);
	assert_int_equal(files(), 1);
	session_file_discard(&f); /* harmless */
	unlink("new");
}

static void an_old_one_stays_until_then(void)
{
	struct session_file f;
	struct stat st;

	make("old", "old and longer");
	chmod("old", 0640);
	assert_int_equal(symlink("old", "link"), 0);
	begin(&f, "link", "new");
	fflush(f.out);
	holds("old", "old and longer");
	session_file_discard(&f);
	holds("old", "old and longer");
	begin(&f, "link", "new");
	commit(&f);
	holds("old", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat("old", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(files(), 2);
	unlink("old");
	unlink("link");
}

/* What somebody else made meanwhile is replaced like what was there before. */
static void one_that_came_between_is_replaced(void)
{
	struct session_file f;

	begin(&f, "new", "ours");
	make("new", "theirs, and longer");
	commit(&f);
	holds("new", "ours");
	assert_int_equal(files(), 1);
	unlink("new");
}

static void no_place_for_it(void)
{
	struct session_file f;
	struct tw_err err;

	assert_int_equal(session_file_open(&f, "none/new", &err), -ENOENT);
	assert_string_equal(err.text, "none/new: No such file or directory");
	assert_int_equal(session_file_open(&f, ".", &err), -EISDIR);
	assert_int_equal(files(), 0);
}

static void as_a_whole_or_not_at_all(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		has_nameless = i;
		a_new_one_is_there_at_its_end();
		an_old_one_stays_until_then();
		one_that_came_between_is_replaced();
		no_place_for_it();
	}
}

/* What has no name leaves none, whatever becomes of its writer. */
static void a_kill_leaves_nothing(void **state)
{
	struct session_file f;
	pid_t pid;

	(void)state;
	has_nameless = true;
	make("old", "old");
	for (int i = 0; i < 2; i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			begin(&f, i ? "old" : "new", "half of");
			fflush(f.out);
			raise(SIGKILL);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(files(), 1);
		holds("old", "old");
	}
}

static void nap(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

/* Does something to us, or with the pipe, after a moment. */
static pid_t meanwhile(void (*what)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		nap(150);
		what();
		_exit(0);
	}
	return pid;
}

static void ask_to_end(void)
{
	kill(getppid(), SIGTERM);
}

static void read_all(void)
{
	char buf[4096];
	ssize_t n, all = 0;
	int fd = open("pipe", O_RDONLY);

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		all += n;
	_exit(all == 300000 ? 0 : 1);
}

static void ended_well(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_pipe_waits_for_its_reader(void **state)
{
	struct session_file f;
	struct tw_err err = {{0}};
	pid_t pid;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(tw_signals_init(&err), 0);
	pid = meanwhile(read_all);
	begin(&f, "pipe", "");
	for (unsigned int i = 0; i < 300000; i++)
		fputc('x', f.out);
	commit(&f);
	ended_well(pid);
	pid = meanwhile(ask_to_end);
	assert_int_equal(session_file_open(&f, "pipe", &err), -EINTR);
	assert_string_equal(err.text, "pipe: Interrupted system call");
	ended_well(pid);
	tw_signals_fini();
	assert_int_equal(files(), 1);
}

/* Behind a signal to end for no longer than the result waits for its own. */
static void a_reader_that_sleeps_is_left(void **state)
{
	struct session_file f;
	struct tw_err err = {{0}};
	int fd;
	pid_t pid;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(tw_signals_init(&err), 0);
	pid = meanwhile(ask_to_end);
	begin(&f, "pipe", "");
	for (unsigned int i = 0; i < 300000 && !ferror(f.out); i++)
		fputc('x', f.out);
	assert_int_equal(session_file_commit(&f, &err), -ETIME);
	assert_string_equal(err.text, "pipe: nobody reads it");
	ended_well(pid);
	tw_signals_fini();
	close(fd);
}

/* What the device says is told. */
static void a_full_device(void **state)
{
	struct session_file f;
	struct tw_err err = {{0}};

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	begin(&f, "/dev/full", "x");
	assert_int_equal(session_file_commit(&f, &err), -ENOSPC);
	assert_string_equal(err.text, "/dev/full: No space left on device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_a_whole_or_not_at_all, enter, leave),
		cmocka_unit_test_setup_teardown(a_kill_leaves_nothing, enter, leave),
		cmocka_unit_test_setup_teardown(a_full_device, enter, leave),
		cmocka_unit_test_setup_teardown(a_pipe_waits_for_its_reader, enter, leave),
		cmocka_unit_test_setup_teardown(a_reader_that_sleeps_is_left, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
