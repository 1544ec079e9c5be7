// SPDX-License-Identifier: GPL-2.0
#include "recording/names.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/timefmt.h"

#define MODE	 0600
#define SAME_MAX 99 /* files of one second */

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);

	return fd < 0 ? -errno : fd;
}

int recording_replace(const char *path)
{
	_cleanup_free_ char *old = NULL;
	struct stat st;
	int fd;

	if (!lstat(path, &st)) {
		if (!S_ISREG(st.st_mode)) {
			fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
			return fd < 0 ? -errno : fd;
		}
		if (asprintf(&old, "%s.old", path) < 0)
			return -ENOMEM;
		if (rename(path, old))
			return -errno;
	}
	return create(path);
}

int recording_create(const char *path, uint64_t real_ns, const char *after, char **name)
{
	time_t seconds = real_ns / NSEC_PER_SEC;
	char stamp[32];
	struct tm tm;
	int fd = -EEXIST;

	*name = NULL;
	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	/* The clock was set back. */
	if (after && strncmp(after + strlen(path) + 1, stamp, strlen(stamp)) > 0)
		snprintf(stamp, sizeof(stamp), "%.15s", after + strlen(path) + 1);
	for (int i = 0; fd == -EEXIST && i <= SAME_MAX; i++) {
		if ((i ? asprintf(name, "%s.%s-%02d", path, stamp, i)
		       : asprintf(name, "%s.%s", path, stamp)) < 0) {
			*name = NULL;
			return -ENOMEM;
		}
		/* One that was removed is not used again. */
		fd = after && strcmp(*name, after) <= 0 ? -EEXIST : create(*name);
		if (fd < 0) {
			free(*name);
			*name = NULL;
		}
	}
	return fd;
}

/* Against a form in which 9 stands for a digit; what follows it, or NULL. */
static const char *match(const char *s, const char *form)
{
	for (; *form; s++, form++)
		if (*form == '9' ? !isdigit((unsigned char)*s) : *s != *form)
			return NULL;
	return s;
}

bool recording_is_part(const char *base, const char *file)
{
	size_t len = strlen(base);

	if (strncmp(file, base, len))
		return false;
	file = match(file + len, ".99999999-999999");
	if (file && *file)
		file = match(file, "-99");
	return file && !*file;
}

/* scandir() takes no context. */
static _Thread_local const char *pruned_base;

static int is_pruned(const struct dirent *entry)
{
	return recording_is_part(pruned_base, entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void recording_prune(const char *path, const char *keep, unsigned int max)
{
	_cleanup_free_ char *folder = strndup(path, base_of(path) - path);
	struct dirent **entries;
	_cleanup_close_ int fd = -1;
	int n;

	if (!folder)
		return;
	fd = open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	pruned_base = base_of(path);
	n = scandirat(fd, ".", &entries, is_pruned, by_name);
	if (n < 0)
		return;
	for (int i = 0; i < n; i++) {
		if ((unsigned int)(n - i) > max && strcmp(entries[i]->d_name, base_of(keep)))
			unlinkat(fd, entries[i]->d_name, 0);
		free(entries[i]);
	}
	free(entries);
}
