/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Runs every file of the arguments (files, or directories of files) through a fuzz target: the
 * corpus as a regression test with any compiler, and the main() for AFL++.
 */

#include "tw_fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int run_file(const char *path, size_t size)
{
	/* exactly as large as the input, so that valgrind and the sanitizers see overruns */
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");
	int r = -1;

	if (data && f && fread(data, 1, size, f) == size) {
		LLVMFuzzerTestOneInput(data, size);
		r = 0;
	}
	if (r < 0)
		perror(path);
	if (f)
		fclose(f);
	free(data);
	return r;
}

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* @return files run, -1 on failure */
static int run_path(const char *path)
{
	struct dirent **names;
	struct stat st;
	int n, done = 0;

	if (stat(path, &st) < 0) {
		perror(path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode))
		return run_file(path, (size_t)st.st_size) < 0 ? -1 : 1;
	n = scandir(path, &names, is_visible, alphasort);
	if (n < 0) {
		perror(path);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (done >= 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			done = run_file(file, (size_t)st.st_size) < 0 ? -1 : done + 1;
		free(names[i]);
	}
	free(names);
	return done;
}

int main(int argc, char **argv)
{
	int total = 0;

	for (int i = 1; i < argc; i++) {
		int n = run_path(argv[i]);

		if (n < 0)
			return 1;
		total += n;
	}
	printf("%d inputs\n", total);
	return total ? 0 : 1;
}
